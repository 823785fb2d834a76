"""Telephony entries: what a configuration says of ELMA365, its modules and the webhooks to it, read and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from voxsim.parties.feedentries import is_url
from voxsim.parties.tables import Table
from voxsim.vocabulary.naming import did_you_mean

DIALECTS: Final = ("neutral", "gravitel", "zadarma")
"""In which forms a provider can tell of calls."""

ENDINGS: Final = (".py", ".js", ".ts")
"""The endings of telephony modules."""

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,60}", re.ASCII)
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~-]{1,200}", re.ASCII)
_SPEECH: Final = ("dialect", "key", "secret")


@attrs.frozen(kw_only=True)
class WebhookEntry:
    """Somebody elsewhere who is told of all calls.

    Attributes:
        url: where to.
        dialect: one of `DIALECTS`.
        key: sent along in the Gravitel dialect as `crm_token`.
        secret: what signs webhooks in the Zadarma dialect.
    """

    url: str
    dialect: str = "neutral"
    key: str = attrs.field(default="", repr=False)
    secret: str = attrs.field(default="", repr=False)


@attrs.frozen(kw_only=True)
class ModuleEntry:
    """A telephony module that is hosted here.

    Attributes:
        name: as in its webhook's path.
        file: where its code is.
        token: what whoever calls the webhook has to know.
        params: its settings, `Namespace.params.data`.
        users: system users by member id.
        contacts: numbers of clients whom the system knows already.
        dialect, key, secret: as of a webhook.
    """

    name: str
    file: str
    token: str = attrs.field(repr=False)
    params: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    users: Mapping[str, str] = attrs.field(factory=dict)
    contacts: tuple[str, ...] = ()
    dialect: str = "neutral"
    key: str = attrs.field(default="", repr=False)
    secret: str = attrs.field(default="", repr=False)


@attrs.frozen(kw_only=True)
class ElmaEntry:
    """ELMA365."""

    webhooks: tuple[WebhookEntry, ...] = ()
    modules: tuple[ModuleEntry, ...] = ()


def read_elma365(table: Table, folder: Path) -> ElmaEntry:
    """`[elma365]`, with `[[elma365.webhook]]` and `[[elma365.module]]`.

    Args:
        folder: what the files of modules are looked for in.

    Raises:
        ConfigurationError: a value cannot be.
    """
    table.only("webhook", "module")
    modules: list[ModuleEntry] = []
    for place, inner in enumerate(table.tables("module")):
        module = _read_module(inner, folder)
        if module.name in (one.name for one in modules):
            raise table.wrong(f"Two [[elma365.module]] have the name {module.name!r}.", "module", place, "name")
        modules.append(module)
    return ElmaEntry(webhooks=tuple(_read_webhook(inner) for inner in table.tables("webhook")), modules=tuple(modules))


def _read_webhook(table: Table) -> WebhookEntry:
    table.only("url", *_SPEECH)
    url = table.need("url", str)
    if not is_url(url):
        raise table.wrong(f"'url' is an encoded URL such as 'https://crm.example/calls', got {url!r:.200}.", "url")
    return WebhookEntry(url=url, **_speech(table))


def _read_module(table: Table, folder: Path) -> ModuleEntry:
    table.only("name", "file", "token", "params", "users", "contacts", *_SPEECH)
    for key in ("name", "file", "token"):
        table.need(key, str)
    name = table.matching("name", _NAME, "a name of letters, digits, '-' and '_'") or ""
    token = table.matching("token", _TOKEN, "a text of letters, digits and '-._~' that a URL can hold") or ""
    file = folder / (table.take("file", str) or "")
    if file.suffix not in ENDINGS:
        raise table.wrong(f"'file' ends with {', '.join(ENDINGS)}, got {file.name!r}.", "file")
    if not file.is_file():
        raise table.wrong(f"There is no file {str(file)!r}.", "file")
    users = table.table("users")
    return ModuleEntry(
        name=name,
        file=str(file),
        token=token,
        params=dict(table.table("params").values),
        users={key: users.need(key, str) for key in users.values},
        contacts=table.texts("contacts") or (),
        **_speech(table),
    )


def _speech(table: Table) -> dict[str, str]:
    dialect = table.take("dialect", str) or DIALECTS[0]
    if dialect not in DIALECTS:
        near = did_you_mean(dialect, DIALECTS)
        raise table.wrong(f"'dialect' is one of {', '.join(DIALECTS)}, got {dialect!r}.{near}", "dialect")
    return {"dialect": dialect, "key": table.take("key", str) or "", "secret": table.take("secret", str) or ""}

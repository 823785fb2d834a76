"""Feed entries: what a configuration says of the systems that tell other software of calls, read and checked."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

import attrs

from voxsim.parties.identity import EXTENSION, EXTENSION_RULE, Identity
from voxsim.parties.tables import Table
from voxsim.vocabulary.errors import ConfigurationError
from voxsim.vocabulary.naming import did_you_mean

EVENTS: Final = ("dial-in", "dial-out", "hangup", "answer-in", "answer-out")
"""The events of VoipNow, each at the place of its number."""

CCS_ROLES: Final = ("subscr", "ccs", "callrecord")
"""What a token of ccsevents may allow: to follow calls, to act on them, and to fetch their records."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~-]+", re.ASCII)
_METHODS: Final = ("POST", "GET")
_STATUSES: Final = ("full", "short")
_FLOWS: Final = ("upper", "lower")
_RULE: Final = ("extension", "events", "method", "url", "enabled", "note")
_URL: Final = re.compile(r"https?://[A-Za-z0-9._~:\[\]@!$&'()*+,;=%-]+([/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?")
_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


def is_url(text: str) -> bool:
    """Whether requests can go there: http or https, a host, and nothing in it that would have to be encoded."""
    if not _URL.fullmatch(text) or _ESCAPE.search(text):
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


@attrs.frozen(kw_only=True)
class VoipNowRuleEntry:
    """A request to make when something happens to an extension (`*`: to any).

    Attributes:
        event: the place of the event in `EVENTS`.
        enabled: one that is not is never carried out.
    """

    extension: str
    event: int
    url: str
    method: str = "POST"
    enabled: bool = True
    note: str = ""


@attrs.frozen(kw_only=True)
class VoipNowEntry:
    """VoipNow's call events.

    Attributes:
        token: the bearer token of the REST interface; the account's api_key when None.
        statuses: `full` tells why a call was not answered, `short` only that it was not.
        old_spelling: send the caller's name as `CallerIDNam`, too.
        flow: `upper` for IN and OUT, `lower` for in and out.
    """

    token: str | None = attrs.field(default=None, repr=False)
    statuses: str = "full"
    old_spelling: bool = False
    flow: str = "upper"
    rules: tuple[VoipNowRuleEntry, ...] = ()


@attrs.frozen(kw_only=True)
class CcsTokenEntry:
    """A token of the WebSocket interface of ccsevents: an external system of one domain.

    Attributes:
        domain: whose calls it follows; empty for the domain of those who name none.
        name: what the system is called.
        roles: what it may do, some of `CCS_ROLES`.
    """

    token: str = attrs.field(repr=False)
    domain: str = ""
    name: str = ""
    roles: tuple[str, ...] = CCS_ROLES


@attrs.frozen(kw_only=True)
class CcsEntry:
    """ccsevents.

    Attributes:
        failure_on_no_answer: tell of a `connection_failure`, too, when calls were rung and none was answered.
        tokens: with none, the account's api_key is one.
    """

    failure_on_no_answer: bool = False
    tokens: tuple[CcsTokenEntry, ...] = ()


def read_ccsevents(table: Table) -> CcsEntry:
    """`[ccsevents]`, with its tokens in `[[ccsevents.token]]`.

    Raises:
        ConfigurationError: a value cannot be.
    """
    table.only("failure_on_no_answer", "token")
    tokens = [_read_token(inner) for inner in table.tables("token")]
    for place, one in enumerate(tokens):
        if one.token in (other.token for other in tokens[:place]):
            raise table.wrong("Two [[ccsevents.token]] have the same 'token'.", "token", place, "token")
    return CcsEntry(
        failure_on_no_answer=table.take("failure_on_no_answer", bool) or False,
        tokens=tuple(tokens),
    )


def _read_token(table: Table) -> CcsTokenEntry:
    table.only("token", "domain", "name", "roles")
    table.need("token", str)
    token = table.matching("token", _TOKEN, "a text of letters, digits and '-._~' that a URL can hold") or ""
    roles = table.texts("roles")
    for role in roles or ():
        if role not in CCS_ROLES:
            raise table.wrong(f"'roles' are some of {', '.join(CCS_ROLES)}.{did_you_mean(role, CCS_ROLES)}", "roles")
    domain = table.take("domain", str) or ""
    try:
        Identity.of(domain=domain)
    except ConfigurationError as error:
        raise table.wrong(str(error), "domain") from None
    return CcsTokenEntry(
        token=token,
        domain=domain.lower(),
        name=table.take("name", str) or "",
        roles=CCS_ROLES if roles is None else roles,
    )


def read_voipnow(table: Table) -> VoipNowEntry:
    """`[voipnow]`, with its rules in `[[voipnow.rule]]`.

    Raises:
        ConfigurationError: a value cannot be.
    """
    table.only("token", "statuses", "old_spelling", "flow", "rule")
    token = table.take("token", str)
    if token is not None and not token.strip():
        raise table.wrong("'token' is empty; leave it out, and the account's api_key is one.", "token")
    return VoipNowEntry(
        token=token,
        statuses=_choice(table, "statuses", _STATUSES),
        old_spelling=table.take("old_spelling", bool) or False,
        flow=_choice(table, "flow", _FLOWS),
        rules=tuple(rule for inner in table.tables("rule") for rule in _read_rules(inner)),
    )


def _read_rules(table: Table) -> list[VoipNowRuleEntry]:
    """One rule for each of the events that a table names; for all of them when it names none."""
    table.only(*_RULE)
    extension = table.take("extension", str) or "*"
    if extension != "*" and not EXTENSION.fullmatch(extension):
        raise table.wrong(f"'extension' is {EXTENSION_RULE}, or '*' for all; got {extension!r}.", "extension")
    events = table.texts("events")
    if events is not None and not events:
        raise table.wrong("'events' is empty: leave it out for all events, or the rule for none.", "events")
    for event in events or ():
        if event not in EVENTS:
            near = did_you_mean(event, EVENTS)
            raise table.wrong(f"'events' are some of {', '.join(EVENTS)}, got {event!r}.{near}", "events")
    url = table.need("url", str)
    if not is_url(url):
        raise table.wrong(f"'url' is an encoded URL such as 'https://crm.example/calls', got {url!r:.200}.", "url")
    enabled = table.take("enabled", bool)
    return [
        VoipNowRuleEntry(
            extension=extension,
            event=EVENTS.index(event),
            url=url,
            method=_choice(table, "method", _METHODS),
            enabled=True if enabled is None else enabled,
            note=table.take("note", str) or "",
        )
        for event in dict.fromkeys(events or EVENTS)
    ]


def _choice(table: Table, key: str, choices: tuple[str, ...]) -> str:
    value = table.take(key, str)
    if value is not None and value not in choices:
        raise table.wrong(f"{key!r} is {' or '.join(choices)}, got {value!r}.{did_you_mean(value, choices)}", key)
    return value or choices[0]

"""Reading: one table of `voxsim.toml` → one entry, each value checked against what the platform accepts."""

from __future__ import annotations

import json as json_module
import re
import warnings
import wave
from pathlib import Path
from typing import Any, Final, TypeVar, get_type_hints

import attrs

from voxsim.driver.pace import Kind, Pace
from voxsim.engine.ports import Audio
from voxsim.engine.sounds import Sounds
from voxsim.engine.timing import Timing
from voxsim.languages import language
from voxsim.parties.behaviour import KEYS, Behaviour
from voxsim.parties.entries import AccountEntry, NumberEntry, PartyEntry, RuleEntry, ServerEntry, UserEntry, WebEntry
from voxsim.parties.identity import KEYS as IDENTITY
from voxsim.parties.identity import Identity
from voxsim.parties.party import KINDS, Party, kind_of
from voxsim.parties.tables import Table
from voxsim.parties.web import FAULTS
from voxsim.platform.rules import compiled
from voxsim.vocabulary.errors import BadBehaviour, ConfigurationError
from voxsim.vocabulary.limits import Limits
from voxsim.vocabulary.naming import did_you_mean, scenario_name

APPLICATION_NAME: Final = re.compile(r"[a-z][a-z0-9-]{1,64}")
"""What the platform accepts as an application's short name."""

RULE_NAME_CHARACTERS: Final = 99
"""The longest name of a rule."""

_SHORT_NAME: Final = "a short name of lower-case letters, digits and hyphens that begins with a letter"
_USER_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{2,49}")
_USER_NAME_RULE: Final = "3 to 50 lower-case letters, digits, '-' and '_' that begin with a letter or digit"
_PASSWORD_CHARACTERS: Final = 6
LOGIN_REFUSALS: Final = (401, 402, 403, 404, 500, 701)
"""The codes with which a log-in through an SDK can be refused."""
_PATTERN_CHARACTERS: Final = 64 * 1024
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_NUMBER: Final = re.compile(r"\+?[\d\s().-]+", re.ASCII)
_METHOD: Final = re.compile(r"\*|[A-Za-z]{1,20}")
_URL: Final = re.compile(r"(\*|https?://\S)\S*")
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_MOST_DEVICES: Final = 10

_Figures = TypeVar("_Figures", Limits, Timing)


def read_account(table: Table) -> AccountEntry:
    """`[account]`."""
    table.only(*(field.name for field in attrs.fields(AccountEntry)))
    own = AccountEntry()
    number = table.take("id", int)
    if number is not None and number < 1:
        raise table.wrong(f"'id' is a number from 1, got {number}.", "id")
    balance = table.take("balance", float)
    api_key = table.take("api_key", str)
    if api_key is not None and not api_key.strip():
        raise table.wrong("'api_key' is empty; leave it out, and the server makes one.", "api_key")
    return AccountEntry(
        id=number or own.id,
        name=table.matching("name", APPLICATION_NAME, _SHORT_NAME) or own.name,
        email=table.matching("email", _EMAIL, "an e-mail address") or own.email,
        api_key=api_key,
        currency=table.matching("currency", _CURRENCY, "a currency of three letters such as 'USD'") or own.currency,
        balance=own.balance if balance is None else balance,
    )


def read_application_name(table: Table) -> str:
    """The `name` of an `[[application]]`."""
    table.need("name", str)
    return table.matching("name", APPLICATION_NAME, _SHORT_NAME) or ""


def read_secrets(table: Table) -> dict[str, str]:
    """`[application.secrets]`: each secret's name and value."""
    for name in table.values:
        if not name.strip():
            raise table.wrong("A secret needs a name that is not empty.", name)
    return {name: table.need(name, str) for name in table.values}


def read_rule(table: Table, folder: Path) -> RuleEntry:
    """`[[application.rule]]`; its files are looked for in the folder."""
    table.only(*_own(RuleEntry, "identity"), "extension", "domain")
    given = table.texts("scenarios")
    if not given:
        raise table.wrong("A rule needs 'scenarios', a list of files such as [\"menu.py\"].", "scenarios")
    files = tuple(str(folder / file) for file in given)
    try:
        language(files)
    except ConfigurationError as error:
        raise table.wrong(str(error), "scenarios") from None
    name = table.take("name", str)
    name = scenario_name(files[-1]) if name is None else name
    if not name.strip() or len(name) > RULE_NAME_CHARACTERS:
        raise table.wrong(f"A rule's name has 1 to {RULE_NAME_CHARACTERS} characters, got {len(name)}.", "name")
    return RuleEntry(
        name=name,
        scenarios=files,
        pattern=read_pattern(table, "pattern") or ".*",
        pattern_exclude=read_pattern(table, "pattern_exclude"),
        video_conference=table.take("video_conference", bool) or False,
        identity=read_identity(table),
    )


def _own(entry: type[Any], *without: str) -> tuple[str, ...]:
    """The keys of an entry's own, save some."""
    return tuple(field.name for field in attrs.fields(entry) if field.name not in without)


def read_pattern(table: Table, key: str) -> str | None:
    """A rule's pattern, or None when there is none."""
    pattern = table.take(key, str)
    if pattern is None:
        return None
    if not 0 < len(pattern) < _PATTERN_CHARACTERS:
        raise table.wrong(f"{key!r} has 1 to {_PATTERN_CHARACTERS - 1} characters, got {len(pattern)}.", key)
    try:
        with warnings.catch_warnings(action="ignore"):
            compiled(pattern)
    except ConfigurationError as error:
        raise table.wrong(str(error), key) from None
    return pattern


def read_user(table: Table, applications: tuple[str, ...]) -> UserEntry:
    """`[[user]]`; it belongs to all these applications unless it says to which."""
    table.only(*_own(UserEntry, "party", "identity"), "behaviour", "devices", *KEYS, *IDENTITY)
    table.need("name", str)
    name = table.matching("name", _USER_NAME, _USER_NAME_RULE) or ""
    password = table.take("password", str)
    if password is not None and len(password) < _PASSWORD_CHARACTERS:
        raise table.wrong(f"A password has at least {_PASSWORD_CHARACTERS} characters.", "password")
    active = table.take("active", bool)
    refusal = table.take("refuse_login", int)
    if refusal is not None and refusal not in LOGIN_REFUSALS:
        known = ", ".join(map(str, LOGIN_REFUSALS))
        raise table.wrong(f"'refuse_login' is one of the codes {known}, got {refusal}.", "refuse_login")
    belongs = table.texts("applications")
    for one in belongs or ():
        known_application(table, one, applications, "applications")
    display_name = table.take("display_name", str) or name
    plays = any(key in table.values for key in ("behaviour", "devices", *KEYS))
    return UserEntry(
        name=name,
        display_name=display_name,
        password=password,
        active=True if active is None else active,
        refuse_login=refusal,
        custom_data=table.take("custom_data", str) or "",
        applications=applications if belongs is None else tuple(dict.fromkeys(belongs)),
        identity=read_identity(table),
        party=party_entry(table, "user", name, display_name) if plays else None,
    )


def known_application(table: Table, name: str, applications: tuple[str, ...], key: str) -> None:
    """Refuse the name of an application that is not configured."""
    if name not in applications:
        raise table.wrong(f"There is no application {name!r}.{did_you_mean(name, applications)}", key)


def read_number(table: Table, rules: dict[str, tuple[str, ...]]) -> NumberEntry:
    """`[[number]]`; `rules` are the names of each application's rules."""
    table.only(*(field.name for field in attrs.fields(NumberEntry)))
    table.need("number", str)
    text = table.matching("number", _NUMBER, "a phone number such as '+15550100'") or ""
    digits = "".join(filter(str.isdigit, text))
    if not 3 <= len(digits) <= 20:
        raise table.wrong(f"A phone number has 3 to 20 digits, got {len(digits)}.", "number")
    application = table.take("application", str)
    if application is not None:
        known_application(table, application, tuple(rules), "application")
    elif len(rules) == 1:
        (application,) = rules
    else:
        raise table.wrong(f"There are {len(rules)} applications: say whose number this is with 'application'.")
    rule = table.take("rule", str)
    if rule is not None and rule not in rules[application]:
        near = did_you_mean(rule, rules[application])
        raise table.wrong(f"The application {application!r} has no rule {rule!r}.{near}", "rule")
    return NumberEntry(number=digits, application=application, rule=rule)


def read_party(table: Table) -> PartyEntry:
    """`[[party]]`."""
    table.only(*_own(PartyEntry, "identity"), *KEYS, *IDENTITY)
    address = table.need("address", str).strip()
    if not address:
        raise table.wrong("'address' is empty; '*' stands for anybody.", "address")
    kind = table.take("kind", str) or kind_of(address)
    if kind not in KINDS:
        raise table.wrong(f"'kind' is one of {', '.join(KINDS)}, got {kind!r}.", "kind")
    return party_entry(table, kind, address, table.take("display_name", str) or "")


def party_entry(table: Table, kind: str, address: str, display_name: str) -> PartyEntry:
    """What a table says of how somebody behaves."""
    online = table.take("online", bool)
    behaviour = _behaviour(table, table.values.get("behaviour"), "behaviour")
    keys = {key: value for key, value in table.values.items() if key in KEYS}
    behaviour = _with_keys(table, behaviour, keys)
    party = Party.make(kind, address, behaviour, devices=_devices(table))
    return PartyEntry(
        kind=kind,
        address=address,
        behaviour=party.behaviour,
        devices=party.devices,
        display_name=display_name,
        online=True if online is None else online,
        identity=read_identity(table),
    )


def read_identity(table: Table) -> Identity:
    """Who somebody is for systems that follow calls, as a table says it beside other things."""
    extension, domain = table.take("extension", str) or "", table.take("domain", str) or ""
    try:
        return Identity.of(extension, domain, table.texts("dids") or (), table.texts("groups") or ())
    except ConfigurationError as error:
        raise table.wrong(str(error), *(key for key in IDENTITY if str(error).startswith(f"'{key}'"))) from None


def _devices(table: Table) -> int | dict[str, Behaviour]:
    """So many devices that do the same, or some by name."""
    given = table.values.get("devices", {})
    if isinstance(given, dict):
        return {name: _behaviour(table, value, "devices", name) for name, value in given.items()}
    number = table.take("devices", int) or 0
    if not 1 <= number <= _MOST_DEVICES:
        raise table.wrong(f"'devices' is a number from 1 to {_MOST_DEVICES}, or a table of devices.", "devices")
    return number


def _behaviour(table: Table, given: Any, *way: str) -> Behaviour:
    """A behaviour as text or as a table of its keys."""
    if given is None or isinstance(given, dict):
        return _with_keys(table, Behaviour(), given or {}, *way)
    if not isinstance(given, str):
        raise table.wrong(f"{way[-1]!r} is a text such as 'ring:1,answer:3,hangup:20', or a table.", *way)
    try:
        return Behaviour.parse(given)
    except BadBehaviour as error:
        raise table.wrong(str(error), *way) from None


def _with_keys(table: Table, base: Behaviour, keys: dict[str, Any], *way: str) -> Behaviour:
    for key, value in keys.items():
        try:
            Behaviour.of(None, **{key: value})
        except BadBehaviour as error:
            raise table.wrong(str(error), *way, key) from None
    return Behaviour.of(base, **keys)


def read_web(table: Table) -> WebEntry:
    """`[[web]]`."""
    table.only(*(field.name for field in attrs.fields(WebEntry)))
    own = WebEntry(url="")
    table.need("url", str)
    status = table.take("status", int)
    if status is not None and not 200 <= status <= 599:
        raise table.wrong(f"'status' is an HTTP status from 200 to 599, got {status}.", "status")
    text = table.take("text", str)
    body = table.values.get("json")
    _check_json(table, body)
    fault = table.take("fault", str)
    if fault is not None and fault not in FAULTS:
        raise table.wrong(f"A service cannot fail with {fault!r}.{did_you_mean(fault, FAULTS)}", "fault")
    if sum(one is not None for one in (text, body, fault)) > 1:
        raise table.wrong("A service answers with one of 'json', 'text' and 'fault'.")
    headers = table.table("headers")
    return WebEntry(
        method=(table.matching("method", _METHOD, "an HTTP method, or '*' for any") or own.method).upper(),
        url=table.matching("url", _URL, "a URL such as 'https://crm.example/*'") or "",
        status=own.status if status is None else status,
        json=body,
        text=text,
        headers={name: headers.need(name, str) for name in headers.values},
        fault=fault,
        delay=table.seconds("delay", own.delay),
        connect_delay=table.seconds("connect_delay", own.connect_delay),
    )


def _check_json(table: Table, body: Any) -> None:
    try:
        json_module.dumps(body, allow_nan=False)
    except (TypeError, ValueError):
        raise table.wrong("'json' has a value in it that JSON does not have, such as a date or nan.", "json") from None


def read_figures(table: Table, kind: type[_Figures]) -> _Figures:
    """`[limits]` or `[timing]`: any of the class's figures."""
    hints = get_type_hints(kind)
    table.only(*hints)
    found: dict[str, Any] = {}
    for key in table.values:
        found[key] = value = table.need(key, hints[key])
        if value < 0:
            raise table.wrong(f"{key!r} cannot be negative, got {value:g}.", key)
    return kind(**found)


def read_sounds(table: Table, folder: Path) -> Sounds:
    """`[sounds]`, with what is known of audio files under `[sounds.files]`: the seconds of each, or a table.

    A file's `path` is looked for in the folder.
    """
    own = Sounds()
    table.only("characters_per_second", "shortest_seconds", "file_seconds", "files")
    speed = table.seconds("characters_per_second", own.characters_per_second)
    if not speed:
        raise table.wrong("'characters_per_second' cannot be 0.", "characters_per_second")
    files = table.table("files")
    return Sounds(
        characters_per_second=speed,
        shortest_seconds=table.seconds("shortest_seconds", own.shortest_seconds),
        file_seconds=table.seconds("file_seconds", own.file_seconds),
        files={url: _audio(files, url, folder) for url in files.values},
    )


def _audio(files: Table, url: str, folder: Path) -> Audio:
    if not isinstance(files.values[url], dict):
        return Audio(files.seconds(url, 0))
    table = files.table(url)
    table.only(*(field.name for field in attrs.fields(Audio)))
    path = table.take("path", str)
    if path is None:
        table.need("seconds", float)
    else:
        path = str(folder / path)
    return Audio(
        seconds=table.seconds("seconds", 0) if path is None or "seconds" in table.values else _length(table, path),
        error=table.take("error", str),
        download_seconds=table.seconds("download_seconds", 0),
        size_bytes=table.take("size_bytes", int) or 0,
        stall_at=table.seconds("stall_at", 0) if "stall_at" in table.values else None,
        stall_seconds=table.seconds("stall_seconds", 1),
        path=path,
    )


def _length(table: Table, path: str) -> float:
    """The seconds of a WAV file, by its head."""
    try:
        with wave.open(path, "rb") as file:
            # A program that writes to a pipe cannot know the number of frames, and writes a great one.
            fitting = Path(path).stat().st_size // (file.getnchannels() * file.getsampwidth())
            return min(file.getnframes(), fitting) / file.getframerate()
    except (OSError, EOFError, wave.Error, ZeroDivisionError):
        raise table.wrong(f"'path' is a WAV file, or 'seconds' says how long it plays; got {path!r}.", "path") from None


def read_server(table: Table) -> ServerEntry:
    """`[server]`."""
    table.only(*(field.name for field in attrs.fields(ServerEntry)))
    ports = {key: table.take(key, int) for key in ("port", "secure_port")}
    for key, port in ports.items():
        if port is not None and not 0 <= port <= 65535:
            raise table.wrong(f"{key!r} is a port from 0 (any) to 65535, got {port}.", key)
    if ports["port"] and ports["port"] == ports["secure_port"]:
        raise table.wrong("'port' and 'secure_port' are the same port.", "secure_port")
    hosts = table.texts("hosts") or ()
    bad = next((host for host in hosts if not _HOST.fullmatch(host)), None)
    if bad is not None:
        raise table.wrong(f"'hosts' are names such as 'voxsim.test', without a port; got {bad!r}.", "hosts")
    return ServerEntry(
        port=ports["port"],
        secure_port=ports["secure_port"],
        hosts=tuple(host.lower() for host in hosts),
        time=_time(table),
    )


def _time(table: Table) -> str | None:
    text = table.take("time", str)
    try:
        if text is None or Pace.parse(text).kind is Kind.REAL:
            return text
    except ConfigurationError:
        pass
    raise table.wrong(f"'time' is 'real' or a factor such as 'x10', got {text!r}.", "time")

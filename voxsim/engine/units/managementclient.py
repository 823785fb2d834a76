"""VoximplantAPI.Client: the management API from inside a scenario, its commands as methods in groups.

The platform answers them as it answers the same commands over HTTP. A method works whether it is awaited or not; an
error is a reply with `error`, as the official clients give it. Which commands there are is data.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Final

from voxsim.engine.current import current
from voxsim.engine.errand import run_errand
from voxsim.engine.future import Future
from voxsim.engine.http import HttpRequestResult
from voxsim.engine.journal import plain
from voxsim.engine.services import Answer
from voxsim.engine.session import Session
from voxsim.vocabulary import official
from voxsim.vocabulary.declare import unit
from voxsim.vocabulary.errors import BadArgument, UnknownName
from voxsim.vocabulary.naming import did_you_mean, documented_name, python_name

_URL: Final = "https://api.voximplant.com/platform_api/"
_DATE: Final = "%Y-%m-%d %H:%M:%S"
_INVALID_ARGUMENTS: Final = 101
_SECRET: Final = ("password", "secret_value", "api_key", "private_key")
_GROUPS: Final = tuple(
    """
    Accounts Applications Users CallLists Scenarios History PhoneNumbers PSTNBlacklist SIPWhiteList SIPRegistration
    WABPhoneNumbers CallerIDs OutboundTestNumbers Queues SmartQueue Skills AuthorizedIPs DialogflowCredentials SMS
    RecordStorages RoleSystem KeyValueStorage Invoices Secrets
    """.split()  # noqa: SIM905 - a table of names reads better as words
)


class ManagementReply(dict[str, Any]):
    """A command's reply: a mapping with documented names, whose fields can be read as attributes in either spelling.

    `reply.result`, `reply.total_count` or `reply["totalCount"]`; `reply.error` is None, or has `code` and `msg`.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        for spelt in (name, documented_name(name)):
            if spelt in self:
                return self[spelt]
        if name == "error":
            return None
        raise UnknownName.on("The reply", name, [*map(python_name, self)])


class Group:
    """The commands of one group, in camelCase or snake_case."""

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self._name = name
        self._commands = {_folded(command): command for command in official.management()[name]}

    def __getattr__(self, name: str) -> Callable[..., Future[ManagementReply]]:
        if name.startswith("__"):
            raise AttributeError(name)
        command = self._commands.get(_folded(name))
        if command is None:
            raise UnknownName.on(f"VoximplantAPI.Client.{self._name}", name, dir(self))

        def give(parameters: Mapping[str, Any] | None = None, **more: Any) -> Future[ManagementReply]:
            return _give(self._session, self._name, command, parameters, more)

        give.__name__ = give.__qualname__ = f"{self._name}.{name}"
        return give

    def __dir__(self) -> list[str]:
        return sorted(map(python_name, self._commands.values()))

    def __repr__(self) -> str:
        return f"<VoximplantAPI.Client.{self._name}>"


@unit("VoximplantAPI.Client", module="VoximplantAPI")
class Client:
    """The management API of the session's own account: `await client.Users.get_users(application_id=1)`.

    Args:
        options: nothing of it is needed here; older scenarios give their credentials.
    """

    NAME: ClassVar = "VoximplantAPI.Client"

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        self._session = current()
        self._session.needs("VoximplantAPI")
        self._groups: dict[str, Group] = {}

    def __getattr__(self, name: str) -> Any:
        raise UnknownName.on(self.NAME, name, _GROUPS)

    def _group(self, name: str) -> Group:
        if name not in self._groups:
            self._groups[name] = Group(self._session, name)
        return self._groups[name]


def _as_property(name: str) -> property:
    return property(lambda client: client._group(name), doc=f"The commands of the group {name}.")


for _name in _GROUPS:
    setattr(Client, _name, _as_property(_name))
    setattr(Client, python_name(_name), getattr(Client, _name))


def _give(
    session: Session, group: str, command: str, parameters: Any, more: Mapping[str, Any]
) -> Future[ManagementReply]:
    """Give a command; the future has its reply."""
    documented = command[:1].lower() + command[1:]
    if not isinstance(parameters, Mapping | None):
        kind = type(parameters).__name__
        raise BadArgument(
            f"{group}.{documented} takes its parameters by name, as keywords or as an object, got {kind}."
        )
    known = official.management()[group][command]
    folded = {_folded(name): name for name in known}
    given = {**(parameters or {}), **more}
    unknown = [str(name) for name in given if _folded(str(name)) not in folded]
    texts = {
        folded[_folded(str(name))]: _text(value)
        for name, value in given.items()
        if value is not None and str(name) not in unknown
    }
    shown = {name: "******" if any(word in name for word in _SECRET) else text for name, text in texts.items()}
    session.note("http", "management", None, {"command": command, "parameters": shown})

    async def work() -> Answer:
        if unknown:
            hint = did_you_mean(unknown[0], [documented_name(name) for name in known])
            text = f"{command} has no parameter {unknown[0]!r}.{hint}"
            return Answer(200, {"error": {"code": _INVALID_ARGUMENTS, "msg": text}})
        return Answer(200, await session.switch.services.manage(session, command, texts))

    future: Future[ManagementReply] = Future(session.switch, f"the answer of {group}.{documented}")
    name = f"VoximplantAPI.{group}.{documented}"
    done = lambda result: future.set(_reply(result))  # noqa: E731 - one expression
    run_errand(session, name, _URL + command, json.dumps(shown), work, session.switch.timing.management, done)
    return future


def _reply(result: HttpRequestResult) -> ManagementReply:
    if result.text is None:
        return ManagementReply(error=ManagementReply(code=result.code, msg=result.error or ""))
    reply: ManagementReply = _spelt(json.loads(result.text))
    return reply


def _spelt(value: Any) -> Any:
    """The value with documented names as keys, at every depth."""
    if isinstance(value, dict):
        return ManagementReply({documented_name(key): _spelt(item) for key, item in value.items()})
    return [_spelt(item) for item in value] if isinstance(value, list) else value


def _text(value: Any) -> str:
    """A parameter's value as it goes over the wire."""
    match value:
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return (value.astimezone(UTC) if value.tzinfo else value).strftime(_DATE)
        case date():
            return value.isoformat()
        case bytes() | bytearray():
            return value.decode("utf-8", "replace")
        case list() | tuple() | set() | frozenset() if not any(isinstance(item, Mapping) for item in value):
            return ";".join(map(_text, value))
        case list() | tuple() | Mapping():
            return json.dumps(plain(value), ensure_ascii=False)
    return str(value)


def _folded(name: str) -> str:
    """A name without regard to its spelling."""
    return name.replace("_", "").lower()

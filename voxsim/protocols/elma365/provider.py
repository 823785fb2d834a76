"""Provider: the commands of the PBX that a module gives over HTTP, and the calls that it places then.

The neutral ones are `GET members`, `POST calls` and `GET ping` behind a bearer key; in the Gravitel dialect it is one
form with a `cmd`. A call goes to the operator first, and when that has answered, to the client.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files as resources
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

import attrs

from voxsim.languages.python import PythonProgram
from voxsim.parties.party import kind_of
from voxsim.platform.rules import Rule
from voxsim.protocols.callevents.people import People
from voxsim.protocols.elma365.calls import phone
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.parties.world import World

PROVIDER: Final = "/voip/provider"
"""What the path of the provider's commands begins with."""

_RULE: Final = 1 << 30


@attrs.frozen(kw_only=True)
class Answer:
    """What a command is answered: a status, and a value that goes as JSON."""

    status: int
    value: Any


class Provider:
    """The PBX.

    Args:
        world: where its calls are placed.
        people: who is who.
        admits: whether somebody with this key may give commands.
    """

    def __init__(self, world: World, people: People, admits: Callable[[str], bool]) -> None:
        self._world = world
        self._people = people
        self._admits = admits
        self._rule: Rule | None = None

    def answer(self, method: str, path: str, query: str, authorization: str, body: bytes) -> Answer:
        """Carry out one command; `path` is what follows `PROVIDER`."""
        try:
            given = dict(parse_qsl(query)) | _fields(body)
        except ValueError:
            return Answer(status=400, value={"error": "The body is a JSON object, or a form."})
        scheme, _, key = authorization.partition(" ")
        key = key.strip() if scheme.lower() == "bearer" else str(given.get("token", ""))
        if not self._admits(key):
            return Answer(status=401, value={"error": "Invalid token"})
        try:
            return self._carry_out(method, path.strip("/"), given)
        except BadArgument as error:
            return Answer(status=400, value={"error": str(error)})

    def _carry_out(self, method: str, path: str, given: dict[str, Any]) -> Answer:
        match method, path, given.get("cmd"):
            case "GET", "ping", None:
                return Answer(status=200, value={"ok": True})
            case "GET", "members", None:
                return Answer(status=200, value=self.members())
            case "POST", "calls", None:
                call = self.call(_text(given, "srcPhone"), _text(given, "dstPhone"))
                return Answer(status=201, value={"callId": call})
            case "POST", "", "accounts":
                return Answer(status=200, value=self._accounts())
            case "POST", "", "makeCall":
                call = self.call(_text(given, "user").partition("@")[0], _text(given, "phone"))
                return Answer(status=200, value={"uuid": call})
            case "POST", "", str(command):
                return Answer(
                    status=400, value={"error": f"Unknown command {command[:40]!r}; use accounts or makeCall."}
                )
        text = "The provider's commands are GET ping, GET members and POST calls, or POST with a 'cmd'."
        return Answer(status=404, value={"error": text})

    def members(self) -> list[dict[str, str]]:
        """The PBX's users."""
        return [{"id": phone(one), "label": one.display_name or one.number} for one in self._people.inside]

    def _accounts(self) -> list[dict[str, str]]:
        return [
            {
                "name": one.number,
                "realName": one.display_name or one.number,
                "ext": phone(one),
                "telnum": next(iter(one.dids), ""),
            }
            for one in self._people.inside
        ]

    def call(self, source: str, destination: str) -> str:
        """Let the operator's phone ring, and when it is answered, the client's; returns the call's id.

        Raises:
            BadArgument: one of them is no number or name.
        """
        if self._rule is None:
            file = resources(__package__).joinpath("call_back.py")
            self._rule = Rule("call back", PythonProgram((str(file),)), ".*", _RULE)
        plan = {"source": self._whom(source), "destination": self._whom(destination)}
        session = self._world.start(self._rule, json.dumps(plan))
        return session.key.partition(".")[0].lower()

    def _whom(self, number: str) -> tuple[str, str]:
        """How the platform calls a number: of which kind it is, and the address."""
        wanted = number.strip()
        if not wanted:
            raise BadArgument("A number to call is empty.")
        for party in self._world.directory.parties:
            if wanted in (party.address, party.address.lstrip("+"), party.identity.short):
                return party.kind, party.address
        known = next((one for one in self._people.inside if wanted in (one.short, one.number)), None)
        if known is not None:
            return kind_of(known.number) if "@" in known.number else "user", known.number
        kind = kind_of(wanted)
        return kind, f"+{wanted}" if kind == "pstn" and wanted.isdigit() and len(wanted) >= 10 else wanted


def _fields(body: bytes) -> dict[str, Any]:
    """The fields of a JSON object or a form."""
    text = body.decode("utf-8", "replace").strip()
    if not text.startswith(("{", "[")):
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100))
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError from None
    return dict(found.items() if isinstance(found, dict) else {})


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadArgument(f"'{name}' is missing: the number or name to call.")
    return value

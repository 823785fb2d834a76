"""Calls: simulated calls that programs place with `POST /calls`.

The body is JSON: `{"from": "+15550001", "to": "100", "behaviour": "press:1@3,hangup:20"}`. Only `to` is needed. The
answer comes when the platform has taken the call, and says where its timeline will be, and where its session takes
managing requests and WebSockets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import attrs

from voxsim.parties.behaviour import Behaviour
from voxsim.parties.party import KINDS, Party, kind_of
from voxsim.parties.world import World
from voxsim.server.door import Door
from voxsim.server.messages import JSON, Request, Response
from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.naming import did_you_mean

_KEYS: Final = (
    "from",
    "to",
    "kind",
    "display_name",
    "behaviour",
    "headers",
    "custom_data",
    "application",
)
_CALLER: Final = "+15550001"


@attrs.frozen
class Calls:
    """Places calls into the platform."""

    door: Door
    world: World

    async def place(self, request: Request) -> Response:
        """Place the call that a request asks for.

        Raises:
            VoxsimError: the request cannot be understood.
        """
        asked = _asked(request)
        destination = _text(asked, "to")
        if not destination:
            raise BadArgument('A call needs "to": the number or name that is dialled, as in {"to": "100"}.')
        caller = _text(asked, "from") or _CALLER
        kind = _text(asked, "kind") or kind_of(caller)
        if kind not in KINDS:
            raise BadArgument(f'"kind" is one of {", ".join(KINDS)}, not {kind!r}.')
        party = Party(
            kind=kind,
            address=caller,
            behaviour=_behaviour(asked.get("behaviour") or "").with_patience(),
            display_name=_text(asked, "display_name"),
        )
        custom_data = asked.get("custom_data")
        if custom_data is not None and not isinstance(custom_data, str):
            raise BadArgument('"custom_data" is a text.')
        return await self.door.call(
            self._place, party, destination, _headers(asked), custom_data, _text(asked, "application")
        )

    def _place(
        self, party: Party, destination: str, headers: dict[str, str], custom_data: str | None, name: str
    ) -> Response:
        account = self.world.platform.account
        application = account.application(name=name) if name else None
        if name and application is None:
            names = ", ".join(one.name for one in account.applications)
            return _json(404, {"error": f"There is no application {name!r}. There are: {names}."})
        line = self.world.call_in(party, destination, headers=headers, custom_data=custom_data, application=application)
        call = line.leg.call
        if call is None:
            names = ", ".join(rule.name for rule in account.rules) or "none"
            return _json(404, {"error": f"No rule takes a call to {destination!r}. The rules are: {names}."})
        session = call.session
        placed = {
            "call": line.leg.id,
            "session": session.number,
            "timeline": f"/sessions/{session.number}/timeline",
            "media_session_access_url": session.access_url,
            "media_session_access_secure_url": session.access_secure_url,
        }
        return _json(201, placed)


def _asked(request: Request) -> dict[str, Any]:
    """The request's body as an object with known keys."""
    try:
        asked = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        raise BadArgument('The body is JSON, as in {"to": "100", "from": "+15550001"}.') from None
    if not isinstance(asked, dict):
        raise BadArgument('The body is a JSON object, as in {"to": "100"}.')
    for key in asked:
        if key not in _KEYS:
            raise BadArgument(f"A call has no {key!r}.{did_you_mean(key, _KEYS)}")
    return asked


def _behaviour(given: Any) -> Behaviour:
    if isinstance(given, Mapping):
        return Behaviour.of(None, **{str(key): value for key, value in given.items()})
    if not isinstance(given, str):
        raise BadArgument('"behaviour" is a text such as "press:1@3,hangup:20", or an object with those names.')
    return Behaviour.of(given or None)


def _text(asked: Mapping[str, Any], key: str) -> str:
    value = asked.get(key)
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise BadArgument(f"{key!r} is a text, got {type(value).__name__}.")
    return value.strip()


def _headers(asked: Mapping[str, Any]) -> dict[str, str]:
    headers = asked.get("headers") or {}
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise BadArgument('"headers" is an object of texts, as in {"X-Name": "value"}.')
    bad = next((name for name in headers if not name.upper().startswith("X-")), None)
    if bad is not None:
        raise BadArgument(f"A caller can only send headers that begin with X-, not {bad!r}.")
    return headers


def _json(status: int, value: Any) -> Response:
    return Response(status, json.dumps(value).encode(), JSON)

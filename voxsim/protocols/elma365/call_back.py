"""The scenario of a call that the CRM asked for: the operator's phone rings, and when it is answered, the client's."""

from __future__ import annotations

import json
from typing import Any

from voxsim import AppEvents, Call, CallEvents, VoxEngine


def _dial(whom: list[str], shown: str) -> Call:
    """Call somebody: of which kind the number is, and the number."""
    kind, address = whom
    if kind == "user":
        return VoxEngine.call_user(username=address, callerid=shown)
    if kind == "sip":
        return VoxEngine.call_sip(address, callerid=shown)
    return VoxEngine.call_pstn(address, shown)


def _end(_: Any) -> None:
    VoxEngine.terminate()


@VoxEngine.on(AppEvents.Started)
def _started(_: Any) -> None:
    plan = json.loads(VoxEngine.custom_data())
    source, destination = plan["source"], plan["destination"]
    operator = _dial(source, destination[1])

    def answered(_: Any) -> None:
        client = _dial(destination, source[1])
        client.add_event_listener(CallEvents.Connected, lambda _: VoxEngine.send_media_between(operator, client))
        for ended in (CallEvents.Disconnected, CallEvents.Failed):
            client.add_event_listener(ended, _end)

    operator.add_event_listener(CallEvents.Connected, answered)
    for ended in (CallEvents.Disconnected, CallEvents.Failed):
        operator.add_event_listener(ended, _end)

"""Answers every call and plays to it for as long as it lasts."""

from typing import Any

from voxsim import AppEvents, CallEvents, VoxEngine


@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event: Any) -> None:
    call = event.call
    call.add_event_listener(CallEvents.Connected, lambda _: call.start_playback("https://audio.example/a", loop=True))
    call.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    call.answer()

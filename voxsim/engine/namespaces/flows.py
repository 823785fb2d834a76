"""The ready-made flows: easyProcess, the forwarders and playSoundAndHangup, step by step as the platform does them.

They are scripts over the public API, no more: the same commands and events appear in the timeline.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from voxsim.engine.appevents import AppEvents
from voxsim.engine.units.call import Call
from voxsim.engine.units.callevents import CallEvents
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.engine.namespaces.voxengine import VoxEngineNamespace
    from voxsim.engine.session import Session

Established = Callable[[Call, Call], Any] | None


def easy_process(vox: VoxEngineNamespace, call1: Call, call2: Call, established: Established, direct: bool) -> None:
    """Join an incoming call (`call1`) and an outgoing one (`call2`) in every respect."""
    for call in (call1, call2):
        if not isinstance(call, Call):
            raise BadArgument(f"easyProcess joins two calls, got {type(call).__name__}.")
    call2.add_event_listener(CallEvents.Connected, lambda e: _answer(call1, call2, e, direct))
    vox.send_media_between(call1, call2)
    if established is not None:
        call1.add_event_listener(CallEvents.Connected, lambda e: established(call1, call2))
    call2.add_event_listener(CallEvents.Ringing, lambda e: call1.ring())
    call2.add_event_listener(CallEvents.AudioStarted, lambda e: call1.start_early_media())
    for here, there in ((call1, call2), (call2, call1)):
        _pass_on(here, there)
        here.add_event_listener(CallEvents.Failed, lambda e: vox.terminate())
        here.add_event_listener(CallEvents.Disconnected, lambda e: vox.terminate())


def _answer(call1: Call, call2: Call, event: Any, direct: bool) -> None:
    name = call2.display_name()
    if direct:
        call1.answer_direct(call2, event.headers, display_name=name)
    else:
        call1.answer(event.headers, display_name=name)


def _pass_on(here: Call, there: Call) -> None:
    """Hand messages and session descriptions that come on one call to the other."""
    pstn = "pstn"

    def reinvited(e: Any) -> None:
        if here.client_type() != pstn:
            there.re_invite(e.headers, e.mime_type, e.body)
        elif e.mime_type == "application/json":
            here.accept_re_invite(e.headers, "application/sdp", "")

    def accepted(e: Any) -> None:
        if there.client_type() != pstn:
            there.accept_re_invite(e.headers, e.mime_type, e.body)

    def rejected(e: Any) -> None:
        if there.client_type() != pstn:
            there.reject_re_invite(e.headers, code=e.code, reason=e.reason)

    here.add_event_listener(CallEvents.MessageReceived, lambda e: there.send_message(e.text))
    here.add_event_listener(CallEvents.InfoReceived, lambda e: there.send_info(e.mime_type, e.body, e.headers))
    here.add_event_listener(CallEvents.ReInviteReceived, reinvited)
    here.add_event_listener(CallEvents.ReInviteAccepted, accepted)
    here.add_event_listener(CallEvents.ReInviteRejected, rejected)


def forward_to_pstn(
    vox: VoxEngineNamespace,
    transform: Callable[[str], str] | None,
    established: Established,
    callerid: str | None,
    follow_diversion: bool,
) -> None:
    """On every incoming call: call the dialled number, or what `transform` makes of it, and join the two."""

    def alerting(e: Any) -> None:
        number = transform(e.destination) if transform else e.destination
        call = vox.call_pstn(number, e.callerid if callerid is None else callerid, follow_diversion=follow_diversion)
        vox.easy_process(e.call, call, established)

    _on_alerting(vox.session, alerting)


def forward_to_user(vox: VoxEngineNamespace, established: Established, video: bool) -> None:
    """On every incoming call: call the user that was dialled, and join the two."""

    def alerting(e: Any) -> None:
        call = vox.call_user(
            username=e.destination, callerid=e.callerid, display_name=e.display_name, video=video, scheme=e.scheme
        )
        vox.easy_process(e.call, call, established)

    _on_alerting(vox.session, alerting)


def forward_to_user_direct(vox: VoxEngineNamespace, established: Established) -> None:
    """On every incoming call: call the user that was dialled peer to peer, and join the two."""

    def alerting(e: Any) -> None:
        call = vox.call_user_direct(e.call, e.destination, callerid=e.callerid, display_name=e.display_name)
        vox.easy_process(e.call, call, established, True)

    _on_alerting(vox.session, alerting)


def forward_to_sip(vox: VoxEngineNamespace, established: Established, video: bool) -> None:
    """On every incoming call: call the SIP address that was dialled, and join the two."""

    def alerting(e: Any) -> None:
        call = vox.call_sip(e.to_uri, callerid=e.callerid, display_name=e.display_name, video=video)
        vox.easy_process(e.call, call, established)

    _on_alerting(vox.session, alerting)


def play_sound_and_hangup(vox: VoxEngineNamespace, url: str) -> None:
    """On every incoming call: answer, play the file, and end the session when it is over or the call ends."""

    def alerting(e: Any) -> None:
        call: Call = e.call
        for event in (CallEvents.PlaybackFinished, CallEvents.Failed, CallEvents.Disconnected):
            call.add_event_listener(event, lambda _: vox.terminate())
        call.answer()
        call.start_playback(url)

    _on_alerting(vox.session, alerting)


def _on_alerting(session: Session, handler: Callable[[Any], None]) -> None:
    session.add_event_listener(AppEvents.CallAlerting, handler)

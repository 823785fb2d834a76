"""VoxEngine: making calls, players and sockets, joining them, and ending the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar, overload

from voxsim.engine.appevents import AppEvents
from voxsim.engine.command import Options, command
from voxsim.engine.lifecycle import Operation
from voxsim.engine.media import MediaUnit
from voxsim.engine.namespaces import flows
from voxsim.engine.namespaces.calling import Calling
from voxsim.engine.namespaces.making import Making
from voxsim.engine.namespaces.queueing import Queueing
from voxsim.engine.units.call import Call, warn_custom_data
from voxsim.vocabulary.codes import FinishReason
from voxsim.vocabulary.declare import Event, EventType, namespace, signature
from voxsim.vocabulary.errors import BadArgument

E = TypeVar("E", bound=Event)
H = TypeVar("H", bound=Callable[..., Any])

Established = Callable[[Call, Call], Any] | None


@namespace("VoxEngine", events=AppEvents)
class VoxEngineNamespace(Calling, Making, Queueing):
    """The platform, as the running session sees it."""

    NAME: ClassVar = "VoxEngine"

    # --- listening ---

    @signature("addEventListener(event, callback)")
    def add_event_listener(self, event: EventType[E] | str, callback: Callable[[E], Any] | Any) -> None:
        """Call `callback(event)` whenever this event of the session fires."""
        self.session.add_event_listener(event, callback)

    @signature("removeEventListener(event, callback?)")
    def remove_event_listener(self, event: EventType[Any] | str, callback: Callable[..., Any] | None = None) -> None:
        """Remove one callback of this event, or all of them."""
        self.session.remove_event_listener(event, callback)

    @overload
    def on(self, event: EventType[E]) -> Callable[[H], H]: ...
    @overload
    def on(self, event: str) -> Callable[[H], H]: ...
    def on(self, event: EventType[Any] | str) -> Callable[[H], H]:
        """The decorator form: `@VoxEngine.on(AppEvents.CallAlerting)`."""
        return self.session.on(event)

    async def wait_for(self, *events: EventType[E]) -> E:
        """Wait for the next of these events of the session."""
        return await self.session.wait_for(*events)

    # --- joining ---

    @command("sendMediaBetween(mediaUnit1, mediaUnit2)")
    def send_media_between(self, media_unit1: MediaUnit, media_unit2: MediaUnit) -> None:
        """Send the sound of each of two units to the other."""
        for one in (media_unit1, media_unit2):
            if not isinstance(one, MediaUnit):
                raise BadArgument(f"sendMediaBetween joins two calls, players or other media units, got {one!r}.")
        both = (media_unit1, media_unit2)
        if all(isinstance(one, Call) and one.leg.direct for one in both):
            # Their media goes peer to peer, whatever is asked for here: easyProcess asks for it all the same.
            return
        there = media_unit1.route_to(media_unit2)
        back = media_unit2.route_to(media_unit1)
        if there and back and isinstance(media_unit1, Call) and isinstance(media_unit2, Call):
            self.session.note("link", "joined", media_unit1._id, {"with": media_unit2._id})

    @command("stopMediaBetween(mediaUnit1, mediaUnit2)")
    def stop_media_between(self, media_unit1: MediaUnit, media_unit2: MediaUnit) -> None:
        """Undo `send_media_between`."""
        media_unit1.unroute(media_unit2)
        media_unit2.unroute(media_unit1)
        if isinstance(media_unit1, Call) and isinstance(media_unit2, Call):
            self.session.note("link", "parted", media_unit1._id, {"with": media_unit2._id})

    @command("easyProcess(call1, call2, onEstablishedCallback?, direct?)")
    def easy_process(
        self, call1: Call, call2: Call, on_established_callback: Established = None, direct: bool = False
    ) -> None:
        """Join an incoming and an outgoing call in every respect; the end of either ends the session.

        Args:
            call1: the incoming call; it is answered when the other one is.
            call2: the outgoing call.
            on_established_callback: called with both calls once the first is connected.
            direct: join them peer to peer.
        """
        flows.easy_process(self, call1, call2, on_established_callback, direct)

    @command("forwardCallToPSTN(numberTransform?, onEstablishedCallback?, {options}?)", positional="callerid")
    def forward_call_to_pstn(
        self,
        number_transform: Callable[[str], str] | None = None,
        on_established_callback: Established = None,
        options: Options = None,
        *,
        callerid: str | None = None,
        follow_diversion: bool = False,
    ) -> None:
        """Forward every incoming call to a phone number: the dialled one, or what `number_transform` makes of it."""
        flows.forward_to_pstn(self, number_transform, on_established_callback, callerid, follow_diversion)

    @command("forwardCallToUser(onEstablishedCallback?, video?)")
    def forward_call_to_user(self, on_established_callback: Established = None, video: bool = False) -> None:
        """Forward every incoming call to the user that was dialled."""
        flows.forward_to_user(self, on_established_callback, video)

    @command("forwardCallToUserDirect(onEstablishedCallback?)")
    def forward_call_to_user_direct(self, on_established_callback: Established = None) -> None:
        """Forward every incoming call to the user that was dialled, peer to peer."""
        flows.forward_to_user_direct(self, on_established_callback)

    @command("forwardCallToSIP(onEstablishedCallback?, video?)")
    def forward_call_to_sip(self, on_established_callback: Established = None, video: bool = False) -> None:
        """Forward every incoming call to the SIP address that was dialled."""
        flows.forward_to_sip(self, on_established_callback, video)

    @command("playSoundAndHangup(fileURL)")
    def play_sound_and_hangup(self, file_url: str) -> None:
        """Answer every incoming call, play a file, and end the session."""
        flows.play_sound_and_hangup(self, file_url)

    # --- the session ---

    @command("customData(customData?)", Operation.CUSTOM_DATA)
    def custom_data(self, custom_data: str | None = None) -> str:
        """The session's custom data; set first when a value is given. The platform documents 200 bytes."""
        if custom_data is not None:
            warn_custom_data(self.session, custom_data, "VoxEngine.customData")
            self.session.custom_data = str(custom_data)
        return self.session.custom_data

    @command("getSecretValue(name)", Operation.CUSTOM_DATA)
    def get_secret_value(self, name: str) -> str | None:
        """The value of a secret of the application, or None when it has none of this name.

        From here on the value is hidden wherever it would stand in the log or the timeline.
        """
        session = self.session
        value = session.switch.services.secret(session, str(name))
        if value is None:
            session.warn(
                f"getSecretValue: the application has no secret {str(name)!r}. Give it one: vox.secret() in a test, "
                "[application.secrets] in voxsim.toml, or AddSecret."
            )
        else:
            session.hide(value)
        return value

    @command("terminate()", Operation.LOG)
    def terminate(self) -> None:
        """Ask for the end of the session. It returns at once: the rest of the running function still runs."""
        self.session.end(FinishReason.NORMAL)


VoxEngine = VoxEngineNamespace()

"""VoxEngine: making calls, players and sockets, joining them, and ending the session."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar, overload

from voxsim.engine.appevents import AppEvents
from voxsim.engine.command import Options, command
from voxsim.engine.dialling import dial
from voxsim.engine.lifecycle import Operation
from voxsim.engine.media import MediaUnit
from voxsim.engine.namespaces import flows
from voxsim.engine.namespaces.base import Namespace
from voxsim.engine.ports import Headers
from voxsim.engine.units.call import Call, warn_custom_data
from voxsim.engine.units.playback import Segment, speech
from voxsim.engine.units.player import Player, SequencePlayer
from voxsim.engine.units.websocket import WebSocket
from voxsim.vocabulary.codes import FinishReason
from voxsim.vocabulary.declare import Event, EventType, namespace, signature
from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.naming import python_name

E = TypeVar("E", bound=Event)
H = TypeVar("H", bound=Callable[..., Any])

Established = Callable[[Call, Call], Any] | None


@namespace("VoxEngine", events=AppEvents)
class VoxEngineNamespace(Namespace):
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

    # --- calls ---

    @command("callPSTN(number, callerid, {parameters}?)", Operation.CREATE)
    def call_pstn(
        self,
        number: str,
        callerid: str = "",
        parameters: Options = None,
        *,
        amd: Any = None,
        follow_diversion: bool = False,
        extra_headers: Headers | None = None,
    ) -> Call:
        """Call a phone number.

        Args:
            number: in E.164, with or without `+`.
            callerid: the number that the callee sees.
            parameters: options under their documented names.
            amd: an answering machine detector.
            follow_diversion: keep the diversion of a forwarded call.
            extra_headers: `VI-CallTimeout`, seconds until the call is given up (10 to 400).
        """
        return dial(self.session, "pstn", number, callerid, headers=extra_headers)

    @command(
        "callUser({parameters})",
        Operation.CREATE,
        positional="username callerid displayName extraHeaders video scheme",
    )
    def call_user(
        self,
        parameters: Options = None,
        *,
        username: str = "",
        callerid: str = "",
        display_name: str = "",
        extra_headers: Headers | None = None,
        video: bool = False,
        scheme: Any = None,
        amd: Any = None,
        custom_data: str | None = None,
        analytics_label: str = "",
        push_notification_timeout: float | None = None,
        video_orientation_extension: bool = True,
        conference_call: bool = False,
        disable_dtx_for_audio: bool = False,
        max_video_bitrate: int | None = None,
        strict_codec_list: bool = False,
    ) -> Call:
        """Call a user of the application: all devices where the user is logged in ring.

        Args:
            parameters: options under their documented names; older scripts give them one by one.
            username: who is called.
            callerid, display_name: what the callee sees.
            extra_headers: `X-…` headers, and `VI-CallTimeout`.
            push_notification_timeout: milliseconds to wait for an offline user after a push, 10000 to 60000.
            video, scheme, amd, custom_data, analytics_label, video_orientation_extension, conference_call,
                disable_dtx_for_audio, max_video_bitrate, strict_codec_list: shape the real platform's media and
                statistics; accepted, and without effect here.
        """
        if not username:
            raise BadArgument("callUser needs `username`.")
        return dial(self.session, "user", username, callerid, display_name=display_name, headers=extra_headers)

    @command("callUserDirect(incomingCall, username, {parameters}?)", Operation.CREATE)
    def call_user_direct(
        self,
        incoming_call: Call,
        username: str,
        parameters: Options = None,
        *,
        callerid: str = "",
        display_name: str = "",
        extra_headers: Headers | None = None,
        analytics_label: str = "",
        push_notification_timeout: float | None = None,
    ) -> Call:
        """Call a user peer to peer: the media of both calls then bypasses the platform."""
        if not isinstance(incoming_call, Call):
            raise BadArgument(f"callUserDirect: the first argument is a Call, got {type(incoming_call).__name__}.")
        headers = {"X-DirectCall": "true", **(extra_headers or {})}
        call = dial(self.session, "user", username, callerid, display_name=display_name, headers=headers)
        call.leg.direct = True
        return call

    @command(
        "callSIP(to, {parameters}?)",
        Operation.CREATE,
        positional="callerid displayName password authUser extraHeaders video outProxy",
    )
    def call_sip(
        self,
        to: str,
        parameters: Options = None,
        *,
        callerid: str = "",
        display_name: str = "",
        password: str = "",
        auth_user: str = "",
        headers: Headers | None = None,
        extra_headers: Headers | None = None,
        video: bool = False,
        out_proxy: str = "",
        reg_id: int | None = None,
        amd: Any = None,
        scheme: Any = None,
        strict_codec_list: bool = False,
        allow180_after183: bool = True,
        disable_dtx_for_audio: bool = False,
    ) -> Call:
        """Call a SIP address.

        Args:
            to: `sip:` or `sips:` URI; `;transport=tls` and `;transport=tcp` are possible.
            parameters: options under their documented names; older scripts give them one by one.
            callerid, display_name: what the callee sees.
            password, auth_user: for the callee's challenge; never written to the timeline.
            headers: `X-…` headers, and `VI-CallTimeout`; `extra_headers` is their older name.
            video, out_proxy, reg_id, amd, scheme, strict_codec_list, allow180_after183, disable_dtx_for_audio: shape
                the real platform's signalling and media; accepted, and without effect here.
        """
        if not str(to).lower().startswith(("sip:", "sips:")):
            raise BadArgument(f"callSIP: the address begins with 'sip:' or 'sips:', got {to!r}.")
        return dial(self.session, "sip", to, callerid, display_name=display_name, headers=extra_headers or headers)

    @command("callWhatsappUser({parameters})", Operation.CREATE, positional="number callerid")
    def call_whatsapp_user(
        self,
        parameters: Options = None,
        *,
        number: str = "",
        callerid: str = "",
        headers: Headers | None = None,
        disable_dtx_for_audio: bool = False,
    ) -> Call:
        """Call a WhatsApp user; the call's `client_type()` is `wab`."""
        if not number:
            raise BadArgument("callWhatsappUser needs `number`.")
        return dial(self.session, "wab", number, callerid, headers=headers)

    # --- players and sockets ---

    @command("createTTSPlayer(text, {parameters}?)", Operation.CREATE, positional="voice progressivePlayback")
    def create_tts_player(
        self,
        text: str,
        parameters: Options = None,
        *,
        voice: str | None = None,
        language: str | None = None,
        progressive_playback: bool = False,
        tts_options: Mapping[str, Any] | None = None,
        on_pause: bool = False,
        request: Any = None,
    ) -> Player:
        """A player that says a text of at most 1500 characters; `on_pause` makes it wait for `resume()`."""
        segment = speech(text, tts_options, voice)
        return Player(self.session, (segment,), progressive=progressive_playback, on_pause=on_pause)

    @command("createURLPlayer(request, {parameters}?)", Operation.CREATE, positional="loop progressivePlayback")
    def create_url_player(
        self,
        request: str | Mapping[str, Any],
        parameters: Options = None,
        *,
        loop: bool = False,
        on_pause: bool = False,
        progressive_playback: bool = False,
        hide_headers: bool = False,
        hide_body: bool = False,
    ) -> Player:
        """A player of an audio file of at most 10 MB; the request is a URL, or an object with `url` in it."""
        segment = Segment("audio", _url_of("createURLPlayer", request))
        return Player(self.session, (segment,), loop=loop, progressive=progressive_playback, on_pause=on_pause)

    @command("createToneScriptPlayer(script, {parameters}?)", Operation.CREATE, positional="loop progressivePlayback")
    def create_tone_script_player(
        self, script: str, parameters: Options = None, *, loop: bool = False, progressive_playback: bool = False
    ) -> Player:
        """A player of a ToneScript, such as `425@-19;5(1/4/1)`: frequency@level; seconds(on/off/frequency)."""
        return Player(self.session, (Segment("tone", str(script)),), loop=loop, progressive=progressive_playback)

    @command("createSequencePlayer({parameters})", Operation.CREATE, positional="segments")
    def create_sequence_player(
        self, parameters: Options = None, *, segments: Sequence[Mapping[str, Any]] = ()
    ) -> SequencePlayer:
        """A player of several segments: `{"text": …}` is said, `{"url": …}` is played."""
        if not segments:
            raise BadArgument("createSequencePlayer needs `segments`, at least one.")
        return SequencePlayer(self.session, tuple(map(_segment, segments)), tuple(segments))

    @command("createWebSocket(url, {parameters}?)", Operation.CREATE)
    def create_web_socket(
        self,
        url: str,
        parameters: Options = None,
        *,
        protocols: str | Sequence[str] = "chat",
        headers: Sequence[Mapping[str, str]] | Mapping[str, str] | None = None,
        statistics: bool = False,
        trace: bool = False,
        privacy: bool = False,
    ) -> WebSocket:
        """A WebSocket to a URL; Created and Open follow, or Error and Close."""
        if not str(url).startswith(("ws://", "wss://")):
            raise BadArgument(f"createWebSocket: the URL begins with 'ws://' or 'wss://', got {url!r}.")
        offered = (protocols,) if isinstance(protocols, str) else tuple(protocols)
        return WebSocket.connect(self.session, str(url), offered, _header_map(headers))

    @command("allowWebSocketConnections()")
    def allow_web_socket_connections(self) -> None:
        """From now on WebSockets to the session's URL are accepted: AppEvents.WebSocket follows each."""
        self.session.allows_sockets = True

    @command("enableStatisticsForIncomingWebsockets()")
    def enable_statistics_for_incoming_websockets(self) -> None:
        """Count the media of incoming sockets; the timeline does so always."""

    @command("disableStatisticsForIncomingWebsockets()")
    def disable_statistics_for_incoming_websockets(self) -> None:
        """Do not count the media of incoming sockets; the timeline does so always."""

    @command("enableTraceForIncomingWebsockets()")
    def enable_trace_for_incoming_websockets(self) -> None:
        """Trace the messages of incoming sockets; the timeline has them always."""

    @command("disableTraceForIncomingWebsockets()")
    def disable_trace_for_incoming_websockets(self) -> None:
        """Do not trace the messages of incoming sockets; the timeline has them always."""

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

    @command("terminate()", Operation.LOG)
    def terminate(self) -> None:
        """Ask for the end of the session. It returns at once: the rest of the running function still runs."""
        self.session.end(FinishReason.NORMAL)


def _url_of(name: str, request: str | Mapping[str, Any]) -> str:
    url = request.get("url") if isinstance(request, Mapping) else request
    if not isinstance(url, str) or not url:
        raise BadArgument(f"{name} needs a URL, or an object with `url` in it, got {request!r}.")
    return url


def _segment(given: Mapping[str, Any]) -> Segment:
    if not isinstance(given, Mapping) or not ({"text", "url"} & given.keys()):
        raise BadArgument(f"A segment has `text` or `url`, got {given!r}.")
    if "text" in given:
        parameters = {python_name(str(key)): value for key, value in (given.get("parameters") or {}).items()}
        return speech(given["text"], parameters.get("tts_options"), parameters.get("voice"))
    return Segment("audio", str(given["url"]))


def _header_map(headers: Sequence[Mapping[str, str]] | Mapping[str, str] | None) -> dict[str, str]:
    """Headers of a socket: `{name, value}` objects as documented, or a plain mapping."""
    if not headers:
        return {}
    if isinstance(headers, Mapping):
        return {str(name): str(value) for name, value in headers.items()}
    return {str(item["name"]): str(item["value"]) for item in headers}


VoxEngine = VoxEngineNamespace()

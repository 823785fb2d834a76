"""The media units that VoxEngine makes: players, sockets, and what is loaded when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from voxsim.engine.command import Options, command
from voxsim.engine.lifecycle import Operation
from voxsim.engine.namespaces.base import Namespace
from voxsim.engine.units.playback import Segment, speech
from voxsim.engine.units.player import Player, SequencePlayer
from voxsim.engine.units.websocket import WebSocket
from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.naming import python_name

if TYPE_CHECKING:
    from voxsim.engine.units.asr import ASR
    from voxsim.engine.units.conference import Conference
    from voxsim.engine.units.recorder import ConferenceRecorder, Recorder
    from voxsim.engine.units.streamingagent import StreamingAgent

_SHORTEST_KEYFRAME_INTERVAL: Final = 2
_ASR_OPTIONS: Final = (
    "headers beta enableSeparateRecognitionPerChannel alternativeLanguageCodes enableWordTimeOffsets "
    "enableWordConfidence enableAutomaticPunctuation diarizationConfig metadata speechContexts maxAlternatives "
    "adaptation enableSpokenPunctuation enableSpokenEmojis useEnhanced transcriptNormalization request "
    "recognitionMode mode timeout noSpeechTimeout maxSpeechTimeout"
)


class Making(Namespace):
    """The part of VoxEngine that makes media units."""

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
        api_key: str = "",
    ) -> Player:
        """A player that says a text of at most 1500 characters.

        Args:
            text: what to say; SSML tags take no time.
            parameters: the options below under their documented names; older scripts give them one by one.
            voice, language: who says it, in which language; told in the timeline.
            progressive_playback: begin before all of it is there.
            tts_options: such as `rate`; it changes how long the text takes.
            on_pause: wait for `resume()`.
            request, api_key: for the vendor's own service; accepted, and without effect here.
        """
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
        if not segments or not isinstance(segments, list | tuple):
            raise BadArgument(f"createSequencePlayer needs `segments`, a list of at least one, got {segments!r}.")
        return SequencePlayer(self.session, tuple(map(_segment, segments)), tuple(segments))

    @command("createASR({parameters})", Operation.CREATE, positional="lang dict", ignored=_ASR_OPTIONS)
    def create_asr(
        self,
        parameters: Options = None,
        *,
        profile: str = "",
        model: str = "",
        lang: str = "",
        language: str = "",
        interim_results: bool = False,
        single_utterance: bool | None = None,
        phrase_hints: Sequence[str] | None = None,
        dict: Sequence[str] | str | None = None,  # noqa: A002 - its documented name
        profanity_filter: bool = False,
    ) -> ASR:
        """A recogniser: send it a call's media, and what the subscriber says comes as ASREvents.Result.

        Args:
            parameters: the options below under their documented names.
            profile: a member of `ASRProfileList`: the vendor and the language.
            model: a member of `ASRModelList`; told in the timeline.
            lang, language: what older scripts give in place of a profile, a member of `ASRLanguage`.
            interim_results: fire InterimResult word by word while somebody speaks.
            single_utterance: one Result per utterance; without it the platform may give more for a long one.
                SaluteSpeech has it unless told otherwise.
            phrase_hints, dict: what is likely to be said; the recogniser is surer of it.
            profanity_filter: put asterisks into swear words.

        Raises:
            BadArgument: there is neither a profile nor a language.
        """
        from voxsim.engine.units import asr

        self.session.needs("ASR")
        spoken = str(profile or lang or language)
        if single_utterance is None:
            single_utterance = spoken.startswith("ASRProfileList.SaluteSpeech")
        if not spoken:
            raise BadArgument("createASR needs `profile`, such as ASRProfileList.Google.en_US.")
        asked = asr.Asked(
            profile=spoken,
            language=spoken,
            model=str(model),
            interim=bool(interim_results),
            single=bool(single_utterance),
            clean=bool(profanity_filter),
            hints=asr.phrases(phrase_hints, dict),
        )
        return asr.ASR(self.session, asked)

    @command("createRecorder({parameters}?)", Operation.CREATE, positional="name secure")
    def create_recorder(
        self,
        parameters: Options = None,
        *,
        name: str = "",
        secure: bool = False,
        transcribe: bool = False,
        language: str = "",
        hd_audio: bool = False,
        expire: str = "",
        lossless: bool = False,
        video: bool = False,
        video_parameters: Mapping[str, Any] | None = None,
        record_name_prefix: str = "",
        provider: Any = None,
        format: str = "text",  # noqa: A002 - its documented name
        content_disposition_filename: str = "",
    ) -> Recorder | ConferenceRecorder:
        """A recorder: it records what is sent to it from RecorderEvents.Started on, all together.

        Args:
            parameters: the options below, under their documented names; older scripts give name and secure alone.
            name: the record's name in the call history.
            secure: only those who may use the management API get the file.
            transcribe, language, format: write down what was said, too, as `text` or `json` beside the file.
            hd_audio: at 16 kHz in place of 8.
            expire: a `RecordExpireTime`; the file is kept for three months without it.
            lossless: the file's name ends in `.flac`; not together with `hd_audio`.
            video, video_parameters: with `mixing` in the parameters it is a ConferenceRecorder. There is no picture:
                what says how it looks is checked, and without effect.
            record_name_prefix: what the file's name begins with.
            content_disposition_filename: the name under which a browser saves the file.
            provider: for recognition by a vendor; accepted, and without effect here.

        Raises:
            BadArgument: a value is none of those that are documented.
        """
        from voxsim.engine.recordoptions import asked_for
        from voxsim.engine.units import recorder

        self.session.needs("Recorder")
        asked = asked_for(
            self.session,
            "createRecorder",
            name=name,
            secure=secure,
            transcribe=transcribe,
            language=language,
            hd_audio=hd_audio,
            expire=expire,
            lossless=lossless,
            video=video,
            video_parameters=video_parameters,
            prefix=record_name_prefix,
            format=format,
            file_name=content_disposition_filename,
        )
        mixes = video and bool((video_parameters or {}).get("mixing"))
        return (recorder.ConferenceRecorder if mixes else recorder.Recorder)(self.session, asked)

    @command("createConference({parameters})", Operation.CREATE)
    def create_conference(self, parameters: Options = None, *, hd_audio: bool = False) -> Conference:
        """A conference: send calls, players and sockets to it and it to them, and all hear all others.

        Args:
            parameters: the option below under its documented name.
            hd_audio: mix in high definition; accepted, and without effect here.
        """
        from voxsim.engine.units.conference import Conference

        self.session.needs("Conference")
        return Conference(self.session, hd_audio=bool(hd_audio))

    @command("destroyConference(conference)")
    def destroy_conference(self, conference: Conference) -> None:
        """Stop a conference, as `Conference.stop` does."""
        from voxsim.engine.units.conference import Conference

        if not isinstance(conference, Conference):
            raise BadArgument(f"destroyConference takes a Conference, got {type(conference).__name__}.")
        conference.stop()

    @command("createStreamingAgent({parameters})", Operation.CREATE)
    def create_streaming_agent(
        self,
        parameters: Options = None,
        *,
        protocol: str = "RTMP",
        url: str = "",
        backup_url: str = "",
        stream_name: str = "",
        keyframe_interval: float = 2,
        application_name: str = "",
    ) -> StreamingAgent:
        """A unit that publishes what it is sent; Connected and StreamStarted follow, or ConnectionFailed.

        Args:
            parameters: the options below under their documented names.
            protocol: `RTMP`, the only one.
            url, backup_url: where to; the second is tried when the first takes no connection.
            stream_name, application_name: how the stream is called there.
            keyframe_interval: seconds, at least 2; without effect here, as calls have no video.

        Raises:
            BadArgument: the protocol is another, the URL no RTMP URL, or the interval too short.
        """
        from voxsim.engine.units.streamingagent import Stream, StreamingAgent

        self.session.needs("StreamingAgent")
        if protocol != "RTMP":
            raise BadArgument(f"createStreamingAgent: the only protocol is 'RTMP', got {protocol!r}.")
        for address in filter(None, (url or "no url", backup_url)):
            if not str(address).startswith(("rtmp://", "rtmps://")):
                raise BadArgument(f"createStreamingAgent: a URL begins with 'rtmp://' or 'rtmps://', got {address!r}.")
        if not isinstance(keyframe_interval, int | float) or not keyframe_interval >= _SHORTEST_KEYFRAME_INTERVAL:
            raise BadArgument(f"createStreamingAgent: `keyframeInterval` is at least 2 s, got {keyframe_interval!r}.")
        return StreamingAgent(self.session, Stream(url=str(url), backup_url=str(backup_url), name=str(stream_name)))

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


def _url_of(name: str, request: str | Mapping[str, Any]) -> str:
    url = request.get("url") if isinstance(request, Mapping) else request
    if not isinstance(url, str) or not url:
        raise BadArgument(f"{name} needs a URL, or an object with `url` in it, got {request!r}.")
    return url


def _segment(given: Mapping[str, Any]) -> Segment:
    if not isinstance(given, Mapping) or not ({"text", "url"} & given.keys()):
        raise BadArgument(f"A segment has `text` or `url`, got {given!r}.")
    if "text" in given:
        options = given.get("parameters") or {}
        if not isinstance(options, Mapping):
            raise BadArgument(f"A segment's `parameters` are an object such as {{'voice': …}}, got {options!r}.")
        parameters = {python_name(str(key)): value for key, value in options.items()}
        return speech(given["text"], parameters.get("tts_options"), parameters.get("voice"))
    return Segment("audio", str(given["url"]))


def _header_map(headers: Sequence[Mapping[str, str]] | Mapping[str, str] | None) -> dict[str, str]:
    """Headers of a socket: `{name, value}` objects as documented, or a plain mapping."""
    if not headers:
        return {}
    if isinstance(headers, Mapping):
        return {str(name): str(value) for name, value in headers.items()}
    return {str(item["name"]): str(item["value"]) for item in headers}

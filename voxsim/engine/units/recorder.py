"""Recorder and ConferenceRecorder: they record what is sent to them, as one file of sound.

What is recorded stands in `recording`, the life of a record in `take`. A conference recorder makes a video on the
platform; here it records the conference's sound, and what says how the picture looks is checked and without effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from voxsim.engine.command import Options, command
from voxsim.engine.future import Future
from voxsim.engine.media import LEFT, MediaUnit, SendMedia, Sound
from voxsim.engine.recording import Asked, Recording
from voxsim.engine.recordoptions import check_video
from voxsim.engine.units.take import Take
from voxsim.vocabulary.declare import Event, EventNames, event, payload, signature, unit
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.engine.frames import Encoding
    from voxsim.engine.session import Session


@payload
class RecorderEvent(Event):
    """What every event of a recorder carries."""

    recorder: Recorder


@payload
class RecorderStartedEvent(RecorderEvent):
    """The record began; its file will be at the URL."""

    url: str


@payload
class RecorderStoppedEvent(RecorderEvent):
    """The record ended; `cost` is a string, `duration` whole seconds, rounded down."""

    cost: str
    duration: int


@payload
class RecorderErrorEvent(RecorderEvent):
    """Nothing comes of the record."""

    error: str


class RecorderEvents(EventNames):
    """Events of a Recorder."""

    RecorderError = event("Recorder.Error", RecorderErrorEvent)
    Started = event("Recorder.Started", RecorderStartedEvent)
    Stopped = event("Recorder.Stopped", RecorderStoppedEvent)


@unit("Recorder", events=RecorderEvents, module="Recorder")
class Recorder(MediaUnit):
    """Records all that is sent to it, together."""

    __slots__ = ("_take",)

    EVENTS: ClassVar = RecorderEvents
    NAME: ClassVar = "Recorder"
    MIXES: ClassVar = True

    def __init__(self, session: Session, asked: Asked) -> None:
        super().__init__(session, session.switch.ids.unit())
        self._take = Take(self, asked)
        self._take.start()

    @signature("id()")
    def id(self) -> str:
        """The recorder's id."""
        return self._id

    @command("mute(doMute)")
    def mute(self, do_mute: bool = True) -> None:
        """Record silence in place of what is heard, or what is heard again; the time goes on either way."""
        if self._alive("mute"):
            self._take.mute(bool(do_mute))

    @command("stop()")
    def stop(self) -> None:
        """End the record: Stopped follows, and nothing can be done with the recorder any more."""
        if self._alive("stop"):
            self._take.stop()
            self.unroute_all()

    @property
    def recording(self) -> Recording | None:
        """What was recorded, once it has ended."""
        return self._take.recording

    # --- what is heard ---

    def hear(self, sound: Sound, origin: MediaUnit) -> None:
        """A sound arrives."""
        self._take.hears(LEFT, sound, origin)

    def hear_more(
        self, sound: Sound, origin: MediaUnit, until: int, chunk: tuple[Encoding, bytes] | None = None
    ) -> None:
        """A sound that comes piece by piece goes on."""
        self._take.hears_more(LEFT, sound, origin, until, chunk)

    def hear_less(self, sound: Sound, origin: MediaUnit) -> None:
        """One of the sounds that come from a unit is cut."""
        self._take.silent(LEFT, origin, sound.source)

    def hear_nothing(self, origin: MediaUnit) -> None:
        """What came from a unit is cut."""
        self._take.silent(LEFT, origin)

    def _stream_ends(self, source: MediaUnit, how: SendMedia) -> None:
        self.hear_nothing(source)

    # --- what the record tells ---

    def take_catches_up(self, take: Take) -> None:
        """The record begins: what sounds already is heard from here on."""
        for source in self.sources:
            for sound in source._sounds_for(self):
                take.hears(LEFT, sound, source)

    def take_tells(self, take: Take, moment: str, detail: str) -> None:
        """The record has started, stopped or failed, or its session is over."""
        match moment:
            case "started":
                self.emit(RecorderEvents.Started(self, url=take.url))
            case "stopped" if take.recording is not None:
                self.unroute_all()
                self.emit(RecorderEvents.Stopped(self, cost="0", duration=take.recording.seconds))
            case "dropped":
                self.unroute_all()
            case "failed":
                self.unroute_all()
                self.emit(RecorderEvents.RecorderError(self, error=detail))

    # --- inside ---

    def _alive(self, name: str) -> bool:
        if self._take.closed:
            self.session.warn(f"{name}: recorder {self._id} has stopped already; ignored.", self._id)
        return not self._take.closed

    def _cannot_send(self) -> str | None:
        return "a recorder has no sound to send"

    def _cannot_receive(self) -> str | None:
        return f"recorder {self._id} has stopped" if self._take.closed else None


@unit("ConferenceRecorder", events=RecorderEvents, module="Recorder")
class ConferenceRecorder(Recorder):
    """Records a conference whose participants' pictures are mixed into one."""

    __slots__ = ("_conference", "_priority")

    NAME: ClassVar = "ConferenceRecorder"

    def __init__(self, session: Session, asked: Asked) -> None:
        super().__init__(session, asked)
        self._conference: MediaUnit | None = None
        self._priority: list[Any] = []

    @command("setConference(conference)")
    def set_conference(self, conference: MediaUnit) -> None:
        """Record this conference, in place of one that was set before."""
        if not isinstance(conference, MediaUnit) or conference.NAME != "Conference":
            raise BadArgument(f"setConference: a Conference is needed, got {conference!r}.")
        if not self._alive("setConference") or conference is self._conference:
            return
        if self._conference is not None:
            self._conference.unroute(self)
        if conference.route_to(self):
            self._conference = conference

    @command("setPriority(priority)")
    def set_priority(self, priority: Sequence[Any]) -> Future[None]:
        """To be awaited: put these endpoints first in the picture. There is none here: the order is kept, no more.

        Raises:
            BadArgument: it is no list of endpoints.
        """
        is_list = isinstance(priority, Sequence) and not isinstance(priority, str)
        if not is_list or any(type(one).__name__ != "Endpoint" for one in priority):
            raise BadArgument(f"setPriority: a list of a conference's endpoints is needed, got {priority!r}.")
        future: Future[None] = Future(self.session.switch, "the new order of a conference recorder")
        if self._alive("setPriority"):
            self._priority = list(priority)
        self.session.switch.post(future.set, None)
        return future

    @signature("getPriority()")
    def get_priority(self) -> list[Any]:
        """The endpoints that come first, in order."""
        return list(self._priority)

    @command("update({parameters})")
    def update(
        self,
        parameters: Options = None,
        *,
        layout: str | None = None,
        layout_settings: Sequence[Mapping[str, Any]] | None = None,
        layout_priority: str | Sequence[str] | None = None,
        labels: Mapping[str, Any] | None = None,
        vad: Mapping[str, Any] | None = None,
        background: str | None = None,
        direction: str | None = None,
        object_fit: str | None = None,
        custom_data: Any = None,
    ) -> None:
        """Change how the picture looks. There is none here: all options are checked, and without effect.

        Raises:
            BadArgument: a value is none of those that are documented.
        """
        if self._alive("update"):
            given = {
                "layout": layout,
                "layoutSettings": layout_settings,
                "layoutPriority": layout_priority,
                "labels": labels,
                "vad": vad,
                "direction": direction,
                "objectFit": object_fit,
            }
            check_video(self.session, "update", given, "UpdateRecorderVideoParameters")

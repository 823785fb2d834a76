"""Conference: a mixer. Whoever sends to it is heard by all that it sends to, and never by itself.

Nothing is mixed until somebody wants samples: a sound that begins is handed on as it is, once to each listener. What
sounds at present is kept by its source, so that a newcomer hears it, and so that a pause is told when all are silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar, Final

from voxsim.engine.command import Options, command
from voxsim.engine.future import Future
from voxsim.engine.media import MediaUnit, SendMedia, Sound
from voxsim.engine.samples import mixed
from voxsim.engine.states import moved
from voxsim.engine.units.call import Call
from voxsim.engine.units.conferenceevents import ConferenceEvents
from voxsim.engine.units.endpoint import FORWARD, MIX, Endpoint, choices
from voxsim.vocabulary.declare import signature, unit
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.engine.frames import Encoding
    from voxsim.engine.session import Session


class ConferenceState(Enum):
    """Where a conference is in its life."""

    RUNNING = "running"
    STOPPED = "stopped"


MOVES: Final[dict[ConferenceState, frozenset[ConferenceState]]] = {
    ConferenceState.RUNNING: frozenset({ConferenceState.STOPPED}),
    ConferenceState.STOPPED: frozenset(),
}
"""Which state may follow which."""

CANNOT_ADD: Final = 101
"""The code for an endpoint that is refused for another reason than the rule (a guess; 102 is documented)."""

NO_VIDEO_RULE: Final = 102
"""The code for an endpoint in a session whose rule serves no video conferences."""


@unit("Conference", events=ConferenceEvents, module="Conference")
class Conference(MediaUnit):
    """A mixer of calls, players and other media units."""

    __slots__ = ("_endpoints", "_passing", "_sounds", "hd_audio", "state")

    EVENTS: ClassVar = ConferenceEvents
    NAME: ClassVar = "Conference"
    MIXES: ClassVar = True

    def __init__(self, session: Session, *, hd_audio: bool = False) -> None:
        super().__init__(session, session.switch.ids.unit())
        self.state = ConferenceState.RUNNING
        self.hd_audio = hd_audio
        self._endpoints: dict[MediaUnit, Endpoint] = {}
        self._sounds: dict[MediaUnit, Sound] = {}
        self._passing = False
        session.keep(self._id, self)
        self.emit(ConferenceEvents.Started(self))

    @signature("id()")
    def id(self) -> str:
        """The conference's id."""
        return self._id

    @signature("getId()")
    def get_id(self) -> str:
        """An older name of `id`."""
        return self._id

    @command("stop()")
    def stop(self) -> None:
        """Stop mixing: all routes are cut, Stopped follows. The calls stay."""
        if self.state is ConferenceState.STOPPED:
            self.session.warn(f"stop: conference {self._id} has been stopped already; ignored.", self._id)
            return
        self._end()

    def cut(self) -> None:
        """The session is over."""
        self._end()

    def _end(self) -> None:
        self.state = moved(MOVES, self.state, ConferenceState.STOPPED, "A conference")
        self._sounds.clear()
        self.unroute_all()
        for endpoint in self.get_list():
            self.lose(endpoint)
        self.session.drop(self._id)
        self.emit(ConferenceEvents.Stopped(self))

    # --- endpoints ---

    @signature("getList()")
    def get_list(self) -> list[Endpoint]:
        """The endpoints, in the order in which they were added."""
        return list(self._endpoints.values())

    @signature("get(id)")
    def get(self, id: str) -> Endpoint | None:  # noqa: A002 - its documented name
        """The endpoint with this id, or None."""
        return next((endpoint for endpoint in self._endpoints.values() if endpoint.id() == id), None)

    @command("add({parameters})")
    def add(
        self,
        parameters: Options = None,
        *,
        call: Call | None = None,
        mode: str = MIX,
        direction: str = "BOTH",
        scheme: Any = None,
        display_name: str = "",
        receive_parameters: Mapping[str, Any] | None = None,
        max_video_bitrate: int | None = None,
    ) -> Endpoint:
        """Let a call take part as an endpoint: EndpointAdded follows, or ConferenceError when it cannot.

        Only a session whose rule serves video conferences has endpoints; in a voice conference media is sent between
        the call and the conference. An endpoint leaves with its call, or when the conference stops.

        Args:
            parameters: the options below under their documented names.
            call: who takes part.
            mode: `MIX` for one stream of all others, `FORWARD` for a stream of each.
            direction: `SEND` to be heard, `RECEIVE` to hear, `BOTH`.
            display_name: what the others see.
            receive_parameters: as `Endpoint.manage_endpoint` takes them.
            scheme, max_video_bitrate: shape the real platform's media; accepted, and without effect here.

        Raises:
            BadArgument: there is no call, or a mode or direction that does not exist.
        """
        if not isinstance(call, Call):
            raise BadArgument(f"add needs `call`, a Call; got {type(call).__name__}.")
        endpoint = Endpoint(self, call, mode, direction, str(display_name or call.display_name()))
        endpoint.choose(choices(receive_parameters or {}))
        if (refused := self._refusal(call)) is not None:
            code, error = refused
            self.emit(ConferenceEvents.ConferenceError(self, error, code, endpoint.id()))
            return endpoint
        self._endpoints[call] = endpoint
        call.listen(endpoint)
        self.tell_endpoint("EndpointAdded", endpoint)
        if endpoint.sends:
            call.route_to(self)
        if endpoint.receives:
            self.route_to(call)
        return endpoint

    def _refusal(self, call: Call) -> tuple[int, str] | None:
        """The code and the reason why a call cannot be an endpoint, or None."""
        most = self.session.switch.limits.conference_endpoints
        if not self.session.origin.video_conference:
            return NO_VIDEO_RULE, "Endpoints need a rule with video_conference switched on"
        if self.state is ConferenceState.STOPPED:
            return CANNOT_ADD, "The conference has stopped"
        if (trouble := call._cannot_send()) is not None:
            return CANNOT_ADD, f"Media cannot flow: {trouble}"
        if call in self._endpoints:
            return CANNOT_ADD, "The call is an endpoint already"
        if len(self._endpoints) >= most:
            self.session.limit("conference_endpoints", most, self._id)
            return CANNOT_ADD, f"A conference has {most} endpoints at most"
        return None

    def manage(self, endpoint: Endpoint, wanted: Mapping[str, bool], future: Future[None]) -> None:
        """Carry out what `manage_endpoint` asked for."""
        call = endpoint.get_call()
        if self._endpoints.get(call) is not endpoint or endpoint.get_mode() != FORWARD:
            error = "An endpoint that receives the mix cannot choose what is in it; one with mode FORWARD can"
            if self._endpoints.get(call) is not endpoint:
                error = "The endpoint has left the conference"
            self.emit(ConferenceEvents.ConferenceError(self, error, CANNOT_ADD, endpoint.id()))
            future.fail(BadArgument(f"manageEndpoint: {error}."))
            return
        before = self._sounds_for(call)
        endpoint.choose(wanted)
        if call in self.sinks:
            after = self._sounds_for(call)
            if before and not after:
                call.hear_nothing(self)
            for sound in after:
                if sound not in before:
                    call.hear(sound, self)
        self.tell_endpoint("EndpointManaged", endpoint)
        self.session.switch.post(future.set, None)

    def tell_endpoint(self, moment: str, endpoint: Endpoint) -> None:
        """Fire an event about an endpoint that takes part."""
        event = getattr(ConferenceEvents, moment)
        self.emit(event(self, endpoint.get_mode(), endpoint.get_direction(), endpoint.id(), endpoint))

    def lose(self, endpoint: Endpoint) -> None:
        """An endpoint leaves, unless it has left already."""
        call = endpoint.get_call()
        if self._endpoints.get(call) is endpoint:
            del self._endpoints[call]
            self.tell_endpoint("EndpointRemoved", endpoint)

    # --- who hears whom ---

    def hear(self, sound: Sound, origin: MediaUnit) -> None:
        """Somebody begins to sound: all others hear it."""
        if self._passing:
            # It came round, over another conference or session that hears this one.
            return
        self._sounds[origin] = sound
        self._passing = True
        try:
            for sink in self.sinks:
                if self._hears(sink, origin):
                    sink.hear(sound, self)
        finally:
            self._passing = False

    def hear_nothing(self, origin: MediaUnit) -> None:
        """What somebody sounded was cut: whoever hears nothing else now is told."""
        sound = self._sounds.pop(origin, None)
        # One that ends by itself just now is no longer played, but was heard until now.
        if sound is None or self._passing or _until(origin, sound) < self.session.switch.now:
            return
        left = self._sounding_now()
        self._passing = True
        try:
            for sink in self.sinks:
                if self._hears(sink, origin):
                    sink.hear_less(sound, self)
                    if not any(self._hears(sink, other) for other, _ in left):
                        sink.hear_nothing(self)
        finally:
            self._passing = False

    def hear_more(
        self, sound: Sound, origin: MediaUnit, until: int, chunk: tuple[Encoding, bytes] | None = None
    ) -> None:
        """What somebody sounds goes on, for all others, too."""
        if self._passing:
            return
        self._passing = True
        try:
            for sink in self.sinks:
                if self._hears(sink, origin):
                    sink.hear_more(sound, self, until, chunk)
        finally:
            self._passing = False

    def _hears(self, sink: MediaUnit, origin: MediaUnit) -> bool:
        if sink is origin:
            return False
        endpoint = self._endpoints.get(sink) if self._endpoints else None
        return endpoint is None or endpoint.hears(self._endpoints.get(origin))

    def _sounding_now(self) -> list[tuple[MediaUnit, Sound]]:
        """Who sounds now, and what."""
        now = self.session.switch.now
        return [(origin, sound) for origin, sound in self._sounds.items() if _until(origin, sound) > now]

    def _sounds_for(self, sink: MediaUnit) -> tuple[Sound, ...]:
        return tuple(sound for origin, sound in self._sounding_now() if self._hears(sink, origin))

    def _sounding_to(self, sink: MediaUnit) -> Sound | None:
        """The sound of the mix that lasts longest."""
        return _longest(one for one in self._sounding_now() if self._hears(sink, one[0]))

    def _sounding(self) -> Sound | None:
        return _longest(self._sounding_now())

    def _sounds_until(self, sound: Sound) -> int | None:
        origin = next((origin for origin, one in self._sounds.items() if one is sound), None)
        return super()._sounds_until(sound) if origin is None else origin._sounds_until(sound)

    def _takes_samples(self) -> bool:
        if self._passing:
            return False
        self._passing = True
        try:
            return any(sink._takes_samples() for sink in self.sinks)
        finally:
            self._passing = False

    def _flows(self) -> bool:
        return self.state is ConferenceState.RUNNING

    def _samples_to(
        self, sink: MediaUnit, sound: Sound, encoding: Encoding, position: int, milliseconds: float
    ) -> bytes:
        """A piece of the mix, at the instant that the position in one of its sounds says."""
        instant = sound.started + position - sound.skipped
        pieces = [
            origin._samples_to(self, one, encoding, max(instant - one.started, 0) + one.skipped, milliseconds)
            for origin, one in self._sounding_now()
            if self._hears(sink, origin)
        ]
        return mixed(pieces, encoding)

    # --- routes ---

    def _stream_ends(self, source: MediaUnit, how: SendMedia) -> None:
        self.hear_nothing(source)

    def _cannot_send(self) -> str | None:
        return self._no_media()

    def _cannot_receive(self) -> str | None:
        return self._no_media()

    def _no_media(self) -> str | None:
        return f"conference {self._id} has stopped" if self.state is ConferenceState.STOPPED else None


def _until(origin: MediaUnit, sound: Sound) -> float:
    """When a sound of a unit is over, in microseconds since the run's epoch."""
    until = origin._sounds_until(sound)
    return inf if until is None else until


def _longest(sounding: Iterable[tuple[MediaUnit, Sound]]) -> Sound | None:
    return max(sounding, key=lambda one: _until(*one), default=(None, None))[1]

"""Endpoint: one participant of a video conference, and which of the others it wants to hear.

`SEND`, `RECEIVE` and `BOTH` say whether the conference hears it and it hears the conference. `MIX` gives it one stream
of all others; `FORWARD` gives it each of them as a stream of its own, of which it can choose.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from voxsim.engine.command import command
from voxsim.engine.future import Future
from voxsim.vocabulary.constants import constant_set
from voxsim.vocabulary.declare import signature, unit
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.engine.media import Sound
    from voxsim.engine.units.call import Call
    from voxsim.engine.units.conference import Conference

MIX: Final = "MIX"
FORWARD: Final = "FORWARD"

_SENDING: Final = frozenset({"SEND", "BOTH"})
_RECEIVING: Final = frozenset({"RECEIVE", "BOTH"})


@unit("Endpoint", module="Conference")
class Endpoint:
    """One participant of a video conference."""

    __slots__ = ("_call", "_conference", "_direction", "_id", "_mode", "_wanted", "display_name", "session")

    def __init__(self, conference: Conference, call: Call, mode: str, direction: str, display_name: str) -> None:
        self.session = conference.session
        self._conference = conference
        self._id = self.session.switch.ids.unit()
        self._call = call
        self._mode = member("mode", "ConferenceMode", mode)
        self._direction = member("direction", "ConferenceDirection", direction)
        self._wanted: dict[str, bool] = {}
        self.display_name = display_name

    def __repr__(self) -> str:
        return f"<Endpoint {self._id}>"

    @signature("id()")
    def id(self) -> str:
        """The endpoint's id."""
        return self._id

    @signature("getDirection()")
    def get_direction(self) -> str:
        """`SEND`, `RECEIVE` or `BOTH`."""
        return self._direction

    @signature("getMode()")
    def get_mode(self) -> str:
        """`MIX` or `FORWARD`."""
        return self._mode

    @signature("getCall()")
    def get_call(self) -> Call:
        """The call behind it."""
        return self._call

    @command("setDisplayName(displayName)")
    def set_display_name(self, display_name: str) -> None:
        """Show another name to the other participants; EndpointUpdated follows."""
        self.display_name = str(display_name)
        if self in self._conference.get_list():
            self._conference.tell_endpoint("EndpointUpdated", self)
        else:
            self.session.warn(f"setDisplayName: {self!r} does not take part in the conference; nobody sees it.")

    @command("manageEndpoint(parameters)")
    def manage_endpoint(self, parameters: Mapping[str, Any]) -> Future[None]:
        """Choose whom this endpoint hears; EndpointManaged follows, and what is returned can be awaited.

        Args:
            parameters: for an endpoint's id, `audio` and `video`, each a list of its streams or of `default`. An empty
                list of `audio` takes it away from this endpoint's ears; those that are not named stay as they are.

        Raises:
            BadArgument: they are no such mapping. An endpoint that receives the mix cannot choose: awaiting fails then.
        """
        wanted = choices(parameters)
        future: Future[None] = Future(self.session.switch, f"{self!r} to be managed")
        self.session.switch.post(self._conference.manage, self, wanted, future)
        return future

    # --- for the conference ---

    @property
    def sends(self) -> bool:
        """Whether the conference is to hear it."""
        return self._direction in _SENDING

    @property
    def receives(self) -> bool:
        """Whether it is to hear the conference."""
        return self._direction in _RECEIVING

    def hears(self, speaker: Endpoint | None) -> bool:
        """Whether it wants to hear another endpoint, or what is none (None)."""
        return speaker is None or self._wanted.get(speaker._id, True)

    def choose(self, wanted: Mapping[str, bool]) -> None:
        """Hear, or do not hear, the endpoints with these ids."""
        self._wanted.update(wanted)

    def connected(self) -> None:
        """Its call is connected: nothing changes, for it takes part already."""

    def heard(self, sound: Sound) -> None:
        """Its call sounds: what the conference hears of it comes by the route between them."""

    def ended(self) -> None:
        """Its call is over: it leaves."""
        self._conference.lose(self)


def member(name: str, enumeration: str, given: object) -> str:
    """A member of an enumeration of the conferences, as its text.

    Raises:
        BadArgument: it has no such member.
    """
    known = tuple(constant_set(enumeration).members)
    text = str(given).rpartition(".")[2]
    if text not in known:
        raise BadArgument(f"add: {name!r} is one of {', '.join(known)}, got {given!r}.")
    return text


def choices(parameters: object) -> dict[str, bool]:
    """Which endpoints are to be heard, by id, of documented receive parameters.

    Raises:
        BadArgument: they are no mapping of ids to `audio` and `video`.
    """
    wanted: dict[str, bool] = {}
    if not isinstance(parameters, Mapping):
        raise BadArgument(f"Receive parameters are an object by endpoint id, got {type(parameters).__name__}.")
    for identity, one in parameters.items():
        if not isinstance(one, Mapping):
            raise BadArgument(f"For endpoint {identity!r} receive parameters are {{audio, video}}, got {one!r}.")
        if one.get("audio") is not None:
            wanted[str(identity)] = bool(one["audio"])
    return wanted

"""Every state table walked from end to end: each legal move happens in a real operation, each illegal one raises."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import pairwise, product
from typing import Any

import pytest

from voxsim.engine import leg, lifecycle, tickets
from voxsim.engine.leg import Leg
from voxsim.engine.lifecycle import ALLOWED, Operation, Phase, check_allowed, check_move
from voxsim.engine.ports import Audio, SilentFar
from voxsim.engine.tickets import TicketState
from voxsim.engine.units import avatar, ccai, conference, dialog, playback, smartqueue, take, voiceavatar, websocket
from voxsim.engine.units.avatar import AvatarState
from voxsim.engine.units.call import Call
from voxsim.engine.units.ccai import CcaiState
from voxsim.engine.units.conference import ConferenceState
from voxsim.engine.units.dialog import DialogState
from voxsim.engine.units.playback import PlaybackState, Segment
from voxsim.engine.units.player import Player
from voxsim.engine.units.smartqueue import TaskStatus
from voxsim.engine.units.take import TakeState
from voxsim.engine.units.voiceavatar import Turn
from voxsim.engine.units.websocket import WebSocket
from voxsim.vocabulary.codes import FinishReason
from voxsim.vocabulary.enums import CallState, WebSocketReadyState
from voxsim.vocabulary.errors import NotAllowed, VoxsimError

TABLES = {
    "session": (lifecycle.MOVES, Phase),
    "call": (leg.MOVES, CallState),
    "playback": (playback.MOVES, PlaybackState),
    "websocket": (websocket.MOVES, WebSocketReadyState),
    "record": (take.MOVES, TakeState),
    "conference": (conference.MOVES, ConferenceState),
    "dialog": (dialog.MOVES, DialogState),
    "agent": (ccai.MOVES, CcaiState),
    "avatar": (avatar.MOVES, AvatarState),
    "voice avatar": (voiceavatar.MOVES, Turn),
    "ticket": (tickets.MOVES, TicketState),
    "task": (smartqueue.MOVES, TaskStatus),
}


def moves(table: Mapping[Any, Iterable[Any]], states: Iterable[Any], *, legal: bool) -> list[Any]:
    """The pairs of states that a table allows, or forbids, each with a readable id."""
    return [
        pytest.param(old, new, id=f"{old.value}-{new.value}")
        for old, new in product(states, repeat=2)
        if (new in table[old]) is legal
    ]


def walked(ways: Mapping[Any, Any], table: Mapping[Any, Iterable[Any]]) -> list[Any]:
    """The legal moves of a table, each with the way in which it really happens."""
    assert set(ways) == {(old, new) for old, following in table.items() for new in following}
    return [pytest.param(old, new, way, id=f"{old.value}-{new.value}") for (old, new), way in ways.items()]


@pytest.mark.parametrize(("table", "states"), TABLES.values(), ids=TABLES)
def test_a_table_speaks_of_every_state_and_of_no_other(
    table: Mapping[Hashable, Iterable[Hashable]], states: Iterable[Hashable]
):
    assert set(table) == set(states)
    assert {new for following in table.values() for new in following} <= set(states)


@pytest.mark.parametrize(("table", "states"), TABLES.values(), ids=TABLES)
def test_no_state_follows_itself_and_every_state_leads_to_an_end(
    table: Mapping[Any, Iterable[Any]], states: Iterable[Any]
):
    ends = {state for state in states if not table[state]}
    assert ends
    for state in states:
        assert state not in table[state]
        reached, new = set(), {state}
        while new:
            reached |= new
            new = {further for one in new for further in table[one]} - reached
        assert reached & ends


# --- the session ---


@pytest.mark.parametrize(("old", "new"), moves(lifecycle.MOVES, Phase, legal=True))
def test_a_session_may_go(old: Phase, new: Phase, engine: Any):
    check_move(old, new)
    session = engine.session
    session.phase = old
    session._move(new)
    assert session.phase is new


@pytest.mark.parametrize(("old", "new"), moves(lifecycle.MOVES, Phase, legal=False))
def test_a_session_may_not_go(old: Phase, new: Phase, engine: Any):
    with pytest.raises(VoxsimError, match=f"A session cannot go from {old.value} to {new.value}"):
        check_move(old, new)
    engine.session.phase = old
    with pytest.raises(VoxsimError):
        engine.session._move(new)
    assert engine.session.phase is old


def phases_of(engine: Any) -> list[Phase]:
    """The phases that a session goes through from here to its end."""
    seen = [engine.session.phase]
    while engine.switch.step():
        if engine.session.phase is not seen[-1]:
            seen.append(engine.session.phase)
    return seen


def test_a_session_that_runs_goes_through_all_phases(engine: Any):
    engine.session.begin()
    engine.switch.step()
    engine.session.end(FinishReason.NORMAL)
    assert [Phase.LOADING, Phase.RUNNING, *phases_of(engine)] == list(Phase)


def test_a_session_whose_end_is_asked_for_while_it_loads_never_runs(engine: Any):
    engine.session.end(FinishReason.NORMAL)
    assert [Phase.LOADING, *phases_of(engine)] == [phase for phase in Phase if phase is not Phase.RUNNING]


# --- what a session allows ---


@pytest.mark.parametrize(
    ("phase", "operation"),
    [pytest.param(one, two, id=f"{one.value}-{two.name}") for one in Phase for two in Operation if two in ALLOWED[one]],
)
def test_a_phase_allows(phase: Phase, operation: Operation):
    check_allowed(phase, operation, "it")


@pytest.mark.parametrize(
    ("phase", "operation"),
    [
        pytest.param(one, two, id=f"{one.value}-{two.name}")
        for one in Phase
        for two in Operation
        if two not in ALLOWED[one]
    ],
)
def test_a_phase_forbids_and_names_the_command(phase: Phase, operation: Operation):
    with pytest.raises(NotAllowed, match=r"^Net\.thing: the session"):
        check_allowed(phase, operation, "Net.thing")


def test_every_phase_has_its_row_of_what_is_allowed():
    assert set(ALLOWED) == set(Phase)


def test_what_a_session_forbids_stays_forbidden_later():
    order = [Phase.RUNNING, Phase.CLOSING, Phase.TERMINATED, Phase.ENDED]
    for earlier, later in pairwise(order):
        assert ALLOWED[later] <= ALLOWED[earlier]


# --- the leg of a call ---


def a_leg(engine: Any, *, incoming: bool = True) -> Leg:
    """A call of the session whose other end does nothing."""
    session = engine.session if engine.session.phase is Phase.RUNNING else engine.start()
    one = Leg(
        engine.switch, engine.switch.ids.unit(), incoming=incoming, kind="pstn", number="100", callerid="15550001"
    )
    one.far = SilentFar()
    Call(session, one)
    return one


def connected(engine: Any) -> Leg:
    """A call that is up."""
    one = a_leg(engine, incoming=False)
    one.far_answers()
    return one


ALERTING, PROGRESSING, CONNECTED, TERMINATED = CallState

LEG_WAYS: dict[tuple[CallState, CallState], tuple[Callable[[Any], Leg], tuple[Callable[[Leg], None], ...]]] = {
    (ALERTING, CONNECTED): (a_leg, (lambda one: one.answer(),)),
    (ALERTING, TERMINATED): (
        a_leg,
        (
            lambda one: one.reject(486),
            lambda one: one.hang_up(),
            lambda one: one.far_ends(),
            lambda one: one.platform_ends(),
            lambda one: one.refuse(404),
            lambda one: one.wait_for_answer(1),
        ),
    ),
    (PROGRESSING, CONNECTED): (lambda engine: a_leg(engine, incoming=False), (lambda one: one.far_answers(),)),
    (PROGRESSING, TERMINATED): (
        lambda engine: a_leg(engine, incoming=False),
        (
            lambda one: one.hang_up(),
            lambda one: one.far_ends(),
            lambda one: one.platform_ends(),
            lambda one: one.refuse(403),
            lambda one: one.wait_for_answer(1),
        ),
    ),
    (CONNECTED, TERMINATED): (
        connected,
        (lambda one: one.hang_up(), lambda one: one.far_ends(), lambda one: one.platform_ends()),
    ),
}


@pytest.mark.parametrize(("old", "new", "way"), walked(LEG_WAYS, leg.MOVES))
def test_a_call_goes(old: CallState, new: CallState, way: Any, engine: Any):
    begin, operations = way
    for operate in operations:
        one = begin(engine)
        assert one.state is old
        operate(one)
        engine.advance(1)
        assert one.state is new


@pytest.mark.parametrize(("old", "new"), moves(leg.MOVES, CallState, legal=False))
def test_a_call_does_not_go(old: CallState, new: CallState, engine: Any):
    one = a_leg(engine)
    one.state = old
    with pytest.raises(VoxsimError, match=f"A call cannot go from {old} to {new}"):
        one._move(new)
    assert one.state is old


@pytest.mark.parametrize(
    "operate",
    [
        pytest.param(lambda one: one.far_answers(), id="answered"),
        pytest.param(lambda one: one.far_rings(), id="ringing"),
        pytest.param(lambda one: one.far_progresses(), id="early-media"),
        pytest.param(lambda one: one.far_ends(), id="ended-by-the-other-side"),
        pytest.param(lambda one: one.hang_up(), id="hung-up"),
        pytest.param(lambda one: one.reject(486), id="rejected"),
        pytest.param(lambda one: one.refuse(403), id="refused"),
        pytest.param(lambda one: one.platform_ends(), id="ended-by-the-platform"),
        pytest.param(lambda one: one.far_holds(), id="held"),
        pytest.param(lambda one: one.far_texts("hello"), id="texted"),
        pytest.param(lambda one: one.far_presses("1"), id="pressed"),
        pytest.param(lambda one: one.far_refers("200"), id="referred"),
    ],
)
def test_nothing_moves_or_is_told_of_a_call_that_has_ended(operate: Callable[[Leg], None], engine: Any):
    one = connected(engine)
    one.far_ends()
    engine.settle()
    before = len(engine.session.timeline)
    operate(one)
    engine.advance(10)
    assert one.state is TERMINATED
    assert engine.session.timeline[before:] == []


# --- a playback ---

RINGBACK = Segment("tone", "425@-19;5(1/4/1)")


def a_player(engine: Any, segment: Segment = RINGBACK, **how: Any) -> Player:
    """A player of a tone of five seconds, of a session that runs."""
    return Player(engine.start(), (segment,), **how)


def ready(engine: Any) -> Player:
    """A player that waits for `resume()`."""
    one = a_player(engine, on_pause=True)
    engine.settle()
    return one


def playing(engine: Any) -> Player:
    """A player one second into its tone."""
    one = a_player(engine)
    engine.advance(1)
    return one


def paused(engine: Any) -> Player:
    """A player that was paused after one second."""
    one = playing(engine)
    one._pause()
    return one


def broken(engine: Any) -> Player:
    """A player of a file that does not exist."""
    engine.switch.sounds.files["https://a.example/none.mp3"] = Audio(1, error="Not found")
    return a_player(engine, Segment("audio", "https://a.example/none.mp3"))


LOADING, READY, PLAYING, PAUSED, FINISHED, STOPPED = PlaybackState

PLAYBACK_WAYS: dict[tuple[PlaybackState, PlaybackState], tuple[Callable[[Any], Player], Callable[[Player], None]]] = {
    (LOADING, READY): (lambda engine: a_player(engine, on_pause=True), lambda one: None),
    (LOADING, FINISHED): (broken, lambda one: None),
    (LOADING, STOPPED): (a_player, lambda one: one.halt()),
    (READY, PLAYING): (ready, lambda one: one._resume()),
    (READY, STOPPED): (ready, lambda one: one.halt()),
    (PLAYING, PAUSED): (playing, lambda one: one._pause()),
    (PLAYING, FINISHED): (playing, lambda one: one.session.switch.after(4, lambda: None)),
    (PLAYING, STOPPED): (playing, lambda one: one.halt()),
    (PAUSED, PLAYING): (paused, lambda one: one._resume()),
    (PAUSED, STOPPED): (paused, lambda one: one.halt()),
}


@pytest.mark.parametrize(("old", "new", "way"), walked(PLAYBACK_WAYS, playback.MOVES))
def test_a_playback_goes(old: PlaybackState, new: PlaybackState, way: Any, engine: Any):
    begin, operate = way
    one = begin(engine)
    assert one.state is old
    operate(one)
    engine.advance(4 if new is FINISHED else 0)
    assert one.state is new


@pytest.mark.parametrize(("old", "new"), moves(playback.MOVES, PlaybackState, legal=False))
def test_a_playback_does_not_go(old: PlaybackState, new: PlaybackState, engine: Any):
    one = a_player(engine)
    one.state = old
    with pytest.raises(VoxsimError, match=f"A playback cannot go from {old.value} to {new.value}"):
        one._move(new)
    assert one.state is old


@pytest.mark.parametrize("over", [FINISHED, STOPPED], ids=["finished", "stopped"])
def test_a_playback_that_is_over_ignores_what_comes(over: PlaybackState, engine: Any):
    one = playing(engine)
    if over is STOPPED:
        one.halt()
    engine.advance(10)
    before = len(engine.session.timeline)
    one._pause()
    one._resume()
    one.halt()
    engine.advance(10)
    assert one.state is over
    assert engine.session.timeline[before:] == []


# --- a WebSocket ---

URL = "wss://peer.example/"


def connecting(engine: Any) -> WebSocket:
    """A socket on its way."""
    engine.world.web.socket(URL)
    one = WebSocket.connect(engine.start(), URL, ("chat",), {})
    engine.settle()
    return one


def opened(engine: Any) -> WebSocket:
    """A socket that is open."""
    one = connecting(engine)
    engine.advance(1)
    return one


def closing(engine: Any) -> WebSocket:
    """A socket whose close is under way."""
    one = opened(engine)
    one.close()
    return one


W_CONNECTING, W_OPEN = WebSocketReadyState.CONNECTING, WebSocketReadyState.OPEN
W_CLOSING, W_CLOSED = WebSocketReadyState.CLOSING, WebSocketReadyState.CLOSED

SOCKET_WAYS: dict[tuple[WebSocketReadyState, WebSocketReadyState], Any] = {
    (W_CONNECTING, W_OPEN): (connecting, (lambda one: one.far_opened(),)),
    (W_CONNECTING, W_CLOSED): (
        connecting,
        (lambda one: one.cut(), lambda one: one.far_closed(1006, "", clean=False)),
    ),
    (W_OPEN, W_CLOSING): (opened, (lambda one: one.close(),)),
    (W_OPEN, W_CLOSED): (opened, (lambda one: one.cut(), lambda one: one.far_closed(1000, ""))),
    (W_CLOSING, W_CLOSED): (closing, (lambda one: one.far_closed(1000, ""),)),
}


@pytest.mark.parametrize(
    ("old", "new", "begin", "operate"),
    [
        pytest.param(old, new, begin, operate, id=f"{old}-{new}-{index}")
        for (old, new), (begin, operations) in SOCKET_WAYS.items()
        for index, operate in enumerate(operations)
    ],
)
def test_a_websocket_goes(
    old: WebSocketReadyState,
    new: WebSocketReadyState,
    begin: Callable[[Any], WebSocket],
    operate: Callable[[WebSocket], None],
    engine: Any,
):
    one = begin(engine)
    assert one.ready_state is old
    operate(one)
    assert one.ready_state is new


def test_every_move_of_a_websocket_is_walked():
    assert set(SOCKET_WAYS) == {(old, new) for old, following in websocket.MOVES.items() for new in following}


@pytest.mark.parametrize(("old", "new"), moves(websocket.MOVES, WebSocketReadyState, legal=False))
def test_a_websocket_does_not_go(old: WebSocketReadyState, new: WebSocketReadyState, engine: Any):
    one = opened(engine)
    one.ready_state = old
    with pytest.raises(VoxsimError, match=f"A WebSocket cannot go from {old} to {new}"):
        one._move(new)
    assert one.ready_state is old


def test_a_websocket_that_has_closed_ignores_what_comes(engine: Any):
    one = opened(engine)
    one.far_closed(1000, "")
    engine.settle()
    before = len(engine.session.timeline)
    one.far_opened()
    one.far_sent("hello")
    one.far_closed(1001, "again")
    one.cut()
    engine.advance(10)
    assert one.ready_state is W_CLOSED
    assert engine.session.timeline[before:] == []

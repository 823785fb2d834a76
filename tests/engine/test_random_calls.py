"""Random callers, callees and scenarios: whatever they do, and at whatever instants, the platform keeps its laws."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voxsim.driver import Stuck
from voxsim.driver.scheduling import deterministic
from voxsim.engine.journal import Record
from voxsim.engine.leg import MOVES as LEG_MOVES
from voxsim.engine.recording import Recording, Remembered
from voxsim.engine.units.playback import PlaybackState
from voxsim.engine.units.player import BasePlayer
from voxsim.engine.units.recorder import Recorder
from voxsim.parties.behaviour import Behaviour
from voxsim.parties.world import World
from voxsim.vocabulary.enums import CallState

# --- the scenarios ---

PLANNED = """
import json
from voxsim import *

def other(number):
    call = VoxEngine.call_pstn(number, "1")
    others.append(call)
    return call

others, players, recorders, ending = [], [], [], []

def play_to(call):
    players.append(VoxEngine.create_tts_player("a text to be played"))
    players[-1].send_media_to(call)

def bridge(call):
    VoxEngine.send_media_between(call, others[-1])

def record_all(call):
    recorders.append(VoxEngine.create_recorder())
    for unit in (call, *others, *players):
        unit.send_media_to(recorders[-1])

def terminate(*_):
    ending.append(True)
    VoxEngine.terminate()

ACTS = {
    "answer": lambda call: call.answer(),
    "ring": lambda call: call.ring(),
    "early": lambda call: call.start_early_media(),
    "reject": lambda call: call.reject(486),
    "hangup": lambda call: call.hangup(),
    "say": lambda call: call.say("hello"),
    "tone": lambda call: call.play_progress_tone("RU"),
    "play": lambda call: call.start_playback("https://a.example/a.mp3", loop=True),
    "stop": lambda call: call.stop_playback(),
    "digits": lambda call: call.send_digits("12"),
    "message": lambda call: call.send_message("hello"),
    "refer": lambda call: call.transfer_to(to="200"),
    "take transfers": lambda call: call.handle_blind_transfer(True),
    "tones": lambda call: call.handle_tones(True),
    "player": play_to,
    "pause": lambda call: players[-1].pause(),
    "resume": lambda call: players[-1].resume(),
    "stop player": lambda call: players[-1].stop(),
    "dial": lambda call: other("+15550100"),
    "dial two": lambda call: (other("+15550100"), other("+15550200")),
    "dial nobody": lambda call: other("+15559999"),
    "bridge": bridge,
    "unbridge": lambda call: VoxEngine.stop_media_between(call, others[-1]),
    "hangup other": lambda call: others[-1].hangup(),
    "easy": lambda call: VoxEngine.easy_process(call, other("+15550100")),
    "http": lambda call: Net.http_request("https://a.example/", lambda result: Logger.write(result.code)),
    "http and end": lambda call: Net.http_request("https://a.example/", terminate),
    "mail": lambda call: Net.send_mail("smtp.example", "a@a.example", "b@b.example", "", "", lambda result: None),
    "socket": lambda call: call.send_media_to(VoxEngine.create_web_socket("wss://peer.example/")),
    "record": lambda call: call.record(),
    "record other": lambda call: others[-1].record(stereo=True),
    "recorder": record_all,
    "mute recorder": lambda call: recorders[-1].mute(True),
    "stop recorder": lambda call: recorders[-1].stop(),
    "terminate": terminate,
}

def perform(call, act):
    try:
        ACTS[act](call)
    except (VoxsimError, IndexError) as error:
        Logger.write(str(error))

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    for milliseconds, act in json.loads(event.headers.get("X-Plan", "[]")):
        if milliseconds == 0:
            perform(event.call, act)
        elif not ending:
            set_timeout(lambda act=act: perform(event.call, act), milliseconds)
"""

MENU = """
from voxsim import *

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    call = event.call
    call.answer()
    try:
        await call.wait_for(CallEvents.Connected)
        call.handle_tones(True)
        call.say("Press one.")
        tone = await call.wait_for(CallEvents.ToneReceived)
        call.stop_playback()
        out = VoxEngine.call_pstn("+15550100" if tone.tone == "1" else "+15550200", event.callerid)
        call.play_progress_tone("US")
        connected = await out.wait_for(CallEvents.Connected, CallEvents.Failed)
        VoxEngine.send_media_between(call, out)
        await call.wait_for(CallEvents.Disconnected)
    except CallEnded:
        pass
    VoxEngine.terminate()
"""

FORWARD = """
from voxsim import *

VoxEngine.forward_call_to_pstn(lambda number: "+15550100")

@VoxEngine.on(AppEvents.Terminating)
def terminating(event):
    Net.http_request("https://a.example/", lambda result: Logger.write(result.code))
"""

STYLES: Final = {"planned": PLANNED, "menu": MENU, "forward": FORWARD}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The scenario files by style."""
    folder: Path = tmp_path_factory.mktemp("styles")
    for name, text in STYLES.items():
        (folder / f"{name}.py").write_text(text)
    return {name: str(folder / f"{name}.py") for name in STYLES}


# --- the random outside ---

SECONDS = st.sampled_from([0.0, 0.02, 1.0, 1.02, 5.0, 60.0])
MILLISECONDS = SECONDS.map(lambda seconds: round(seconds * 1000))
ACTS = st.sampled_from(
    ["press:1", "press:12", "say:hello", "hold", "resume", "mute", "unmute", "message:hi", "transfer:100"]
)
PLAN = st.lists(
    st.tuples(
        MILLISECONDS,
        st.sampled_from([
            "answer", "ring", "early", "reject", "hangup", "say", "tone", "play", "stop", "digits", "message", "refer",
            "take transfers", "tones", "player", "pause", "resume", "stop player", "dial", "dial two", "dial nobody",
            "bridge", "unbridge", "hangup other", "easy", "http", "http and end", "mail", "socket", "terminate",
            "record", "record other", "recorder", "mute recorder", "stop recorder",
        ]),
    ),
    max_size=12,
)  # fmt: skip


@st.composite
def behaviours(draw: st.DrawFn, *, caller: bool) -> str:
    """What somebody does, as text."""
    acts = draw(st.lists(st.tuples(ACTS, SECONDS), max_size=5))
    parts = [f"{act}@{seconds:g}" for act, seconds in acts]
    if draw(st.booleans()):
        parts.append(f"hangup:{draw(SECONDS):g}")
    if caller:
        if draw(st.integers(0, 3)) == 0:
            parts.append(f"cancel:{draw(SECONDS):g}")
        return ",".join(parts or ["answer:0"])
    kind = draw(st.sampled_from(["answer", "answer", "answer", "busy", "reject", "silent"]))
    if kind == "answer":
        parts += [f"ring:{draw(SECONDS):g}", f"answer:{draw(SECONDS):g}"]
    elif kind == "silent":
        parts.append("silent")
    else:
        parts.append(f"{'busy' if kind == 'busy' else 'reject:603'}@{draw(SECONDS):g}")
    if draw(st.booleans()):
        parts.append(f"early:{draw(SECONDS):g}")
    return ",".join(parts)


@attrs.frozen
class Caller:
    """One random caller: when and into which scenario it calls, and what the scenario has in mind."""

    at: float
    style: str
    behaviour: str
    plan: list[tuple[int, str]]


CALLERS = st.lists(
    st.builds(
        Caller,
        at=SECONDS,
        style=st.sampled_from(["planned", "planned", "planned", "menu", "forward"]),
        behaviour=behaviours(caller=True),
        plan=PLAN,
    ),
    min_size=1,
    max_size=3,
)


# --- the laws ---

LAST: Final = ("Application.Terminating", "Application.Terminated")
ENDS: Final = ("Call.Failed", "Call.Disconnected")
AFTER: Final = ("Call.RecordStopped", "Call.RecordError")


class Laws:
    """Watches the journal of a world; `broken` lists what should not have happened, in words."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.broken: list[str] = []
        self._last = (0, 0)
        self._events: dict[str, list[str]] = {}
        self._over: set[str] = set()
        self._legs: dict[str, CallState] = {}
        self._ends: dict[str, int] = {}
        self._records: dict[str, int] = {}
        self.recordings = Remembered()
        world.switch.recordings = self.recordings
        world.switch.subscribe(self.see)

    def see(self, record: Record) -> None:
        """One more thing happened."""
        self._time(record)
        if record.session is not None:
            self._session(record, record.session)
        if record.kind == "leg" and record.unit is not None:
            self._leg(record, record.unit)
        if record.kind in ("event", "undelivered") and record.unit is not None:
            self._event(record, record.unit)
            self._routes(record)
            self._limits(record)

    def close(self) -> None:
        """The run is over."""
        for unit, state in self._legs.items():
            ends = self._ends.get(unit, 0)
            self._law(state is not CallState.TERMINATED or ends == 1, f"a leg that ended had {ends} events of its end")
            self._law(state is CallState.TERMINATED or ends == 0, "a leg that did not end had an event of its end")
        if not self.world.switch.sessions:
            self._law(not any(self._records.values()), "a record began and never stopped")
        for recording in self.recordings.made:
            self._recording(recording)

    def _recording(self, recording: Recording) -> None:
        until: dict[tuple[int, str], int] = {}
        for piece in recording.pieces:
            self._law(piece.at >= 0 and piece.position >= 0 and piece.length > 0, "a sound before its record")
            self._law(piece.at + piece.length <= recording.length, "a sound after its record")
            if not recording.asked.stereo:
                continue
            key = piece.channel, piece.sound.source
            self._law(until.get(key, 0) <= piece.at, "two sounds of one source at once on a record")
            until[key] = piece.at + piece.length

    def _law(self, kept: bool, words: str) -> None:
        if not kept and words not in self.broken:
            self.broken.append(words)

    def _time(self, record: Record) -> None:
        t, n = self._last
        self._law(record.t >= t, "time fell")
        self._law(record.n > n, "the sequence fell")
        self._law(record.t == self.world.switch.now, "a record is not of the present instant")
        self._last = (record.t, record.n)

    def _session(self, record: Record, key: str) -> None:
        self._law(key not in self._over, f"{record.kind} {record.name} after the session had ended")
        if (record.kind, record.name) == ("session", "ended"):
            self._law(
                tuple(self._events.get(key, [])[-2:]) == LAST, "a session ended without Terminating and Terminated"
            )
            self._over.add(key)
        if record.kind != "event":
            return
        events = self._events.setdefault(key, [])
        self._law(bool(events) or record.name in ("Application.Started", LAST[0]), f"{record.name} before Started")
        self._law(not events or record.name != "Application.Started", "Started came twice")
        if LAST[1] in events:
            self._law(False, f"{record.name} after Terminated")
        elif LAST[0] in events:
            self._law(record.name == LAST[1], f"{record.name} between Terminating and Terminated")
        else:
            self._law(record.name != LAST[1], "Terminated without Terminating")
        events.append(record.name)

    def _leg(self, record: Record, unit: str) -> None:
        facts = record.facts()
        if record.name == "created":
            self._legs[unit] = CallState.ALERTING if facts["incoming"] else CallState.PROGRESSING
            return
        old = self._legs[unit]
        self._law(old is not CallState.TERMINATED, f"leg {record.name} after its end")
        new = {"answered": CallState.CONNECTED, "ended": CallState.TERMINATED}.get(record.name)
        if new is not None:
            self._law(new in LEG_MOVES[old], f"a leg went from {old} to {new}")
            was_up = old is CallState.CONNECTED and record.name == "ended"
            self._law(not was_up or facts["code"] == 16, f"a call that was up ended with {facts.get('code')}")
            self._legs[unit] = new

    def _event(self, record: Record, unit: str) -> None:
        if record.name in ("Call.RecordStarted", "Recorder.Started"):
            self._records[unit] = self._records.get(unit, 0) + 1
        elif record.name in ("Call.RecordStopped", "Recorder.Stopped"):
            self._records[unit] = self._records.get(unit, 0) - 1
            self._law(self._records[unit] >= 0, "a record stopped that had not begun")
        if not record.name.startswith("Call."):
            return
        self._law(unit not in self._ends or record.name in (*ENDS, *AFTER), f"{record.name} after the end of its call")
        if record.name in ENDS:
            self._ends[unit] = self._ends.get(unit, 0) + 1
            self._law(self._legs[unit] is CallState.TERMINATED, f"{record.name} of a call that is up")

    def _routes(self, record: Record) -> None:
        for session in self.world.switch.sessions.values():
            units = [*session.calls.values(), *(session.players or {}).values(), *(session.sockets or {}).values()]
            units += [unit for unit in _recorders(session) if unit.sources]
            for unit in units:
                self._law(_alive(unit), f"a {unit.NAME} that is over is still kept")
                for end in (*unit.sinks, *unit.sources):
                    self._law(_alive(end), f"a media route from or to a {end.NAME} that is over")
                    self._law(end in units, f"a media route from or to a {end.NAME} that the session does not know")
                for sink in unit.sinks:
                    self._law(unit in sink.sources, "a media route that only one end knows")
                plain = [source for source in unit.sources if not getattr(source, "_stays", False)]
                self._law(unit.MIXES or len(plain) <= 1, "a call hears two streams")

    def _limits(self, record: Record) -> None:
        limits = self.world.switch.limits
        for session in self.world.switch.sessions.values():
            progressing = sum(not call.leg.connected_at for call in session.calls.values() if call.leg.far is not None)
            self._law(progressing <= limits.progressing_calls, "too many progressing calls")
            players = sum(isinstance(one, BasePlayer) for one in (session.players or {}).values())
            self._law(players <= limits.players, "too many players")
            if session.net_or_none is not None:
                net = session.net_or_none
                self._law(len(net._active) <= limits.http_active, "too many active HTTP requests")
                self._law(0 <= net._mails_active <= limits.mail_active, "too many active mails")


def _recorders(session: Any) -> list[Recorder]:
    owners = (getattr(take, "_owner", None) for take in (session.units or {}).values())
    return [owner for owner in owners if isinstance(owner, Recorder)]


def _alive(unit: Any) -> bool:
    if isinstance(unit, Recorder):
        return unit._cannot_receive() is None
    if hasattr(unit, "leg"):
        return bool(unit.leg.alive)
    if hasattr(unit, "ready_state"):
        return unit.ready_state != "closed"
    return unit.state not in (PlaybackState.FINISHED, PlaybackState.STOPPED)


def lived(callers: list[Caller], callees: tuple[str, str], files: dict[str, str]) -> tuple[World, list[str]]:
    """A world in which these callers called, and the laws that were broken in it."""
    world = World()
    laws = Laws(world)
    world.web.on("GET", "https://a.example/").reply(delay=1)
    world.web.socket("wss://peer.example/")
    world.add_rule(files["planned"])
    for number, behaviour in zip(("+15550100", "+15550200"), callees, strict=True):
        world.add_party("pstn", number, behaviour)
    for index, caller in enumerate(callers):
        party = world.add_party("pstn", f"+1555000{index}", Behaviour.parse(caller.behaviour))
        rule, headers = world.rule(files[caller.style]), {"X-Plan": json.dumps(caller.plan)}
        world.switch.after(caller.at, lambda p=party, r=rule, h=headers: world.call_in(p, "100", r, headers=h))
    waiting = len(callers)
    try:
        with deterministic(0):
            trio.run(
                world.driver.run,
                lambda: len(world.sessions) >= waiting and not world.switch.sessions,
                clock=world.driver,
            )
    except Stuck as stuck:
        for key in world.switch.sessions:
            laws._law(key in str(stuck), "a session that does not end is not reported")
        laws._law(bool(world.switch.sessions), "stuck without a session")
        for session in world.switch.sessions.values():
            laws._law(bool(session.calls), "stuck in a session without calls")
    laws.close()
    for failure in world.failures:
        laws._law(False, f"the scenario failed: {failure.message}")
    return world, laws.broken


@settings(max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(callers=CALLERS, callees=st.tuples(behaviours(caller=False), behaviours(caller=False)))
def test_the_laws_of_the_platform_hold(callers: list[Caller], callees: tuple[str, str], files: dict[str, str]):
    _, broken = lived(callers, callees, files)
    assert broken == []


@settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(callers=CALLERS, callees=st.tuples(behaviours(caller=False), behaviours(caller=False)))
def test_the_same_calls_give_the_same_journal(callers: list[Caller], callees: tuple[str, str], files: dict[str, str]):
    one, two = (
        [json.dumps(record.written()) for record in lived(callers, callees, files)[0].journal] for _ in range(2)
    )
    assert one == two

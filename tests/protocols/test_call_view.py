"""The common view of calls: which happenings the journal's records mean, and that nothing is kept of what is over."""

from __future__ import annotations

import pytest

from voxsim.protocols.callevents import happenings as told
from voxsim.protocols.callevents.causes import Cause, cause_of
from voxsim.protocols.callevents.people import People
from voxsim.protocols.callevents.view import View


class Watcher:
    """What a view tells, in words: `LegCreated 201`."""

    def __init__(self, vox):
        self.view = View(People(), vox.world.switch.epoch, self.tell)
        self.happenings = []
        self.words = []
        vox.world.switch.subscribe(self.view.see)

    def tell(self, happenings):
        for one in happenings:
            self.happenings.append(one)
            self.words.append(" ".join([type(one).__name__, *filter(None, [self._who(one)])]))

    @staticmethod
    def _who(one):
        match one:
            case told.LinkAnswered():
                return one.leg.party.number
            case told.Routed() | told.LinkEnded():
                return f"{one.link.initiator.party.number} {one.link.cause or ''}".strip()
            case told.LegEnded():
                return f"{one.leg.party.number} {one.leg.cause}{' elsewhere' if one.leg.elsewhere else ''}"
            case told.RouteFailed():
                return f"{one.number} {one.cause}"
            case told.Transferred():
                return f"{one.by.party.number} {one.target}"
            case told.TargetAdded():
                return one.number.partition("@")[0]
            case told.SessionEnded():
                return ""
        return one.leg.party.number if one.leg is not None else ""

    def forgotten(self):
        """Whether nothing is kept."""
        kept = (self.view._runs, self.view._legs, self.view._runs_of)
        return not any(kept)


@pytest.fixture
def watcher(vox):
    return Watcher(vox)


async def test_a_call_that_is_answered(vox, watcher, rings):
    vox.user("202", "ring:1,answer:2")
    await vox.user("201", hangup=5).dial("202", scenario=rings("202"))
    await vox.finished()
    assert watcher.words == [
        "LegCreated 201",
        "Routed 201",
        "TargetAdded 202",
        "LegCreated 202",
        "LegRinging 202",
        "LegRinging 201",
        "LegAnswered 202",
        "LinkAnswered 202",
        "LegAnswered 201",
        "LegEnded 201 answered",
        "LegEnded 202 answered",
        "LinkEnded 201 answered",
        "SessionEnded",
    ]
    assert watcher.forgotten()


async def test_a_fork_has_one_link_and_a_loser(vox, watcher, rings):
    vox.user("202", "ring:1,answer:4")
    vox.user("203", "ring:1,answer:3")
    await vox.user("201", hangup=5).dial("group", scenario=rings("202", "203"))
    await vox.finished()
    assert watcher.words.count("Routed 201") == 1
    assert [one for one in watcher.words if "Ended" in one] == [
        "LegEnded 202 cancelled elsewhere",
        "LegEnded 201 answered",
        "LegEnded 203 answered",
        "LinkEnded 201 answered",
        "SessionEnded",
    ]
    assert watcher.forgotten()


@pytest.mark.parametrize(
    ("behaviour", "ends"),
    [
        ("ring:1,reject:486@2", ["202 busy", "201 busy"]),
        ("reject:603", ["202 rejected", "201 rejected"]),
        ("reject:480", ["202 unreachable", "201 unreachable"]),
        ("ring:1,reject:480@2", ["202 no_answer", "201 no_answer"]),
        ("reject:500", ["202 error", "201 error"]),
    ],
)
async def test_a_fork_that_fails_has_a_cause(vox, watcher, rings, behaviour, ends):
    vox.user("202", behaviour)
    await vox.user("201").dial("202", scenario=rings("202"))
    await vox.finished()
    assert [one.removeprefix("LegEnded ") for one in watcher.words if one.startswith("LegEnded")] == ends
    assert watcher.words[-2] == f"LinkEnded 201 {ends[0].split()[1]}"
    assert watcher.forgotten()


async def test_nobody_there_makes_no_leg_and_no_link(vox, watcher, rings):
    await vox.user("201").dial("202", scenario=rings("202"))
    await vox.finished()
    assert watcher.words == [
        "LegCreated 201",
        "RouteFailed 202 no_route",
        "LegEnded 201 no_route",
        "SessionEnded",
    ]


async def test_no_rule_takes_the_call(vox, watcher, rings):
    vox.scenario(rings("202"), pattern="nothing")
    vox.phone().place("999")
    await vox.advance(1)
    assert watcher.words == [
        "LegCreated 15550001",
        "RouteFailed 999 no_route",
        "LegEnded 15550001 no_route",
        "SessionEnded",
    ]
    assert watcher.forgotten()


async def test_the_caller_gives_up(vox, watcher, rings):
    vox.user("202", "ring:1,silent")
    await vox.user("201", cancel=5).dial("202", scenario=rings("202"))
    await vox.finished()
    assert watcher.words[-4:] == ["LegEnded 201 cancelled", "LegEnded 202 cancelled", "LinkEnded 201 cancelled",
                                  "SessionEnded"]  # fmt: skip


async def test_a_transfer_in_its_session(vox, watcher):
    vox.user("reception", "answer:1,transfer:300@5")
    vox.phone("300", "answer:1")
    await vox.phone(hangup=10).dial("100", scenario="scenarios/transfer.py")
    await vox.finished()
    assert watcher.words[9:18] == [
        "Routed 15550001",
        "TargetAdded 300",
        "LegCreated 300",
        "LegRinging 300",
        "LegAnswered 300",
        "LinkAnswered 300",
        "Transferred reception 300",
        "LegEnded reception answered",
        "LinkEnded 15550001 answered",
    ]
    assert watcher.forgotten()


async def test_a_transfer_that_begins_another_session_belongs_to_the_first(vox, watcher, scenario):
    vox.scenario(scenario("from voxsim import *\nVoxEngine.forward_call_to_user()"))
    vox.user("202", "answer:1,transfer:203@5")
    vox.user("203", "answer:1,hangup:5")
    await vox.phone().dial("202")
    await vox.finished()
    assert len({one.session.id for one in watcher.happenings}) == 1
    assert len(vox.sessions) == 2
    second = [one for one in watcher.happenings if isinstance(one, told.LegCreated)][2].leg
    assert (second.party.number, second.referred_by.party.number) == ("15550001", "202")
    (transferred,) = [one for one in watcher.happenings if isinstance(one, told.Transferred)]
    assert transferred.new.referred_by is transferred.by
    assert watcher.words[-1] == "SessionEnded"
    assert watcher.forgotten()


async def test_a_session_without_a_caller_has_a_link_from_the_second_call_on(vox, watcher, scenario):
    text = """
    from voxsim import *

    @VoxEngine.on(AppEvents.Started)
    async def started(event):
        one = VoxEngine.call_user(username="201", callerid="100")
        await one.wait_for(CallEvents.Connected)
        two = VoxEngine.call_pstn("+15550100", "100")
        await two.wait_for(CallEvents.Connected)
        VoxEngine.send_media_between(one, two)
        await two.wait_for(CallEvents.Disconnected)
        VoxEngine.terminate()
    """
    vox.user("201", "answer:1")
    vox.phone("+15550100", "answer:1,hangup:5")
    vox.start(scenario(text))
    await vox.finished()
    assert watcher.words[:8] == [
        "TargetAdded 201",
        "LegCreated 201",
        "LegRinging 201",
        "LegAnswered 201",
        "Routed 201",
        "TargetAdded 101",
        "LegCreated 15550100",
        "LegRinging 15550100",
    ]
    assert watcher.words[-4:] == [
        "LegEnded 15550100 answered", "LinkEnded 201 answered", "LegEnded 201 answered", "SessionEnded"
    ]  # fmt: skip


async def test_hold_digits_and_records(vox, watcher, scenario):
    text = """
    from voxsim import *

    @VoxEngine.on(AppEvents.CallAlerting)
    async def alerting(event):
        event.call.answer()
        event.call.record()
        await event.call.wait_for(CallEvents.Disconnected)
        VoxEngine.terminate()
    """
    await vox.phone("+15550001", "hold@1,resume@2,press:12@3", hangup=5).dial("100", scenario=scenario(text))
    await vox.finished()
    kinds = [type(one).__name__ for one in watcher.happenings]
    assert kinds == [
        "LegCreated",
        "LegAnswered",
        "RecordStarted",
        "LegHeld",
        "LegResumed",
        "Dtmf",
        "Dtmf",
        "LegEnded",
        "RecordReady",
        "SessionEnded",
    ]
    assert [one.digit for one in watcher.happenings if isinstance(one, told.Dtmf)] == ["1", "2"]
    (ready,) = [one for one in watcher.happenings if isinstance(one, told.RecordReady)]
    assert ready.duration >= 4900


@pytest.mark.parametrize(
    ("code", "rang", "cause"),
    [
        (486, True, Cause.BUSY),
        (600, False, Cause.BUSY),
        (408, True, Cause.NO_ANSWER),
        (480, True, Cause.NO_ANSWER),
        (480, False, Cause.UNREACHABLE),
        (503, False, Cause.UNREACHABLE),
        (487, True, Cause.CANCELLED),
        (603, True, Cause.REJECTED),
        (404, False, Cause.NO_ROUTE),
        (484, False, Cause.NO_ROUTE),
        (604, False, Cause.NO_ROUTE),
        (500, False, Cause.ERROR),
        (403, False, Cause.ERROR),
    ],
)
def test_the_one_table_of_causes(code, rang, cause):
    assert cause_of(code, rang=rang) is cause

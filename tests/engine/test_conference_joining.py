"""Joining a conference across sessions: which session holds it, what passes between the two, and how each side ends."""

from __future__ import annotations

from collections.abc import Callable
from inspect import cleandoc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxsim.parties.world import World
from voxsim.platform.account import Application
from voxsim.testing import Vox
from voxsim.testing.calls import CallHandle
from voxsim.vocabulary.errors import BadArgument

Write = Callable[[str], str]

JOIN = """\
call.answer()
await call.wait_for(CallEvents.Connected)
room = VoxEngine.call_conference("room-1", call.callerid(), call.display_name())
tell_all(room)
call.add_event_listener(CallEvents.Disconnected, lambda e: VoxEngine.terminate())
VoxEngine.send_media_between(call, room)
"""

TOLD = """
def told(event):
    fields = "code internal_code reason text tone body headers".split()
    words = [f"{key}={getattr(event, key)}" for key in fields if getattr(event, key, None)]
    Logger.write(" ".join([event.name, *words]))

def tell_all(call):
    for event in CallEvents:
        if event != CallEvents.StateChanged:
            call.add_event_listener(event, told)

"""

HOLD = "tell_all(call)\n"


class Rooms:
    """Callers whose sessions join `room-1`, and the sessions that hold it."""

    def __init__(self, vox: Vox, incoming: Write, scenario: Write) -> None:
        self.vox = vox
        self._incoming = incoming

    def joining(self, more: str = "", instead: str = JOIN) -> None:
        """What a caller's session does."""
        self.vox.scenario(self._with_told(cleandoc(instead) + "\n" + cleandoc(more)), "100")

    def holding(self, body: str = "call.answer()", pattern: str = "room-.*") -> None:
        """What the session that holds a conference does with a call."""
        self.vox.scenario(self._with_told(HOLD + cleandoc(body)), pattern)

    def _with_told(self, body: str) -> str:
        path = self._incoming(body)
        file = Path(path)
        head, _, rest = file.read_text(encoding="utf-8").partition("\n")
        file.write_text(f"{head}\n{TOLD}{rest}", encoding="utf-8")
        return path

    async def call(self, number: str = "+15550001", **how: Any) -> CallHandle:
        """Somebody calls in."""
        call = await self.vox.phone(number, **how).dial("100")
        await self.vox.advance(0.1)
        return call

    @property
    def holders(self) -> list[Any]:
        """The sessions that hold or held a conference."""
        return [session for session in self.vox.sessions if session.session.origin.conference_name is not None]

    @property
    def joiners(self) -> list[Any]:
        """The sessions of the callers."""
        return [session for session in self.vox.sessions if session.session.origin.conference_name is None]


@pytest.fixture
def rooms(vox: Vox, incoming: Write, scenario: Write) -> Rooms:
    return Rooms(vox, incoming, scenario)


def said(session: Any, name: str) -> list[str]:
    """What a scenario was told under this name."""
    return [line.partition(" ")[2] for line in session.log if line.split(" ")[0] == name]


# --- which session ---


async def test_the_first_call_begins_the_session_and_later_ones_join_it(rooms: Rooms, vox: Vox):
    rooms.holding()
    rooms.joining()
    await rooms.call("+15550001")
    await rooms.call("+15550002")
    (holder,) = rooms.holders
    origin = holder.session.origin
    assert (origin.started_by, origin.conference_name) == ("conference", "room-1")
    started = holder.events[0]
    assert (started.name, started.facts()["conference_name"]) == ("Application.Started", "room-1")
    alerting = [record.facts() for record in holder.events if record.name == "Application.CallAlerting"]
    assert [(one["callerid"], one["destination"], one["displayName"]) for one in alerting] == [
        ("15550001", "room-1", "15550001"),
        ("15550002", "room-1", "15550002"),
    ]
    assert alerting[0]["toURI"] == "sip:room-1@app.account.voximplant.com"
    assert alerting[0]["fromURI"] == "sip:15550001@app.account.voximplant.com"
    assert len(holder.session.calls) == 2
    assert len(vox.sessions) == 3


async def test_started_and_the_first_call_come_in_the_order_of_every_session(rooms: Rooms, vox: Vox):
    rooms.holding("call.answer()\n    Logger.write(call.client_type())")
    rooms.joining()
    await rooms.call()
    (holder,) = rooms.holders
    assert [record.name for record in holder.events] == [
        "Application.Started",
        "Application.CallAlerting",
        "Call.FirstAudioPacketReceived",
        "Call.Connected",
        "Call.AudioQualityDetected",
    ]
    assert "sip" in holder.log
    assert [record.name for record in rooms.joiners[0].events][-3:] == [
        "Call.Connected",
        "Call.FirstAudioPacketReceived",
        "Call.AudioQualityDetected",
    ]


async def test_two_who_join_at_once_meet_in_one_session(rooms: Rooms, vox: Vox):
    rooms.holding()
    rooms.joining()
    calls = [vox.phone(f"+1555000{number}").place("100") for number in range(5)]
    await vox.advance(0.1)
    (holder,) = rooms.holders
    assert len(holder.session.calls) == len(calls)


async def test_when_the_session_has_ended_another_one_begins(rooms: Rooms, vox: Vox):
    rooms.holding(
        "call.add_event_listener(CallEvents.Disconnected, lambda e: VoxEngine.terminate())\n    call.answer()"
    )
    rooms.joining()
    for _ in range(2):
        call = await rooms.call()
        await call.hang_up()
        await vox.finished()
    first, second = rooms.holders
    assert first.session.key != second.session.key
    assert vox.world.switch.conference(1, "room-1") is None


async def test_a_session_that_is_about_to_end_is_not_joined_any_more(rooms: Rooms, vox: Vox):
    rooms.holding("call.answer()\n    await call.wait_for(CallEvents.MessageReceived)\n    VoxEngine.terminate()")
    rooms.joining("call.add_event_listener(CallEvents.MessageReceived, lambda e: room.send_message(e.text))")
    first = await rooms.call("+15550001")
    first.send_message("end")
    vox.phone("+15550002").place("100")
    await vox.advance(0.5)
    assert len(rooms.holders) == 2
    assert rooms.holders[0].finish_reason == "Normal termination"
    assert len(rooms.holders[1].session.calls) == 1


async def test_ids_are_told_apart(rooms: Rooms, vox: Vox):
    rooms.holding()
    rooms.joining(instead=JOIN.replace('"room-1"', 'f"room-{call.callerid()[-1]}"'))
    for number in (1, 2):
        await rooms.call(f"+1555000{number}")
    assert [one.session.origin.conference_name for one in rooms.holders] == ["room-1", "room-2"]


async def test_the_same_id_in_another_application_is_another_conference(rooms: Rooms, vox: Vox):
    rooms.holding()
    rooms.joining()
    world: World = vox.world
    other = Application(id=2, name="other", rules=list(world.platform.rules))
    world.platform.account.applications.append(other)
    for application in (None, other):
        world.call_in(vox.phone().party, "100", application=application)
    await vox.advance(0.1)
    assert [one.session.origin.application_id for one in rooms.holders] == [1, 2]


async def test_a_session_may_join_the_conference_that_it_holds(rooms: Rooms, vox: Vox, incoming: Write):
    vox.scenario(
        incoming("""
        call.answer()
        if event.destination != "loop":
            VoxEngine.call_conference("loop", call.callerid())
        elif call.callerid() == "1":
            VoxEngine.call_conference("loop", "2")
    """)
    )
    await vox.phone("1").dial("100")
    await vox.advance(1)
    (holder,) = rooms.holders
    assert len(holder.session.calls) == 3  # both who came in, and the one that set out


async def test_a_conference_that_was_started_before_is_joined(rooms: Rooms, vox: Vox, scenario: Write):
    holder = vox.start_conference("room-1", scenario("pass"), custom_data="weekly")
    assert vox.start_conference("room-1").session is holder.session
    rooms.joining()
    await rooms.call()
    assert rooms.holders == [holder]
    assert holder.session.custom_data == "weekly"
    assert len(holder.session.calls) == 1


@pytest.mark.parametrize(
    ("name", "custom_data", "words"),
    [
        ("", "", "1 to 49 characters, got ''"),
        ("x" * 50, "", "1 to 49 characters"),
        (7, "", "1 to 49 characters, got 7"),
        ("nowhere", "", "No rule of 'app' matches the conference 'nowhere'"),
        ("room-1", {}, "Custom data is a text, got dict"),
    ],
)
async def test_what_cannot_be_started(name: Any, custom_data: Any, words: str, rooms: Rooms, vox: Vox):
    rooms.holding()
    with pytest.raises(BadArgument) as error:
        vox.start_conference(name, custom_data=custom_data)
    assert words in str(error.value)


# --- who cannot get in ---


async def test_without_a_rule_there_is_no_such_conference(rooms: Rooms, vox: Vox):
    rooms.joining()
    await rooms.call()
    assert said(rooms.joiners[0], "Call.Failed") == ["code=404 reason=Not Found"]


async def test_nobody_answers_for_a_minute(rooms: Rooms, vox: Vox):
    rooms.holding("pass")
    rooms.joining()
    await rooms.call()
    await vox.advance(59.5)
    assert said(rooms.joiners[0], "Call.Failed") == []
    await vox.advance(1)
    assert said(rooms.joiners[0], "Call.Failed") == ["code=408 reason=Request Timeout"]
    assert said(rooms.holders[0], "Call.Disconnected") == ["internal_code=487 reason=Request Terminated"]


async def test_nobody_answers_for_as_long_as_a_header_says(rooms: Rooms, vox: Vox):
    rooms.holding("pass")
    rooms.joining(instead=JOIN.replace("call.display_name())", "'', {'VI-CallTimeout': 15})"))
    await rooms.call()
    await vox.advance(15.1)
    assert said(rooms.joiners[0], "Call.Failed") == ["code=408 reason=Request Timeout"]


@pytest.mark.parametrize(("code", "reason"), [(486, "Busy Here"), (603, "Decline"), (403, "Forbidden")])
async def test_a_refusal_comes_back_with_its_code_and_headers(code: int, reason: str, rooms: Rooms, vox: Vox):
    rooms.holding(f"call.reject({code}, {{'X-Why': 'full'}})")
    rooms.joining()
    await rooms.call()
    failed = f"code={code} reason={reason} headers={{'X-Why': 'full'}}"
    assert said(rooms.joiners[0], "Call.Failed") == [failed]


async def test_who_gives_up_is_gone_from_the_conference(rooms: Rooms, vox: Vox):
    rooms.holding("pass")
    rooms.joining()
    call = await rooms.call()
    await call.hang_up()
    await vox.advance(1)
    assert said(rooms.holders[0], "Call.Disconnected") == ["internal_code=487 reason=Request Terminated"]
    assert rooms.holders[0].session.calls == {}


async def test_a_session_that_dies_takes_nobody_with_it(rooms: Rooms, vox: Vox):
    rooms.holding("call.add_event_listener(CallEvents.Connected, 'no function')\n    call.answer()")
    rooms.joining()
    call = await rooms.call()
    await vox.failed("not a function")
    await vox.advance(1)
    assert rooms.holders[0].finish_reason == "JS session error"
    assert said(rooms.joiners[0], "Call.Disconnected")[0].startswith("internal_code=16")
    assert call.state == "CONNECTED"


# --- what passes ---


async def test_headers_pass_and_only_those_with_x(rooms: Rooms, vox: Vox):
    rooms.holding("Logger.write(event.headers)\n    call.answer({'X-Room': 'blue'})")
    rooms.joining(instead=JOIN.replace("call.display_name())", "'Ann', {'X-Who': 'ann', 'Who': 'bob'})"))
    await rooms.call()
    assert '{"X-Who": "ann"}' in rooms.holders[0].log
    assert "headers={'X-Room': 'blue'}" in said(rooms.joiners[0], "Call.Connected")
    alerting = next(one for one in rooms.holders[0].events if one.name == "Application.CallAlerting")
    assert alerting.facts()["displayName"] == "Ann"


async def test_ringing_and_early_media_come_before_the_answer(rooms: Rooms, vox: Vox):
    rooms.holding("""
    call.ring({"X-A": "1"})
    await sleep(1)
    call.start_early_media({"X-B": "2"})
    call.say("Please wait.")
    await sleep(3)
    call.answer()
    """)
    rooms.joining()
    call = await rooms.call()
    await call.heard("Please wait")
    assert vox.now == pytest.approx(1.02, abs=0.01)
    await vox.advance(4)
    log = [line.split(" ")[0] for line in rooms.joiners[0].log]
    assert log == [
        "Call.Ringing",
        "Call.AudioStarted",
        "Call.FirstAudioPacketReceived",
        "Call.Connected",
        "Call.AudioQualityDetected",
    ]


async def test_sound_passes_both_ways_and_ends_where_it_is_cut(rooms: Rooms, vox: Vox):
    rooms.holding("""
    call.handle_mic_status(True)
    call.answer()
    await call.wait_for(CallEvents.Connected)
    playback = call.say("You have all the time in the world to listen to this.")
    await sleep(1)
    playback.stop()
    """)
    rooms.joining()
    call = await rooms.call()
    heard = await call.heard("all the time")
    await vox.advance(2)
    silence = next(item for item in call.received if item.what == "silence")
    assert silence.at - heard.at == 1_000_000
    call.say("Thank you.", 2)
    await vox.advance(3)
    assert [line.split(" ")[0] for line in rooms.holders[0].log].count("Call.MicStatusChange") == 2


async def test_digits_pass_with_the_sound_and_when_they_are_sent(rooms: Rooms, vox: Vox):
    rooms.holding("call.handle_tones(True)\n    call.answer()")
    rooms.joining("await room.wait_for(CallEvents.Connected)\n    room.send_digits('12')")
    call = await rooms.call()
    await vox.advance(1)
    call.press("3")
    await vox.advance(1)
    assert said(rooms.holders[0], "Call.ToneReceived") == ["tone=1", "tone=2", "tone=3"]


async def test_messages_and_infos_pass_both_ways(rooms: Rooms, vox: Vox):
    rooms.holding("""
    call.answer()
    await call.wait_for(CallEvents.Connected)
    call.send_message("welcome")
    call.send_info("text/plain", "a room", {"X-Room": "1"})
    """)
    rooms.joining("""
    await room.wait_for(CallEvents.Connected)
    room.send_message("thanks")
    room.send_info("text/plain", "a guest")
    """)
    await rooms.call()
    await vox.advance(1)
    joiner, holder = rooms.joiners[0], rooms.holders[0]
    assert said(joiner, "Call.MessageReceived") == ["text=welcome"]
    assert said(joiner, "Call.InfoReceived") == ["body=a room headers={'X-Room': '1'}"]
    assert said(holder, "Call.MessageReceived") == ["text=thanks"]
    assert said(holder, "Call.InfoReceived") == ["body=a guest"]


@pytest.mark.parametrize("handled", [True, False])
async def test_a_new_session_description_is_asked_for_across_sessions(handled: bool, rooms: Rooms, vox: Vox):
    listen = "room.add_event_listener(CallEvents.ReInviteReceived, lambda e: room.reject_re_invite({}, code=488))"
    rooms.holding("""
    call.answer()
    await call.wait_for(CallEvents.Connected)
    call.re_invite({"X-A": "1"}, "application/sdp", "v=0")
    """)
    plain = JOIN.replace("tell_all(room)", "pass")
    rooms.joining(listen if handled else "", instead=plain)
    await rooms.call()
    await vox.advance(1)
    names = [line.split(" ")[0] for line in rooms.holders[0].log]
    assert ("Call.ReInviteRejected" if handled else "Call.ReInviteAccepted") in names


async def test_an_echo_between_two_sessions_comes_to_rest(rooms: Rooms, vox: Vox):
    rooms.holding("call.answer()\n    await call.wait_for(CallEvents.Connected)\n    call.send_media_to(call)")
    rooms.joining("await room.wait_for(CallEvents.Connected)\n    room.send_media_to(room)")
    call = await rooms.call()
    await vox.advance(1)
    call.say("hello")
    await vox.advance(3)
    assert [record.name for session in vox.sessions for record in session.timeline if record.kind == "error"] == []


async def test_two_ways_into_one_conference_are_no_endless_loop(rooms: Rooms, vox: Vox):
    text = """
    conference = VoxEngine.create_conference()
    call.answer()
    await call.wait_for(CallEvents.Connected)
    VoxEngine.send_media_between(call, conference)
    for _ in range(2):
        room = VoxEngine.call_conference("room-1", call.callerid())
        VoxEngine.send_media_between(room, conference)
    """
    rooms.holding("""
    global conference
    conference = globals().get("conference") or VoxEngine.create_conference()
    call.answer()
    await call.wait_for(CallEvents.Connected)
    VoxEngine.send_media_between(call, conference)
    """)
    rooms.joining(instead=text)
    call = await rooms.call()
    await vox.advance(1)
    call.say("hello")
    await vox.advance(3)
    assert [item.value for item in call.received if item.what == "heard"] == []


# --- the end ---


async def test_who_hangs_up_leaves_the_conference_with_its_headers(rooms: Rooms, vox: Vox):
    rooms.holding()
    rooms.joining("await room.wait_for(CallEvents.Connected)\n    room.hangup({'X-Why': 'bored'})")
    await rooms.call()
    await vox.advance(1)
    told = "internal_code=16 reason=Normal call clearing headers={'X-Why': 'bored'}"
    assert said(rooms.holders[0], "Call.Disconnected") == [told]
    assert len(said(rooms.joiners[0], "Call.Disconnected")) == 1


async def test_the_conference_hangs_up_on_one(rooms: Rooms, vox: Vox):
    rooms.holding("""
    call.answer()
    await call.wait_for(CallEvents.Connected)
    await sleep(2)
    call.hangup({"X-Why": "late"})
    """)
    rooms.joining()
    call = await rooms.call()
    await vox.advance(3)
    told = "internal_code=16 reason=Normal call clearing headers={'X-Why': 'late'}"
    assert said(rooms.joiners[0], "Call.Disconnected") == [told]
    assert call.state == "CONNECTED"


async def test_the_end_of_the_session_that_holds_it_ends_the_callers_leg(rooms: Rooms, vox: Vox):
    rooms.holding("call.answer()\n    await sleep(2)\n    VoxEngine.terminate()")
    rooms.joining()
    await rooms.call()
    await vox.advance(3)
    assert said(rooms.joiners[0], "Call.Disconnected")[0].startswith("internal_code=16")


async def test_a_conference_without_calls_ends_after_a_minute(vox: Vox, scenario: Write):
    session = vox.start_conference("room-1", scenario("pass"))
    await vox.finished()
    assert session.finish_reason == "Timeout"
    assert vox.now == 60


async def test_both_sides_count_the_same_seconds(rooms: Rooms, vox: Vox):
    rooms.holding()
    rooms.joining()
    call = await rooms.call()
    await vox.advance(4.5)
    await call.hang_up()
    await vox.advance(1)
    ends = [record.facts() for session in vox.sessions for record in session.timeline if record.name == "ended"]
    lengths = {one["ms"] for one in ends if "ms" in one and one["code"] == 16}
    assert len(lengths) == 2  # the caller's own leg, and the two of the crossing


# --- old shapes ---


@pytest.mark.parametrize(
    "arguments",
    ['"room-1", None, None, {"X-A": "1"}', '"room-1", call.callerid()', '"room-1", "a", "b", {}, {"x": 1}', '"room-1"'],
)
async def test_how_scenarios_in_production_call_it(arguments: str, rooms: Rooms, vox: Vox):
    rooms.holding()
    rooms.joining(instead=JOIN.replace('"room-1", call.callerid(), call.display_name()', arguments))
    await rooms.call()
    assert len(rooms.holders[0].session.calls) == 1


@pytest.mark.parametrize("given", ["None", "''", "['room']"])
async def test_an_id_is_needed(given: str, rooms: Rooms, vox: Vox):
    rooms.joining(instead=f"VoxEngine.call_conference({given})")
    await rooms.call()
    await vox.failed("A call needs a number, user name or address")


# --- any course of events ---


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["call", "say", "end"])), max_size=25))
def test_everybody_in_the_room_hears_all_others_from_session_to_session(plan: list[tuple[int, str]]):
    world = World()
    world.add_rule("tests/engine/rooms/room.py", "room")
    world.add_rule("tests/engine/rooms/join.py")
    people: dict[int, Any] = {}

    def advance(seconds: float) -> None:
        until = world.switch.now + int(seconds * 1_000_000)
        while world.switch.run_due(horizon=until):
            pass
        world.switch.advance(until)

    for number, (who, what) in enumerate(plan):
        here = people.get(who)
        if what == "call" and here is None:
            party = world.add_party("pstn", f"+1555000{who}")
            people[who] = line = world.call_in(party, "100")
            line.keep(lambda _: None)
        elif what == "say" and here is not None:
            here.say(f"text {number}")
        elif what == "end" and here is not None:
            here.hang_up()
            del people[who]
        advance(0.5)
        for one, line in people.items():
            texts = [item.value for item in line.received if item.what == "heard"]
            assert texts.count(f"text {number}") == (what == "say" and here is not None and one != who)
    assert world.failures == []
    living = [session for session in world.sessions if session.key in world.switch.sessions]
    assert len(living) == len(people) + bool(people)

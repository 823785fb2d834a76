"""Conferences: everybody hears all others and nobody itself; events, endpoints, modes, directions, and the end."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxsim.engine.leg import Leg
from voxsim.engine.media import Sound
from voxsim.engine.origin import Origin
from voxsim.engine.ports import SilentFar
from voxsim.engine.session import Session
from voxsim.engine.tones import Tones
from voxsim.engine.units.call import Call
from voxsim.engine.units.conference import Conference
from voxsim.engine.units.player import Player
from voxsim.testing import Vox
from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.limits import Limits

Write = Callable[[str], str]


# --- people whose ears are seen from inside ---


class Ear(SilentFar):
    """The far end of a call: what it has heard, and how often it fell silent."""

    def __init__(self) -> None:
        self.heard_texts: list[str] = []
        self.silences = 0

    def heard(self, leg: Leg, sound: Sound | None) -> None:
        """Something begins to be heard, or all is cut."""
        if sound is None:
            self.silences += 1
        else:
            self.heard_texts.append(sound.content)


@attrs.define(eq=False)
class Person:
    """Somebody with a connected call."""

    call: Call
    ear: Ear

    def say(self, text: str, seconds: float = 1) -> None:
        """Say something."""
        leg = self.call.leg
        now = self.call.session.switch.now
        leg.far_says(Sound("speech", text, now, int(seconds * 1_000_000), leg.id))

    def heard(self) -> list[str]:
        """What it has heard since this was asked for last."""
        texts, self.ear.heard_texts = self.ear.heard_texts, []
        return texts


class Room:
    """A session that has a conference, moved by hand."""

    def __init__(self, engine: Any, *, video: bool = False) -> None:
        self.engine = engine
        engine.session.origin = Origin(video_conference=video)
        self.session: Session = engine.start()
        self.session.modules = ("conference",)
        self.conference = Conference(self.session)
        engine.settle()

    def person(self) -> Person:
        """Somebody who has called in and was answered."""
        switch = self.session.switch
        number = str(len(self.session.calls) + 100)
        leg = Leg(switch, switch.ids.unit(), incoming=True, kind="pstn", number="1", callerid=number)
        leg.far = ear = Ear()
        call = Call(self.session, leg)
        call.answer()
        self.engine.advance(0.1)
        return Person(call, ear)

    def people(self, count: int, *, joined: bool = True) -> list[Person]:
        """So many of them, who all take part."""
        found = [self.person() for _ in range(count)]
        for one in found if joined else ():
            self.join(one)
        return found

    def join(self, person: Person) -> None:
        """Let somebody speak and hear."""
        person.call.send_media_to(self.conference)
        self.conference.send_media_to(person.call)

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """The conference's events so far: the last part of the name, and the payload without the conference."""
        self.engine.settle()
        return [
            (record.name.partition(".")[2], {key: one for key, one in record.facts().items() if key != "conference"})
            for record in self.session.events
            if record.name.startswith("Conference.")
        ]


@pytest.fixture
def room(engine) -> Room:
    return Room(engine)


@pytest.fixture
def video(engine) -> Room:
    return Room(engine, video=True)


# --- who hears whom ---


def test_everybody_hears_all_others_and_nobody_itself(room: Room):
    ann, bob, eve = room.people(3)
    ann.say("hello")
    assert [one.heard() for one in (ann, bob, eve)] == [[], ["hello"], ["hello"]]
    bob.say("hi")
    assert [one.heard() for one in (ann, bob, eve)] == [["hi"], [], ["hi"]]


def test_two_who_speak_at_once_are_both_heard(room: Room):
    ann, bob, eve = room.people(3)
    ann.say("one")
    bob.say("two")
    assert [one.heard() for one in (ann, bob, eve)] == [["two"], ["one"], ["one", "two"]]


def test_who_only_speaks_hears_nothing_and_who_only_hears_is_not_heard(room: Room):
    speaker, listener = room.people(2, joined=False)
    speaker.call.send_media_to(room.conference)
    room.conference.send_media_to(listener.call)
    listener.say("a secret")
    speaker.say("a speech")
    assert (speaker.heard(), listener.heard()) == ([], ["a speech"])


def test_a_newcomer_hears_what_is_being_said(room: Room):
    ann, bob = room.people(2)
    ann.say("a long story", 10)
    bob.say("a comment", 1)
    room.engine.advance(2)
    late = room.person()
    room.join(late)
    assert late.heard() == ["a long story"]


def test_who_leaves_is_neither_heard_nor_hears(room: Room):
    ann, bob = room.people(2)
    ann.call.stop_media_to(room.conference)
    ann.say("am I muted?")
    bob.say("yes")
    assert (ann.heard(), bob.heard()) == (["yes"], [])
    ann.call.hangup()
    room.engine.settle()
    bob.say("gone")
    assert ann.heard() == []
    assert room.conference.sources == (bob.call,)
    assert room.conference.sinks == (bob.call,)


def test_silence_is_told_when_the_last_voice_is_cut_and_to_nobody_else(room: Room):
    ann, bob, _ = people = room.people(3)
    ann.say("blah", 10)
    bob.say("blub", 10)
    ann.call.leg.far_hushes()
    # Bob hears nobody now; Eve still hears Bob, and Ann does, too.
    assert [one.ear.silences for one in people] == [0, 1, 0]
    bob.call.hangup()
    assert [one.ear.silences for one in people] == [1, 1, 1]


def test_somebody_silent_who_leaves_is_not_noticed(room: Room):
    people = room.people(3)
    people[0].say("short", 1)
    room.engine.advance(5)
    people[0].call.hangup()
    assert [one.ear.silences for one in people[1:]] == [0, 0]


async def test_a_player_is_heard_by_all_and_hears_nobody(vox: Vox, incoming: Write):
    vox.scenario(
        incoming("""
        conference = VoxEngine.create_conference()
        other = VoxEngine.call_pstn("+15550009")
        other.add_event_listener(CallEvents.Connected, lambda e: VoxEngine.send_media_between(other, conference))
        call.answer()
        await call.wait_for(CallEvents.Connected)
        VoxEngine.send_media_between(call, conference)
        await other.wait_for(CallEvents.Connected)
        VoxEngine.create_tts_player("The meeting begins.").send_media_to(conference)
        await sleep(10)
        VoxEngine.terminate()
    """)
    )
    other = vox.phone("+15550009", answer=1)
    call = await vox.phone().dial()
    first = await call.heard("The meeting begins")
    leg = await other.rang()
    second = await leg.heard("The meeting begins")
    assert first.at == second.at
    await vox.finished()
    silences = [item.at - first.at for item in call.received if item.what == "silence"]
    assert silences == [19 * 1_000_000 // 15]


async def test_what_is_said_in_a_conference_is_recognised_and_recorded(vox: Vox, incoming: Write):
    text = """
        require(Modules.ASR)
        require(Modules.Recorder)
        conference = VoxEngine.create_conference({"hd_audio": True})
        asr = VoxEngine.create_asr(profile=ASRProfileList.Google.en_US)
        recorder = VoxEngine.create_recorder()
        conference.send_media_to(asr)
        conference.send_media_to(recorder)
        asr.add_event_listener(ASREvents.Result, lambda event: Logger.write(event.text))
        other = VoxEngine.call_pstn("+15550009")
        other.add_event_listener(CallEvents.Connected, lambda e: VoxEngine.send_media_between(other, conference))
        call.answer()
        await call.wait_for(CallEvents.Connected)
        VoxEngine.send_media_between(call, conference)
        await sleep(20)
        VoxEngine.terminate()
    """
    vox.phone("+15550009", answer=1, say=[("no objection", 8)])
    call = await vox.phone().dial(scenario=incoming(text))
    await vox.advance(5)
    call.say("shall we begin")
    await vox.logged("shall we begin")
    await vox.logged("no objection")
    await vox.finished()
    assert [piece.sound.content for piece in vox.recordings.made[0].pieces] == ["shall we begin", "no objection"]


def test_a_digit_is_heard_by_the_others(room: Room):
    ann, bob = room.people(2)
    ann.call.leg.far_presses("7")
    assert (ann.heard(), bob.heard()) == ([], ["7"])


# --- conferences that hear each other ---


def test_two_conferences_that_hear_each_other_are_one(room: Room):
    second = Conference(room.session)
    ann, bob = room.people(2)
    eve = room.person()
    eve.call.send_media_to(second)
    second.send_media_to(eve.call)
    second.send_media_to(room.conference)
    room.conference.send_media_to(second)
    ann.say("hello there")
    eve.say("hello here")
    assert [one.heard() for one in (ann, bob, eve)] == [["hello here"], ["hello there", "hello here"], ["hello there"]]


def test_a_ring_of_conferences_comes_to_rest(room: Room):
    ring = [room.conference, Conference(room.session), Conference(room.session)]
    for one, other in itertools.pairwise([*ring, ring[0]]):
        one.send_media_to(other)
    ann, bob = room.people(2)
    ann.say("round and round")
    assert (ann.heard(), bob.heard()) == ([], ["round and round"])
    ann.call.leg.far_hushes()
    assert bob.ear.silences == 1


# --- any course of events ---

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("speaks"), st.integers(0, 5), st.floats(0.1, 5)),
        st.tuples(st.sampled_from(["hushes", "sends", "mutes", "listens", "deafens", "leaves"]), st.integers(0, 5)),
        st.tuples(st.just("waits"), st.floats(0, 3)),
    ),
    max_size=40,
)


@given(steps=STEPS)
def test_in_any_course_of_joining_and_leaving_all_others_are_heard_and_nobody_itself(steps: list[Any], new_engine):
    room = Room(new_engine())
    people = room.people(6, joined=False)
    here = room.conference
    sending: set[Person] = set()
    hearing: set[Person] = set()
    sounding: dict[Person, tuple[str, int]] = {}
    for number, (what, *how) in enumerate(steps):
        if what == "waits":
            room.engine.advance(round(how[0], 3))
            continue
        one = people[how[0]]
        if not one.call.leg.alive:
            continue
        now = room.session.switch.now
        playing = {who: text for who, (text, until) in sounding.items() if who in sending and until > now}
        expected: dict[Person, list[str]] = {}
        match what:
            case "speaks":
                text = f"text {number}"
                sounding[one] = text, now + int(how[1] * 1_000_000)
                one.say(text, how[1])
                if one in sending:
                    expected = {who: [text] for who in hearing - {one}}
            case "hushes":
                one.call.leg.far_hushes()
                sounding.pop(one, None)
            case "sends":
                one.call.send_media_to(here)
                if one not in sending and one in sounding and sounding[one][1] > now:
                    expected = {who: [sounding[one][0]] for who in hearing - {one}}
                sending.add(one)
            case "mutes":
                one.call.stop_media_to(here)
                sending.discard(one)
            case "listens":
                here.send_media_to(one.call)
                if one not in hearing:
                    expected = {one: [text for who, text in playing.items() if who is not one]}
                hearing.add(one)
            case "deafens":
                here.stop_media_to(one.call)
                hearing.discard(one)
            case "leaves":
                one.call.hangup()
                sending.discard(one)
                hearing.discard(one)
                sounding.pop(one, None)
        assert {who: sorted(texts) for who in people if (texts := who.heard())} == {
            who: sorted(texts) for who, texts in expected.items() if texts
        }
    assert set(here.sources) == {one.call for one in sending}
    assert set(here.sinks) == {one.call for one in hearing}


@pytest.mark.parametrize("size", [2, 10, 100])
def test_a_sound_costs_one_step_for_each_who_hears_it(size: int, room: Room):
    people = room.people(size)
    before = room.session.switch.sequence
    people[0].say("hello")
    # One record for the speech, and one for each other pair of ears; nothing is planned for later.
    assert room.session.switch.sequence - before == 1 + size - 1
    people[0].call.leg.far_hushes()
    assert [one.ear.silences for one in people] == [0] + [1] * (size - 1)


# --- samples ---


def test_a_peer_gets_the_sum_of_all_voices_but_its_own(room: Room):
    from voxsim.engine.frames import encoding_of
    from voxsim.engine.samples import decode

    class Steps(Tones):
        def samples(self, sound: Sound, encoding: Any, position: int, milliseconds: float) -> bytes:
            value = int(sound.content) + position // 20_000
            return value.to_bytes(2, "little", signed=True) * encoding.samples_of(int(milliseconds * 1000))

    room.session.switch.voices = Steps()
    ann, bob, eve = room.people(3)
    form = encoding_of("PCM8")
    ann.say("1000", 5)
    room.engine.advance(0.1)
    bob.say("30000", 5)
    sound = room.conference._sounding_to(eve.call)
    assert sound is not None

    def level(ear: Person) -> set[int]:
        return set(decode(room.conference._samples_to(ear.call, sound, form, 40_000, 20), form))

    # Bob's sound lasts longest; 40 ms into it Ann is 140 ms into hers.
    assert sound.content == "30000"
    assert level(eve) == {30_002 + 1_007}
    assert level(ann) == {30_002}
    assert level(bob) == {1_007}
    eve.say("30000", 5)
    assert level(room.person()) == {32_767}


# --- life ---


async def test_events_in_order_from_a_scenario(vox: Vox, started: Write, names):
    vox.start(
        started("""
        require(Modules.Conference)
        conference = VoxEngine.create_conference()
        assert conference.id() == conference.get_id() and len(conference.id()) == 43
        for event in ConferenceEvents:
            conference.add_event_listener(event, lambda e: Logger.write(f"{e.name} {e.conference is conference}"))
        await conference.wait_for(ConferenceEvents.Started)
        VoxEngine.destroy_conference(conference)
        conference.stop()
        await sleep(1)
        VoxEngine.terminate()
    """)
    )
    session = await vox.finished()
    assert session.log == ["Conference.Started True", "Conference.Stopped True"]
    assert names(session)[:3] == ["Application.Started", "Conference.Started", "Conference.Stopped"]
    assert [warning for warning in session.warnings if "has been stopped already" in warning]
    assert not [warning for warning in session.warnings if "require" in warning]


async def test_without_its_module_there_is_a_warning(vox: Vox, started: Write):
    vox.start(started("VoxEngine.create_conference()\nVoxEngine.terminate()"))
    session = await vox.finished()
    assert [warning for warning in session.warnings if "require(Modules.Conference) is missing" in warning]


async def test_the_old_name_of_its_error_event(vox: Vox, started: Write):
    vox.start(started("Logger.write(ConferenceEvents.Error == 'Conference.Error')\nVoxEngine.terminate()"))
    await vox.logged("True")


def test_nothing_flows_once_it_has_stopped_and_the_calls_stay(room: Room):
    ann, bob = room.people(2)
    ann.say("blah", 10)
    room.conference.stop()
    assert bob.ear.silences == 1
    ann.say("hello?")
    assert bob.heard() == ["blah"]
    room.join(ann)
    assert ann.call.leg.alive
    assert room.told()[-1] == ("Stopped", {})
    warned = [record.name for record in room.session.timeline if record.kind == "warning"]
    assert len(warned) == 2
    assert all("has stopped; no media flows" in text for text in warned)


async def test_the_end_of_the_session_ends_it_and_tells_nobody(vox: Vox, started: Write):
    vox.start(started("VoxEngine.create_conference()\nVoxEngine.terminate()"))
    session = await vox.finished()
    undelivered = [record.name for record in session.timeline if record.kind == "undelivered"]
    assert undelivered == ["Conference.Started", "Conference.Stopped"]


@pytest.mark.parametrize("given", ["None", "'room'", "call"])
async def test_only_a_conference_can_be_destroyed(given: str, vox: Vox, incoming: Write):
    await vox.phone(hangup=1).dial(scenario=incoming(f"VoxEngine.destroy_conference({given})"))
    await vox.failed("destroyConference takes a Conference")


# --- endpoints ---


def test_an_endpoint_needs_a_rule_for_video_conferences(room: Room):
    ann = room.person()
    endpoint = room.conference.add(call=ann.call, mode="MIX", direction="BOTH")
    facts = {"error": "Endpoints need a rule with video_conference switched on", "code": 102}
    assert room.told()[1:] == [("Error", {**facts, "endpointId": endpoint.id()})]
    assert room.conference.get_list() == []
    assert room.conference.sources == ()


def test_an_endpoint_comes_and_goes_with_its_call(video: Room):
    ann = video.person()
    endpoint = video.conference.add({"call": ann.call, "mode": "FORWARD", "direction": "BOTH", "displayName": "Ann"})
    assert (endpoint.get_mode(), endpoint.get_direction(), endpoint.display_name) == ("FORWARD", "BOTH", "Ann")
    assert endpoint.get_call() is ann.call
    assert video.conference.get_list() == [endpoint]
    assert video.conference.get(endpoint.id()) is endpoint
    assert video.conference.get("nobody") is None
    endpoint.set_display_name("Anna")
    video.engine.settle()
    ann.call.hangup()
    told = video.told()[1:]
    assert [name for name, _ in told] == ["EndpointAdded", "EndpointUpdated", "EndpointRemoved"]
    for _, facts in told:
        assert facts["mode"] == "FORWARD"
        assert facts["direction"] == "BOTH"
        assert facts["endpointId"] == endpoint.id()
    assert video.conference.get_list() == []


def test_who_has_left_changes_nothing_any_more(video: Room):
    ann = video.person()
    endpoint = video.conference.add(call=ann.call, mode="FORWARD")
    ann.call.hangup()
    endpoint.set_display_name("Nobody")
    managed = endpoint.manage_endpoint({})
    video.engine.settle()
    with pytest.raises(BadArgument, match="has left the conference"):
        managed.result()
    assert [name for name, _ in video.told()] == ["Started", "EndpointAdded", "EndpointRemoved", "Error"]
    assert [record.name for record in video.session.timeline if record.kind == "warning"] == [
        f"setDisplayName: {endpoint!r} does not take part in the conference; nobody sees it."
    ]


def test_endpoints_leave_before_the_conference_stops(video: Room):
    for one in (ann := video.person(), video.person()):
        video.conference.add(call=one.call)
    video.conference.stop()
    ann.call.hangup()
    names = [name for name, _ in video.told()]
    assert names == ["Started", *["EndpointAdded"] * 2, *["EndpointRemoved"] * 2, "Stopped"]


@pytest.mark.parametrize("mode", ["MIX", "FORWARD"])
@pytest.mark.parametrize(
    ("first", "second", "heard"),
    [
        ("BOTH", "BOTH", (["two"], ["one"])),
        ("SEND", "BOTH", ([], ["one"])),
        ("RECEIVE", "BOTH", (["two"], [])),
        ("SEND", "RECEIVE", ([], ["one"])),
        ("SEND", "SEND", ([], [])),
        ("RECEIVE", "RECEIVE", ([], [])),
    ],
)
def test_the_direction_says_who_hears_whom(mode: str, first: str, second: str, heard: Any, video: Room):
    ann, bob = video.people(2, joined=False)
    video.conference.add(call=ann.call, mode=mode, direction=first)
    video.conference.add(call=bob.call, mode=mode, direction=second)
    ann.say("one")
    bob.say("two")
    assert (ann.heard(), bob.heard()) == heard


def test_who_gets_each_stream_by_itself_can_choose_and_who_gets_the_mix_cannot(video: Room):
    ann, bob, eve = video.people(3, joined=False)
    first, second, third = (
        video.conference.add(call=one.call, mode=mode)
        for one, mode in ((ann, "FORWARD"), (bob, "FORWARD"), (eve, "MIX"))
    )
    bob.say("a long story", 10)
    assert ann.heard() == eve.heard() == ["a long story"]
    managed = first.manage_endpoint({second.id(): {"audio": [], "video": ["default"]}})
    video.engine.settle()
    assert managed.done
    assert ann.ear.silences == 1
    bob.say("another story", 10)
    assert (ann.heard(), eve.heard()) == ([], ["another story"])
    first.manage_endpoint({second.id(): {"audio": ["default"]}})
    video.engine.settle()
    assert ann.heard() == ["another story"]
    refused = third.manage_endpoint({second.id(): {"audio": []}})
    video.engine.settle()
    with pytest.raises(BadArgument, match="receives the mix cannot choose"):
        refused.result()
    told = video.told()[4:]
    assert [name for name, _ in told] == ["EndpointManaged", "EndpointManaged", "Error"]
    assert (told[0][1]["endpointId"], told[2][1]["endpointId"]) == (first.id(), third.id())
    assert told[2][1]["code"] == 101


def test_a_choice_can_be_made_from_the_start(video: Room):
    ann, bob = video.people(2, joined=False)
    first = video.conference.add(call=ann.call, mode="FORWARD")
    video.conference.add(call=bob.call, mode="FORWARD", receive_parameters={first.id(): {"audio": []}})
    ann.say("hello")
    assert bob.heard() == []


def test_players_are_heard_by_endpoints_whatever_they_chose(video: Room):
    from voxsim.engine.units.playback import Segment

    ann = video.person()
    video.conference.add(call=ann.call, mode="FORWARD", receive_parameters={"somebody": {"audio": []}})
    player = Player(video.session, (Segment("speech", "Welcome."),))
    player.send_media_to(video.conference)
    video.engine.advance(1)
    assert ann.heard() == ["Welcome."]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "add needs `call`, a Call; got NoneType"),
        ({"call": "15550001"}, "add needs `call`, a Call; got str"),
        ({"mode": "LOUD"}, "'mode' is one of MIX, FORWARD, got 'LOUD'"),
        ({"direction": "UP"}, "'direction' is one of SEND, RECEIVE, BOTH, got 'UP'"),
        ({"receive_parameters": {"x": 1}}, "For endpoint 'x' receive parameters are {audio, video}, got 1"),
        ({"receive_parameters": ["x"]}, "Receive parameters are an object by endpoint id, got list"),
    ],
)
def test_what_cannot_be_an_endpoint(options: dict[str, Any], words: str, video: Room):
    ann = video.person()
    with pytest.raises(BadArgument) as error:
        video.conference.add(**({"call": ann.call, **options} if options else {}))
    assert words in str(error.value)


def test_who_is_refused_is_told_by_an_event(video: Room):
    ann, bob = video.people(2, joined=False)
    video.conference.add(call=ann.call)
    video.conference.add(call=ann.call)
    bob.call.hangup()
    video.conference.add(call=bob.call)
    video.conference.stop()
    video.conference.add(call=ann.call)
    errors = [(facts["code"], facts["error"]) for name, facts in video.told() if name == "Error"]
    assert [code for code, _ in errors] == [101] * 3
    for (_, text), words in zip(errors, ("endpoint already", "has ended", "has stopped"), strict=True):
        assert words in text


def test_the_hundred_and_first_endpoint_is_refused(engine):
    engine.switch.limits = Limits(conference_endpoints=3)
    video = Room(engine, video=True)
    for one in video.people(4, joined=False):
        video.conference.add(call=one.call)
    assert [name for name, _ in video.told()] == ["Started", *["EndpointAdded"] * 3, "Error"]
    assert len(video.conference.get_list()) == 3


async def test_awaiting_what_an_endpoint_chose(vox: Vox, incoming: Write):
    vox.scenario(
        incoming("""
        require(Modules.Conference)
        conference = VoxEngine.create_conference()
        call.answer()
        await call.wait_for(CallEvents.Connected)
        endpoint = conference.add(call=call, mode=ConferenceMode.FORWARD, direction=ConferenceDirection.BOTH)
        conference.add_event_listener(ConferenceEvents.EndpointManaged, lambda e: Logger.write("managed"))
        await endpoint.manage_endpoint({"x": {"audio": ["default"]}})
        Logger.write("awaited")
        VoxEngine.terminate()
    """),
        video_conference=True,
    )
    await vox.phone(hangup=5).dial()
    session = await vox.finished()
    assert session.log == ["managed", "awaited"]

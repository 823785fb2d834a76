"""The conference with a moderator: everybody hears everybody, and the moderator's digits rule them all."""

import pytest

from voxsim.testing import Vox
from voxsim.testing.calls import CallHandle

JOIN = "scenarios/conference_join.py"
ROOM = "scenarios/conference_room.py"
PIN = "4711"


@pytest.fixture
def enter(vox: Vox):
    """`enter(number, pin="")` lets somebody call, and join with or without a PIN."""
    vox.scenario(ROOM, "conference_room")
    vox.scenario(JOIN)

    async def entered(number: str, pin: str = "") -> CallHandle:
        call = await vox.phone(number).dial("100")
        await call.heard("Press hash")
        call.press(f"{pin}#")
        await vox.advance(1)  # one digit takes a tenth of a second
        return call

    return entered


async def test_all_calls_meet_in_one_room(vox: Vox, enter) -> None:
    ann, bob, eve = [await enter(f"+1555000{number}") for number in (1, 2, 3)]
    await eve.heard("15550003 has joined")
    ann.say("Good morning everybody.")
    await bob.heard("Good morning")
    await eve.heard("Good morning")
    assert "Good morning everybody." not in [item.value for item in ann.received]
    for call in (ann, bob, eve):
        await call.hang_up()
    await vox.finished()
    assert len(vox.sessions) == 4
    assert vox.conference("conference_room").log[:4] == [
        "conference_room is open",
        "15550001 has joined.",
        "15550002 has joined.",
        "15550003 has joined.",
    ]


async def test_the_moderator_mutes_the_guests_and_lets_them_speak_again(vox: Vox, enter) -> None:
    moderator, guest = await enter("+15550001", PIN), await enter("+15550002")
    other = await enter("+15550003")
    await moderator.press("1")
    await guest.heard("All guests are muted")
    guest.say("Can you hear me?")
    await other.within(3).never("heard", "Can you hear me")
    moderator.say("Nobody can.")
    await guest.heard("Nobody can")
    await moderator.press("2")
    await guest.heard("All guests may speak")
    guest.say("And now?")
    await other.heard("And now")
    await moderator.heard("And now")


async def test_who_comes_while_all_are_muted_is_muted_too(vox: Vox, enter) -> None:
    moderator = await enter("+15550001", PIN)
    await moderator.press("1")
    guest = await enter("+15550002")
    await guest.heard("has joined")
    guest.say("Hello?")
    await moderator.within(3).never("heard", "Hello")


async def test_a_locked_conference_lets_only_the_moderators_in(vox: Vox, enter) -> None:
    moderator = await enter("+15550001", PIN)
    await moderator.press("4")
    await moderator.heard("The conference is locked")
    guest = await enter("+15550002")
    await guest.heard("The conference is locked. Goodbye")
    await guest.ended()
    second = await enter("+15550003", PIN)
    await moderator.heard("15550003 has joined")
    await second.press("4")
    await moderator.heard("The conference is open")
    await enter("+15550004")
    await moderator.heard("15550004 has joined")


async def test_a_wrong_pin_opens_nothing(vox: Vox, enter) -> None:
    call = await enter("+15550001", "0000")
    await call.heard("This PIN is not known")
    await call.ended()


async def test_the_moderator_counts_the_participants_and_guests_cannot(vox: Vox, enter) -> None:
    moderator, guest = await enter("+15550001", PIN), await enter("+15550002")
    await moderator.press("3")
    await guest.heard("Participants: 2")
    await moderator.heard("Participants: 2")
    await guest.press("3")
    await moderator.within(3).never("heard", "Participants")


async def test_the_moderator_ends_it_for_all(vox: Vox, enter) -> None:
    moderator, guest = await enter("+15550001", PIN), await enter("+15550002")
    await moderator.press("0")
    await guest.heard("The moderator has ended the conference")
    await guest.ended()
    await moderator.ended()
    await vox.finished()
    assert {session.finish_reason for session in vox.sessions} == {"Normal termination"}


async def test_a_request_is_read_out_to_everybody(vox: Vox, enter) -> None:
    ann, bob = await enter("+15550001"), await enter("+15550002")
    reply = await vox.conference("conference_room").request("POST", "Five minutes left.")
    assert reply.body == "heard by 2"
    await ann.heard("Five minutes left")
    await bob.heard("Five minutes left")


async def test_a_room_that_is_empty_closes_and_the_next_caller_opens_another(vox: Vox, enter) -> None:
    ann = await enter("+15550001")
    await ann.heard("has joined")
    await ann.hang_up()
    await vox.finished()
    bob = await enter("+15550002")
    await bob.heard("15550002 has joined")
    await bob.hang_up()
    await vox.finished()
    assert [session.session.origin.started_by for session in vox.sessions] == ["call", "conference"] * 2


async def test_the_room_can_be_open_before_anybody_comes(vox: Vox, enter) -> None:
    opened = vox.start_conference("conference_room")
    ann = await enter("+15550001")
    await ann.heard("has joined")
    assert opened.log == ["conference_room is open", "15550001 has joined."]
    assert len(vox.sessions) == 2


async def test_the_picture_shows_the_two_sessions_side_by_side(vox: Vox, enter) -> None:
    call = await enter("+15550001", PIN)
    await call.press("3")
    await call.heard("Participants: 1")
    await call.hang_up()
    await vox.finished()
    picture = vox.ladder()
    assert [name for name in ("15550001 (2)", "Voximplant") if name in picture] == []
    for words in ("joins conference_room", "begins, to hold a", "presses 3", "“Participants: 1.”"):
        assert words in picture
    assert picture.count("answers") == 2

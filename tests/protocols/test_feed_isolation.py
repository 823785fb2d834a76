"""Feeds beside each other: one that fails, or begins in the middle of a call, harms neither a call nor another feed."""

from __future__ import annotations

import attrs
import pytest

from voxsim.parties.entries import Configuration
from voxsim.protocols.callevents.feeds import Feeds, Setting, make
from voxsim.protocols.callevents.view import _HANDLERS, KINDS
from voxsim.testing.following import people_of

NAMES = ("voipnow", "ccsevents", "elma365")


@attrs.define
class Breaking:
    """A feed that breaks at each happening."""

    feed: object

    @property
    def wants(self):
        return self.feed.wants

    def take(self, happening):
        raise RuntimeError(f"cannot take {type(happening).__name__}")


@pytest.fixture
def follow(vox):
    """`follow(*names)` has all three follow calls from now on, those named with a feed that breaks."""

    def begin(*broken):
        people, epoch = people_of(vox.world), vox.world.switch.epoch
        setting = Setting(people, Configuration(), epoch)
        told, troubles = {name: [] for name in NAMES}, []
        feeds = Feeds(people, epoch, {}, lambda name, error: troubles.append((name, str(error))))
        for name in NAMES:
            feed = make(name, setting)
            feeds.add(name, Breaking(feed) if name in broken else feed, told[name].extend)
        vox.world.switch.subscribe(feeds.see, KINDS)
        return told, troubles, feeds

    return begin


async def one_call(vox, rings):
    vox.user("202", "ring:1,answer:2", extension="202")
    handle = await vox.user("201", hangup=3, extension="201").dial("202", scenario=rings("202"))
    session = await vox.finished()
    assert session.finish_reason == "Normal termination"
    return handle


@pytest.mark.parametrize("broken", NAMES)
async def test_a_feed_that_breaks_is_told_of_and_harms_nobody(vox, rings, follow, broken):
    told, troubles, _ = follow(broken)
    await one_call(vox, rings)
    assert {name for name, messages in told.items() if messages} == {*NAMES} - {broken}
    assert {name for name, _ in troubles} == {broken}
    assert (broken, "cannot take LegEnded") in troubles
    assert vox.world.failures == []


async def test_a_receiver_of_messages_that_breaks_harms_nobody(vox, rings, follow):
    told, troubles, feeds = follow()

    def break_off(messages):
        raise OSError("the disk is full")

    feeds.add("elma365", make("elma365", Setting(people_of(vox.world), Configuration(), 0)), break_off)
    await one_call(vox, rings)
    assert {name for name, _ in troubles} == {"elma365"}
    assert len(told["voipnow"]) == 6
    assert told["ccsevents"][-1].event.type == "seance_delete"


async def test_a_view_that_breaks_costs_one_record_and_no_call(vox, rings, follow, monkeypatch):
    told, troubles, _ = follow()

    def lose(view, key, unit, facts):
        raise KeyError("lost")

    monkeypatch.setitem(_HANDLERS, ("leg", "ringing"), lose)
    await one_call(vox, rings)
    assert {name for name, _ in troubles} == {"view"}
    assert [one.rule.event.title for one in told["voipnow"]][-2:] == ["hangup", "hangup"]


class Unreadable:
    """The data of a record that nobody can read."""

    def facts(self):
        """Fail."""
        raise ValueError("unreadable")


async def test_a_record_that_cannot_be_read_is_told_of_and_the_next_one_counts(vox, rings, follow):
    told, troubles, _ = follow()
    vox.world.switch.note(None, "leg", "ringing", "nobody", Unreadable())
    await one_call(vox, rings)
    assert troubles == [("view", "unreadable")]
    assert told["ccsevents"][-1].event.type == "seance_delete"


@pytest.mark.parametrize("moment", [0.5, 1.5, 2.01, 3.0])
async def test_who_begins_to_follow_in_the_middle_of_a_call_is_told_of_the_next(vox, rings, follow, moment):
    vox.user("202", "ring:1,answer:2", extension="202")
    caller = vox.user("201", hangup=3, extension="201")
    await caller.dial("202", scenario=rings("202"))
    await vox.advance(moment)
    told, troubles, feeds = follow()
    await vox.finished()
    assert troubles == []
    assert told == {name: [] for name in NAMES}
    assert [feeds.view._runs, feeds.view._legs, feeds.view._runs_of] == [{}, {}, {}]
    await caller.dial("202", scenario=rings("202"))
    await vox.finished()
    assert troubles == []
    assert [one.rule.event.title for one in told["voipnow"]][::5] == ["dial-out", "hangup"]
    assert told["elma365"]


async def test_a_feed_that_is_added_in_the_middle_of_a_call_hears_no_nonsense(vox, rings, follow):
    vox.user("202", "ring:1,answer:2", extension="202")
    caller = vox.user("201", hangup=3, extension="201")
    _, troubles, feeds = follow()
    await caller.dial("202", scenario=rings("202"))
    await vox.advance(2.5)
    late = {name: [] for name in NAMES}
    for name in NAMES:
        setting = Setting(people_of(vox.world), Configuration(), vox.world.switch.epoch)
        feeds.add(name, make(name, setting), late[name].extend)
    await vox.finished()
    assert troubles == []
    await caller.dial("202", scenario=rings("202"))
    await vox.finished()
    assert troubles == []
    begins = {"voipnow": "dial-out", "ccsevents": "call_create", "elma365": "start"}
    first = {
        "voipnow": late["voipnow"][0].rule.event.title,
        "ccsevents": late["ccsevents"][0].event.type,
        "elma365": late["elma365"][0].fields["type"],
    }
    assert first == begins

"""What it costs to tell three systems of every call: whole sessions with all feeds on, beside the same without any."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import trio
from rows import SCENARIOS, Row, in_turns

from voxsim.parties.behaviour import Behaviour
from voxsim.parties.entries import Configuration
from voxsim.parties.world import World
from voxsim.protocols.callevents.feeds import MAKERS, Feeds, Setting, make
from voxsim.protocols.callevents.people import People
from voxsim.protocols.callevents.view import KINDS

_TIMES: Final = 25
_KINDS_OF_SCENARIO: Final = (
    ("whole_plain.js", 100, "JavaScript"),
    ("whole_async.py", 300, "async handlers"),
    ("whole_plain.py", 500, "plain handlers"),
)
"""The scenarios, how many sessions of each are measured at once, and what they are."""


def sessions_with_feeds() -> list[Row]:
    """Whole sessions per second of CPU with VoipNow, ccsevents and ELMA365 told of each, and with none.

    All three follow every call and make every message, 36 a session, and hand over those of each happening; who takes
    them only counts them. So nothing is written as a form or as JSON, which happens when a message is sent or looked
    at. The driver lets them catch up as it does for a server under load. What they do is the same for each kind of
    scenario; what the sessions themselves cost differs.
    """
    return [
        Row("sessions_with_feeds", fed, "sessions/s", f"{kind} without feeds", bare, "ratio >= 0.6")
        for scenario, sessions, kind in _KINDS_OF_SCENARIO
        for fed, bare in _beside_none([tuple(MAKERS)], scenario, sessions)
    ]


def sessions_with_one_feed() -> list[Row]:
    """The same, with plain handlers, and one feed at a time."""
    scenario, sessions, kind = _KINDS_OF_SCENARIO[-1]
    measured = _beside_none([(name,) for name in MAKERS], scenario, sessions)
    return [
        Row(f"sessions_with_{name}", fed, "sessions/s", f"{kind} without feeds", bare, "-")
        for name, (fed, bare) in zip(MAKERS, measured, strict=True)
    ]


def _beside_none(several: list[tuple[str, ...]], scenario: str, sessions: int) -> list[tuple[float, float]]:
    """For some sets of feeds, the throughput with them and without any: the turn whose ratio is the middle one.

    A machine may go at half its speed for a second; the best turn of each would compare two of its moods.
    """
    measures = [partial(_whole_sessions, names, scenario, sessions) for names in ((), *several)]
    in_turns(1, *measures)  # warm up
    bare, *each = in_turns(_TIMES, *measures)
    return [sorted(zip(fed, bare, strict=True), key=_ratio)[_TIMES // 2] for fed in each]


def _ratio(turn: tuple[float, float]) -> float:
    fed, bare = turn
    return fed / bare


def _whole_sessions(names: tuple[str, ...], scenario: str, sessions: int) -> float:
    world = World(stranger=Behaviour(answer=2), until=None)
    rule = world.rule(SCENARIOS / scenario)
    caller = world.add_party("pstn", "+15550001", press=["1@3", "2@4", "3@5"], hangup=3600)
    switch = world.switch
    told = 0

    def deliver(messages: Sequence[Any]) -> None:
        nonlocal told  # as one that sends at once and forgets
        told += len(messages)

    if names:
        configuration = Configuration()
        people = People.of(configuration)
        setting = Setting(people, configuration, switch.epoch)
        feeds = {name: (make(name, setting), deliver) for name in names}
        switch.follow(Feeds(people, switch.epoch, feeds).see_all, KINDS)
    gc.collect()
    began = time.process_time()
    for index in range(sessions):
        switch.at(index * 1000, world.call_in, caller, "100", rule)
    trio.run(world.driver.run, lambda: not switch.sessions and switch.next_instant is None, clock=world.driver)
    took = time.process_time() - began
    if world.failures or (len(names) > 1 and told < 2 * sessions):
        raise RuntimeError(f"Not every session was told of: {world.failures[:1]}.")
    return sessions / took

"""How many whole sessions a second one core runs, with plain and with async handlers.

A session has the twelve events of a usual call: alerting, connected, the end of a prompt, three digits, the outgoing
leg's ringing and answer, both ends, terminating and terminated. The platform delivers some more around them.
Calls begin a millisecond apart and last an hour, so all sessions of a run are alive together. The best run counts.
"""

from __future__ import annotations

import gc
import heapq
import time
from functools import partial
from typing import Final

import trio
import trio.testing
from rows import SCENARIOS, Row, in_turns

from voxsim.parties.behaviour import Behaviour
from voxsim.parties.world import World

EVENTS: Final = 12
_SESSIONS: Final = 1000
_TIMES: Final = 7


def sessions_sync() -> list[Row]:
    """Whole sessions per second of CPU time with plain handlers, the timeline kept."""
    return _rows("sessions_sync", "whole_plain.py", ">= 5000")


def sessions_async() -> list[Row]:
    """The same with one coroutine per session."""
    return _rows("sessions_async", "whole_async.py", ">= 2500")


def _rows(name: str, scenario: str, asked: str) -> list[Row]:
    measures = partial(whole_sessions, scenario), _heap_pops, _trio_tasks
    in_turns(1, *measures)  # warm up
    sessions, pops, tasks = (max(known) for known in in_turns(_TIMES, *measures))
    yardsticks = {"heap pops": pops, "trio task each": tasks}
    return [Row(name, sessions, "sessions/s", yardstick, rate, asked) for yardstick, rate in yardsticks.items()]


def whole_sessions(scenario: str) -> float:
    world = World(stranger=Behaviour(answer=2), until=None)
    rule = world.rule(SCENARIOS / scenario)
    caller = world.add_party("pstn", "+15550001", press=["1@3", "2@4", "3@5"], hangup=3600)
    switch = world.switch
    gc.collect()
    began = time.process_time()
    for index in range(_SESSIONS):
        switch.at(index * 1000, world.call_in, caller, "100", rule)
    trio.run(world.driver.run, lambda: not switch.sessions and switch.next_instant is None, clock=world.driver)
    took = time.process_time() - began
    ends = [sum(record.name == "Call.Disconnected" for record in session.events) for session in world.sessions]
    if world.failures or ends != [2] * _SESSIONS:
        raise RuntimeError(f"Not every session was whole: {world.failures[:1]}.")
    return _SESSIONS / took


def _heap_pops() -> float:
    """As many heap pops as events, each calling a plain function, their pushes included; sessions per second."""
    heap: list[tuple[int, int]] = []
    gc.collect()
    began = time.process_time()
    for number in range(_SESSIONS * EVENTS):
        heapq.heappush(heap, (number * 7 % 977, number))
    while heap:
        _nothing(heapq.heappop(heap))
    return _SESSIONS / (time.process_time() - began)


def _nothing(_: tuple[int, int]) -> None:
    pass


def _trio_tasks() -> float:
    """One trio task per session with a sleep per event, over an hour of a mock clock; sessions per second."""
    gc.collect()
    began = time.process_time()
    trio.run(_all_sleepers, clock=trio.testing.MockClock(autojump_threshold=0))
    return _SESSIONS / (time.process_time() - began)


async def _all_sleepers() -> None:
    async with trio.open_nursery() as nursery:
        for index in range(_SESSIONS):
            nursery.start_soon(_sleeper, index / 1000)


async def _sleeper(begin: float) -> None:
    pause = 3600 / EVENTS
    await trio.sleep(begin + pause)
    for _ in range(EVENTS - 1):
        await trio.sleep(pause)

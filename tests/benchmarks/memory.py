"""What a live session weighs, and whether that, or the time of an event, grows with their number.

A session here has one connected call and its timeline, and waits. `idle_session_bytes` asks tracemalloc, which counts
to the byte what Python's allocators were asked for. `live_growth` takes the process's resident memory, slack of the
allocator included, because tracing a hundred thousand sessions would take minutes.
"""

from __future__ import annotations

import gc
import heapq
import importlib
import os
import time
import tracemalloc
from functools import partial
from pathlib import Path
from typing import Any, Final

import trio
import trio.lowlevel
import trio.testing
from rows import SCENARIOS, Row, in_turns

from voxsim.parties.line import Line
from voxsim.parties.world import World

_IDLE: Final = 1000
_FEW: Final = 1000
_MANY: Final = 100_000
_WORLDS_OF_FEW: Final = 8
_DIGITS: Final = 1000
_TIMES: Final = 9


def idle_session_bytes() -> list[Row]:
    """Bytes of a session with one connected call, beside those of a trio task that sleeps forever."""
    in_turns(1, _traced_sessions, _traced_tasks)  # what is made once is no session's
    session, task = (min(known) for known in in_turns(3, _traced_sessions, _traced_tasks))
    return [Row("idle_session_bytes", session, "bytes", "a bare trio task", task, "<= 8192")]


def live_growth() -> list[Row]:
    """Memory per session and time per event at a hundred thousand live sessions, beside those at a thousand."""
    kept = [live(_FEW, "digits.py")]  # what is made once is no session's
    before = resident()
    kept += [live(_FEW, "digits.py") for _ in range(_WORLDS_OF_FEW)]  # several: memory comes in large pieces
    between = resident()
    many = live(_MANY, "digits.py")
    at_few = (between - before) / (_FEW * _WORLDS_OF_FEW)
    at_many = (resident() - between) / _MANY
    gc.freeze()  # what lives is swept no more: that would take longer than all that is measured
    measures = partial(event_us, *kept[-1], [0]), partial(event_us, *many, [0]), _pop_us
    few_us, many_us, pop_us = (min(known) for known in in_turns(_TIMES, *measures))
    return [
        Row("live_growth", at_many / at_few, "x", "bytes per session at 1,000", at_few, "<= 1.3"),
        Row("live_bytes_at_100000", at_many, "bytes", "bytes per session at 1,000", at_few, "ratio <= 1.3"),
        Row("event_us_at_1000", few_us, "us", "one heap pop", pop_us, "-"),
        Row("event_us_at_100000", many_us, "us", "event_us_at_1000", few_us, "-"),
    ]


# --- sessions that wait ---


def live(number: int, scenario: str) -> tuple[World, list[Line]]:
    """A world with so many connected calls, made a millisecond apart, and their callers; nothing is left to happen."""
    world = World(until=None)
    rule = world.rule(SCENARIOS / scenario)
    caller = world.add_party("pstn", "+15550001")
    lines: list[Line] = []

    def call() -> None:
        lines.append(world.call_in(caller, "100", rule))
        if len(lines) < number:
            world.switch.after_ms(1, call)

    world.switch.post(call)
    settle(world)
    if world.failures or not all(line.connected for line in lines):
        raise RuntimeError(f"Not every call is connected: {world.failures[:1]}.")
    return world, lines


def settle(world: World) -> None:
    trio.run(world.driver.run, lambda: world.switch.next_instant is None, clock=world.driver)


# --- memory ---


def _traced_sessions() -> float:
    gc.collect()
    tracemalloc.start()
    world, _ = live(_IDLE, "idle.py")
    taken = _traced()
    tracemalloc.stop()
    return taken / len(world.sessions)


def _traced_tasks() -> float:
    return trio.run(_measure_tasks, clock=trio.testing.MockClock())


async def _measure_tasks() -> float:
    async with trio.open_nursery() as nursery:
        gc.collect()
        tracemalloc.start()
        for _ in range(_IDLE):
            nursery.start_soon(trio.sleep_forever)
        await trio.testing.wait_all_tasks_blocked()
        taken = _traced()
        tracemalloc.stop()
        nursery.cancel_scope.cancel()
    return taken / _IDLE


def _traced() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def resident() -> int:
    """The process's resident bytes, garbage swept."""
    gc.collect()
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    psutil: Any = importlib.import_module("psutil")
    return int(psutil.Process().memory_info().rss)


# --- the time of an event ---


def event_us(world: World, lines: list[Line], turn: list[int]) -> float:
    """Microseconds of CPU from a digit that is pressed to the end of its handler; each time in other sessions.

    A thousand digits are pressed: where there are fewer sessions, several in each.
    """
    stride = max(1, len(lines) // _DIGITS)
    first = turn[0] % stride
    turn[0] += 1
    pressed, sessions = lines[first::stride], world.sessions[first::stride]
    times = max(1, _DIGITS // len(pressed))
    before = [len(session.events) for session in sessions]
    began = time.process_time()
    for _ in range(times):
        for line in pressed:
            line.press("1")
    settle(world)
    took = time.process_time() - began
    if any(len(session.events) != had + times for session, had in zip(sessions, before, strict=True)):
        raise RuntimeError("Not every digit was heard.")
    return took / len(pressed) / times * 1e6


def _pop_us() -> float:
    heap = [(number * 7 % 977, number) for number in range(100_000)]
    heapq.heapify(heap)
    began = time.process_time()
    while heap:
        heapq.heappop(heap)
    return (time.process_time() - began) / 100_000 * 1e6

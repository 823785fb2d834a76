"""How a caller's way through a queue is drawn: as a reader would tell it, and nothing twice."""

from __future__ import annotations

import pytest

from voxsim.testing import Vox

SCENARIO = """
from voxsim import *
require(Modules.SmartQueue)
require(Modules.ACD)

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    call = event.call
    call.answer()
    {enqueue}
"""

SMART = 'VoxEngine.enqueue_task(call=call, queue={"name": "support"}, timeout=25)'
ACD = 'set_timeout(VoxEngine.enqueue_acd_request("support", "1").get_status, 1000)'


@pytest.fixture
def ladder(vox: Vox, tmp_path):
    """The notes of the ladder of a caller who is put into a queue."""

    async def draw(enqueue: str, seconds: float = 30) -> list[str]:
        file = tmp_path / "queued.py"
        file.write_text(SCENARIO.format(enqueue=enqueue))
        await vox.phone().dial("100", scenario=str(file))
        await vox.advance(seconds)
        lines = [line.split("│", 2)[-1].replace("│", " ") for line in vox.ladder().splitlines()]
        return [line.strip() for line in lines if any(sign in line for sign in "○⚠✗")]

    return draw


async def test_a_caller_who_waits_and_gives_up(vox: Vox, ladder):
    vox.operator("operator1", queue="support", status="DND")
    assert await ladder(SMART) == [
        "○ caller enters the queue “support”",
        *["○ place 1"] * 3,
        "⚠ leaves the queue: 1001 It waited for 25 s.",
    ]


async def test_a_caller_who_is_served(vox: Vox, ladder):
    operator = vox.operator("operator1", queue="support", status="DND", answer=1, talk=60)
    vox.world.switch.after(10, operator.operator.set_status, "READY")
    notes = await ladder(SMART, 15)
    assert notes[-1] == "○ operator1 takes the caller after 10.0s"


async def test_who_is_not_taken_in(vox: Vox, ladder):
    vox.queue("support")
    assert await ladder(SMART) == ["⚠ leaves the queue: 1003 No agent of the queue is logged in."]


async def test_a_queue_that_fails(vox: Vox, ladder):
    vox.queue("support", fault="MS_NOT_ANSWERED")
    assert await ladder(SMART) == ["✗ queue: 1002 The queue 'support' failed."]


async def test_the_first_version_of_queues(vox: Vox, ladder):
    vox.operator("operator1", queue="support", status="DND")
    assert await ladder(ACD, 5) == ["○ caller enters the queue “support”", "○ timer 1 fires", "○ place 1"]


@pytest.mark.parametrize(
    ("settings", "note"),
    [
        ({"max_size": 0}, "⚠ the queue is full"),
        ({"fault": "FAILED"}, "✗ queue: The queue 'support' failed."),
    ],
)
async def test_the_first_version_refuses(vox: Vox, ladder, settings: dict[str, object], note: str):
    vox.queue("support", **settings)
    vox.operator("operator1", queue="support", status="DND")
    notes = await ladder(ACD, 0.5)
    assert notes == [note]

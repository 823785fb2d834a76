"""The older voicemail detection: its promise, its events on the call, and what it makes of a doubtful machine."""

import pytest

from voxsim.testing import Vox

SCENARIO = """
from voxsim import *
require(Modules.AI)

@VoxEngine.on(AppEvents.Started)
async def started(event):
    call = VoxEngine.call_pstn("+15550100", "+15550199")
    for kind in (AI.Events.VoicemailDetected, AI.Events.VoicemailNotDetected):
        call.add_event_listener(kind, lambda e: Logger.write(f"{e.name} {getattr(e, 'confidence', '')}".strip()))
    try:
        found = await AI.detect_voicemail(call{how})
        Logger.write(f"{found.name == AI.Events.VoicemailDetected} {found.call is call}")
    except CallEnded as error:
        Logger.write(str(error))
    VoxEngine.terminate()
"""


@pytest.fixture
def detecting(vox: Vox, tmp_path):
    """A scenario that calls +15550100 and asks who answers."""

    def start(how=""):
        file = tmp_path / "detect.py"
        file.write_text(SCENARIO.replace("{how}", how))
        return vox.start(str(file))

    return start


MACHINE = ["AI.Events.VoicemailDetected 90", "True True"]
NO_MACHINE = ["AI.Events.VoicemailNotDetected", "False True"]


@pytest.mark.parametrize(
    ("party", "how", "log", "seconds"),
    [
        ({"machine": 6}, "", MACHINE, 4),
        ({"mimic": True}, "", MACHINE, 4),
        ({}, "", NO_MACHINE, 2.5),
        ({"quiet": True}, "", NO_MACHINE, 7.5),
        ({"machine": 6}, ", {'model': 'colombia', 'threshold': 0.95}", NO_MACHINE, 4),
        ({"machine": 6}, ", threshold=0.9", MACHINE, 4),
    ],
)
async def test_who_answered(vox: Vox, detecting, party, how, log, seconds):
    vox.phone("+15550100", answer=1, **party)
    detecting(how)
    session = await vox.finished()
    assert session.log == log
    assert vox.now == pytest.approx(seconds)


@pytest.mark.parametrize(("party", "cause"), [({"busy": True}, "486"), ({"answer": 1, "hangup": 1}, "16")])
async def test_a_call_that_ends_first_is_told_to_who_awaits(vox: Vox, detecting, party, cause):
    vox.phone("+15550100", **party)
    detecting()
    session = await vox.finished()
    assert session.log[0].startswith(f"The call has ended: {cause}")


@pytest.mark.parametrize("how", [", threshold=80", ", threshold='x'"])
async def test_a_threshold_is_a_fraction(vox: Vox, detecting, how):
    vox.phone("+15550100")
    detecting(how)
    assert "`threshold` is 0 to 1" in (await vox.failed()).message


async def test_a_call_is_needed(vox: Vox, started):
    vox.start(started("AI.detect_voicemail(None)"))
    assert "takes a call of this session" in (await vox.failed()).message

"""The call history's row of a session, from what happened in it."""

from voxsim.platform.history import call_history

SCENARIO = """
from voxsim import AppEvents, CallEvents, VoxEngine

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    first = event.call
    first.answer()
    busy = VoxEngine.call_pstn("+15550102", "15550001")
    second = VoxEngine.call_user("alice", "15550001")
    first.add_event_listener(CallEvents.Disconnected, lambda event: VoxEngine.terminate())
"""


async def test_a_row_tells_of_every_call(vox, tmp_path):
    (tmp_path / "three.py").write_text(SCENARIO)
    vox.phone("+15550102", busy=True)
    vox.user("alice", answer=3)
    caller = vox.phone("+15550001", hangup=10)
    await caller.dial("100", scenario=tmp_path / "three.py")
    session = (await vox.finished()).session
    row = call_history(session)
    assert row["rule_name"] == "three"
    assert row["start_date"] == "2026-01-01 00:00:00"
    assert row["duration"] == 11
    assert row["finish_reason"] == "Normal termination"
    assert session.secret not in str(row)
    told = [
        (call["incoming"], call["local_number"], call["remote_number"], call["remote_number_type"], call["successful"])
        for call in row["calls"]
    ]
    assert told == [
        (True, "100", "15550001", "pstn", True),
        (False, "15550001", "+15550102", "pstn", False),
        (False, "15550001", "alice", "user", True),
    ]
    assert [call["duration"] for call in row["calls"]] == [10, 0, 8]
    assert [call["end_reason"]["code"] for call in row["calls"]] == [16, 486, 16]
    assert len({call["call_id"] for call in row["calls"]}) == 3

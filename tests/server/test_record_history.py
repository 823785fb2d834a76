"""A record in the call history: `voxsim serve` as its users run it, from the call to GetCallHistory and the file."""

import json

import httpx2
from processes import serving

STOPPED = ("recording", "stopped")
SCENARIO = """
from voxsim import *

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    call = event.call
    call.answer()
    await call.wait_for(CallEvents.Connected)
    call.record(stereo=True, name="sales")
    call.say("Welcome")
    await call.wait_for(CallEvents.RecordStopped)
    VoxEngine.terminate()
"""


def test_a_record_in_the_call_history_of_voxsim_serve(tmp_path):
    (tmp_path / "scenario.py").write_text(SCENARIO)
    with serving(tmp_path / "scenario.py", "--no-tls", "--time", "x10") as server, httpx2.Client(timeout=30) as client:
        placed = client.post(f"{server.url}/calls", json={"to": "100", "behaviour": "hangup:5"}).json()
        timeline = client.get(f"{server.url}{placed['timeline']}?wait=true").text.splitlines()
        facts = next(one["data"] for one in map(json.loads, timeline) if (one["kind"], one["name"]) == STOPPED)
        asked = {
            "account_id": "1",
            "api_key": server.api_key,
            "from_date": "2000-01-01 00:00:00",
            "to_date": "2100-01-01 00:00:00",
            "with_calls": "true",
            "with_records": "true",
        }
        (row,) = client.post(f"{server.url}/platform_api/GetCallHistory/", data=asked).json()["result"]
        (record,) = row["records"]
        assert (record["record_name"], record["duration"]) == ("sales", facts["ms"] // 1000)
        assert record["file_size"] == facts["bytes"] > 16_000
        assert row["calls"][0]["record_url"] == record["record_url"]
        assert len(client.get(record["record_url"]).content) == record["file_size"]
    assert len(list((tmp_path / ".voxsim" / "records").rglob("*.wav"))) == 1

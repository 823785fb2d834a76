"""A conference over `voxsim serve`: begun by the management API, joined by calls, read out to, and looked up."""

import json
import urllib.parse
import urllib.request

import pytest
from processes import serving

JOIN = """
from voxsim import AppEvents, VoxEngine

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    VoxEngine.easy_process(event.call, VoxEngine.call_conference("weekly-7", event.callerid))
"""
ROOM = """
from voxsim import AppEvents, CallEvents, Logger, Modules, VoxEngine, require

require(Modules.Conference)
conference = VoxEngine.create_conference()

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    call = event.call
    call.add_event_listener(CallEvents.Connected, lambda _: VoxEngine.send_media_between(call, conference))
    call.add_event_listener(CallEvents.ToneReceived, lambda e: VoxEngine.terminate())
    call.handle_tones(True)
    call.answer()

@VoxEngine.on(AppEvents.HttpRequest)
def asked(event):
    return f"{len(conference.sources)} of {VoxEngine.custom_data()}"
"""
CONFIGURATION = """
[account]
api_key = "key"

[[application]]
name = "meetings"

[[application.rule]]
scenarios = ["room.py"]
pattern = "weekly-.*"

[[application.rule]]
scenarios = ["join.py"]
"""


@pytest.fixture
def folder(tmp_path):
    for name, text in (("join.py", JOIN), ("room.py", ROOM), ("voxsim.toml", CONFIGURATION)):
        (tmp_path / name).write_text(text)
    return tmp_path


def post(url, text):
    with urllib.request.urlopen(url, text.encode(), timeout=20) as answer:
        return answer.read().decode()


def start_conference(server, **parameters):
    fields = {"account_id": 1, "api_key": "key", **parameters}
    return json.loads(post(f"{server.url}/platform_api/StartConference", urllib.parse.urlencode(fields)))


def call(server, caller, behaviour):
    return json.loads(post(f"{server.url}/calls", json.dumps({"from": caller, "to": "1", "behaviour": behaviour})))


def timeline(server, number):
    with urllib.request.urlopen(f"{server.url}/sessions/{number}/timeline?wait=true", timeout=20) as answer:
        return [json.loads(line) for line in answer.read().splitlines()]


def test_a_conference_is_begun_over_http_and_joined_by_calls(folder):
    with serving(folder, "--no-tls", "--time", "x10") as server:
        begun = start_conference(server, conference_name="weekly-7", script_custom_data="Monday")
        assert start_conference(server, conference_name="weekly-7", rule_id=1) == begun
        ann = call(server, "+15550001", "say:good morning@10")
        bob = call(server, "+15550002", "press:1@15")
        heard = [record for record in timeline(server, ann["session"]) if record["name"] == "ended"]
        assert [record["data"]["code"] for record in heard if record["kind"] == "leg"] == [16, 16]
        room = timeline(server, begun["call_session_history_id"])
        assert room[0]["data"]["conference"] == "weekly-7"
        assert [record["data"]["callerid"] for record in room if record["name"] == "joined"] == ["15550001", "15550002"]
        said = [r["data"]["content"] for r in timeline(server, bob["session"]) if r["name"] == "heard"]
        assert "good morning" in said


def test_the_url_of_a_conference_reaches_its_session(folder):
    with serving(folder, "--no-tls", "--time", "x10") as server:
        begun = start_conference(server, conference_name="weekly-7", script_custom_data="Monday")
        assert post(begun["media_session_access_url"], "") == "0 of Monday"

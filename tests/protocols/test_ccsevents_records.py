"""ccsevents: records of calls. The key is told when the file is closed: behind the end of the call, or at once."""

from __future__ import annotations

import pytest

END = ["seance_set_state stopped", "seance_delete"]


async def test_a_record(vox, scenario):
    text = """
    from voxsim import *

    @VoxEngine.on(AppEvents.CallAlerting)
    async def alerting(event):
        caller = event.call
        caller.record()
        agent = VoxEngine.call_user(username="202", callerid=event.callerid)
        await agent.wait_for(CallEvents.Connected)
        caller.answer()
        VoxEngine.send_media_between(caller, agent)
        await caller.wait_for(CallEvents.Disconnected)
        VoxEngine.terminate()
    """
    vox.user("202", "answer:2", extension="202")
    caller = vox.user("201", hangup=5, extension="201")
    ccs = vox.ccsevents()
    await caller.dial("202", scenario=scenario(text))
    await vox.finished()
    told = [one for one in ccs.told if "record" in one or "isrec" in one or one.endswith("talk")]
    assert told == [
        "call_set_state 202 talk",
        "call_set_state 201 talk",
        "seance_set_state talk",
        "connection_start_record",
        "connection_update isrec",
        "connection_update isrec",
        "connection_set_record_info",
    ]
    info = next(event.data for event in ccs.events if event.type == "connection_set_record_info")
    assert info["key"].startswith("fs:voxsim:")
    assert info["duration"] >= 4900
    connection = next(event.data for event in ccs.events if event.type == "connection_create")
    assert info["connectionid"] == connection["connectionid"]
    assert ccs.told[-4:] == ["connection_delete bye", *END, "connection_set_record_info"]


STOPPED_EARLY = """
from voxsim import *

@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    caller = event.call
    agent = VoxEngine.call_user(username="202", callerid=event.callerid)
    await agent.wait_for(CallEvents.Connected)
    caller.answer()
    VoxEngine.send_media_between(caller, agent)
    caller.record()
    {then}
    await caller.wait_for(CallEvents.Disconnected)
    VoxEngine.terminate()
"""


async def test_a_record_that_stops_in_the_middle_is_told_of_there(vox, scenario):
    vox.user("202", "answer:2", extension="202")
    caller = vox.user("201", hangup=20, extension="201")
    ccs = vox.ccsevents()
    await caller.dial("202", scenario=scenario(STOPPED_EARLY.format(then="pass")))
    await vox.advance(10)
    client = ccs.client()
    client.ask("stop_record", owner="201")
    await vox.finished()
    (place,) = [place for place, one in enumerate(ccs.told) if one == "connection_set_record_info"]
    assert ccs.told[place - 1] == "connection_update isrec"
    assert ccs.told[place + 1] == "call_set_state 201 stopped"
    assert 0 <= ccs.events[place].at - ccs.events[place - 1].at <= 150
    assert 7_000 < ccs.events[place].data["duration"] < 9_000


@pytest.mark.parametrize("end", ["hangup=6", "callee"])
async def test_whoever_ends_a_call_its_record_is_told_of_last(vox, scenario, end):
    vox.user("202", "answer:2,hangup:6" if end == "callee" else "answer:2", extension="202")
    caller = vox.user("201", **({} if end == "callee" else {"hangup": 6}), extension="201")
    ccs = vox.ccsevents()
    then = "agent.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())"
    await caller.dial("202", scenario=scenario(STOPPED_EARLY.format(then=then)))
    await vox.finished()
    assert ccs.told[-4:] == ["connection_delete bye", *END, "connection_set_record_info"]


async def test_a_record_of_a_scenario_that_ends_at_once_is_told_of_last(vox, scenario):
    vox.user("202", "answer:2", extension="202")
    caller = vox.user("201", extension="201")
    ccs = vox.ccsevents()
    await caller.dial("202", scenario=scenario(STOPPED_EARLY.format(then="await sleep(2)\n    VoxEngine.terminate()")))
    await vox.finished()
    assert ccs.told[-1] == "connection_set_record_info"


async def test_a_record_of_a_call_to_the_scenario_alone(vox, scenario):
    text = """
    from voxsim import *

    @VoxEngine.on(AppEvents.CallAlerting)
    async def alerting(event):
        event.call.answer()
        event.call.record()
        await event.call.wait_for(CallEvents.Disconnected)
        VoxEngine.terminate()
    """
    caller = vox.user("201", hangup=5, extension="201")
    ccs = vox.ccsevents()
    await caller.dial("202", scenario=scenario(text))
    await vox.finished()
    (info,) = [event.data for event in ccs.events if event.type.startswith("connection")]
    call = next(event.data["callid"] for event in ccs.events)
    assert (info["connectionid"], info["callid"]) == (None, call)
    assert ccs.told[-4:] == ["call_delete 201 bye", *END, "connection_set_record_info"]

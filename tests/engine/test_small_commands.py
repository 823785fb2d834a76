"""What says much and does little: getters, and switches of the platform's own bookkeeping."""

import pytest

from voxsim.testing import Vox


@pytest.fixture
def script(vox: Vox, tmp_path):
    """A session whose first call runs these lines."""

    async def dial(*lines):
        file = tmp_path / "small.py"
        body = "\n    ".join(lines)
        file.write_text(
            "from voxsim import *\n\n@VoxEngine.on(AppEvents.CallAlerting)\nasync def alerting(event):\n"
            f"    call = event.call\n    {body}\n    VoxEngine.terminate()\n"
        )
        await vox.phone("+15550001").dial("100", scenario=str(file))
        return await vox.finished()

    return dial


async def test_a_call_in_words(vox: Vox, script):
    session = await script("Logger.write(call.to_string())", "Logger.write(str(call.id() in call.to_string()))")
    assert session.log[0].endswith("(incoming pstn 15550001 -> 100, ALERTING)")
    assert session.log[1] == "True"


async def test_the_bookkeeping_of_incoming_sockets_is_switched(vox: Vox, script):
    session = await script(
        "VoxEngine.enable_statistics_for_incoming_websockets()",
        "VoxEngine.enable_trace_for_incoming_websockets()",
        "VoxEngine.disable_trace_for_incoming_websockets()",
        "VoxEngine.disable_statistics_for_incoming_websockets()",
    )
    commands = [record.name for record in session.timeline if record.kind == "command"]
    assert commands[:4] == [
        "enableStatisticsForIncomingWebsockets",
        "enableTraceForIncomingWebsockets",
        "disableTraceForIncomingWebsockets",
        "disableStatisticsForIncomingWebsockets",
    ]


async def test_a_recogniser_knows_what_it_expects(vox: Vox, script):
    session = await script(
        "asr = VoxEngine.create_asr(profile=ASRProfileList.Google.en_US, phrase_hints=['one'], dict=['two'])",
        "Logger.write(str([asr.dictionary(), asr.language(), len(asr.id())]))",
    )
    assert session.log == ["[['one', 'two'], 'ASRProfileList.Google.en_US', 43]"]


async def test_a_streaming_agent_has_no_video(vox: Vox, script):
    session = await script(
        "agent = VoxEngine.create_streaming_agent(url='rtmp://video.example/live')",
        "Logger.write(str([agent.video_tracks(), agent.active_video_track(), len(agent.id())]))",
    )
    assert session.log == ["[[], -1, 43]"]


async def test_what_is_set_for_analytics_is_written_down(vox: Vox, script):
    session = await script(
        "MeasurementProtocol.set_application_info({'name': 'menu'}).set_traffic_source(campaign_name='spring')",
        "MeasurementProtocol.send_exception(description='lost', is_fatal=False)",
    )
    assert [(one.name, one.data) for one in session.timeline if one.kind == "analytics"] == [
        ("set", {"name": "menu"}),
        ("set", {"campaignName": "spring"}),
        ("sendException", {"description": "lost", "isFatal": False}),
    ]

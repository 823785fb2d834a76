"""MeasurementProtocol: hits are written down, options are checked, functions can be chained."""

import pytest

from voxsim.testing import Vox


@pytest.fixture
def script(vox: Vox, tmp_path):
    """Run these lines in a session."""

    def start(lines):
        file = tmp_path / "hits.py"
        file.write_text(
            "from voxsim import *\n@VoxEngine.on(AppEvents.Started)\nasync def started(event):\n    "
            + "\n    ".join(lines.splitlines())
            + "\n    VoxEngine.terminate()\n"
        )
        return vox.start(str(file))

    return start


async def test_hits_are_written_down_in_order(vox: Vox, script):
    script(
        "MeasurementProtocol.setup('UA-1', False, 'phone').start_session({'clientID': '7'}).send_event("
        "category='call', action='begun').send_timing({'category': 'call', 'time': 30}).end_session()"
    )
    session = await vox.finished()
    hits = [(record.name, record.data) for record in session.timeline if record.kind == "analytics"]
    assert hits == [
        ("set", {"trackingId": "UA-1", "debug": False, "dataSource": "phone"}),
        ("startSession", {"clientID": "7"}),
        ("sendEvent", {"category": "call", "action": "begun"}),
        ("sendTiming", {"category": "call", "time": 30}),
        ("endSession", {}),
    ]


async def test_the_session_by_caller_id_is_awaited_and_can_be_chained(vox: Vox, script):
    script(
        "mp = await MeasurementProtocol.set_session_by_caller_id({'callerId': '1'})\nmp.send_social({'network': 'x'})"
    )
    session = await vox.finished()
    assert [record.name for record in session.timeline if record.kind == "analytics"] == [
        "setSessionByCallerId",
        "sendSocial",
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("MeasurementProtocol.start_session({})", "startSession needs clientID"),
        ("MeasurementProtocol.send_event({'category': 'x'})", "sendEvent needs action"),
        ("MeasurementProtocol.send_item({'nam': 'x'})", "sendItem has no option nam"),
        ("MeasurementProtocol.send_transaction(7)", "takes an object with"),
    ],
)
async def test_wrong_options_are_told(vox: Vox, script, line, words):
    script(line)
    assert words in (await vox.failed()).message

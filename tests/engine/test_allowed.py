"""What a scenario may do when: every cell of the platform's table, tried by a scenario in that very moment."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

from voxsim.testing import Vox

Write = Callable[[str], str]

MOMENTS = ("top_level", "started", "normal", "after_terminate", "while_http_pends", "terminating", "terminated")


@attrs.frozen
class Row:
    """One operation of the table: how a scenario does it, and in which moments it is allowed."""

    name: str
    code: str
    allowed: tuple[str, ...]


ALIVE = MOMENTS[:3]
BEFORE_TERMINATING = MOMENTS[:5]
BEFORE_TERMINATED = MOMENTS[:6]

ROWS = (
    Row("add_a_listener", "VoxEngine.add_event_listener(AppEvents.HttpRequest, print)", BEFORE_TERMINATED),
    Row("remove_a_listener", "VoxEngine.remove_event_listener(AppEvents.HttpRequest)", BEFORE_TERMINATED),
    Row("call_a_phone", 'VoxEngine.call_pstn("+15550100", "1")', ALIVE),
    Row("call_a_user", 'VoxEngine.call_user(username="anna")', ALIVE),
    Row("call_a_sip_address", 'VoxEngine.call_sip("sip:desk@a.example")', ALIVE),
    Row("call_whatsapp", 'VoxEngine.call_whatsapp_user(number="15550100")', ALIVE),
    Row("make_a_tts_player", 'VoxEngine.create_tts_player("hello")', ALIVE),
    Row("make_a_url_player", 'VoxEngine.create_url_player("https://a.example/a.mp3")', ALIVE),
    Row("make_a_tone_player", 'VoxEngine.create_tone_script_player("425@-19;5(1/4/1)")', ALIVE),
    Row("make_a_sequence_player", 'VoxEngine.create_sequence_player(segments=[{"text": "hello"}])', ALIVE),
    Row("make_a_recorder", "VoxEngine.create_recorder()", ALIVE),
    Row("make_a_websocket", 'VoxEngine.create_web_socket("wss://peer.example/")', ALIVE),
    Row("set_a_timeout", "set_timeout(lambda: None, 1000)", ALIVE),
    Row("set_an_interval", "set_interval(lambda: None, 1000)", ALIVE),
    Row("make_an_http_request", 'Net.http_request("https://a.example/", lambda r: None)', (*ALIVE, "terminating")),
    Row("await_an_http_request", 'Net.http_request_async("https://a.example/")', (*ALIVE, "terminating")),
    Row("send_a_mail", 'Net.send_mail("smtp.example", "a@a.example", "b@b.example", "", "", lambda r: None)', ALIVE),
    Row("await_a_mail", 'Net.send_mail_async("smtp.example", "a@a.example", "b@b.example", "", "")', ALIVE),
    Row("use_the_application_storage", 'ApplicationStorage.put("key", "value", 60)', ALIVE),
    Row("read_a_secret", 'VoxEngine.get_secret_value("KEY")', BEFORE_TERMINATED),
    Row("write_to_the_log", 'Logger.write("written")', MOMENTS),
    Row("read_custom_data", "VoxEngine.custom_data()", BEFORE_TERMINATED),
    Row("write_custom_data", 'VoxEngine.custom_data("new")', BEFORE_TERMINATED),
    Row(
        "terminate_again",
        "VoxEngine.terminate() if moment not in ('top_level', 'started', 'normal') else None",
        MOMENTS,
    ),
)

SCENARIO = """
wanted = {moment!r}

def attempt(moment):
    if moment != wanted:
        return
    try:
        {code}
    except NotAllowed as error:
        Logger.write(f"forbidden: {{error}}")
    else:
        Logger.write("allowed")

def normal():
    attempt("normal")
    Net.http_request("https://slow.example/", lambda result: None)
    Net.http_request("https://quick.example/", lambda result: attempt("while_http_pends"))
    VoxEngine.terminate()
    attempt("after_terminate")

@VoxEngine.on(AppEvents.Started)
def started(event):
    attempt("started")
    set_timeout(normal, 1000)

VoxEngine.add_event_listener(AppEvents.Terminating, lambda event: attempt("terminating"))
VoxEngine.add_event_listener(AppEvents.Terminated, lambda event: attempt("terminated"))
attempt("top_level")
"""


def cell(row: Row, moment: str) -> object:
    """One cell of the table as a test case."""
    allowed = moment in row.allowed
    return pytest.param(row, moment, allowed, id=f"{row.name}-{moment}-{'yes' if allowed else 'no'}")


@pytest.mark.parametrize(("row", "moment", "allowed"), [cell(row, moment) for row in ROWS for moment in MOMENTS])
async def test_a_scenario_may(row: Row, moment: str, allowed: bool, vox: Vox, scenario: Write):
    vox.phone("+15550100", hangup=0.1)
    vox.user("anna", hangup=0.1)
    vox.sip("sip:desk@a.example", hangup=0.1)
    vox.web.socket("wss://peer.example/")
    vox.web.on("GET", "https://*").reply(delay=0.1)
    vox.web.on("GET", "https://slow.example/").reply(delay=5)
    vox.start(scenario(SCENARIO.format(moment=moment, code=row.code)))
    session = await vox.finished()
    said = [line.partition(":")[0] for line in session.log if line != "written"]
    assert said == ["allowed" if allowed else "forbidden"]
    assert session.finish_reason == "Normal termination"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        pytest.param("after_terminate", "terminate() does not stop the running function", id="after_terminate"),
        pytest.param("terminating", "may make one HTTP request and write to the log", id="terminating"),
        pytest.param("terminated", "only Logger.write works", id="terminated"),
    ],
)
async def test_the_refusal_says_why_and_names_the_command(moment: str, words: str, vox: Vox, scenario: Write):
    vox.web.on("GET", "*").reply()
    vox.start(scenario(SCENARIO.format(moment=moment, code='VoxEngine.call_pstn("+15550100", "1")')))
    (line,) = (await vox.finished()).log
    assert line.startswith("forbidden: callPSTN: the session")
    assert words in line


async def test_calls_may_still_be_controlled_while_http_pends(vox: Vox, incoming: Write):
    vox.web.on("GET", "https://slow.example/").reply(delay=5)
    caller = await vox.phone().dial(
        scenario=incoming("""
        call.answer()
        await call.wait_for(CallEvents.Connected)
        Net.http_request("https://slow.example/", lambda result: None)
        VoxEngine.terminate()
        call.send_message("goodbye")
        call.hangup()
    """)
    )
    await caller.messaged("goodbye")
    assert (await caller.ended()).code == 16
    assert vox.now == pytest.approx(0.02)
    await vox.finished()
    assert vox.now == pytest.approx(5.02)

"""Whatever a scenario does wrong, it is the scenario's error: it is written down, and the platform goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voxsim.testing import Vox

Write = Callable[[str], str]

BROKEN_ERROR = """
class Broken(Exception):
    def __str__(self):
        raise ValueError("no words")
raise Broken
"""

MISTAKES = {
    "error": "1 / 0",
    "exit": "raise SystemExit",
    "exit-with-a-message": 'import sys; sys.exit("enough")',
    "error-without-words": BROKEN_ERROR,
    "endless-recursion": "def again(): again()\nagain()",
    "unknown-name": "VoxEngine.creat_url_player('https://a.example/a.mp3')",
    "unknown-option": "VoxEngine.create_tts_player('hello', lop=True)",
    "too-many-arguments": "Logger.write('a', 'b')",
    "no-callback": "set_timeout()",
    "timer-not-a-number": "set_timeout(print, float('nan'))",
    "timer-endless": "set_timeout(print, float('inf'))",
    "timer-text": "set_timeout(print, '1000')",
    "marker-not-a-number": "VoxEngine.create_tts_player('hello').add_marker(float('nan'))",
    "marker-of-no-segment": "VoxEngine.create_sequence_player(segments=[{'text': 'a'}]).add_marker(0, 5)",
    "http-timeout-not-a-number": "Net.http_request_async('https://a.example/', timeout=float('nan'))",
    "connection-timeout-not-a-number": "Net.http_request_async('https://a.example/', connection_timeout=float('nan'))",
    "http-body-half-a-character": r"Net.http_request('https://a.example/', print, method='POST', post_data='\ud800')",
    "tts-options-no-mapping": "VoxEngine.create_tts_player('hello', tts_options=5)",
    "parameters-that-are-no-json": (
        "VoxEngine.create_tts_player('hello').send_media_to("
        "VoxEngine.create_web_socket('wss://peer.example/'), custom_parameters={'a': object()})"
    ),
    "call-to-nothing": "VoxEngine.call_pstn(None)",
    "media-to-nothing": "VoxEngine.send_media_between(None, None)",
}


@pytest.mark.parametrize("kind", ["def", "async def"])
@pytest.mark.parametrize("code", MISTAKES.values(), ids=MISTAKES)
async def test_a_mistake_is_written_down_and_the_platform_goes_on(
    code: str, kind: str, vox: Vox, started: Write, scenario: Write
):
    vox.web.on("*", "https://a.example/").reply()
    vox.web.socket("wss://peer.example/")
    vox.user("anna")
    broken = vox.start(started(f"await sleep(1)\n{code}" if kind == "async def" else code))
    await vox.advance(5)
    assert len(broken.failures) == 1
    assert broken.failures[0].where.startswith(scenario("").rpartition("/")[0])
    errors = [record for record in broken.timeline if record.kind == "error"]
    assert [error.name for error in errors] == [broken.failures[0].message]
    await vox.failed()
    vox.start(scenario("Logger.write('the next session is fine')"))
    await vox.logged("the next session is fine")


HARMLESS = {
    "sending-media-to-itself": "call.send_media_to(call)",
    "endless-nothing": "VoxEngine.create_tone_script_player('425@-19;0(1/4/1)', loop=True).send_media_to(call)",
    "header-half-a-character": r"VoxEngine.call_user(username='anna', extra_headers={'X-A': '\ud800'})",
    "half-a-character": r"call.send_message('\ud7ff'); Logger.write('\U0001f600')",
    "an-object-in-the-log": "Logger.write({1: {2}, 'call': call, 'event': event})",
    "removing-the-running-listener": "VoxEngine.remove_event_listener(AppEvents.CallAlerting)",
    "trio-timeouts": "import trio\nwith trio.move_on_after(1): await trio.sleep(50)\nLogger.write(now().second)",
    "trio-nurseries": (
        "import trio\nasync with trio.open_nursery() as nursery:\n"
        "    nursery.start_soon(sleep, 2)\n    nursery.start_soon(trio.sleep, 3)\nawait sleep(1)"
    ),
}


@pytest.mark.parametrize("code", HARMLESS.values(), ids=HARMLESS)
async def test_what_is_odd_but_no_mistake_is_fine(code: str, vox: Vox, incoming: Write, names: Any):
    await vox.phone(hangup=20).dial(scenario=incoming(f"call.answer()\n{code}"))
    session = await vox.finished()
    assert names(session)[-1] == "Application.Terminated"
    assert session.finish_reason == "Timeout"

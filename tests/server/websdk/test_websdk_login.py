"""The official Web SDK in a real browser: each way to log in, and each way to fail."""

import json

import pytest
from sdks import NEW, OLD, PASSWORD

ANSWER = """
@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    event.call.answer()
"""

pytestmark = [pytest.mark.trio, pytest.mark.parametrize("sdk", [OLD, NEW])]


async def test_websdk_logs_in_and_calls_a_scenario(driver, serve, tls, users, visit, world, sdk):
    server = await serve(ANSWER, tls=tls)
    (alice,) = users("alice")
    page = await visit(sdk, server)
    result = await page.run(f"login('{alice}', {json.dumps(PASSWORD)})")
    assert result["result"] is True
    assert result["displayName"] == "Alice"
    await page.run("dial('100')")
    await page.run("until('call 0', 'Connected')")

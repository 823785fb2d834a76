"""The real network, recorded: the same answers again, without it."""

import json

import pytest

from voxsim.server.recorder import Recorder
from voxsim.server.replay import Replay

pytestmark = pytest.mark.trio


@pytest.fixture
def recorded(net, tmp_path):
    """The network of `net` with a recorder before it; the file's path."""
    file = tmp_path / "recording.jsonl"
    recorder = net.switch.web = Recorder(net.switch, net.web, file)
    yield file
    recorder.close()


async def test_a_real_answer_is_played_back(driver, net, recorded, site):
    there = await site(
        lambda request: (200, [("Content-Type", "application/json"), ("Set-Cookie", "a=b")], b'{"a": 1}')
    )
    first = await net.request(f"{there.url}/x?token=secret", headers={"Authorization": "Bearer secret"})
    failed = await net.request("http://127.0.0.1:1/")
    assert "secret" not in recorded.read_text()
    net.switch.web = Replay(net.switch, recorded)
    again = await net.request(f"{there.url}/x?token=other")
    assert len(there.requests) == 1
    assert (again.code, again.text) == (first.code, first.text) == (200, '{"a": 1}')
    assert again.header("set-cookie") == "***"
    assert await net.request("http://127.0.0.1:1/") == failed


async def test_a_request_that_nobody_waits_for_is_given_up(driver, net, recorded, listening, silent):
    async with listening(silent.serve) as port:
        assert (await net.request(f"http://127.0.0.1:{port}/", timeout=0.5)).code == -7
        await silent.left.wait()
    (line,) = map(json.loads, recorded.read_text().splitlines())
    assert "connected" in line
    assert not {"status", "code"} & set(line)

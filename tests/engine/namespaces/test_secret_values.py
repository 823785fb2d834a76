"""Secrets: read by a scenario at once, and hidden wherever they would be told."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from voxsim.testing import Vox
from voxsim.timeline import epoch_of, read_records, render_log, write_jsonl

Write = Callable[[str], str]


async def test_a_secret_is_read_at_once(vox: Vox, started: Write):
    vox.secret("CRM_KEY", "s3cret-value")
    vox.start(started('Logger.write(VoxEngine.get_secret_value("CRM_KEY") == "s3cret-" + "value")'))
    await vox.logged("true")
    assert vox.now == 0


async def test_an_unknown_one_is_none_with_a_warning(vox: Vox, started: Write):
    vox.start(started('Logger.write(VoxEngine.get_secret_value("NOBODY") is None)\nVoxEngine.terminate()'))
    session = await vox.finished()
    assert session.log == ["true"]
    (warning,) = session.warnings
    assert warning.startswith("getSecretValue: the application has no secret 'NOBODY'. Give it one: vox.secret()")


async def test_the_last_value_counts(vox: Vox, started: Write):
    vox.secret("KEY", "first")
    vox.secret("KEY", "second")
    vox.start(started('Logger.write(len(VoxEngine.get_secret_value("KEY")))'))
    await vox.logged("6")


async def test_its_value_is_in_no_timeline_and_no_log(vox: Vox, started: Write):
    vox.secret("KEY", "s3cret-value")
    vox.web.on("POST", "*").reply(text="s3cret-value is right")
    heard = []
    vox.world.switch.subscribe(heard.append)
    vox.start(
        started("""
        key = VoxEngine.get_secret_value("KEY")
        Logger.write(f"the key is {key}")
        Logger.write({"key": [key]})
        result = await Net.http_request_async(
            f"https://a.example/?key={key}", method="POST", headers={"Authorization": f"Bearer {key}"}, post_data=key,
            enable_system_log=True,
        )
        set_timeout(lambda: Logger.write(result.text), 100)
        VoxEngine.custom_data(key)
        await sleep(1)
        VoxEngine.terminate()
        """)
    )
    session = await vox.finished()
    assert session.log[:2] == ["the key is ******", '{"key": ["******"]}']
    assert session.log[2] == "****** is right"
    lines = list(write_jsonl(session.timeline))
    records = read_records(lines)
    told = ["".join(lines), render_log(records, epoch_of(records)), vox.ladder()]
    told += [json.dumps(record.written()) for record in heard]
    assert not [text for text in told if "s3cret-value" in text]
    assert "Bearer ******" in told[0]
    assert vox.web.requests[0].header("Authorization") == "Bearer s3cret-value"


async def test_its_value_is_in_no_error(vox: Vox, started: Write):
    vox.secret("KEY", "s3cret-value")
    vox.start(started('raise ValueError("bad key " + VoxEngine.get_secret_value("KEY"))'))
    assert (await vox.failed("bad key")).message == "ValueError: bad key ******"
    assert "s3cret-value" not in repr(vox.session.failures)


@pytest.mark.parametrize("value", ["", "1", "abc"])
async def test_a_very_short_value_hides_nothing(value: str, vox: Vox, started: Write):
    vox.secret("KEY", value)
    vox.start(started('Logger.write("1 abc " + str(VoxEngine.get_secret_value("KEY")))\nVoxEngine.terminate()'))
    assert (await vox.finished()).log == [f"1 abc {value}"]


async def test_another_session_does_not_hide_what_it_has_not_read(vox: Vox, started: Write):
    vox.secret("KEY", "s3cret-value")
    vox.start(started('VoxEngine.get_secret_value("KEY")'))
    vox.start(started('Logger.write("s3cret-value")'))
    await vox.logged("s3cret-value")

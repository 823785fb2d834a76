"""ApplicationStorage: items shared by an application's sessions, their times to live, and what is refused."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

from voxsim.testing import Vox

Write = Callable[[str], str]

NEEDED = "require(Modules.ApplicationStorage)\n"
EPOCH = 1_767_225_600


async def told(vox: Vox, started: Write, body: str) -> list[str]:
    """What a scenario that does this when it starts writes to the log."""
    vox.start(started(NEEDED + textwrap.dedent(body) + "\nVoxEngine.terminate()"))
    return (await vox.finished()).log


async def test_an_item_is_put_read_and_removed(vox: Vox, started: Write):
    body = """
    put = await ApplicationStorage.put("orders:17", "paid", 60)
    Logger.write([put.key, put.value, put.expire_at])
    got = await ApplicationStorage.get("orders:17")
    Logger.write([got.key, got.value, got.expire_at])
    gone = await ApplicationStorage.remove("orders:17")
    Logger.write([gone.key, gone.value, gone.expire_at])
    Logger.write(await ApplicationStorage.get("orders:17") is None)
    """
    assert await told(vox, started, body) == [
        f'["orders:17", "paid", {EPOCH + 60}]',
        f'["orders:17", "paid", {EPOCH + 60}]',
        '["orders:17", "paid", 0]',
        "true",
    ]
    assert vox.now == pytest.approx(0.4)


async def test_what_is_not_there_is_none_and_can_be_removed(vox: Vox, started: Write):
    body = """
    Logger.write(await ApplicationStorage.get("nothing") is None)
    gone = await ApplicationStorage.remove("nothing")
    Logger.write([gone.key, gone.value, gone.expire_at])
    """
    assert await told(vox, started, body) == ["true", '["nothing", "", 0]']


async def test_an_item_lives_as_long_as_it_was_told_to(vox: Vox, started: Write):
    body = """
    await ApplicationStorage.put("short", "x", 10)
    await sleep(9.7)
    Logger.write((await ApplicationStorage.get("short")).value)
    await sleep(0.2)
    Logger.write(await ApplicationStorage.get("short") is None)
    """
    assert await told(vox, started, body) == ["x", "true"]


async def test_without_a_time_to_live_it_is_thirty_days(vox: Vox, started: Write):
    await told(vox, started, 'await ApplicationStorage.put("key", "value")')
    assert vox.storage.expires_at("key") == EPOCH + 30 * 24 * 3600


async def test_keys_are_those_of_a_namespace(vox: Vox, started: Write):
    for key in ("orders:2", "orders:1", "orders", "ordersfoo:1", "users:anna"):
        vox.storage[key] = "x"
    body = """
    Logger.write((await ApplicationStorage.keys("orders")).keys)
    Logger.write((await ApplicationStorage.keys()).keys)
    Logger.write((await ApplicationStorage.keys("orders", 2)).keys)
    Logger.write((await ApplicationStorage.keys("nobody")).keys)
    """
    assert await told(vox, started, body) == [
        '["orders", "orders:1", "orders:2"]',
        '["orders", "orders:1", "orders:2", "ordersfoo:1", "users:anna"]',
        '["orders", "orders:1"]',
        "[]",
    ]


async def test_it_works_for_those_who_do_not_wait_for_the_answer(vox: Vox, started: Write):
    await told(vox, started, 'ApplicationStorage.put("a", "1", 60)\nApplicationStorage.put("a", "2", 60)')
    assert dict(vox.storage) == {"a": "2"}


async def test_five_requests_at_once_take_as_long_as_one(vox: Vox, started: Write):
    body = """
    asked = [ApplicationStorage.get(f"key{n}") for n in range(5)]
    Logger.write([await one for one in asked])
    """
    assert await told(vox, started, body) == ["[null, null, null, null, null]"]
    assert vox.now == pytest.approx(0.1)


async def test_sessions_of_an_application_share_its_items(vox: Vox, started: Write):
    writer = started(NEEDED + 'await ApplicationStorage.put("from", VoxEngine.custom_data(), 60)')
    reader = started(
        NEEDED + 'await sleep(1)\nLogger.write((await ApplicationStorage.get("from")).value)\nVoxEngine.terminate()'
    )
    vox.start(writer, custom_data="the first")
    session = vox.start(reader)
    await session.ended()
    assert session.log == ["the first"]
    assert vox.storage["from"] == "the first"


async def test_a_test_sees_and_sets_the_items(vox: Vox, started: Write):
    vox.storage["greeting"] = "hello"
    body = """
    Logger.write((await ApplicationStorage.get("greeting")).value)
    await ApplicationStorage.remove("greeting")
    """
    assert await told(vox, started, body) == ["hello"]
    assert "greeting" not in vox.storage
    assert len(vox.storage) == 0
    with pytest.raises(KeyError):
        del vox.storage["greeting"]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ('ApplicationStorage.get("")', "BadArgument: ApplicationStorage.get: the key is a text that is not empty"),
        ("ApplicationStorage.get(17)", "BadArgument: ApplicationStorage.get: the key is a text"),
        ('ApplicationStorage.get("k" * 201)', "LimitExceeded: ApplicationStorage.get: a key has up to 200 characters"),
        ('ApplicationStorage.put("k" * 201, "", 1)', "LimitExceeded: ApplicationStorage.put: a key has up to 200"),
        ('ApplicationStorage.put("a b", "", 1)', "BadArgument: A key has letters, digits and _-:;.#+ in it"),
        ('ApplicationStorage.put("k", {"a": 1}, 1)', "BadArgument: ApplicationStorage.put: the value is a text"),
        ('ApplicationStorage.put("k", "v" * 2001, 1)', "LimitExceeded: ApplicationStorage.put: a value has up to 2000"),
        ('ApplicationStorage.put("k", "v", -1)', "BadArgument: ApplicationStorage.put: 'ttl' is a number of seconds"),
        ('ApplicationStorage.put("k", "v", "60")', "BadArgument: ApplicationStorage.put: 'ttl' is a number"),
        ('ApplicationStorage.put("k", "v", 7_776_001)', "LimitExceeded: ApplicationStorage.put: 'ttl' is up to"),
        ('ApplicationStorage.remove("")', "BadArgument: ApplicationStorage.remove: the key is a text"),
        ("ApplicationStorage.keys(5)", "BadArgument: ApplicationStorage.keys: the pattern is a text"),
        ('ApplicationStorage.keys("a", -1)', "BadArgument: ApplicationStorage.keys: 'count' is a number"),
    ],
)
async def test_what_is_wrong_is_told_when_the_answer_is_awaited(code: str, error: str, vox: Vox, started: Write):
    body = f"""
    asked = {code}
    Logger.write("asked")
    try:
        await asked
    except VoxsimError as error:
        Logger.write(f"{{type(error).__name__}}: {{error}}")
    """
    first, second = await told(vox, started, body)
    assert first == "asked"
    assert second.startswith(error)
    assert not dict(vox.storage)


async def test_an_error_that_nobody_awaits_is_in_the_timeline(vox: Vox, started: Write):
    await told(vox, started, 'ApplicationStorage.put("", "v", 1)\nawait sleep(1)')
    (failed,) = [record for record in vox.session.timeline if (record.kind, record.name) == ("storage", "failed")]
    assert failed.facts()["request"] == "put"


async def test_the_log_has_the_platforms_line(vox: Vox, started: Write):
    from voxsim.timeline import epoch_of, read_records, render_log, write_jsonl

    await told(vox, started, 'await ApplicationStorage.get("X")\nawait ApplicationStorage.put("X", "1", 60)')
    records = read_records(write_jsonl(vox.session.timeline))
    text = render_log(records, epoch_of(records))
    assert "Sent request from JS ApplicationStorage.get with params [{key = X ; } ;  ]" in text
    assert "Sent request from JS ApplicationStorage.put with params [{" in text
    assert "Executing JS command: Get" not in text
    assert "ApplicationStorage.get X" in vox.ladder()


async def test_without_require_it_warns(vox: Vox, started: Write):
    vox.start(started('await ApplicationStorage.get("X")\nVoxEngine.terminate()'))
    (warning,) = (await vox.finished()).warnings
    assert "require(Modules.ApplicationStorage) is missing" in warning


async def test_what_is_asked_right_before_the_end_is_done_but_not_answered(vox: Vox, started: Write):
    body = (
        NEEDED
        + """
asked = ApplicationStorage.put("last", "words", 60)
VoxEngine.terminate()
await asked
Logger.write("answered")
"""
    )
    vox.start(started(body))
    session = await vox.finished()
    assert session.log == []
    assert vox.storage["last"] == "words"
    assert session.finish_reason == "Normal termination"

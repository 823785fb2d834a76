"""Scenarios that try to break their session, its engine or the platform: each ends as it must, and others go on."""

import pytest
from hostile import CROSSES, DEEP, MEMORY, PLAYS, THROWS, TIME

from voxsim.testing import Vox
from voxsim.vocabulary.limits import Limits

HASTY = Limits(handler_cpu_seconds=0.06)
ROOMY = Limits(handler_cpu_seconds=2)
SMALL = Limits(memory_bytes=3 << 20)

AT_THE_TOP = {
    "a loop": ("for (;;);", "computed for more than 0.06 s"),
    "a flood of microtasks": ("(function again() { queueMicrotask(again) })()", "computed for more than 0.06 s"),
    "a bomb": ("const all = []; for (;;) all.push({})", "out of memory"),
    "a recursion": ("(function deep() { deep() })()", "RangeError: Maximum call stack size exceeded"),
    "a nest of parentheses": ("(" * 100_000, "RangeError"),
    "half a character": ("throw new Error('a\\ud800b')", "Error"),
    "a revoked proxy": ("const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy", ""),
    "a name of the bridge": ("let __voxsim__ = 1; null.x", ""),
}
"""Top levels that end the session, and the words for it."""

SETTINGS = """
VoxEngine.addEventListener(AppEvents.CallAlerting, function alerting(e) {
  const call = e.call;
  call.addEventListener(CallEvents.Connected, async (event) => {
    Logger.write(event.name + ' ' + (event.call === call) + ' ' + call.callerid() + ' ' + call.state());
    const answer = await Net.httpRequestAsync('http://a.example/', { params: { when: new Date(0) } });
    Logger.write(answer.code + answer.text);
    setTimeout(() => { console.log('later', new Date().getTime() > 0); call.hangup() }, 500);
  });
  call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
  call.answer();
});
"""


def in_handler(body):
    return f"VoxEngine.addEventListener(AppEvents.Started, function started() {{\n  {body}\n}});"


@pytest.fixture
def hostile(javascript, tmp_path):
    """Run a scenario to its end; a second session of the same platform must be as well as ever."""

    def run(text, limits=ROOMY, **options):
        vox = Vox(limits=limits, stranger="answer:1,hangup:20")
        found = javascript(text, vox=vox, **options)
        (tmp_path / "calm.js").write_text("setTimeout(() => { Logger.write('well'); VoxEngine.terminate() }, 10)")
        vox.start("calm.js")
        assert vox.run().session.log == ["well"]
        return found

    return run


@pytest.mark.parametrize("body", TIME.values(), ids=TIME)
def test_what_computes_without_end_ends_the_session(hostile, engine, body):
    if engine == "jsbox" and ".finally(" in body:
        pytest.skip("jsbox does not always stop a flood of finally")
    run = hostile(in_handler(body), HASTY, terminate=False)
    assert run.words == ["JavaScript computed for more than 0.06 s"]
    assert run.failures[0].fatal
    assert run.failures[0].where.startswith("main.js:")
    assert str(run.reason) == "JS session error"


@pytest.mark.parametrize("body", MEMORY.values(), ids=MEMORY)
def test_what_takes_all_memory_ends_the_session(hostile, body):
    run = hostile(in_handler(body), SMALL, terminate=False)
    assert run.words == ["out of memory"]
    assert run.failures[0].fatal
    assert str(run.reason) == "JS session error"


@pytest.mark.parametrize("body", DEEP.values(), ids=DEEP)
def test_what_recurses_without_end_is_an_error_like_others(hostile, body):
    run = hostile(in_handler(body), Limits(memory_bytes=64 << 20, handler_cpu_seconds=5))
    assert len(run.words) == 1
    assert run.words[0].startswith(("RangeError: Maximum call stack size exceeded", "SyntaxError: too many captures"))
    assert not run.failures[0].fatal
    assert run.failures[0].where.startswith("main.js:")
    assert run.reason == "Normal termination"


@pytest.mark.parametrize("body", THROWS.values(), ids=THROWS)
def test_whatever_is_thrown_is_told(hostile, body):
    run = hostile(in_handler(body))
    assert len(run.words) == 1
    assert not run.failures[0].fatal
    assert run.reason == "Normal termination"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("throw new Error('a\\ud800b')", "Error: a\ufffdb"),
        ("throw new Error('a\\0b')", "Error: a\0b"),
        ("throw new Error('x'.repeat(20000))", f"Error: {'x' * 9_993}… (20,007 characters)"),
        ("throw Object.create(null)", "[an object without words]"),
        ("throw { toString: () => 'own words' }", "own words"),
        ("throw Symbol('odd')", "Symbol(odd)"),
    ],
)
def test_the_words_of_what_is_thrown(hostile, body, words):
    assert hostile(in_handler(body)).words == [words]


@pytest.mark.parametrize("body", CROSSES.values(), ids=CROSSES)
def test_what_cannot_be_given_to_the_platform_throws_where_it_is_given(hostile, body):
    run = hostile(in_handler(f"try {{ {body} }} catch (e) {{ Logger.write(e.name); throw e }}"))
    if body == "setTimeout()":
        # Like any handler that is no function: an error when its time comes.
        assert run.words == ["The handler is not a function, but None."]
        assert run.failures[0].where.startswith("main.js:2")
        return
    assert len(run.words) == len(run.log) == 1
    assert run.failures[0].where.startswith("main.js:2")
    assert run.reason == "Normal termination"


@pytest.mark.parametrize(("text", "words"), AT_THE_TOP.values(), ids=AT_THE_TOP)
def test_a_top_level_that_fails_ends_the_session(hostile, text, words):
    run = hostile(text, SMALL if words == "out of memory" else HASTY, terminate=False)
    assert len(run.words) == 1
    assert words in run.words[0]
    assert run.failures[0].fatal
    assert run.failures[0].where.startswith("main.js")
    assert str(run.reason) == "JS session error"


@pytest.mark.parametrize("play", PLAYS.values(), ids=PLAYS)
def test_the_platform_works_in_a_language_that_is_broken(hostile, play):
    run = hostile(
        play + ";" + SETTINGS,
        ROOMY,
        caller="",
        prepare=lambda vox: vox.web.on("GET", "http://a.example/*").reply(text="!"),
    )
    assert run.errors == []
    assert run.log == ["Call.Connected true 15550001 CONNECTED", "200!", "later true"]
    assert run.reason == "Normal termination"


@pytest.mark.parametrize(
    ("play", "body", "logged"),
    [
        ("var Logger = { write() {} };", "Logger.write('lost'); console.log('kept')", ["kept"]),
        ("delete globalThis.VoxEngine;", "Logger.write(typeof VoxEngine)", ["undefined"]),
        ("delete globalThis.Logger;", "console.log(typeof Logger)", ["undefined"]),
        ("setTimeout = (callback) => callback();", "setTimeout(() => Logger.write('at once'))", ["at once"]),
        ("Call.prototype.answer = function () { return 'mine' };", "Logger.write(Call.prototype.answer())", ["mine"]),
        ("VoxEngine.customData = () => 'mine';", "Logger.write(VoxEngine.customData())", ["mine"]),
    ],
)
def test_what_a_script_replaces_is_replaced_for_itself(hostile, play, body, logged):
    run = hostile(f"const engine = VoxEngine; engine.addEventListener(AppEvents.Started, () => {{ {body} }}); {play}")
    assert run.log == logged
    assert run.errors == []


@pytest.mark.parametrize(
    ("given", "logged"),
    [
        ("(() => { const o = { a: 1 }; o.o = o; return o })()", "[object Object]"),
        ("{ toJSON() { throw new Error('no') } }", "[object Object]"),
        ("{ get x() { throw new Error('no') } }", "[object Object]"),
        ("{ a: 1n }", "[object Object]"),
        ("Object.create(null)", "{}"),
        (
            "(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy })()",
            "[an object without words]",
        ),
        ("'a\\ud800b'", "a\ufffdb"),
        ("Symbol('odd')", "Symbol(odd)"),
        ("new Error('told')", "Error: told"),
    ],
)
def test_the_log_takes_everything(hostile, given, logged):
    run = hostile(in_handler(f"Logger.write({given})"))
    assert run.log == [logged]
    assert run.errors == []


def test_a_handler_runs_its_microtasks_though_it_throws(hostile):
    run = hostile(in_handler("Promise.resolve().then(() => Logger.write('after')); throw new Error('x')"))
    assert run.log == ["after"]
    assert run.words == ["Error: x"]


def test_a_bomb_in_an_async_handler_ends_the_session(hostile):
    text = "VoxEngine.addEventListener(AppEvents.Started, async () => { const all = []; for (;;) all.push({}) })"
    run = hostile(text, SMALL, terminate=False)
    assert run.words == ["out of memory"]
    assert run.failures[0].fatal

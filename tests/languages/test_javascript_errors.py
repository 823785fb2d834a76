"""What goes wrong in JavaScript: told in the author's own file, line and column; the process and others go on."""

import pytest

from voxsim.testing import Vox
from voxsim.vocabulary.limits import Limits

LIVES = {
    "a throw in a handler": ("throw new TypeError('bad')", "TypeError: bad", "main.js:2:13"),
    "an unknown name": ("lost.call()", "ReferenceError: lost is not defined", "main.js:2:3"),
    "an error of the platform": ("VoxEngine.callPSTN()", "BadArgument", "main.js:2:13"),
    "an argument that is missing": (
        "VoxEngine.sendMediaBetween(VoxEngine.callSIP('sip:a@b.test', '1'))",
        "BadArgument: sendMediaBetween() missing 1 required positional argument: 'mediaUnit2'",
        "main.js:2:",
    ),
    "nothing for a media unit": (
        "VoxEngine.callSIP('sip:a@b.test', '1').sendMediaTo(null)",
        "Media goes to a call, player, socket or other media unit, got nothing.",
        "main.js:2:",
    ),
    "an event that is not there": (
        "VoxEngine.callSIP('sip:a@b.test', '1').addEventListener(CallEvents.Conected, () => {})",
        "`voxsim check` finds a name that is misspelt.",
        "main.js:2:",
    ),
    "a throw in a timer": ("setTimeout(() => { null.x }, 5)", "TypeError", "main.js:2:22"),
    "a throw after an await": (
        "(async () => { await null; throw new Error('late') })()",
        "Unhandled rejection: Error: late",
        "main.js:2:40",
    ),
    "a rejection that nobody handles": (
        "Promise.reject(new Error('lost'))",
        "Unhandled rejection: Error: lost",
        "main.js:2:22",
    ),
    "a throw in then": ("Promise.resolve().then(() => undef())", "Unhandled rejection: ReferenceError", "main.js:2:32"),
    "a text that is thrown": ("throw 'words'", "words", "main.js:1"),
    "an error of a class of its own": (
        "class Odd extends Error { name = 'Odd' } throw new Odd('x')",
        "Odd: x",
        "main.js:2:1",
    ),
    "an error that cannot be told": ("throw { toString() { throw 1 } }", "", "main.js:1"),
    "a recursion without end": ("(function deep() { deep() })()", "RangeError", "main.js:1"),
    "a catastrophic replacement": ("'a'.repeat(1 << 30)", "", "main.js"),
    "a queue of microtasks that throws": ("queueMicrotask(() => { throw new Error('micro') })", "Error: micro", ""),
    "a null that is thrown": ("throw null", "null", "main.js:1"),
}
"""Errors after which a session goes on: the body of a handler, the words, the place."""

ENDS = {
    "an endless loop": "for (;;);",
    "an endless loop that catches all": "for (;;) { try { for (;;); } catch {} finally { for (;;); } }",
    "an endless chain of microtasks": "(function again() { Promise.resolve().then(again) })()",
    "an endless async function": "(async () => { for (;;) await null })()",
    "a catastrophic expression": "/^(a+)+$/.test('a'.repeat(40) + 'b')",
    "a bomb of objects": "const all = []; for (;;) all.push({ all })",
    "a bomb of texts": "const all = []; for (;;) all.push('x'.repeat(100000) + all.length)",
    "a bomb of closures": "let f = () => 0; const all = []; for (;;) { const g = f; all.push(() => g()) }",
    "a bomb of maps": "const all = new Map(); for (let i = 0; ; i++) all.set(i, [i])",
    "a bomb of promises": "const all = []; for (;;) all.push(new Promise(() => 0))",
    "a large array": "new Uint8Array(1 << 30).fill(1)",
    "a generator without end": "for (const x of (function* () { for (;;) yield 1 })());",
    "a proxy without end": "const p = new Proxy({}, { get: (t, n, r) => { for (;;); } }); p.x",
    "a sort without end": "for (;;) [3, 1, 2].sort(() => Math.random())",
    "a toString without end": "Logger.write({ toJSON() { for (;;); } })",
}
"""Bodies of a handler that end the session."""

SURVIVES = {
    "prototypes without their methods": "Array.prototype.map = Object.keys = JSON.stringify = JSON.parse = null;",
    "a Map that throws": "Map.prototype.get = Map.prototype.set = () => { throw new Error('no map') };",
    "an Object.prototype with a setter": "Object.defineProperty(Object.prototype, 'name', { set() { throw 1 } });",
    "a then of its own": "Promise.prototype.then = () => { throw new Error('no then') };",
    "a frozen world": "[Object, Array, Function, Promise].forEach((c) => Object.freeze(c.prototype));",
    "globals that are gone": "for (const name of Object.getOwnPropertyNames(globalThis)) delete globalThis[name];",
    "an evil thenable": "Promise.resolve({ then(ok) { ok({ then(ok) { throw 1 } }) } }).catch(() => 0);",
    "a call stack that is prepared": "Error.prepareStackTrace = () => { throw 1 };",
}
"""Mischief after which the platform is still there."""


def in_handler(body):
    return f"VoxEngine.addEventListener(AppEvents.Started, function started() {{\n  {body}\n}});"


@pytest.fixture
def hasty():
    """A platform on which handlers may compute for a fifth of a second."""
    return Vox(limits=Limits(handler_cpu_seconds=0.2))


@pytest.mark.parametrize(("body", "words", "place"), LIVES.values(), ids=LIVES)
def test_an_error_is_told_and_the_session_goes_on(javascript, engine, hasty, body, words, place):
    run = javascript(
        in_handler(body) + "\nVoxEngine.addEventListener(AppEvents.Terminated, () => Logger.write('lived'))", vox=hasty
    )
    if engine == "jsbox" and words.startswith("Unhandled rejection"):
        # The one thing that this engine does not tell.
        assert (run.log, run.errors) == (["lived"], [])
        return
    assert len(run.failures) == 1
    error = run.failures[0]
    assert not error.fatal
    assert words in error.message
    assert error.where.startswith(place)
    assert run.log == ["lived"]
    assert run.reason == "Normal termination"


@pytest.mark.parametrize("body", ENDS.values(), ids=ENDS)
def test_a_session_that_uses_up_time_or_memory_ends(javascript, hasty, body):
    run = javascript(in_handler(body), vox=hasty, terminate=False)
    assert [error.fatal for error in run.failures] == [True]
    assert str(run.reason) == "JS session error"


@pytest.mark.parametrize("body", SURVIVES.values(), ids=SURVIVES)
def test_a_script_that_breaks_the_language_harms_only_itself(javascript, hasty, body):
    javascript(body + in_handler("Logger.write('still')"), vox=hasty)
    assert javascript(in_handler("Logger.write('well')"), vox=Vox()).log == ["well"]


def test_one_session_fails_and_others_go_on(javascript, hasty, tmp_path):
    (tmp_path / "calm.js").write_text("setTimeout(() => { Logger.write('calm'); VoxEngine.terminate() }, 20000)")
    calm = hasty.start("calm.js")
    run = javascript(in_handler("for (;;);"), vox=hasty, terminate=False)
    assert str(run.reason) == "JS session error"
    assert calm.session.log == ["calm"]
    assert str(calm.session.finish_reason) == "Normal termination"


@pytest.mark.parametrize(
    ("text", "words", "where"),
    [
        ("let a = 1;\nlet b = ;", "SyntaxError", "main.js:2:9"),
        ("function (", "SyntaxError", "main.js:1"),
        ("const a = 1;\n  const a = 2;", "SyntaxError", "main.js:2"),
        ("Logger.write('x'); lost();", "ReferenceError: lost is not defined", "main.js:1:20"),
        ("import x from 'y';", "SyntaxError", "main.js:1"),
        ("\n\nthrow new Error('top')", "Error: top", "main.js:3:11"),
    ],
)
def test_what_is_wrong_at_the_top_level_ends_the_session(javascript, text, words, where):
    run = javascript("/**/" + text if text.startswith("function (") else text, terminate=False)
    assert len(run.failures) == 1
    assert run.failures[0].fatal
    assert words in run.failures[0].message
    assert run.failures[0].where.startswith(where)
    assert str(run.reason) == "JS session error"


def test_the_file_is_named_in_which_it_happens(javascript):
    run = javascript(
        "\n\nfunction first() { second() }",
        "let unused;\nfunction second() {\n  throw new Error('two')\n}",
        "VoxEngine.addEventListener(AppEvents.Started, () => first());",
    )
    assert run.failures[0].where == "file2.js:3:13"
    assert run.failures[0].frames == (
        "second@file2.js:3:13",
        "first@file1.js:3:20",
        "<anonymous>@file3.js:1:53",
    )


def test_a_script_sees_its_own_stack_in_the_platforms_layout(javascript):
    run = javascript("function inner() { Logger.write(new Error('x').stack) }\ninner();")
    assert run.log == ["inner@main.js:1:37\n<eval>@main.js:2:1"]


def test_a_rejection_that_is_handled_late_in_the_same_turn_is_none(javascript):
    run = javascript(
        """
        const later = Promise.reject(new Error("seen"));
        later.catch((e) => Logger.write(e.message));
        const fails = async () => { throw new Error("caught") };
        (async () => { try { await fails() } catch (e) { Logger.write(e.message) } })();
        """
    )
    assert sorted(run.log) == ["caught", "seen"]
    assert run.errors == []


def test_a_handler_that_is_no_function_ends_the_session_and_says_where(javascript):
    run = javascript("VoxEngine.addEventListener(AppEvents.Started, undefined);", terminate=False)
    assert run.failures[0].message == "The handler is not a function, but None."
    assert run.failures[0].where.startswith("main.js:1")
    assert str(run.reason) == "JS session error"


def test_log_lines_before_the_end_are_kept(javascript, hasty):
    run = javascript(in_handler("Logger.write('before'); for (;;);"), vox=hasty, terminate=False)
    assert run.log == ["before"]


def test_memory_is_given_back(javascript):
    for _ in range(3):
        run = javascript(in_handler("const all = []; for (;;) all.push({})"), vox=Vox(), terminate=False)
        assert run.failures[0].message == "out of memory"

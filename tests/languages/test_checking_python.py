"""Checking Python: the same rules, in Python's names."""

import textwrap

import pytest

from voxsim.languages.checking import linking

HEAD = "from voxsim import *\n"


@pytest.fixture
def found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def check(text):
        (tmp_path / "main.py").write_text(textwrap.dedent(text), encoding="utf-8")
        return [
            f"{one.line}:{one.column} {one.level} {one.rule}: {one.message}"
            for one in linking.check_alone(["main.py"], [])
        ]

    return check


WRONG = {
    "from voxsim import VoxEngin": ("1:20 error unknown-name: voxsim has no 'VoxEngin'. Did you mean 'VoxEngine'?"),
    HEAD + "foo()": "2:1 error unknown-name: 'foo' is not defined, neither here nor by the platform.",
    HEAD + 'VoxEngine.cal_pstn("1", "2")': (
        "2:11 error unknown-member: VoxEngine has no 'cal_pstn'. Did you mean 'call_pstn'?"
    ),
    HEAD + "CallEvents.Conected": (
        "2:12 error unknown-event: CallEvents has no event 'Conected'. Did you mean 'Connected'?"
    ),
    HEAD + 'VoxEngine.call_pstn("1", "2", folow_diversion=True)': (
        "2:31 error unknown-option: VoxEngine.callPSTN has no option 'folow_diversion'. "
        "Did you mean 'follow_diversion'?"
    ),
    HEAD + 'VoxEngine.call_pstn("1", "2").say("x", {"voise": "y"})': (
        "2:41 warning unknown-option: Call.say has no option 'voise': the platform ignores it. Did you mean 'voice'?"
    ),
    HEAD + "VoxEngine.add_event_listener(AppEvents.Started)": (
        "2:1 error handler: addEventListener needs a handler: a function, given second."
    ),
    HEAD + "@VoxEngine.on(CallEvents.Connected)\ndef go(event): pass": (
        "2:15 error wrong-event: VoxEngine never fires CallEvents.Connected: its events are those of AppEvents."
    ),
    HEAD + "set_timeout(done(), 5)\ndef done(): pass": (
        "2:13 error handler: setTimeout takes a function, got what done() gives: nothing "
        "('done' without brackets is the function itself)."
    ),
    HEAD + "@VoxEngine.on(AppEvents.CallAlerting)\nasync def go(event):\n    event.call.anser()": (
        "4:16 error unknown-method: a Call has no method 'anser'. Did you mean 'answer'?"
    ),
    HEAD + "@VoxEngine.on(AppEvents.CallAlerting)\nasync def go(event):\n"
    "    await event.call.wait_for(PlayerEvents.PlaybackFinished)": (
        "4:31 error wrong-event: a Call never fires PlayerEvents.PlaybackFinished: its events are those of CallEvents "
        "and AI.Events. Did you mean 'CallEvents.PlaybackFinished'?"
    ),
    HEAD + "@VoxEngine.on(AppEvents.Started)\ndef go(event):\n    VoxEngine.create_asr(profile='x')": (
        "4:5 error missing-require: require(Modules.ASR) is missing: without it the platform has no "
        "VoxEngine.createASR."
    ),
    HEAD + "VoxEngine.addEventListener(AppEvents.Started, print)": (
        "2:11 error unknown-member: VoxEngine has no 'addEventListener'. Did you mean 'add_event_listener'?"
    ),
    HEAD + "VoxEngine.call_pstn('1', '2').waitfor('x')": (
        "2:31 error unknown-method: a Call has no method 'waitfor'. Did you mean 'wait_for'?"
    ),
    HEAD + "async def go():\n    call = VoxEngine.call_pstn('1', '2')\n    call.wait_for(CallEvents.Connected)": (
        "4:5 error not-awaited: call.wait_for() does nothing unless it is awaited: `await call.wait_for(…)`."
    ),
    HEAD + "async def go():\n    later()\nasync def later(): pass": (
        "3:5 error not-awaited: later() does nothing unless it is awaited: `await later(…)`."
    ),
    "def f(:": "1:7 error syntax: syntax error: invalid syntax",
}


@pytest.mark.parametrize(("text", "expected"), WRONG.items())
def test_what_is_wrong_is_told_in_its_place(found, text, expected):
    assert found(text) == [expected]


FINE = [
    "import json, os.path as p\njson.dumps(p)",
    "from helpers import thing\nthing.anything()",
    "x: int = 1\nx += 1\nprint(x, __name__, __file__)",
    "def f(a, /, b, *c, d=1, **e):\n    return a, b, c, d, e\nf(1, 2)",
    "class A:\n    y = 1\n    def m(self): return self.y, super().z\nA()",
    "[a for a in range(3) if a]; {k: v for k, v in {}.items()}",
    "if (n := len('a')) > 1: print(n)",
    "match {'a': [1]}:\n    case {'a': [first, *others], **rest}: print(first, others, rest)\n    case o: print(o)",
    "try: pass\nexcept ValueError as error: print(error)",
    "with open('a') as f, open('b') as (g, h): print(f, g, h)",
    "count = 0\ndef up():\n    global count\n    count += 1",
    "def outer():\n    n = 0\n    def inner():\n        nonlocal n\n        n = 1\n        return n\n    return inner",
    "async def f():\n    async for a in g(): print(a)\nasync def g():\n    yield 1",
    "for i in range(3): pass\nprint(i)",
    HEAD + "VoxEngine.on; hasattr(VoxEngine, 'perhaps') and VoxEngine.perhaps()",
    HEAD + "def join(callee, failed):\n    callee.add_event_listener(CallEvents.Failed, failed)\n"
    "def late(event): pass\njoin(VoxEngine.call_pstn('1', '2'), failed=late)",
    HEAD + "VoxEngine.call_user(username='a', callerid='b')\nNet.http_request_async('http://a.test', timeout=5)",
    HEAD + "@VoxEngine.on(AppEvents.Started)\ndef go(event):\n    Modules.ASR\n    require(Modules.ASR)\n"
    "    VoxEngine.create_asr(profile='x').stop()",
    HEAD + "from functools import wraps\n@wraps(print)\ndef go(call): call.foo()\ngo(VoxEngine.call_pstn('1', '2'))",
    HEAD + "options = {}\nVoxEngine.call_pstn('1', '2', **options)",
    "from other import *\nanything()",
    HEAD + "async def go():\n    waiting = later()\n    Net.http_request_async('http://a.test')\n    await waiting\n"
    "async def later(): pass",
]


@pytest.mark.parametrize("text", FINE)
def test_what_is_not_surely_wrong_is_left_alone(found, text):
    assert found(text) == []

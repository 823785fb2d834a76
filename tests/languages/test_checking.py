"""Checking JavaScript: what is found, in which words, and what is left alone."""

import textwrap

import pytest

from voxsim.languages.checking import linking

ALERTING = "VoxEngine.addEventListener(AppEvents.CallAlerting, (e) => {\n  const call = e.call;\n  %s\n});\n"


@pytest.fixture
def found(tmp_path, monkeypatch):
    """What the checker finds in the text of one scenario, as `line:column level rule: message`."""
    monkeypatch.chdir(tmp_path)

    def check(text, name="main.js"):
        (tmp_path / name).write_text(textwrap.dedent(text), encoding="utf-8")
        return [
            f"{one.line}:{one.column} {one.level} {one.rule}: {one.message}" for one in linking.check_alone([name], [])
        ]

    return check


WRONG = {
    # names
    "foo();": "1:1 error unknown-name: 'foo' is not defined, neither here nor by the platform.",
    "VoxEngin.terminate();": (
        "1:1 error unknown-name: 'VoxEngin' is not defined, neither here nor by the platform. Did you mean 'VoxEngine'?"
    ),
    "x = 1; y = x + z; z + z;": (
        "1:16 error unknown-name: 'z' is not defined, neither here nor by the platform (3 times in this file)."
    ),
    "{ let a = 1; } a;": "1:16 error unknown-name: 'a' is not defined, neither here nor by the platform.",
    "(function g() {}); g();": "1:20 error unknown-name: 'g' is not defined, neither here nor by the platform.",
    'Logger.write("😀"); far();': "1:20 error unknown-name: 'far' is not defined, neither here nor by the platform.",
    "const { a: b } = {}; a;": "1:22 error unknown-name: 'a' is not defined, neither here nor by the platform.",
    'btoa("x");': (
        "1:1 warning unknown-name: 'btoa' is neither the language's nor the platform's, though voxsim's engine has it; "
        "the platform has 'base64_encode'."
    ),
    # members
    'VoxEngine.calPSTN("1", "2");': ("1:11 error unknown-member: VoxEngine has no 'calPSTN'. Did you mean 'callPSTN'?"),
    'VoxEngine["calPSTN"]("1", "2");': (
        "1:11 error unknown-member: VoxEngine has no 'calPSTN'. Did you mean 'callPSTN'?"
    ),
    "VoiceList.Amazon.en_US_Jo;": (
        "1:18 error unknown-member: VoiceList.Amazon has no 'en_US_Jo'. Did you mean 'en_US_Joey'?"
    ),
    "CallEvents.Conected;": "1:12 error unknown-event: CallEvents has no event 'Conected'. Did you mean 'Connected'?",
    # modules
    "require(Modules.ARS);": "1:17 error unknown-member: Modules has no 'ARS'. Did you mean 'ASR'?",
    'require("./lib");': (
        "1:9 error unknown-module: require loads modules of the platform alone, and './lib' is none; "
        "build files and packages into one script."
    ),
    # calls
    "VoxEngine.callPSTN();": "1:1 error arguments: VoxEngine.callPSTN needs `number`.",
    'VoxEngine.callUser({ username: "a", callerId: "5" });': (
        "1:37 warning unknown-option: VoxEngine.callUser has no option 'callerId': the platform ignores it. "
        "Did you mean 'callerid'?"
    ),
    "VoxEngine.terminate(1, 2);": (
        "1:21 warning arguments: VoxEngine.terminate takes no arguments, got 2; the platform ignores the others."
    ),
    "new Call();": "1:1 error constructor: Call is not made with `new`: the platform makes it.",
    'new WebSocket("wss://a.test");': (
        "1:1 warning constructor: `new WebSocket` is of older scenarios; today it is VoxEngine.createWebSocket."
    ),
    "setTimeout(done(), 5);\nfunction done() {}": (
        "1:12 error handler: setTimeout takes a function, got what done() gives: nothing "
        "('done' without brackets is the function itself)."
    ),
    # objects
    'VoxEngine.callPSTN("1", "2").anwser();': (
        "1:30 error unknown-method: a Call has no method 'anwser'. Did you mean 'answer'?"
    ),
    'let p = VoxEngine.createURLPlayer("");\np.hangup();': "2:3 error unknown-method: a Player has no method 'hangup'.",
    'let p = null;\np = VoxEngine.createURLPlayer("a");\nfunction go() { p.hangup(); }': (
        "3:19 error unknown-method: a Player has no method 'hangup'."
    ),
    'function go(c) { c.play(); }\ngo(VoxEngine.callPSTN("1", "2"));': (
        "1:20 error unknown-method: a Call has no method 'play'."
    ),
    'const call = VoxEngine.callPSTN("1", "2");\nLogger.write(call.colour);': (
        "2:19 warning unknown-method: a Call has no property 'colour'."
    ),
    # listeners
    'VoxEngine.addEventListener("Application.Strated", () => {});': (
        "1:28 error unknown-event: VoxEngine has no event 'Application.Strated'. Did you mean 'Application.Started'?"
    ),
    "VoxEngine.addEventListener(CallEvents.Connected, () => {});": (
        "1:28 error wrong-event: VoxEngine never fires CallEvents.Connected: its events are those of AppEvents."
    ),
    "VoxEngine.addEventListener(AppEvents.Started);": (
        "1:1 error handler: addEventListener needs a handler: a function, given second."
    ),
    'VoxEngine.addEventListener(AppEvents.Started, "go");': (
        "1:47 error handler: the handler is no function, but a string."
    ),
    "VoxEngine.addEventListener(AppEvents.Started, go());\nasync function go() {}": (
        "1:47 error handler: the handler is no function, but what go() gives: a promise "
        "('go' without brackets is the function itself)."
    ),
    "VoxEngine.addEventListener(AppEvents.Started, VoxEngine.terminate());": (
        "1:47 error handler: the handler is no function, but what VoxEngine.terminate() gives: nothing "
        "('VoxEngine.terminate' without brackets is the function itself)."
    ),
    "VoxEngine.addEventListener(undefined, () => {});": (
        "1:28 error unknown-event: an event of AppEvents is needed, got undefined."
    ),
    # old names
    "require(Modules.Player);": (
        "1:17 note old-name: Modules.Player is no module any more: nothing has to be required for it."
    ),
    "Language.US; Language.UK;": (
        "1:10 note old-name: Language is an old list; the typings have it no more. "
        "Today's voices are in VoiceList. (2 times in this file)"
    ),
    "require(Modules.ASR); ASREvents.Error;": (
        "1:33 note old-name: ASREvents.Error is an old name; it is ASREvents.ASRError today."
    ),
    "AppEvents.NewWebSocketConnection;": (
        "1:11 error unknown-event: AppEvents has no event 'NewWebSocketConnection'. Did you mean 'WebSocket'?"
    ),
    # syntax
    "const reply = await Net.httpRequestAsync('http://a.test');": (
        "1:21 error syntax: syntax error: expecting ';'. "
        "`await` stands in async functions alone, not at the top of a scenario"
    ),
    "let a = 1;\nlet a = 2;": "2:7 error syntax: syntax error: invalid redefinition of lexical identifier",
    "'use strict'; with (a) {}": "1:15 error syntax: syntax error: invalid keyword: with",
    'import x from "y";': (
        "1:1 error syntax: syntax error: a scenario is a plain script: build what has `import` in it into one first."
    ),
}


@pytest.mark.parametrize(("text", "expected"), WRONG.items())
def test_what_is_wrong_is_told_in_its_place(found, text, expected):
    assert found(text) == [expected]


def test_a_listener_without_anything(found):
    assert found("VoxEngine.addEventListener();") == [
        "1:1 error arguments: addEventListener needs an event and a handler."
    ]


def test_an_event_in_the_handlers_place(found):
    assert found("VoxEngine.addEventListener(() => {}, AppEvents.Started);") == [
        "1:28 error unknown-event: an event of AppEvents is needed, got a function.",
        "1:38 error handler: the handler is no function, but the event AppEvents.Started.",
    ]


CALL = {
    "call.anwser();": "3:8 error unknown-method: a Call has no method 'anwser'. Did you mean 'answer'?",
    "call.addEventListener(PlayerEvents.PlaybackFinished, () => {});": (
        "3:25 error wrong-event: a Call never fires PlayerEvents.PlaybackFinished: its events are those of CallEvents "
        "and AI.Events. Did you mean 'CallEvents.PlaybackFinished'?"
    ),
    "call.addEventListener(CallEvents.Connected, ({ call: c }) => c.foo());": (
        "3:66 error unknown-method: a Call has no method 'foo'."
    ),
    'call.addEventListener("Call.Failed", later);\n  function later(ev) { ev.call.foo(); }': (
        "4:32 error unknown-method: a Call has no method 'foo'."
    ),
    'call.sendInfo("text/plain");': "3:3 error arguments: Call.sendInfo needs `body`.",
    'call.say("a", { langage: "x" });': (
        "3:19 warning unknown-option: Call.say has no option 'langage': the platform ignores it. "
        "Did you mean 'language'?"
    ),
}


@pytest.mark.parametrize(("text", "expected"), CALL.items())
def test_what_is_wrong_with_a_call_that_came_in(found, text, expected):
    assert found(ALERTING % text) == [expected]


def test_a_missing_require_is_told_once_for_each_module(found):
    text = """
    VoxEngine.addEventListener(AppEvents.Started, () => {
      const asr = VoxEngine.createASR({ profile: ASRProfileList.Google.en_US });
      asr.addEventListener(ASREvents.Result, () => {});
      OpenAI.createRealtimeAPIClient({});
    });
    """
    assert found(text) == [
        (
            "3:15 error missing-require: require(Modules.ASR) is missing: without it the platform has no "
            "VoxEngine.createASR."
        ),
        "5:3 error missing-require: require(Modules.OpenAI) is missing: without it the platform has no OpenAI.",
    ]


FINE = [
    # names come into being in many ways
    "x = 1; x + 1;",
    "call(); function call() { answer(); } function answer() {}",
    "if (true) { var late = 1; } late;",
    "for (i = 0; i < 3; i++) { i; } for (const a of []) a; for (var k in {}) k; k;",
    "const { a, b: [c, d = a], ...rest } = {}; a + c + d + rest;",
    "[p, q.r] = [1, 2]; ({ s, t: u = 1 } = {}); p + s + u; var q = {};",
    "try { null.x } catch { } try { null.x } catch ({ message }) { message; }",
    "class A { #x = 1; static y = A; m() { return this.#x + super.z; } } new A(); const B = class C { c() { C; } }; B;",
    "label: while (true) { break label; }",
    "function f(a, { b }, ...c) { return a + b + c + arguments.length; } f();",
    "this.made = 1; made; globalThis.other = 2; other;",
    "typeof Foo !== 'undefined' && Foo.bar();",
    "with ({ a: 1 }) { a; }",
    "eval('var a = 1'); a;",
    "const f = function g(n) { return n ? g(n - 1) : 0; }; f();",
    "switch (1) { case 1: let q; q; break; default: q; }",
    "async () => { for await (const x of y()) x; function* y() { yield 1; } };",
    "queue?.push(1); var queue;",
    "`${String(1)}` + /a/.source;",
    "function F() { return new.target; } F();",
    # members that are asked for, or made
    "if (VoxEngine.perhaps) VoxEngine.perhaps();",
    "VoxEngine.perhaps?.();",
    "const id = VoxEngine.sessionId || 'none'; id;",
    "VoxEngine.own = () => 1; VoxEngine.own();",
    "'perhaps' in VoxEngine && VoxEngine.perhaps();",
    "if (typeof CallList.perhaps === 'function') CallList.perhaps();",
    "CallEvents.hasOwnProperty('a'); CallEvents.toString(); VoxEngine.callPSTN.name;",
    "const VoxEngin = VoxEngine; VoxEngin.terminate();",
    # a name of the platform that is the scenario's own
    "function test(Call) { return Call.whatever(); } test({});",
    "const Language = { de: 1 }; Language.de;",
    # what it is cannot be told
    "let x = VoxEngine.callPSTN('1', '2'); x = whatever(); x.foo(); function whatever() { return {}; }",
    "function go(c) { c.foo(); } go(VoxEngine.callPSTN('1', '2')); go({ foo() {} });",
    "function go(c) { c.foo(); } go(VoxEngine.callPSTN('1', '2')); [{}].forEach(go);",
    "function go(c) { c.foo(); } go(VoxEngine.callPSTN('1', '2')); const o = { go }; o.go({});",
    "function go(...cs) { cs.foo(); } go(VoxEngine.callPSTN('1', '2'));",
    "const all = [VoxEngine.callPSTN('1', '2')]; all.push(1); all[0].foo();",
    "const o = { call: null }; o.call = VoxEngine.callPSTN('1', '2'); o.call.foo();",
    "class Line { start(call) { this.call = call; this.call.foo(); } } new Line().start(VoxEngine.callPSTN('1', '2'));",
    "Call.prototype.foo = function () {}; VoxEngine.callPSTN('1', '2').foo();",
    "const call = VoxEngine.callPSTN('1', '2'); call.mine = 5; Logger.write(call.mine);",
    "let a = b, b = a; a.foo();",
    "function loop(x) { return loop(x); } loop(1).foo();",
    # handlers
    "VoxEngine.addEventListener(AppEvents.Started, VoxEngine.terminate);",
    "VoxEngine.addEventListener(AppEvents.Started, handler('a')); function handler(a) { return () => a; }",
    "let later; VoxEngine.addEventListener(AppEvents.Started, later || (() => {}));",
    "const on = VoxEngine.addEventListener; on(AppEvents.Started, () => {});",
    "const events = [AppEvents.Started]; for (const e of events) VoxEngine.addEventListener(e, () => {});",
    "VoxEngine.addEventListener(...[AppEvents.Started, () => {}]);",
    "VoxEngine.addEventListener('Application.Started', () => {});",
    "const bus = { addEventListener() {} }; bus.addEventListener('x'); bus.addEventListener(1, 2);",
    "clearTimeout(); setTimeout(() => {}); setTimeout(Logger.write, 5, 'a', 'b');",
    # old shapes of arguments
    "VoxEngine.callUser('bob', '100', 'Bob', {}, false);",
    "VoxEngine.callPSTN('1', '2', { followDiversion: true }); VoxEngine.callPSTN('1');",
    "Net.httpRequest('http://a.test', { method: 'GET', headers: [] }, () => {});",
    "Net.httpRequest('http://a.test', () => {}, { method: 'GET', postData: '' });",
    "Net.httpRequest('http://a.test', { method: 'GET', callback: () => {} });",
    "Net.httpRequestAsync('http://a.test', { ...{}, timeout: 1 }).then((r) => r.text);",
    "const key = 'x'; VoxEngine.callUser({ username: 'a', [key]: 1 });",
    "AMD.create({ call: null, model: AMD.Model.RU });",
    "const o = new Net.HttpRequestOptions(); o.method = 'POST'; Net.httpRequest('http://a.test', () => {}, o);",
    # modules
    "require(Modules.ASR); VoxEngine.createASR({ profile: ASRProfileList.Google.en_US });",
    "require('asr'); VoxEngine.addEventListener(AppEvents.Started, () => { ASREvents.Result; });",
    "const M = Modules; require(M.ASR); VoxEngine.addEventListener(AppEvents.Started, () => { ASREvents.Result; });",
    "typeof ASREvents === 'undefined' && require(Modules.ASR);",
]


@pytest.mark.parametrize("text", FINE)
def test_what_is_not_surely_wrong_is_left_alone(found, text):
    assert found(text) == []


@pytest.mark.parametrize("old", ["VoiceList.Google.en_US_Wavenet_A", "Date.now()", "JSON.stringify({})", "Math.PI"])
def test_the_language_and_the_lists_are_known(found, old):
    assert found(f"{old};") == []


TYPED = """
import type { Foo } from "./types";
interface Order { id: number }
type Maybe<T> = T | null;
enum State { Idle, Busy = 2 }
declare const CONFIG: { number: string };
declare function ext(a: string): void;
namespace Tools { export const q = 1; }
abstract class Base<T> { constructor(private readonly x: number, y?: string) {} abstract m(): void; n: string = ""; }
function over(a: string): void;
function over(a: any): void { Logger.write(String(a)); }
let chosen!: string;
const pick = <T,>(a: T, b = 2, ...c: any[]): a is T => (a as any)!.foo satisfies unknown;
VoxEngine.addEventListener(AppEvents.CallAlerting, (e: { call: Call }) => {
  const order: Maybe<Order> = <any>null;
  ext(CONFIG.number + State.Busy + Tools.q + chosen + order + Base + pick + over);
  e.call.anwser();
});
"""


def test_typescript_is_read_as_such(found):
    assert found(TYPED, "main.ts") == [
        "17:10 error unknown-method: a Call has no method 'anwser'. Did you mean 'answer'?"
    ]


NO_MODULE = "1:1 error syntax: syntax error: a scenario is a plain script: build what has `{}` in it into one first."
NO_WAITING = "error syntax: syntax error: `await` stands in async functions alone, not at the top of a scenario."


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("import x from './y'; Logger.write(x);", [NO_MODULE.format("import")]),
        ("import './y';", [NO_MODULE.format("import")]),
        ("export const a = 1;", [NO_MODULE.format("export")]),
        ("export * from './y';", [NO_MODULE.format("export")]),
        ("import type { A } from './y'; let a: A;", []),
        ("import { A } from './y'; let a: A;", []),
        ("export interface A { a: number }\nexport type B = number;\nexport {};", []),
        ("const a = await Promise.resolve(1);", [f"1:11 {NO_WAITING}"]),
        ("function f() { await 1; }\nf();", [f"1:16 {NO_WAITING}"]),
        ("class A { private static async f() { await 1; } g = async () => { await 2; }; }\nnew A();", []),
    ],
)
def test_typescript_is_a_plain_script_once_its_types_are_gone(found, content, expected):
    assert found(content, "main.ts") == expected


def test_a_mistake_in_typescript(found):
    assert found("let a: = 5;", "main.ts") == ["1:6 error syntax: syntax error: this makes no sense here: :"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"// caf\xe9", "1:1 error unreadable: The file is not UTF-8: byte 0xe9 cannot be read. Save it as UTF-8."),
        (b"a\0", "1:1 error unreadable: The file has a NUL character in it."),
        (b"var a = " + b"(" * 5000 + b"1" + b")" * 5000, "1:1 warning unreadable: the file is nested too deeply to be"),
        (b"var p = 1" + b".a()" * 3000, "1:1 warning unreadable: the file is nested too deeply to be checked."),
        (b"\n" * 300_000, "1:1 error unreadable: The file has 300000 characters; a scenario may have 262144."),
    ],
)
def test_files_that_cannot_be_read(tmp_path, content, expected):
    file = tmp_path / "main.js"
    file.write_bytes(content)
    (one,) = linking.check_alone([str(file)], [])
    assert f"{one.line}:{one.column} {one.level} {one.rule}: {one.message}".startswith(expected)


def test_a_long_sum_is_no_deep_nesting(found):
    assert found("const s = " + " + ".join(['"a"'] * 5000) + ";") == []


def test_marks_at_the_beginning_and_windows_lines(found):
    assert found("\ufeffLogger.write(1);\r\nfoo();\r\n") == [
        "2:1 error unknown-name: 'foo' is not defined, neither here nor by the platform."
    ]

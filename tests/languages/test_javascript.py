"""JavaScript scenarios: what the language does, and how the platform's objects behave in it."""

import pytest

from voxsim.testing import Vox


def test_top_level_runs_and_events_come(javascript):
    run = javascript(
        """
        Logger.write("loaded");
        VoxEngine.addEventListener(AppEvents.Started, (e) => Logger.write(e.name + " " + typeof e.sessionId));
        VoxEngine.addEventListener(AppEvents.Terminated, () => Logger.write("gone"));
        """
    )
    assert run.log == ["loaded", "Application.Started number", "gone"]
    assert run.errors == []


def test_a_session_has_variables_of_its_own(javascript):
    vox = Vox()
    text = (
        "var n = (typeof n === 'undefined' ? 0 : n) + 1; count = n; Logger.write(String(count)); VoxEngine.terminate()"
    )
    assert javascript(text, vox=vox).log == ["1"]
    assert javascript(text, vox=vox).log == ["1"]


def test_files_of_a_rule_share_one_global_scope_in_order(javascript):
    run = javascript(
        "const greet = (name) => `hello ${name}`; var total = 1; class Menu { name = 'main' }",
        "let more = total + 1; function shout(text) { return greet(text).toUpperCase() }",
        "Logger.write(shout(new Menu().name) + more + this.total);",
    )
    assert run.log == ["HELLO MAIN21"]


def test_sloppy_code_is_taken(javascript):
    run = javascript(
        """
        undeclared = 010;
        with ({inside: 2}) { undeclared += inside }
        Logger.write(undeclared + ' ' + (function () { return this === globalThis })() + ' ' + arguments_of(1, 2));
        function arguments_of(a) { a = 5; return arguments[0] }
        """
    )
    assert run.log == ["10 true 5"]


def test_the_language_is_of_2022_and_later(javascript):
    run = javascript(
        """
        class Queue { #items = []; static made = 0; static { Queue.made = 1 }
                      add(x) { this.#items.push(x); return this }
                      get last() { return this.#items.at(-1) } has(x) { return #items in x } }
        const q = new Queue().add(1).add(2);
        let a = null; a ??= {b: {c: 3}};
        const {b: {c}, ...rest} = a, [x, , ...ys] = [1, 2, 3, 4];
        Logger.write([q.last, q.has(q), Queue.made, a?.b?.c ?? 0, c, x, ys, "a-b".replaceAll("-", "+"), 2n ** 70n,
          [3, 1, 2].toSorted(), Object.groupBy([1, 2, 3], (n) => n % 2 ? "odd" : "even").odd, [1, [2]].flat(),
          /(?<year>\\d+)/.exec("in 2026").groups.year, Object.hasOwn(rest, "b"), structuredCloneIs()].join(" "));
        function structuredCloneIs() { return typeof WeakRef }
        """
    )
    assert run.log == ["2 true 1 3 3 1 3,4 a+b 1180591620717411303424 1,2,3 1,3 1,2 2026 false function"]


# --- the platform's objects ---


def test_units_are_the_same_object_wherever_they_come_from(javascript):
    run = javascript(
        """
        VoxEngine.addEventListener(AppEvents.CallAlerting, (e) => {
          const call = e.call;
          call.note = "mine";
          call.addEventListener(CallEvents.Connected, (e) => {
            Logger.write([e.call === call, e.call.note, e.id === call.id(), call instanceof Call, call.state()].join());
            Logger.write(call.callerid() + " " + call.number() + " " + call.incoming());
          });
          call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
          call.answer();
        });
        """,
        caller="hangup:3",
    )
    assert run.log == ["true,mine,true,true,CONNECTED", "15550001 100 true"]
    assert run.warnings == []


def test_what_an_event_does_not_carry_is_undefined(javascript):
    run = javascript(
        """
        VoxEngine.addEventListener(AppEvents.CallAlerting, (e) => {
          Logger.write(typeof e.headers + " " + e.nothing + " " + typeof e.destination);
          e.call.reject(486); VoxEngine.terminate();
        });
        """,
        caller="",
    )
    assert run.log == ["object undefined string"]


def test_several_listeners_run_in_order_and_can_be_removed(javascript):
    run = javascript(
        """
        const log = (text) => () => Logger.write(text), second = log("second");
        VoxEngine.addEventListener(AppEvents.Started, log("first"));
        VoxEngine.addEventListener(AppEvents.Started, second);
        VoxEngine.addEventListener("Application.Started", log("third"));
        VoxEngine.addEventListener(AppEvents.Terminating, log("never"));
        VoxEngine.removeEventListener(AppEvents.Started, second);
        VoxEngine.removeEventListener(AppEvents.Terminating);
        """
    )
    assert run.log == ["first", "third"]


def test_commands_may_be_given_bare_as_handlers(javascript):
    run = javascript(
        """
        VoxEngine.addEventListener(AppEvents.Started, () => setTimeout(VoxEngine.terminate, 500));
        VoxEngine.addEventListener(AppEvents.CallAlerting, VoxEngine.terminate);
        """,
        terminate=False,
    )
    assert run.reason == "Normal termination"
    assert run.warnings == []


def test_an_error_of_the_platform_is_thrown_where_it_is_called(javascript):
    run = javascript(
        """
        try { VoxEngine.createURLPlayer() } catch (e) { Logger.write(`${e instanceof Error} ${e.name}`) }
        try { VoxEngine.addEventListener("Call.Conected", () => 0) } catch (e) { Logger.write(e.message) }
        VoxEngine.addEventListener(AppEvents.Started, () => {
          try { for (let i = 0; i < 200; i++) setTimeout(() => 0, 1000) }
          catch (e) { Logger.write(e.name + " " + e.stack) }
        });
        """
    )
    assert run.log[0] == "true BadArgument"
    assert "VoxEngine has no event 'Call.Conected'" in run.log[1]
    assert run.log[2] == "LimitExceeded <anonymous>@main.js:5:39"
    assert run.errors == []


def test_names_that_the_platform_does_not_have_are_undefined(javascript):
    run = javascript(
        """
        require(Modules.ASR); require(Modules.Player); require(undefined);
        Logger.write([typeof Modules.Player, typeof VoxEngine.fly, typeof Fly, CallEvents.Flown].join());
        Logger.write(["fly" in VoxEngine, "callPSTN" in VoxEngine].join());
        Logger.write([typeof VoxEngine["call" + "PSTN"], typeof Call.prototype["s" + "ay"]].join());
        """
    )
    assert run.log == ["undefined,undefined,undefined,", "false,true", "function,function"]


def test_old_names_are_answered(javascript):
    run = javascript(
        """
        Logger.write([CallEvents.RecordFailed, WebSocketEvents.Open, Language.US_ENGLISH_FEMALE].join());
        Logger.write([VoxEngine.CallList === CallList, DialogflowLanguage.RUSSIAN].join());
        const options = new Net.HttpRequestOptions();
        options.method = "POST"; options.postData = "x=1"; options.headers = ["A: b"];
        Net.httpRequest("http://web.example/old", (r) => Logger.write(r.code + r.text), options);
        """,
        prepare=lambda vox: vox.web.on("POST", "http://web.example/old").reply(text="taken"),
    )
    assert run.log == ["Call.RecordError,WebSocket.Open,Language.US_ENGLISH_FEMALE", "true,ru", "200taken"]


def test_constants_have_their_documented_values(javascript):
    run = javascript(
        """
        require(Modules.ASR); require(Modules.OpenAI);
        Logger.write([VoiceList.Amazon.en_US_Joanna, ASRProfileList.Google.en_US, RecordExpireTime.SIXMONTHS,
          AMD.Model.CO, AppEvents.CallAlerting, OpenAI.RealtimeAPIEvents.ResponseDone, VoiceList.Nobody].join("\\n"));
        """
    )
    assert run.log[0].split("\n") == [
        "VoiceList.Amazon.en_US_Joanna",
        "ASRProfileList.Google.en_US",
        "-6m",
        "colombia",
        "Application.CallAlerting",
        "OpenAI.RealtimeAPI.ResponseDone",
        "",
    ]


def test_texts_of_all_kinds_cross_both_ways(javascript):
    run = javascript(
        """
        const texts = ["plain", "żółw 🐢", "a\\u0000b", "\\ud800 lone", "x".repeat(5) + "y", "\\u0001u", '"', ""];
        for (const text of texts) Logger.write(VoxEngine.customData(text) === text ? "same" : "other");
        let rope = ""; for (let i = 0; i < 3000; i++) rope += i;
        Logger.write(String(bytes2str(str2bytes(rope)) === rope));
        Logger.write("length " + VoxEngine.customData(rope).length);
        """
    )
    assert run.log == ["same", "same", "same", "other", "same", "same", "same", "same", "true", "length 10890"]


def test_numbers_beyond_32_bits_cross(javascript):
    run = javascript(
        """
        VoxEngine.addEventListener(AppEvents.Started, (e) => Logger.write(String(e.sessionId)));
        Logger.write(String(Date.now()));
        """
    )
    assert run.log == ["1767225600000", str(run.session.number)]


def test_helpers_answer_at_once(javascript):
    run = javascript(
        """
        Logger.write([Crypto.md5("a"), bytes2hex([1, 255]), base64_encode("hi"), uuidgen().length,
          levenshtein_distance("kitten", "sitting"), str2bytes("é").join("."), hex2bytes("0aff").length].join(" "));
        Logger.write(getLocalTime("Europe/Moscow", new Date()).toISOString());
        """
    )
    assert run.log[0] == "0cc175b9c0f1b6a831c399e269772661 01ff aGk= 36 3 195.169 2"
    assert run.log[1] == "2026-01-01T03:00:00.000Z"


# --- time, chance, promises ---


def test_date_and_chance_are_the_sessions_own(javascript):
    text = """
        VoxEngine.addEventListener(AppEvents.Started, () => setTimeout(() => {
          const date = new Date();
          Logger.write([date.toISOString(), date.getHours(), date.getTimezoneOffset(), Date() === String(date)].join());
          Logger.write([new Date(2026, 0, 2, 3).toISOString(), new Date("2026-05-06T07:08").getHours(), date].join());
          Logger.write([date instanceof Date, typeof Date.now(), new Date(0).getTime(), new Date(NaN)].join());
          Logger.write(date.toLocaleString());
          Logger.write(String(Math.random()));
        }, 3661500));
        """
    vox = [Vox(seed=seed, stranger="answer:1,hangup:4000") for seed in (7, 7, 8)]
    first, again, other = (javascript(idle(text), vox=one, terminate=False) for one in vox)
    assert first.log[:4] == [
        "2026-01-01T01:01:01.500Z,1,0,true",
        "2026-01-02T03:00:00.000Z,7,Thu Jan 01 2026 01:01:01 GMT+0000 (Coordinated Universal Time)",
        "true,number,0,Invalid Date",
        "1/1/2026, 1:01:01 AM",
    ]
    assert first.log == again.log
    assert first.log[4] != other.log[4]


def idle(text):
    """A scenario that stays alive through a call that it makes, for as long as its timers take."""
    return (
        text + "\nVoxEngine.callPSTN('15550100', '1').addEventListener(CallEvents.Disconnected, VoxEngine.terminate);"
    )


def test_timers_fire_in_order_with_their_arguments(javascript):
    run = javascript(
        """
        VoxEngine.addEventListener(AppEvents.Started, () => {
          for (let i = 0; i < 4; i++) setTimeout((a, b) => Logger.write(a + b), 100, i, "!");
          const stopped = setTimeout(() => Logger.write("never"), 50);
          clearTimeout(stopped); clearTimeout(undefined); clearTimeout();
          let ticks = 0;
          const every = setInterval(() => { Logger.write("tick"); if (++ticks === 2) clearInterval(every) }, 500);
          setTimeout(() => Logger.write("soon"));
          setTimeout(() => Logger.write("text"), "20");
        });
        """
    )
    assert run.log == ["soon", "text", "0!", "1!", "2!", "3!", "tick", "tick"]


def test_promises_are_settled_in_virtual_time(javascript):
    run = javascript(
        """
        const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
        VoxEngine.addEventListener(AppEvents.Started, async () => {
          const began = Date.now();
          const [a, b] = await Promise.all([Net.httpRequestAsync("http://web.example/a"), sleep(1500).then(() => "b")]);
          Logger.write([a.code, a.text, JSON.parse(a.text).ok, b, Date.now() - began].join());
          Net.httpRequestAsync("http://web.example/a", {method: "GET"}).then((r) => Logger.write("then " + r.code))
            .finally(() => Logger.write("at last"));
          for await (const n of (async function* () { yield 1; await sleep(10); yield 2 })()) Logger.write("n" + n);
          queueMicrotask(() => Logger.write("micro"));
        });
        """,
        prepare=lambda vox: vox.web.on("GET", "http://web.example/a").reply(json={"ok": True}),
    )
    assert sorted(run.log) == ['200,{"ok": true},true,b,1500', "at last", "micro", "n1", "n2", "then 200"]
    assert run.errors == []


async def test_an_async_handlers_answer_is_awaited(engine, vox, tmp_path):
    (tmp_path / "answer.js").write_text(
        """
        VoxEngine.addEventListener(AppEvents.HttpRequest, async (e) => {
          const found = await Net.httpRequestAsync("http://web.example/find", {params: {q: e.content}});
          return {found: found.text, path: e.path.length > 0};
        });
        """
    )
    vox.web.on("GET", "http://web.example/find*").reply(text="it", delay=2)
    session = vox.start(str(tmp_path / "answer.js"))
    assert (await session.request("POST", "x")).json() == {"found": "it", "path": True}
    assert vox.now == pytest.approx(2, abs=0.1)


def test_promises_of_the_platform_reject_with_an_error(javascript):
    run = javascript(
        """
        require(Modules.ApplicationStorage);
        VoxEngine.addEventListener(AppEvents.Started, async () => {
          try { await ApplicationStorage.put("k".repeat(300), "v", 60) }
          catch (e) { Logger.write(`${e instanceof Error} ${e.message.length > 0}`) }
          await ApplicationStorage.put("key", "value", 60);
          Logger.write((await ApplicationStorage.get("key")).value);
          Logger.write(String(await ApplicationStorage.get("other")));
        });
        """
    )
    assert run.log == ["true true", "value", "null"]


# --- logging ---


def test_console_and_logger_write_to_the_session_log(javascript):
    run = javascript(
        """
        console.log("a", 1, true, null, undefined, {b: [1, "x"]});
        console.error(new TypeError("bad"));
        Logger.write({a: 1, b: ["x"]}); Logger.write(42); Logger.write(undefined); Logger.write(null);
        const loop = {}; loop.self = loop; Logger.write(loop);
        """
    )
    assert run.log == [
        'a 1 true null undefined {"b":[1,"x"]}',
        "TypeError: bad",
        '{"a": 1, "b": ["x"]}',
        "42",
        "undefined",
        "null",
        "[object Object]",
    ]


def test_menus_may_be_filled_in_after_they_are_made(javascript):
    run = javascript(
        """
        require(Modules.IVR);
        const sales = new IVRState("sales", {type: "noinput", prompt: {say: "Sales.", lang: "en"}},
          () => { Logger.write("told"); VoxEngine.terminate() });
        const settings = {type: "select", timeout: 3000, prompt: {say: "Press one.", lang: "en"}};
        const menu = new IVRState("menu", settings);
        settings.nextStates = {1: sales};
        Logger.write(String(menu.settings === settings));
        VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
          call.addEventListener(CallEvents.Connected, () => menu.enter(call));
          call.answer();
        });
        """,
        caller="press:1@2",
    )
    assert run.log == ["true", "told"]


def test_callbacks_of_old_style_calls(javascript):
    run = javascript(
        """
        VoxEngine.addEventListener(AppEvents.CallAlerting, (e) => {
          const b = VoxEngine.callPSTN("15550100", "15550001");
          VoxEngine.easyProcess(e.call, b, (x, y) => Logger.write("joined " + (x === e.call) + (y === b)), false);
        });
        """,
        caller="hangup:5",
    )
    assert run.log == ["joined truetrue"]
    assert run.reason == "Normal termination"

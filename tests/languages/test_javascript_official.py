"""Every symbol of the official list, asked inside a script: its kind, its value, and what a script finds by looking."""

import json

import pytest

from voxsim.vocabulary import official

API = official.api()
CONSTANTS = official.constants()
ENUMERATIONS = {
    name: {member: event["value"] for member, event in found["members"].items()}
    for name, found in API["events"].items()
}


@pytest.fixture
def answer(javascript):
    """What a script makes of data: `script` has it as `given`, and leaves its answer in `found`."""

    def answer(script, given=None):
        text = f"""
        var given = {json.dumps(given)}, found;
        const find = (path) => path.split(".").reduce((owner, name) => owner[name], globalThis);
        {script}
        var text = JSON.stringify(found);
        for (let at = 0; at < text.length; at += 14000) Logger.write("=" + text.slice(at, at + 14000));
        """
        run = javascript(text)
        assert run.errors == []
        return json.loads("".join(line[1:] for line in run.log))

    return answer


def test_every_class_has_its_kind_its_name_its_methods_and_its_properties(answer):
    given = {name: [*one["methods"], *one["properties"]] for name, one in API["classes"].items()}
    assert sum(map(len, given.values())) > 300
    found = answer(
        """
        found = {};
        for (const name in given) {
          const made = find(name);
          if (typeof made !== "function" || made.name !== name.split(".").at(-1)) found[name] = typeof made;
          for (const member of given[name]) if (!(member in made.prototype)) found[`${name}.${member}`] = "missing";
          for (const method of Object.getOwnPropertyNames(made.prototype)) {
            const { value } = Object.getOwnPropertyDescriptor(made.prototype, method);
            if (value !== undefined && value.name !== method && value !== made) found[method] = value.name;
          }
        }
        """,
        given,
    )
    # The types of constants are no classes at run time.
    assert found == {}


def test_classes_extend_what_the_official_list_says(answer):
    given = {name: one["extends"] for name, one in API["classes"].items() if one["extends"]}
    found = answer(
        """
        found = {};
        for (const name in given) {
          for (const parent of given[name]) found[name] = find(name).prototype instanceof find(parent);
        }
        """,
        given,
    )
    assert set(found) == set(given)
    assert [name for name, extends in found.items() if not extends] == []


def test_every_function_is_one_under_its_own_name(answer):
    given = list(API["functions"])
    assert len(given) > 100
    assert answer("found = given.filter((name) => find(name).name !== name.split('.').at(-1))", given) == []


def test_every_function_is_found_by_a_name_that_is_put_together(answer):
    given = [name.rpartition(".")[::2] for name in API["functions"]]
    script = """
        const split = (name) => name.slice(0, 3) + name.slice(3);
        found = given.filter(([owner, name]) =>
          typeof (owner ? find(owner)[split(name)] : globalThis[split(name)]) !== "function");
        """
    assert answer(script, given) == []


def test_every_function_is_listed_in_its_namespace(answer):
    given = [name.rpartition(".")[::2] for name in API["functions"] if "." in name]
    script = """
        const listed = (owner) => { const names = []; for (const name in find(owner)) names.push(name); return names };
        found = given.filter(([owner, name]) =>
          !Object.keys(find(owner)).includes(name) || !listed(owner).includes(name) ||
          !find(owner).hasOwnProperty(name) || !(name in find(owner)));
        """
    assert answer(script, given) == []


def test_every_namespace_is_an_object(answer):
    given = list(API["namespaces"])
    assert answer("found = given.filter((name) => typeof find(name) !== 'object')", given) == []


def test_every_enumeration_of_events_has_its_names_and_values(answer):
    script = """
        found = {};
        for (const name of given) {
          const looped = {};
          for (const member in find(name)) looped[member] = find(name)[member];
          const entries = Object.fromEntries(Object.entries(find(name)));
          found[name] = JSON.stringify(looped) === JSON.stringify(entries) ? entries : "not as it is looped over";
        }
        """
    found = answer(script, list(ENUMERATIONS))
    for name, members in ENUMERATIONS.items():
        assert {key: found[name].get(key) for key in members} == members


def test_every_event_is_known_by_its_value(answer):
    values = {name: list(members.values()) for name, members in ENUMERATIONS.items()}
    script = """
        found = Object.keys(given).filter((name) =>
          !given[name].every((value) => Object.values(find(name)).includes(value)));
        """
    assert answer(script, values) == []


def test_every_constant_is_listed_and_has_its_value(answer):
    found = answer(
        "found = Object.fromEntries(given.map((name) => [name, Object.entries(find(name))]))", list(CONSTANTS)
    )
    members = 0
    for name, one in CONSTANTS.items():
        listed = dict(found[name])
        for member, value in one.get("values", {}).items():
            assert (name, member, listed[member]) == (name, member, value)
        assert set(one.get("names", ())) <= set(listed)
        members += len(listed)
    assert members > 3500


def test_whether_a_constant_is_there(answer):
    script = """
        found = [
          "en_US" in ASRProfileList.Google, "nobody" in ASRProfileList.Google, Object.hasOwn(VoiceList.Google, "x"),
          "en_US_Wavenet_A" in VoiceList.Google, VoiceList.Google.hasOwnProperty("en_US_Wavenet_A"),
          typeof VoiceList.Google.nobody, typeof Language.ANYTHING, JSON.stringify(Language.RUSSIAN),
        ];
        """
    assert answer(script) == [
        True, False, False, True, True, "undefined", "string", '"Language.RUSSIAN"',
    ]  # fmt: skip


def test_an_object_of_the_platform_is_one_of_its_class(javascript):
    run = javascript(
        """
        require(Modules.ASR); require(Modules.Recorder); require(Modules.Conference);
        VoxEngine.addEventListener(AppEvents.Started, () => {
          const made = [
            VoxEngine.callPSTN("15550100", "1"), VoxEngine.createTTSPlayer("x"), VoxEngine.createASR({lang: "x"}),
            VoxEngine.createSequencePlayer({segments: [{text: "a"}]}), VoxEngine.createRecorder(),
            VoxEngine.createConference(), VoxEngine.createWebSocket("wss://x.example"),
            AMD.create({model: AMD.Model.US}),
          ];
          for (const one of made) Logger.write(`${one.constructor.name} ${one instanceof one.constructor}`);
          Logger.write([made[0] instanceof Call, made[1] instanceof Player, made[1] instanceof BasePlayer,
            made[1] instanceof Call, made[3] instanceof BasePlayer, {} instanceof Call].join());
          Logger.write(`${made[0]}`.slice(0, 5) + Object.keys(made[0]).length + typeof made[0].nothing);
        });
        """
    )
    assert run.log == [
        "Call true",
        "Player true",
        "ASR true",
        "SequencePlayer true",
        "Recorder true",
        "Conference true",
        "WebSocket true",
        "AnsweringMachineDetector true",
        "true,true,true,false,true,false",
        "Call 0undefined",
    ]


def test_events_and_objects_in_json_and_in_the_log(javascript):
    run = javascript(
        """
        VoxEngine.addEventListener(AppEvents.CallAlerting, (e) => {
          const id = e.call.id(), told = JSON.parse(JSON.stringify(e));
          Logger.write([told.name === AppEvents.CallAlerting, told.call._id === id, told.id === id, e.id == id].join());
          Logger.write(Object.keys(told).join());
          Logger.write([JSON.stringify({...e}) === JSON.stringify(e), Object.assign({}, e).call === e.call].join());
          e.call.addEventListener(CallEvents.Connected, (e2) => {
            Logger.write([e2.call === e.call, e2.name === "Call.Connected", e !== e2].join());
            Logger.write(e2);
          });
          const socket = VoxEngine.createWebSocket("wss://x.example");
          Logger.write(JSON.stringify(socket).replace(socket.id(), "…"));
          Logger.write({at: new Date(0), call: e.call, list: [e.call], f() {}, u: undefined});
          console.log("call", e.call, [1, {a: null}]);
          e.call.answer();
        });
        VoxEngine.addEventListener("Application.CallAlerting", function ({call}) {
          call.addEventListener("Call.Disconnected", VoxEngine.terminate);
        });
        """,
        caller="hangup:3",
    )
    call = json.loads(run.log[4])["call"]
    assert run.log == [
        "true,true,true,true",
        "name,toURI,id,sipCallId,sipTransport,call,callerid,destination,displayName,headers",
        "true,true",
        (
            '{"onclose":null,"oncreated":null,"onerror":null,"onmediaended":null,"onmediastarted":null,'
            '"onmessage":null,"onopen":null,"readyState":"connecting","url":"wss://x.example","_id":"…"}'
        ),
        f'{{"at": "1970-01-01T00:00:00.000Z", "call": "{call}", "list": ["{call}"], "f": "<f>"}}',
        f'call {{"_id":"{call}"}} [1,{{"a":null}}]',
        "true,true,true",
        run.log[7],
    ]
    assert json.loads(run.log[7]).keys() >= {"name", "call", "id"}


def test_objects_may_be_wrapped_and_built_upon(javascript):
    run = javascript(
        """
        const wrong = (f) => { try { f() } catch (e) { Logger.write(`${e.name}: ${e.message}`) } };
        VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => {
          const wrapped = new Proxy(call, {}), derived = Object.create(call, {mine: {value: 1}});
          Logger.write([wrapped.id() === call.id(), derived.callerid(), derived.mine, wrapped instanceof Call].join());
          call.toJSON = () => "my own";
          wrapped.answer();
          const player = VoxEngine.createTTSPlayer("Hello");
          VoxEngine.sendMediaBetween(derived, player);
          Logger.write(JSON.stringify([call, player.toJSON() !== undefined, Object.keys({...call})]));
          wrong(() => call.hangup.call(player));
          wrong(() => call.hangup.call({}));
          wrong(() => VoxEngine.sendMediaBetween(call, {"\\u0001u": 77}));
          wrong(() => { WebSocket.prototype.url = "x" });
          Logger.write([WebSocket.prototype.url, JSON.stringify(WebSocket.prototype)].join());
          call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
        });
        """,
        caller="hangup:3",
    )
    assert run.errors == []
    assert run.log == [
        "true,15550001,1,true",
        '["my own",true,["toJSON"]]',
        "BadArgument: A Player has no hangup.",
        "TypeError: Call.hangup was called without its Call",
        "BadArgument: That is none of the platform's objects.",
        "BadArgument: That is none of the platform's objects.",
        ",{}",
    ]


def test_a_script_that_lists_nothing_gets_only_what_it_names(javascript):
    run = javascript(
        """
        Logger.write(`${VoxEngine.callPSTN("15550100", "1")}`.slice(0, 4));
        Logger.write(["hangup" in Call.prototype, typeof Call.prototype["hang" + "up"]].join());
        """
    )
    assert run.log == ["Call", "true,function"]

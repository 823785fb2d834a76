import re

import pytest

from voxsim.engine.journal import Record
from voxsim.engine.switch import EPOCH
from voxsim.timeline import render_log
from voxsim.timeline.logvalues import printed

ID = re.compile(r"[\w-]{43}|[0-9A-F]{16}\.\d+\.\d+(_127\.0\.0\.1)?")


def log_of(world):
    return render_log(world.sessions[0].timeline, world.switch.epoch)


def short(world):
    """The log's messages without their times, ids as <id>, and events with no more than their ids and names."""
    lines = [ID.sub("<id>", line[24:]) for line in log_of(world).splitlines()]
    events = re.compile(r"(Sent event to JS onPhoneEvent with params \[\{(?:id = <id> ; )?name = [\w.]+ ; ).*")
    return [events.sub(r"\1…", line) for line in lines]


def event(name, *, own=True):
    return f"Sent event to JS onPhoneEvent with params [{{{'id = <id> ; ' if own else ''}name = {name} ; …"


END = [
    "Terminating request..., stack=VoxEngine.terminate@/voxengine.js:73:51",
    "Executing JS command: terminating with params []",
    "Terminating (onClose)",
    "Terminating with exit code 0.",
]
CLOSE = ["Executing JS command: close with params {CpuMillis = 0 ; }", "Normal termination", "Session terminated"]


def test_a_short_call(menu):
    assert short(menu) == [
        "Loading scenario menu",
        event("Application.Started", own=False),
        event("Application.CallAlerting"),
        "VoxEngine version: 7.35.0",
        "Executing JS command: AcceptCall with params [{headers = {} ; id = <id> ; parameters = {} ; } ;  ]",
        event("Call.FirstAudioPacketReceived"),
        event("Call.Connected"),
        "Executing JS command: HandleTones with params [{handle = true ; id = <id> ; } ;  ]",
        "Executing JS command: CreatePlayer with params [{id = <id> ; text = Press one for sales. ; } ;  ]",
        'Sent event from JS onPhoneEvent with params {"id":"<id>","name":"Call.PlaybackReady"}',
        'Sent event from JS onPhoneEvent with params {"id":"<id>","name":"Call.PlaybackStarted","duration":1333}',
        event("Call.AudioQualityDetected"),
        'Sent event from JS onPhoneEvent with params {"id":"<id>","name":"Call.PlaybackFinished"}',
        event("Call.ToneReceived"),
        "pressed 1",
        "Executing JS command: CallPSTN with params [{id = <id> ; number = +15550100 ; callerid = 15550001 ; } ;  ]",
        event("Call.Ringing"),
        event("Call.Connected"),
        "Executing JS command: SendMediaBetween with params [{id1 = <id> ; id2 = <id> ; } ;  ]",
        event("Call.FirstAudioPacketReceived"),
        event("Call.AudioQualityDetected"),
        event("Call.Disconnected"),
        *END,
        event("Call.Disconnected"),
        *CLOSE,
    ]


def test_times_are_utc_from_the_epoch(menu):
    lines = log_of(menu).splitlines()
    assert lines[0] == "2026-01-01 00:00:00.000 Loading scenario menu"
    assert "2026-01-01 00:00:03.020 pressed 1" in lines
    assert render_log(menu.sessions[0].timeline, EPOCH + 86_400).startswith("2026-01-02 00:00:00.000 ")


def test_an_event_line_in_full(menu):
    (line,) = (line for line in log_of(menu).splitlines() if "ToneReceived" in line)
    call = menu.sessions[0].events[1].unit or ""
    assert re.fullmatch(
        r"2026-01-01 00:00:03\.020 Sent event to JS onPhoneEvent with params "
        r"\[\{id = [\dA-F]{16}\.\d+\.\d+ ; name = Call\.ToneReceived ; tone = 1 ; type = 1 ; } ;  ]",
        line,
    )
    assert call not in ("", "1")


def test_started_stands_above_what_the_top_level_does(play):
    text = 'require(Modules.ASR)\nLogger.write("top")\nVoxEngine.terminate\nset_timeout(VoxEngine.terminate, 1000)\n'
    world = play(text, lambda w, r: w.start(r, custom_data="a ; b"))
    assert short(world) == [
        "Loading scenario menu",
        "Sent event to JS VoxEngine.customData with params [a ; b ;  ]",
        event("Application.Started", own=False),
        "Module loaded: asr",
        "top",
        "VoxEngine version: 7.35.0",
        *END,
        *CLOSE,
    ]


def test_a_player_and_a_socket_that_the_end_cuts(play):
    def setup(world, rule):
        world.web.socket("wss://bot.example/")
        world.start(rule)

    text = """
    @VoxEngine.on(AppEvents.Started)
    async def started(event):
        VoxEngine.create_tone_script_player("425@-19;*(1/4/1)", loop=True)
        socket = VoxEngine.create_web_socket("wss://bot.example/")
        await socket.wait_for(WebSocketEvents.OPEN)
        socket.send("text")
        socket.clear_media_buffer()
        VoxEngine.terminate()
    """
    assert short(play(text, setup))[3:] == [
        "Executing JS command: CreatePlayer with params [{script = 425@-19;*(1/4/1) ; loop = true ; } ;  ]",
        "Executing JS command: CreateWebSocket with params [{url = wss://bot.example/ ; } ;  ]",
        event("WebSocket.Created"),
        event("Player.Created"),
        event("Player.PlaybackReady"),
        event("Player.Started"),
        event("WebSocket.Open"),
        "Executing JS command: SendMessageWebSocket with params [<id> ;  text ;  ]",
        "Executing JS command: WebSocketClearMediaBuffer with params [<id> ;  {} ;  ]",
        *END[:2],
        event("Player.Stopped"),
        *END[2:],
        event("WebSocket.Close"),
        *CLOSE,
    ]


def test_commands_have_the_names_that_the_platform_gives_them(play):
    text = """
    @VoxEngine.on(AppEvents.CallAlerting)
    async def alerting(event):
        call = event.call
        call.start_early_media()
        call.answer({"X-A": "1"})
        await call.wait_for(CallEvents.Connected)
        call.send_info("application/json", "{}")
        player = VoxEngine.create_tts_player("hi")
        player.send_media_to(call)
        VoxEngine.call_sip("sip:ann@pbx.example", callerid="100", password="hush")
        VoxEngine.call_user_direct(call, "bob")
        VoxEngine.custom_data("mine")
        VoxEngine.custom_data()
        Logger.hide_tones(True)
        VoxEngine.create_web_socket("wss://nobody.example/").close()
        call.handle_mic_status(True)
        VoxEngine.terminate()
    """
    commands = [line for line in short(play(text)) if line.startswith("Executing JS command: ")]
    assert [line.partition(": ")[2] for line in commands[:-2]] == [
        "StartAudio with params [{headers = {} ; id = <id> ; scheme = NULL ; } ;  ]",
        "AcceptCall with params [{headers = {X-A = 1 ; } ; id = <id> ; parameters = {} ; } ;  ]",
        "SendInfo with params [{body = {} ; headers = {} ; id = <id> ; subtype = json ; type = application ; } ;  ]",
        "CreatePlayer with params [{text = hi ; } ;  ]",
        "SendMedia with params [{from = <id> ; to = <id> ; } ;  ]",
        "CallSIP with params [{id = <id> ; to = sip:ann@pbx.example ; callerid = 100 ; password = ****** ; } ;  ]",
        "CallUserDirect with params [{id = <id> ; incomingCall = <id> ; username = bob ; } ;  ]",
        "SetCustomData with params [{data = mine ; } ;  ]",
        "CreateWebSocket with params [{url = wss://nobody.example/ ; } ;  ]",
        "DestroyWebSocket with params [<id> ;  ]",
        "HandleMicStatus with params [{id = <id> ; handle = true ; } ;  ]",
    ]


def test_errors_and_warnings(play):
    text = """
    @VoxEngine.on(AppEvents.CallAlerting)
    def alerting(event):
        Logger.write("two\\nlines")
        event.call.say("too early")
        fail()
    def fail():
        1 / 0
    """
    lines = short(play(text))
    at = lines.index("two")
    assert lines[at : at + 2] == ["two", ""]  # the second line has no time, so nothing is left of it here
    assert "\nlines\n" in log_of(play(text))
    assert "WARNING! say: the call is ALERTING, not connected or in early media; nobody hears it." in lines
    assert "Uncaught exception: ZeroDivisionError: division by zero\n    at menu.py:9 in fail\n" in log_of(play(text))


def test_a_scenario_that_does_not_load(play):
    world = play("nonsense")
    assert short(world)[:2] == [
        "Loading scenario menu",
        "Uncaught exception: NameError: name 'nonsense' is not defined",
    ]
    assert "Terminating with exit code 1." in short(world)
    assert short(world)[-2:] == ["JS session error", "Session terminated"]


def test_a_session_that_idles_out(play):
    lines = short(play("", lambda w, r: w.start(r)))
    assert lines[-6:] == [
        "WARNING! Limit reached: idle_seconds (60)",
        "Terminating (onClose)",
        "Terminating with exit code 0.",
        CLOSE[0],
        "Timeout",
        "Session terminated",
    ]


def test_hidden_tones():
    hide = Record(0, 1, "s", "command", "hideTones", None, {"flag": True})
    tone = Record(0, 2, "s", "event", "Call.ToneReceived", "c", {"call": "c", "id": "c", "tone": "7", "type": "1"})
    assert render_log([hide, tone], 0) == (
        "1970-01-01 00:00:00.000 Sent event to JS onPhoneEvent with params "
        "[{id = c ; name = Call.ToneReceived ; tone = * ; type = 1 ; } ;  ]\n"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "NULL"),
        (True, "true"),
        (False, "false"),
        (5, "5"),
        (5.0, "5"),
        (0.25, "0.25"),
        ("bare ; text", "bare ; text"),
        ({}, "{}"),
        ([], "[]"),
        ({"k": "v", "k2": {"a": None}}, "{k = v ; k2 = {a = NULL ; } ; }"),
        (["a", "b"], "[a ;  b ;  ]"),
        ([{"id": 1}], "[{id = 1 ; } ;  ]"),
    ],
)
def test_values(value, text):
    assert printed(value) == text


def test_the_same_records_give_the_same_text(menu):
    assert log_of(menu) == log_of(menu)

"""JavaScript scenarios of media run to their end: records, recognition, detection, sockets, storage, conferences."""

import base64
import json

import pytest

from voxsim.testing import Vox

# --- records ---


def test_records_are_reported_when_the_call_is_over(vox, here, heard):
    vox.speech(2)
    upload = vox.web.on("PUT", "https://files.example/records").reply(201)
    callee = vox.phone("12025550101", "answer:2,hangup:6")
    call = vox.phone(say="note this@9", hangup=60).place(scenario=here("recorder_upload.js"))
    session = vox.run()
    body = [
        {"kind": "talk", "seconds": 5, "file": True},
        {"kind": "note", "same": True, "seconds": 5, "file": True},
    ]
    assert json.loads(session.log[0]) == json.loads(upload.last.text) == body
    assert session.log[1:] == ["uploaded 201"]
    assert upload.last.header("Content-Type") == "application/json"
    assert heard(call) == [(8.0, "Please dictate your note.")]
    talk, note = vox.recordings.made
    assert (talk.seconds, note.seconds) == pytest.approx((6, 4), abs=1)
    assert callee.calls[0].cause.code == 16
    names = [event.name for event in session.events if event.name.startswith(("Recorder.", "Call.Record"))]
    assert names == ["Call.RecordStarted", "Call.RecordStopped", "Recorder.Started", "Recorder.Stopped"]


# --- recognition ---


@pytest.mark.parametrize(
    ("caller", "log", "last"),
    [
        ("say:a pizza please@2", ['heard "a pizza please" true after "a pizza"'], (3.52, "One pizza, thank you.")),
        (
            "say:soup@2,say:pasta@6",
            ['heard "soup" true after ""', 'heard "pasta" true after ""'],
            (7.52, "One pasta, thank you."),
        ),
        ("", [], (21.02, "Goodbye.")),
    ],
    ids=["at once", "at the second time", "nothing"],
)
def test_a_question_is_answered_by_speaking(caller, log, last, vox, here, heard):
    vox.speech(1)
    caller = ",".join(filter(None, (caller, "hangup:60")))
    call = vox.phone("+12025550199", caller).place(scenario=here("asr_profiles.js"))
    session = vox.run()
    assert session.log == ["profile ASRProfileList.Google.en_US", *log]
    assert heard(call)[-1] == last


@pytest.mark.parametrize(
    ("number", "profile"),
    [("+442079460000", "Microsoft.en_GB"), ("+33140000000", "Amazon.fr_FR"), ("+74950000000", "Yandex.ru_RU")],
)
def test_the_callers_country_decides_on_the_profile(number, profile, vox, here):
    vox.recognition.error = "no service"
    vox.speech(1)
    vox.phone(number, "say:x@2,hangup:60").place(scenario=here("asr_profiles.js"))
    assert vox.run().log == [f"profile ASRProfileList.{profile}", "asr: no service"]


# --- who answered ---


@pytest.mark.parametrize(
    ("how", "behaviour", "log", "said"),
    [
        ("amd", "answer:1,machine:5", "VOICEMAIL true true true us", (6.0, "This is the clinic.")),
        ("amd", "answer:1,hangup:20", "HUMAN true true true us", (2.5, "Hello! This is the clinic.")),
        ("amd", "busy", "CALL_ENDED false true true us", None),
        ("ai", "answer:1,machine:5", "true 90", (6.0, "This is the clinic.")),
        ("ai", "answer:1,hangup:20", "false -", (2.5, "Hello! This is the clinic.")),
        ("ai", "busy", "failed 486", None),
    ],
)
def test_a_machine_gets_a_message_and_a_person_is_spoken_to(how, behaviour, log, said, vox, here, heard):
    callee = vox.phone("12025550142", behaviour)
    vox.start(here("voicemail.js"), custom_data=json.dumps({"number": "12025550142", "how": how}))
    session = vox.run()
    assert session.log == [log]
    texts = heard(callee.calls[0])
    assert [second for second, _ in texts] == ([said[0]] if said else [])
    assert all(text.startswith(said[1]) for _, text in texts)


# --- sockets ---

BOT = "wss://bot.example/stream"


def media(event, **fields):
    return json.dumps({"event": event, **fields})


async def test_media_and_commands_over_a_socket_that_comes_back(vox, here, heard):
    vox.web.socket(BOT)
    call = await vox.phone(say="hello there@1", hangup=60).dial(scenario=here("media_stream.js"))
    await vox.advance(1)
    bot = vox.socket(BOT)
    assert json.loads(bot.peer.texts[0]) == {"event": "hello", "callerid": "15550001"}
    await vox.advance(1.5)
    start = next(frame for frame in bot.frames if frame["event"] == "start")["start"]
    assert (start["tag"], start["mediaFormat"]["encoding"]) == ("caller", "ULAW")
    assert json.loads(start["customParameters"]) == {"try": 1}
    form = {"encoding": "ULAW", "sampleRate": 8000, "channels": 1}
    bot.send(media("start", sequenceNumber=0, start={"tag": "bot", "mediaFormat": form}))
    sound = {"tag": "bot", "chunk": 0, "timestamp": 0, "payload": base64.b64encode(b"\xff" * 8000).decode()}
    bot.send(media("media", sequenceNumber=1, media=sound))
    await call.heard("stream bot")
    await vox.advance(3)
    bot.send(media("say", text="I hear you"))
    await call.heard("I hear you")
    await bot.close(1011, "restart")
    await vox.advance(1.5)
    second = vox.socket(BOT)
    assert second is not bot
    second.send(media("digits", text="12"))
    await vox.advance(1)
    second.send(media("bye"))
    await call.ended()
    await vox.finished()
    connecting = f"connecting true {BOT}"
    assert vox.session.log == [
        connecting,
        "open true open",
        "media bot",
        "media over 1",
        "closed 1011",
        connecting,
        "open true open",
        vox.session.log[-1],
    ]
    assert json.loads(vox.session.log[-1])["opened"] == 2


def test_a_socket_that_refuses_is_tried_with_growing_pauses(vox, here):
    vox.web.socket(BOT).refuse()
    vox.phone(hangup=60).place(scenario=here("media_stream.js"))
    session = vox.run()
    assert session.log == [f"connecting true {BOT}", "error undefined", "closed 1006"] * 3 + [
        '{"messages": 0, "opened": 0}'
    ]
    tries = [record.seconds for record in session.timeline if record.name == "createWebSocket"]
    assert tries == pytest.approx([0.02, 1.02, 3.02])


# --- storage, secrets, hashes ---


def test_calls_of_a_day_are_counted_in_the_storage(vox, here, heard):
    vox.secret("SIGNING_KEY", "k")
    told = vox.web.on("POST", "https://crm.example/calls").reply()
    for _ in range(3):
        call = vox.phone("+12025550199", hangup=30).place(scenario=here("storage.js"))
        vox.run()
    first, second, third = vox.sessions
    assert first.log == ["true US FIXED_LINE_OR_MOBILE", "call 1 of 1 callers"]
    assert second.log[1:] == ["call 2 of 1 callers"]
    assert third.log[1:] == ["call 3 of 1 callers", "refused: too many"]
    assert call.received[-1].value == "486 Busy Here"
    assert [json.loads(request.text) for request in told.requests] == [
        {"callerid": "***99", "calls": number} for number in (1, 2, 3)
    ]
    assert told.requests[0].header("Authorization") == "Basic " + base64.b64encode(b"shop:k").decode()
    assert len(told.requests[0].header("X-Signature")) == 64
    ((key, value),) = ((key, vox.storage[key]) for key in vox.storage)
    assert (key.partition(":")[0], value) == ("calls", "3")


def test_who_calls_is_a_stranger_when_the_service_fails(vox, here, heard):
    vox.web.on("POST", "https://crm.example/calls").reply(500)
    call = vox.phone("+12025550199", hangup=30).place(scenario=here("storage.js"))
    session = vox.run()
    assert [text for _, text in heard(call)] == ["Welcome, stranger."]
    assert session.warnings[0].startswith("getSecretValue: the application has no secret 'SIGNING_KEY'.")


# --- users and messages ---


def test_the_quickest_of_two_colleagues_gets_the_call(vox, here):
    anna = vox.user("anna", online=False, wakes=3, ring=1, answer=2, hangup=9)
    bob = vox.user("bob", answer=6)
    call = vox.phone(hangup=60).place("anna-bob", scenario=here("push.js"))
    session = vox.run()
    assert session.log == [
        'anna has it, {"anna":"ringing","bob":"ringing"}',
        "bob: 487 Request Terminated",
    ]
    assert anna.calls[0].headers["X-Order"] == "anna"
    assert bob.calls[0].received[-1].value == "487 Request Terminated"
    assert [event.name for event in session.events][2] == "Call.PushSent"
    assert call.received[-1].at / 1e6 == pytest.approx(14)


def test_nobody_of_the_two_is_there(vox, here):
    vox.user("anna", online=False)
    vox.user("bob", "busy")
    call = vox.phone(hangup=60).place("anna-bob", scenario=here("push.js"))
    assert sorted(vox.run().log) == ["anna: 480 User Offline", "bob: 486 Busy Here"]
    assert call.received[-1].what == "ended"


async def test_messages_of_json_are_answered(vox, here, texts):
    call = await vox.phone().dial(scenario=here("messages.js"), headers={"X-Zone": "America/New_York"})
    await call.answered()
    asked = [
        {"type": "hash", "value": "abc"},
        {"type": "bytes", "value": "żółw"},
        {"type": "distance", "a": "kitten", "b": "sitting"},
        {"type": "token"},
        {"type": "dance"},
    ]
    for one in asked:
        call.send_message(json.dumps(one))
        await vox.settled()
    call.hold()
    await vox.advance(1)
    call.resume()
    await vox.advance(1)
    call.send_message('{"type": "bye"}')
    await call.ended()
    session = await vox.finished()
    told = [json.loads(text) if text[0] == "{" else text for text in texts(call)]
    assert told == [
        {"type": "hello", "hour": 19, "day": "2025-12-31"},
        {"re": "hash", "answer": {"md5": "900150983cd24fb0d6963f7d28e17f72", "sha256": "ba7816bf"}},
        {"re": "bytes", "answer": {"hex": "żółw".encode().hex(), "back": "żółw"}},
        {"re": "distance", "answer": 3},
        {"re": "token", "answer": 36},
        {"re": "dance", "answer": {"unknown": "dance"}},
        "welcome back",
    ]
    messages = ["hash", "bytes", "distance", "token", "dance", "bye"]
    assert json.loads(session.log[-1]) == {"holds": 1, "messages": messages, "duration": 2}


# --- a conference that calls its people ---


@pytest.fixture
def meeting(vox: Vox):
    """The people of a meeting, as a service tells them."""
    vox.speech(1)
    people = [{"name": name, "number": number} for name, number in (("Ann", "1"), ("Bob", "2"), ("Eve", "3"))]
    people[0]["moderates"] = True
    vox.web.on("GET", "http://crm.example/meetings/7").reply(json=people)


def test_a_moderator_mutes_and_ends_a_meeting(vox, here, heard, meeting):
    ann = vox.phone("1", "answer:1,press:2@5,press:9@8,press:2@10,press:*@15")
    bob = vox.phone("2", "answer:2,say:Can you hear me?@6,say:And now?@11")
    eve = vox.phone("3", "busy")
    vox.start(here("conference_calls.js"), custom_data="7")
    session = vox.run()
    assert session.log == [
        "open true",
        "Eve does not answer: 486.",
        "Ann is here.",
        "Bob is here.",
        "Bob is muted.",
        "Nobody has this digit.",
        "Bob is heard again.",
        "Ann has left: 0 endpoints",
        "Bob has left: 0 endpoints",
        "closed",
    ]
    first, second = ([text for _, text in heard(party.calls[0])] for party in (ann, bob))
    assert first == ["Ann is here.", "Bob is here.", "Bob is muted.", *first[3:]]
    assert "And now?" in first
    assert "Can you hear me?" not in first
    assert second == [text for text in first[1:] if text != "And now?"]
    assert eve.calls[0].cause.code == 486


def test_a_meeting_that_nobody_joins_is_over_after_forty_seconds(vox, here, meeting):
    for number in "123":
        vox.phone(number, "no_answer")
    vox.start(here("conference_calls.js"), custom_data="7")
    assert "nobody came: 0 endpoints" in vox.run().log
    assert vox.now == pytest.approx(40.55, abs=0.1)

"""WebSockets: opened by a scenario or to a session, texts, media streams both ways, limits, and how they close."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from voxsim.testing import SocketHandle, Vox

Write = Callable[[str], str]

URL = "wss://peer.example/"
PROPERTIES = ("oncreated", "onopen", "onmessage", "onclose", "onerror", "onmediastarted", "onmediaended")

CONNECT = f"""
socket = VoxEngine.create_web_socket("{URL}")
for one in WebSocketEvents:
    socket.add_event_listener(one, lambda e: Logger.write(f"{{e.name.partition('.')[2]}} {{socket.ready_state}}"))
"""

ACCEPT = """
VoxEngine.allow_web_socket_connections()

@VoxEngine.on(AppEvents.WebSocket)
def opened(event):
    global socket
    socket = event.websocket
    for one in WebSocketEvents:
        socket.add_event_listener(one, tell)

def tell(event):
    keys = ("tag", "encoding", "custom_parameters", "media_info", "text", "code")
    facts = [str(getattr(event, key)) for key in keys if getattr(event, key, None) is not None]
    Logger.write(" ".join([f"{now():%S.%f}"[:5], event.name.partition(".")[2], *facts]))
"""


async def opened(vox: Vox, path: str) -> SocketHandle:
    """A socket that was opened to a new session."""
    session = vox.start(path)
    await vox.settled()
    socket = await session.websocket()
    await vox.settled()
    return socket


def start(tag: str | None = None, encoding: str = "ULAW", **more: Any) -> dict[str, Any]:
    """The frame that begins a stream of the peer."""
    begin = {"mediaFormat": {"encoding": encoding, "sampleRate": 8000, "channels": 1}, **more}
    return {"event": "start", "sequenceNumber": 0, "start": begin if tag is None else {"tag": tag, **begin}}


def media(milliseconds: int, tag: str | None = None) -> dict[str, Any]:
    """A frame with so much mu-law audio."""
    piece = {"chunk": 0, "timestamp": 0, "payload": base64.b64encode(b"\xff" * (8 * milliseconds)).decode()}
    return {"event": "media", "sequenceNumber": 1, "media": piece if tag is None else {"tag": tag, **piece}}


def stop(tag: str | None = None) -> dict[str, Any]:
    """The frame that ends a stream."""
    return {"event": "stop", "sequenceNumber": 2, "stop": {} if tag is None else {"tag": tag}}


# --- sockets that a scenario makes ---


async def test_created_then_open_then_messages_then_close(vox: Vox, started: Write):
    service = vox.web.socket(URL).greet("welcome").on("ping*", "pong")
    vox.start(started(f"{CONNECT}\nsocket.onopen = lambda e: socket.send('ping 1')\nset_timeout(socket.close, 1000)"))
    session = await vox.finished()
    assert session.log == [
        "Created connecting",
        "Open open",
        "Message open",
        "Message open",
        "Close closed",
    ]
    assert service.peer.texts == ["ping 1"]
    assert service.peer.close_code == 1000


@pytest.mark.parametrize("how", ["refused", "nobody"])
async def test_a_socket_that_cannot_connect_is_created_fails_and_closes_with_1006(how: str, vox: Vox, started: Write):
    if how == "refused":
        vox.web.socket(URL).refuse()
    vox.start(started(f"{CONNECT}\nsocket.onclose = lambda e: Logger.write([e.code, e.was_clean])"))
    assert (await vox.finished()).log == ["Created connecting", "Error closed", "[1006, false]", "Close closed"]


async def test_a_property_is_called_right_before_the_listeners(vox: Vox, started: Write):
    vox.web.socket(URL).greet("hello")
    assignments = "\n".join(f"socket.{name} = lambda e: Logger.write('{name}')" for name in PROPERTIES)
    vox.start(started(f"{CONNECT}\n{assignments}\nset_timeout(socket.close, 1000)"))
    log = [line.partition(" ")[0] for line in (await vox.finished()).log]
    assert log == ["oncreated", "Created", "onopen", "Open", "onmessage", "Message", "onclose", "Close"]


async def test_a_property_may_be_taken_back(vox: Vox, started: Write):
    vox.web.socket(URL)
    vox.start(started(f"{CONNECT}\nsocket.onopen = lambda e: Logger.write('never')\nsocket.onopen = None"))
    assert "never" not in (await vox.finished()).log


async def test_what_is_sent_before_open_or_after_close_is_dropped_with_a_warning(vox: Vox, started: Write):
    service = vox.web.socket(URL)
    vox.start(
        started(f"""
        socket = VoxEngine.create_web_socket("{URL}")
        socket.send("early")
        await socket.wait_for(WebSocketEvents.OPEN)
        socket.send("in time")
        socket.close()
        socket.send("late")
    """)
    )
    session = await vox.finished()
    assert service.peer.texts == ["in time"]
    assert session.warnings == [
        "send: the WebSocket is connecting; the message is dropped.",
        "send: the WebSocket is closing; the message is dropped.",
    ]


@pytest.mark.parametrize(("code", "reason"), [(1000, ""), (1001, "going away"), (1011, "server error"), (4000, "own")])
async def test_the_peer_closes_with_a_code(code: int, reason: str, vox: Vox, started: Write):
    service = vox.web.socket(URL)
    vox.start(started(f"{CONNECT}\nsocket.onclose = lambda e: Logger.write([e.code, e.reason, e.was_clean])"))
    await vox.advance(1)
    service.peer.close(code, reason)
    await vox.settled()
    assert vox.session.log[2:] == [json.dumps([code, reason, True]), "Close closed"]


async def test_a_lost_connection_is_an_error_and_a_close_with_1006(vox: Vox, started: Write):
    service = vox.web.socket(URL)
    vox.start(started(f"{CONNECT}\nsocket.onclose = lambda e: Logger.write([e.code, e.was_clean])"))
    await vox.advance(1)
    service.peer.lose()
    await vox.settled()
    assert vox.session.log[2:] == ["Error closed", "[1006, false]", "Close closed"]


async def test_the_scenario_closes_with_1000_and_hears_of_it_after_its_handler(vox: Vox, started: Write):
    service = vox.web.socket(URL)
    vox.start(
        started(f"""
        socket = VoxEngine.create_web_socket("{URL}")
        socket.onclose = lambda e: Logger.write([e.code, e.reason, e.was_clean])
        await socket.wait_for(WebSocketEvents.OPEN)
        socket.close()
        Logger.write(socket.ready_state)
        socket.close()
    """)
    )
    session = await vox.finished()
    assert session.log[1:] == ['[1000, "Normal connection close", true]']
    assert session.log[0] in ("closing", "closed")
    assert service.peer.close_code == 1000


@pytest.mark.parametrize("close", ["socket.close()", "set_timeout(socket.close, 10)"], ids=["at-once", "on-its-way"])
async def test_a_socket_closed_before_it_opens_never_opens(close: str, vox: Vox, started: Write):
    vox.web.socket(URL).greet("hello")
    vox.start(started(f"{CONNECT}\n{close}"))
    names = [line.partition(" ")[0] for line in (await vox.finished()).log]
    assert names == ["Created", "Close"]


async def test_sockets_close_with_their_session_and_not_with_calls(vox: Vox, incoming: Write):
    service = vox.web.socket(URL)
    await vox.phone(hangup=1).dial(scenario=incoming(f'call.answer(); VoxEngine.create_web_socket("{URL}")'))
    await vox.advance(30)
    assert service.peer.close_code is None
    await vox.finished()
    assert service.peer.close_code == 1000


async def test_the_next_message_can_be_awaited(vox: Vox, started: Write):
    vox.web.socket(URL).greet("one", "two")
    vox.start(
        started(f"""
        socket = VoxEngine.create_web_socket("{URL}")
        Logger.write(await socket.message())
        Logger.write(await socket.message())
        set_timeout(socket.close, 1000)
        try:
            await socket.message()
        except SocketClosed as error:
            Logger.write(error.args[0])
    """)
    )
    assert (await vox.finished()).log == ["one", "two", "The WebSocket closed: 1000 Normal connection close."]


@pytest.mark.parametrize("url", ["https://peer.example/", "peer.example", ""])
async def test_a_url_that_is_no_websocket_is_an_error(url: str, vox: Vox, started: Write):
    vox.start(started(f'VoxEngine.create_web_socket("{url}")'))
    await vox.failed("begins with 'ws://' or 'wss://'")


async def test_a_scripted_peer_answers_what_matches(vox: Vox, started: Write):
    service = vox.web.socket(URL).on("sum *", lambda peer, text: peer.send(str(sum(map(int, text.split()[1:])))))
    service.on("*", "what?")
    vox.start(
        started(f"""
        socket = VoxEngine.create_web_socket("{URL}")
        await socket.wait_for(WebSocketEvents.OPEN)
        for text in ("sum 1 2", "hello"):
            socket.send(text)
            Logger.write(await socket.message())
    """)
    )
    assert (await vox.finished()).log == ["3", "what?"]


# --- sockets to a session ---


async def test_a_socket_is_refused_until_the_scenario_allows_it(vox: Vox, scenario: Write, names: Any):
    session = vox.start(
        scenario("""
        VoxEngine.add_event_listener(AppEvents.WebSocket, lambda event: event.websocket.send("welcome"))
        set_timeout(VoxEngine.allow_web_socket_connections, 5000)
    """)
    )
    with pytest.raises(ConnectionRefusedError, match="allowWebSocketConnections"):
        await session.websocket()
    assert names(session) == ["Application.Started"]
    await vox.advance(6)
    await (await session.websocket()).message("welcome")


async def test_an_opened_socket_tells_what_was_asked_for(vox: Vox, scenario: Write):
    session = vox.start(
        scenario("""
        VoxEngine.allow_web_socket_connections()

        @VoxEngine.on(AppEvents.WebSocket)
        def opened(event):
            Logger.write([event.method, event.path, event.content, event.headers])
            Logger.write([event.websocket.ready_state, event.websocket.url])
    """)
    )
    await session.websocket({"X-Token": "t", "Origin": "o"}, "?agent=7")
    path = f"/request/{session.session.key}/{session.session.secret}?agent=7"
    assert json.loads(session.log[0]) == ["GET", path, "", [{"key": "X-Token", "value": "t"}]]
    assert json.loads(session.log[1]) == ["open", f"wss://127.0.0.1:12093{path}"]


async def test_too_many_sockets_are_refused_and_the_scenario_is_told(vox: Vox, scenario: Write):
    session = vox.start(
        scenario("""
        VoxEngine.allow_web_socket_connections()
        VoxEngine.add_event_listener(AppEvents.NewWebSocketFailed, lambda event: Logger.write(event.reason))
    """)
    )
    for _ in range(3):
        await session.websocket()
    with pytest.raises(ConnectionRefusedError):
        await session.websocket()
    assert session.log == ["Too many WebSocket connections: 3 are allowed"]


async def test_sockets_of_the_scenario_itself_do_not_count(vox: Vox, scenario: Write):
    vox.web.socket(URL)
    session = vox.start(
        scenario(f"""
        VoxEngine.allow_web_socket_connections()
        for _ in range(5):
            VoxEngine.create_web_socket("{URL}")
    """)
    )
    for _ in range(3):
        await session.websocket()


async def test_a_session_that_is_over_refuses_sockets(vox: Vox, scenario: Write):
    session = vox.start(scenario("VoxEngine.allow_web_socket_connections(); VoxEngine.terminate()"))
    await vox.finished()
    with pytest.raises(ConnectionRefusedError, match="has ended"):
        await session.websocket()


async def test_texts_go_both_ways(vox: Vox, scenario: Write):
    back = "    if event.name == WebSocketEvents.MESSAGE: socket.send(event.text[::-1])"
    socket = await opened(vox, scenario(ACCEPT + back))
    for text in ("abc", '{"customEvent": "Name"}', '{"customEvent": "a", "event": "start"}', '"event"'):
        socket.send(text)
        assert await socket.message() == text[::-1]


# --- media from the peer ---


async def test_a_stream_is_started_and_stopped(vox: Vox, scenario: Write):
    socket = await opened(vox, scenario(ACCEPT))
    socket.send_json(start("a", customParameters={"k": "v"}))
    socket.send_json(media(2000, "a"))
    await vox.advance(1)
    await socket.send_json(stop("a"))
    assert vox.session.log == [
        "00.00 MediaEventStarted a ULAW {'k': 'v'}",
        "01.00 MediaEventEnded a {'duration': 2}",
    ]


async def test_a_second_of_silence_ends_a_stream(vox: Vox, scenario: Write):
    socket = await opened(vox, scenario(ACCEPT))
    socket.send_json(start())
    for _ in range(3):
        socket.send_json(media(1000))
    await vox.advance(6)
    assert vox.session.log == ["00.00 MediaEventStarted ULAW", "04.00 MediaEventEnded {'duration': 3}"]


async def test_audio_after_a_silence_belongs_to_the_stream_that_was_not_stopped(vox: Vox, scenario: Write):
    socket = await opened(vox, scenario(ACCEPT))
    socket.send_json(start())
    socket.send_json(media(1000))
    await vox.advance(3)
    socket.send_json(media(1000))
    await vox.advance(3)
    assert [line for line in vox.session.log if "Message" in line] == []
    assert vox.session.log[-1] == "05.00 MediaEventEnded {'duration': 2}"


async def test_audio_that_keeps_coming_keeps_a_stream_open(vox: Vox, scenario: Write):
    socket = await opened(vox, scenario(ACCEPT))
    socket.send_json(start())
    for _ in range(10):
        socket.send_json(media(20))
        await vox.advance(0.9)
    assert len(vox.session.log) == 1
    await vox.advance(2)
    assert vox.session.log[1:] == ["09.12 MediaEventEnded {'duration': 0}"]


async def test_the_duration_counts_all_streams_of_a_socket(vox: Vox, scenario: Write):
    socket = await opened(vox, scenario(ACCEPT))
    for seconds in (3, 2):
        socket.send_json(start())
        for _ in range(seconds):
            socket.send_json(media(1000))
        await socket.send_json(stop())
    assert [line for line in vox.session.log if "Ended" in line] == [
        "00.00 MediaEventEnded {'duration': 3}",
        "00.00 MediaEventEnded {'duration': 5}",
    ]


async def test_parallel_streams_carry_tags(vox: Vox, scenario: Write):
    socket = await opened(vox, scenario(ACCEPT))
    for tag in "ab":
        socket.send_json(start(tag))
    socket.send_json({"event": "media", "tag": "b", "media": media(500)["media"]})
    await vox.advance(1.2)
    await socket.send_json({"event": "stop", "tag": "b", "stop": {}})
    assert vox.session.log == [
        "00.00 MediaEventStarted a ULAW",
        "00.00 MediaEventStarted b ULAW",
        "01.00 MediaEventEnded a {'duration': 0}",
        "01.20 MediaEventEnded b {'duration': 0}",
    ]


async def test_a_new_start_of_the_same_tag_ends_the_old_stream(vox: Vox, scenario: Write):
    socket = await opened(vox, scenario(ACCEPT))
    socket.send_json(start("a"))
    await socket.send_json(start("a", "PCM16"))
    assert [line[6:] for line in vox.session.log] == [
        "MediaEventStarted a ULAW",
        "MediaEventEnded a {'duration': 0}",
        "MediaEventStarted a PCM16",
    ]


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(media(20), id="media-without-start"),
        pytest.param(stop(), id="stop-without-start"),
        pytest.param({"event": "start"}, id="start-without-format"),
        pytest.param({"event": "start", "start": {"tag": "a"}}, id="start-without-media-format"),
        pytest.param({"event": "other"}, id="other-event"),
        pytest.param({"event": ["start"]}, id="event-that-is-no-text"),
        pytest.param({"event": "start", "start": [1]}, id="start-that-is-no-object"),
        pytest.param({"event": "media", "media": {"payload": "no base64!"}}, id="payload-that-is-no-base64"),
        pytest.param(["event"], id="list"),
    ],
)
async def test_what_is_no_correct_frame_is_an_ordinary_message(frame: Any, vox: Vox, scenario: Write):
    socket = await opened(vox, scenario(ACCEPT))
    await socket.send_json(frame)
    assert vox.session.log == [f"00.00 Message {json.dumps(frame)}"]


@pytest.mark.parametrize(
    ("encoding", "rate", "size"),
    [
        ("ULAW", 8000, 8000),
        ("ALAW", 8000, 8000),
        ("PCM16", 16000, 32000),
        ("PCM16", 8000, 16000),
        ("PCM8", 8000, 16000),
        ("audio/x-mulaw", 8000, 8000),
        ("audio/l16", 16000, 32000),
    ],
)
async def test_a_second_of_audio_has_the_size_of_its_encoding(
    encoding: str, rate: int, size: int, vox: Vox, scenario: Write
):
    socket = await opened(vox, scenario(ACCEPT))
    begin = {"mediaFormat": {"encoding": encoding, "sampleRate": rate}}
    socket.send_json({"event": "start", "start": begin})
    for _ in range(4):
        socket.send_json({"event": "media", "media": {"payload": base64.b64encode(b"\0" * size).decode()}})
    await vox.advance(10)
    assert vox.session.log[1] == "05.00 MediaEventEnded {'duration': 4}"


async def test_ten_seconds_are_buffered_and_the_surplus_is_dropped(vox: Vox, scenario: Write):
    socket = await opened(vox, scenario(ACCEPT))
    socket.send_json(start())
    for _ in range(15):
        socket.send_json(media(1000))
    await vox.advance(4)
    for _ in range(6):
        socket.send_json(media(1000))
    await vox.advance(20)
    assert vox.session.log[1] == "15.00 MediaEventEnded {'duration': 14}"


async def test_clearing_the_buffer_cuts_what_waits(vox: Vox, scenario: Write):
    socket = await opened(vox, scenario(ACCEPT + "set_timeout(lambda: socket.clear_media_buffer(), 2000)"))
    socket.send_json(start())
    for _ in range(9):
        socket.send_json(media(1000))
    await vox.advance(20)
    assert vox.session.log[1].startswith("03.00 MediaEventEnded")


async def test_clearing_one_tag_leaves_the_others(vox: Vox, scenario: Write):
    socket = await opened(vox, scenario(ACCEPT + "set_timeout(lambda: socket.clear_media_buffer({'tag': 'a'}), 2000)"))
    for tag in "ab":
        socket.send_json(start(tag))
        for _ in range(5):
            socket.send_json(media(1000, tag))
    await vox.advance(20)
    ended = [line.partition(" {")[0] for line in vox.session.log[2:]]
    assert ended == ["03.00 MediaEventEnded a", "06.00 MediaEventEnded b"]


async def test_open_streams_end_when_the_socket_closes(vox: Vox, scenario: Write):
    socket = await opened(vox, scenario(ACCEPT))
    await socket.send_json(start("a"))
    await socket.close()
    assert [line[6:] for line in vox.session.log] == [
        "MediaEventStarted a ULAW",
        "MediaEventEnded a {'duration': 0}",
        "Close 1000",
    ]


async def test_a_call_hears_what_the_peer_sends(vox: Vox, scenario: Write):
    call = await vox.phone().dial(
        scenario=scenario("""
        VoxEngine.allow_web_socket_connections()
        calls = []
        VoxEngine.add_event_listener(AppEvents.CallAlerting, lambda e: (calls.append(e.call), e.call.answer()))
        VoxEngine.add_event_listener(AppEvents.WebSocket, lambda e: e.websocket.send_media_to(calls[0]))
    """)
    )
    await call.answered()
    socket = await vox.session.websocket()
    socket.send_json(start("robot"))
    socket.send_json(media(1000, "robot"))
    await call.heard("robot")


# --- media to the peer ---


def bridged(more: str = "", options: str = "") -> str:
    """What a scenario does to send an answered call's sound to a socket."""
    return f"""
call.answer()
socket = VoxEngine.create_web_socket("{URL}")
await socket.wait_for(WebSocketEvents.OPEN)
call.send_media_to(socket{options})
{more}
"""


async def test_sound_goes_to_the_peer_as_start_media_and_stop(vox: Vox, incoming: Write):
    service = vox.web.socket(URL)
    call = await vox.phone().dial(scenario=incoming(bridged()))
    await vox.advance(1)
    await call.say("hello", seconds=0.1)
    await vox.advance(1)
    await call.hang_up()
    frames = service.peer.frames
    assert [frame["event"] for frame in frames] == ["start", *["media"] * 5, "stop"]
    assert [frame["sequenceNumber"] for frame in frames] == list(range(7))
    begin, *pieces, end = [frame[frame["event"]] for frame in frames]
    assert begin["mediaFormat"] == {"encoding": "PCM16", "sampleRate": 8000, "channels": 1}
    assert "customParameters" not in begin
    assert {piece["tag"] for piece in pieces} == {begin["tag"]} == {end["tag"]}
    assert [piece["chunk"] for piece in pieces] == [0, 1, 2, 3, 4]
    assert [piece["timestamp"] for piece in pieces] == [0, 160, 320, 480, 640]
    assert {len(base64.b64decode(piece["payload"])) for piece in pieces} == {320}
    assert end["mediaInfo"] == {"bytesSent": 1600, "duration": 0}


@pytest.mark.parametrize(
    ("encoding", "name", "rate", "size"),
    [
        ("PCM8", "PCM16", 8000, 320),
        ("PCM16_8KHZ", "PCM16", 8000, 320),
        ("PCM16", "PCM16", 16000, 640),
        ("PCM16_16KHZ", "PCM16", 16000, 640),
        ("ULAW", "ULAW", 8000, 160),
        ("ALAW", "ALAW", 8000, 160),
    ],
)
async def test_the_encoding_may_be_chosen(encoding: str, name: str, rate: int, size: int, vox: Vox, incoming: Write):
    service = vox.web.socket(URL)
    call = await vox.phone().dial(scenario=incoming(bridged(options=f", encoding=WebSocketAudioEncoding.{encoding}")))
    await vox.advance(1)
    await call.say("hello", seconds=0.02)
    begin, piece = service.peer.frames
    assert begin["start"]["mediaFormat"] == {"encoding": name, "sampleRate": rate, "channels": 1}
    assert len(base64.b64decode(piece["media"]["payload"])) == size


async def test_tag_and_parameters_travel_with_the_start(vox: Vox, incoming: Write):
    service = vox.web.socket(URL)
    await vox.phone().dial(scenario=incoming(bridged(options=', {"tag": "caller", "customParameters": {"k": [1]}}')))
    await vox.advance(1)
    (begin,) = service.peer.frames
    assert begin["start"]["tag"] == "caller"
    assert json.loads(begin["start"]["customParameters"]) == {"k": [1]}


async def test_stop_media_to_ends_the_stream_and_a_new_one_may_follow(vox: Vox, incoming: Write):
    service = vox.web.socket(URL)
    await vox.phone().dial(scenario=incoming(bridged("call.stop_media_to(socket); call.send_media_to(socket)")))
    await vox.advance(1)
    assert [frame["event"] for frame in service.peer.frames] == ["start", "stop", "start"]
    assert [frame["sequenceNumber"] for frame in service.peer.frames] == [0, 1, 2]


async def test_what_was_sent_before_open_begins_at_open(vox: Vox, incoming: Write):
    service = vox.web.socket(URL)
    await vox.phone().dial(
        scenario=incoming(f"""
        call.answer()
        socket = VoxEngine.create_web_socket("{URL}")
        call.send_media_to(socket)
    """)
    )
    await vox.advance(1)
    assert [frame["event"] for frame in service.peer.frames] == ["start"]


async def test_several_units_share_a_socket_by_their_tags(vox: Vox, incoming: Write):
    service = vox.web.socket(URL)
    tone = """
player = VoxEngine.create_tone_script_player("425@-19;5(1/4/1)")
player.send_media_to(socket, tag="tone")
"""
    call = await vox.phone().dial(scenario=incoming(bridged(tone, ', tag="caller"')))
    await vox.advance(1)
    await call.say("hello", seconds=0.04)
    await vox.advance(10)
    counts = {
        tag: [frame["event"] for frame in service.peer.frames if frame[frame["event"]]["tag"] == tag]
        for tag in ("caller", "tone")
    }
    assert counts == {"caller": ["start", "media", "media"], "tone": ["start", *["media"] * 250, "stop"]}
    assert [frame["sequenceNumber"] for frame in service.peer.frames] == list(range(len(service.peer.frames)))


async def test_frames_cease_when_the_socket_closes(vox: Vox, incoming: Write):
    service = vox.web.socket(URL)
    call = await vox.phone().dial(scenario=incoming(bridged("set_timeout(socket.close, 1000)")))
    await vox.advance(0.5)
    await call.say("hello", seconds=10)
    await vox.advance(5)
    assert service.peer.close_code == 1000
    count = len(service.peer.frames)
    await vox.advance(5)
    assert len(service.peer.frames) == count
    assert any(record.name == "cut" for record in vox.session.timeline)


async def test_media_frames_are_counted_and_not_recorded(vox: Vox, incoming: Write):
    vox.web.socket(URL)
    call = await vox.phone().dial(scenario=incoming(bridged()))
    await vox.advance(1)
    before = len(vox.session.timeline)
    await call.say("hello", seconds=60)
    await vox.advance(61)
    await call.hang_up()
    told = [record for record in vox.session.timeline[before:] if record.kind == "websocket"]
    assert [(record.name, record.facts()["chunks"]) for record in told] == [("media stop", 3000)]

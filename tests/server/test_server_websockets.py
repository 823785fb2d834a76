"""WebSockets on a session's URL: who gets one, what the session is told, media, and who is given up."""

import base64
import json
import time

import pytest
import trio
from rawsocket import HANDSHAKE, PING, PONG, TEXT, RawSocket, close, frame

from voxsim.server.sweep import Sweep

pytestmark = pytest.mark.trio

TELLING = """
told, sockets = [], []
VoxEngine.allow_web_socket_connections()
for _ in range(int(VoxEngine.custom_data() or 0)):
    VoxEngine.call_pstn("100", "200")

@VoxEngine.on(AppEvents.WebSocket)
def opened(event):
    told.append([event.name, event.method, event.path.partition("/sock")[2], event.headers])
    sockets.append(event.websocket)
    for one in WebSocketEvents:
        event.websocket.add_event_listener(one, tell)
    if len(sockets) == 2:
        sockets[0].send_media_to(sockets[1], encoding="ULAW", tag="mic", custom_parameters={"a": "ü"})

def tell(event):
    keys = ("text", "tag", "encoding", "custom_parameters", "code", "reason")
    told.append([event.name, *(getattr(event, key) for key in keys if getattr(event, key, None) is not None)])

@VoxEngine.on(AppEvents.NewWebSocketFailed)
def failed(event):
    told.append([event.name, event.reason])

@VoxEngine.on(AppEvents.HttpRequest)
def asked(event):
    return told
"""

TOO_MANY = "Too many WebSocket connections: {} are allowed"


def opened(path="", headers=()):
    """What the session is told of a new socket."""
    return ["AppEvents.NewWebSocketConnection", "GET", path, list(headers)]


async def refusal(session, url=None, headers=HANDSHAKE, behind=b""):
    """Status, headers and text of the answer to a handshake that opens nothing; the connection ends with it."""
    raw = await session.connect(url or session.url)
    status, answered = await raw.ask(url or session.url, headers, behind)
    return status, answered, await raw.rest()


# --- handshakes ---


async def test_a_socket_is_refused_until_the_scenario_allows_it(driver, echo):
    session = await echo("")
    # What comes right behind a refused handshake is read by nobody, and harms nobody.
    status, _, text = await refusal(session, behind=frame(TEXT, b"x") + frame(PING))
    assert (status, b"VoxEngine.allowWebSocketConnections()" in text) == (403, True)
    assert (await refusal(session))[0] == 403


@pytest.mark.parametrize("where", ["wrong secret", "wrong session", "no secret"])
async def test_who_does_not_know_the_url_gets_404(driver, where, echo):
    session = await echo()
    url = session.url
    key = url.split("/")[4]
    wrong = {
        "wrong secret": f"{url[:-1]}{'a' if url[-1] != 'a' else 'b'}",
        "wrong session": url.replace(key, "x" + key),
    }
    status, *_ = await refusal(session, wrong.get(where) or url.rpartition("/")[0])
    assert status == 404


async def test_a_session_that_is_over_gets_404(driver, echo):
    session = await echo()
    await session.end()
    assert (await refusal(session))[0] == 404


NO_HANDSHAKES = {
    "no key": {"Sec-WebSocket-Key": None},
    "no version": {"Sec-WebSocket-Version": None},
    "another version": {"Sec-WebSocket-Version": "8"},
    "upgrade to more": {"Upgrade": "websocket", "Connection": "no-upgrade"},
}


@pytest.mark.parametrize("changes", NO_HANDSHAKES.values(), ids=NO_HANDSHAKES)
async def test_a_handshake_that_is_none_gets_400(driver, changes, echo):
    session = await echo()
    headers = {name: value for name, value in {**HANDSHAKE, **changes}.items() if value is not None}
    status, answered, text = await refusal(session, headers=headers)
    assert (status, answered["sec-websocket-version"]) == (400, "13")
    assert text.startswith(b"Missing header")
    assert await (await session.socket()).echoes("still served")


async def test_without_an_upgrade_it_is_a_managing_request(driver, echo):
    session = await echo()
    raw = await session.connect(session.url)
    status, _ = await raw.ask(session.url, {**HANDSHAKE, "Upgrade": "h2c"})
    assert status == 200


@pytest.mark.parametrize(
    ("offered", "chosen"), [(None, None), ("chat", "chat"), ("soap, chat", "chat"), ("soap, wamp", "soap")]
)
async def test_the_subprotocol_is_chat_or_what_is_offered_first(driver, offered, chosen, echo):
    session = await echo()
    raw = await session.connect(session.url)
    headers = HANDSHAKE | ({"Sec-WebSocket-Protocol": offered} if offered else {})
    status, answered = await raw.ask(session.url, headers)
    assert (status, answered.get("sec-websocket-protocol")) == (101, chosen)


async def test_extensions_are_not_agreed_to(driver, echo):
    session = await echo()
    raw = await session.connect(session.url)
    status, answered = await raw.ask(session.url, {**HANDSHAKE, "Sec-WebSocket-Extensions": "permessage-deflate"})
    assert (status, "sec-websocket-extensions" in answered) == (101, False)


# --- what the session is told ---


async def test_the_session_is_told_everything_in_order(driver, echo):
    session = await echo(TELLING)
    raw = await session.connect(session.url)
    await raw.ask(f"{session.url}/sock/et?q=1", {**HANDSHAKE, "X-Own": "1", "Authorization": "no", "x-lower": "2"})
    await raw.send(frame(TEXT, b"one"), frame(TEXT, b"two"), close(4000, b"enough"))
    assert await raw.closed() == (4000, "enough")
    assert await session.told() == [
        opened("/et?q=1", [{"key": "X-Own", "value": "1"}, {"key": "x-lower", "value": "2"}]),
        ["WebSocket.Message", "one"],
        ["WebSocket.Message", "two"],
        ["WebSocket.Close", 4000, "enough"],
    ]


@pytest.mark.parametrize("calls", [0, 2])
async def test_there_may_be_three_sockets_more_than_calls(driver, calls, echo):
    session = await echo(TELLING, str(calls))
    sockets = [await session.socket() for _ in range(calls + 3)]
    status, _, text = await refusal(session)
    reason = TOO_MANY.format(calls + 3)
    assert (status, text.decode()) == (403, f"{reason}\n")
    await sockets[0].send(close(1000))
    assert await sockets[0].closed() == (1000, "")
    await session.socket()
    assert await session.told() == [
        *[opened()] * (calls + 3),
        ["Application.OnNewWebSocketFailed", reason],
        ["WebSocket.Close", 1000, ""],
        opened(),
    ]


async def test_media_arrives_byte_by_byte_and_goes_out_to_another_socket(driver, echo):
    session = await echo(TELLING)
    source, sink = await session.socket(), await session.socket()
    sound = bytes(range(1, 201)) * 4
    start = {"mediaFormat": {"encoding": "ULAW", "sampleRate": 8000, "channels": 1}, "tag": "mic"}
    payload = base64.b64encode(sound).decode()
    for event in (
        {"event": "start", "sequenceNumber": 0, "start": start},
        {
            "event": "media",
            "sequenceNumber": 1,
            "media": {"tag": "mic", "chunk": 0, "timestamp": 0, "payload": payload},
        },
        {"event": "stop", "sequenceNumber": 2, "stop": {"tag": "mic"}},
    ):
        await source.send(frame(TEXT, json.dumps(event).encode()))
    began = json.loads(await sink.text())
    assert began == {
        "event": "start",
        "sequenceNumber": 0,
        "start": {
            "tag": "mic",
            "mediaFormat": {"encoding": "ULAW", "sampleRate": 8000, "channels": 1},
            "customParameters": '{"a": "\\u00fc"}',
        },
    }
    heard = b""
    while len(heard) < len(sound):
        piece = json.loads(await sink.text())
        assert piece["event"] == "media"
        assert piece["media"]["timestamp"] == len(heard)
        heard += base64.b64decode(piece["media"]["payload"])
    assert heard == sound
    told = await session.told()
    assert told[2] == ["WebSocket.MediaEventStarted", "mic", "ULAW"]
    assert told[3] == ["WebSocket.MediaEventEnded", "mic"]


async def test_the_end_of_the_session_closes_all_its_sockets(driver, echo):
    session = await echo()
    sockets = [await session.socket() for _ in range(3)]
    await session.end()
    for socket in sockets:
        code, reason = RawSocket.code_and_reason((await socket.frame())[1])
        assert (code, reason) == (1000, "Normal connection close")
        # Whatever still comes before the answer has no meaning any more.
        await socket.send(frame(TEXT, b"late"), frame(PING), close(1000))
        assert await socket.frame() is None


# --- who is given up ---


@pytest.fixture
def later(monkeypatch):
    """Look at the server's connections as if so many seconds had passed."""
    sweep = Sweep()
    monkeypatch.setattr("voxsim.server.server.Sweep", lambda: sweep)

    def look(seconds):
        for connection in tuple(sweep.watched):
            connection.check(time.monotonic() + seconds)

    return look


async def sending(socket, data, other=None):
    """Send without end, while another socket is served as before."""
    for number in range(100_000):
        await socket.send(data)
        assert other is None or await other.echoes(f"{number}")


async def test_a_silent_peer_is_asked_and_then_dropped(driver, later, echo):
    session = await echo()
    socket = await session.socket()
    for _ in range(2):
        later(40)
        later(45)
        assert await socket.frame() == (PING, b"")
        await socket.send(frame(PONG))
        # The pong has been read when what follows it is answered.
        assert await socket.echoes("here")
    later(100)
    assert await socket.frame() is None
    assert await session.told() == ["error", [1006, "Connection lost", False]]


@pytest.mark.parametrize("busy", [False, True])
async def test_a_peer_that_does_not_answer_a_close_is_dropped(driver, busy, later, echo):
    session = await echo()
    socket = await session.socket()
    await session.end()
    assert RawSocket.code_and_reason((await socket.frame())[1])[0] == 1000
    if busy:
        await socket.send(frame(TEXT, b"not yet"))
    later(6)
    assert await socket.frame() is None


async def test_a_peer_that_does_not_hang_up_after_a_close_is_dropped(driver, later, echo):
    socket = await (await echo()).socket()
    await socket.send(close(1000))
    assert await socket.closed() == (1000, "")
    later(6)
    with pytest.raises(trio.BrokenResourceError):
        await sending(socket, b"x")


async def test_a_peer_that_does_not_read_is_dropped_and_holds_up_nobody(driver, echo):
    session = await echo(waiting_bytes=100_000)
    other = await session.socket()
    deaf = await session.socket(receive_buffer=4096)
    with pytest.raises(trio.BrokenResourceError):
        await sending(deaf, frame(TEXT, b"x" * 60_000), other)
    assert await session.told() == ["error", [1008, "The peer does not read what is sent to it", False]]

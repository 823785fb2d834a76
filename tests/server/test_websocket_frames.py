"""A session's WebSocket, frame by frame: what RFC 6455 allows is answered, and what it forbids closes with its code."""

import pytest
import trio
from rawsocket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, RawSocket, close, frame

pytestmark = pytest.mark.trio

# --- messages ---


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 128, 65_535, 65_536, 131_072, 1_048_576])
async def test_a_text_of_any_size_comes_back(driver, size, echo):
    socket = await (await echo()).socket()
    await socket.send(frame(TEXT, b"*" * size))
    assert await socket.frame() == (TEXT, b"*" * size)


async def test_a_text_comes_back_when_its_bytes_come_one_at_a_time(driver, echo):
    socket = await (await echo()).socket()
    for byte in frame(TEXT, "Grüße 😀".encode()):
        await socket.send(bytes([byte]))
    assert await socket.text() == "Grüße 😀"


async def test_many_texts_in_one_piece_come_back_in_order(driver, echo):
    socket = await (await echo()).socket()
    await socket.send(*(frame(TEXT, b"%d" % number) for number in range(500)))
    assert [await socket.text() for _ in range(500)] == [str(number) for number in range(500)]


async def test_what_comes_right_behind_the_handshake_is_a_message(driver, echo):
    socket = await (await echo()).socket(behind=frame(TEXT, b"early"))
    assert await socket.text() == "early"


@pytest.mark.parametrize("parts", [[b"", b""], [b"one", b"two", b"three"], [b"", b"x", b""], [b"ab", *[b""] * 1000]])
async def test_fragments_make_one_text(driver, parts, echo):
    socket = await (await echo()).socket()
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        await socket.send(frame(CONTINUATION if index else TEXT, part, fin=last))
    assert await socket.text() == b"".join(parts).decode()


async def test_pings_between_fragments_are_answered_at_once(driver, echo):
    socket = await (await echo()).socket()
    await socket.send(frame(TEXT, b"one ", fin=False), frame(PING, b"1"))
    assert await socket.frame() == (PONG, b"1")
    await socket.send(frame(CONTINUATION, b"two ", fin=False), frame(PING, b"2"))
    assert await socket.frame() == (PONG, b"2")
    await socket.send(frame(CONTINUATION, b"three"))
    assert await socket.text() == "one two three"


async def test_a_character_may_be_split_between_fragments(driver, echo):
    socket = await (await echo()).socket()
    text = "κόσμε😀".encode()
    for index in range(len(text)):
        await socket.send(frame(CONTINUATION if index else TEXT, text[index : index + 1], fin=index == len(text) - 1))
    assert await socket.text() == "κόσμε😀"


@pytest.mark.parametrize("text", ["\ufffe\uffff", "\U0010ffff", "\ud7ff\ue000", "\x00\x7f"])
async def test_every_character_is_a_text(driver, text, echo):
    socket = await (await echo()).socket()
    await socket.send(frame(TEXT, text.encode()))
    assert await socket.text() == text


# --- pings ---


@pytest.mark.parametrize("payload", [b"", b"Hello", bytes(range(125)), b"\x00\xff\xfe", b"*" * 125])
async def test_a_ping_comes_back_as_a_pong(driver, payload, echo):
    socket = await (await echo()).socket()
    await socket.send(frame(PING, payload))
    assert await socket.frame() == (PONG, payload)


async def test_pongs_that_nobody_asked_for_are_ignored(driver, echo):
    socket = await (await echo()).socket()
    await socket.send(frame(PONG, b"?"), frame(PONG), *(frame(PING, b"%d" % number) for number in range(10)))
    assert [await socket.frame() for _ in range(10)] == [(PONG, b"%d" % number) for number in range(10)]


# --- closing ---


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999])
async def test_a_valid_close_is_echoed(driver, code, echo):
    session = await echo()
    socket = await session.socket()
    await socket.send(close(code, "tschüß".encode()))
    assert await socket.closed() == (code, "tschüß")
    assert await session.told() == [[code, "tschüß", True]]


async def test_a_close_may_say_nothing(driver, echo):
    session = await echo()
    socket = await session.socket()
    await socket.send(frame(CLOSE))
    assert await socket.closed() is None
    assert await session.told() == [[1005, "", True]]


async def test_a_reason_may_fill_its_frame(driver, echo):
    socket = await (await echo()).socket()
    await socket.send(close(1000, b"x" * 123))
    assert await socket.closed() == (1000, "x" * 123)


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535])
async def test_an_invalid_close_code_is_a_protocol_error(driver, code, echo):
    session = await echo()
    socket = await session.socket()
    await socket.send(close(code))
    said = await socket.closed()
    assert said[0] == 1002
    assert await session.told() == ["error", [*said, False]]


async def test_what_comes_behind_a_close_is_ignored(driver, echo):
    socket = await (await echo()).socket()
    await socket.send(close(1000), frame(TEXT, b"late"), frame(PING), b"\xff" * 100)
    assert await socket.closed() == (1000, "")


# --- what is forbidden ---

PROTOCOL_ERRORS = {
    "close of one byte": [frame(CLOSE, b"\x03")],
    "close too long": [close(1000, b"x" * 124)],
    "ping too long": [frame(PING, b"x" * 126)],
    "pong too long": [frame(PONG, b"x" * 126)],
    "ping in fragments": [frame(PING, b"x", fin=False), frame(CONTINUATION, b"x")],
    "pong in fragments": [frame(PONG, b"x", fin=False)],
    "close in fragments": [frame(CLOSE, b"\x03\xe8", fin=False)],
    "continuation of nothing": [frame(CONTINUATION, b"x")],
    "unfinished continuation of nothing": [frame(CONTINUATION, b"x", fin=False)],
    "text within a text": [frame(TEXT, b"x", fin=False), frame(TEXT, b"x")],
    "binary within a text": [frame(TEXT, b"x", fin=False), frame(BINARY, b"x")],
    "unmasked": [frame(TEXT, b"x", masked=False)],
    "unmasked ping": [frame(PING, masked=False)],
    "length in more bytes than needed": [b"\x81\xfe\x00\x05\0\0\0\0hello"],
    "length in far more bytes than needed": [b"\x81\xff" + (5).to_bytes(8, "big") + b"\0\0\0\0hello"],
    "length with its highest bit": [b"\x81\xff" + (1 << 63).to_bytes(8, "big") + b"\0\0\0\0"],
    **{f"reserved bits {bits:03b}": [frame(TEXT, b"x", reserved=bits)] for bits in range(1, 8)},
    "reserved bit of a ping": [frame(PING, reserved=4)],
    "reserved bit of a close": [frame(CLOSE, b"\x03\xe8", reserved=1)],
    **{f"opcode {opcode}": [frame(opcode, b"x")] for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
}


@pytest.mark.parametrize("frames", PROTOCOL_ERRORS.values(), ids=PROTOCOL_ERRORS)
async def test_a_protocol_error_closes_with_1002(driver, frames, echo):
    session = await echo()
    socket = await session.socket()
    await socket.send(frame(TEXT, b"before"), *frames, frame(TEXT, b"after"))
    assert await socket.text() == "before"
    said = await socket.closed()
    assert said[0] == 1002
    assert said[1]
    assert await session.told() == ["error", [*said, False]]


NO_TEXTS = {
    "stray continuation": [frame(TEXT, b"\x80")],
    "cut short": [frame(TEXT, "ü".encode()[:1])],
    "surrogate": [frame(TEXT, b"\xed\xa0\x80")],
    "overlong": [frame(TEXT, b"\xc0\xaf")],
    "beyond Unicode": [frame(TEXT, b"\xf4\x90\x80\x80")],
    "in a later fragment": [frame(TEXT, b"x", fin=False), frame(CONTINUATION, b"\xff", fin=False)],
    "cut short by the last fragment": [frame(TEXT, b"\xce", fin=False), frame(CONTINUATION)],
    "continued wrongly": [frame(TEXT, b"\xce", fin=False), frame(CONTINUATION, b"x")],
    "in a close": [close(1000, b"\xff")],
}


@pytest.mark.parametrize("frames", NO_TEXTS.values(), ids=NO_TEXTS)
async def test_what_is_no_utf_8_closes_with_1007(driver, frames, echo):
    session = await echo()
    socket = await session.socket()
    await socket.send(*frames)
    said = await socket.closed()
    assert said[0] == 1007
    assert await session.told() == ["error", [*said, False]]


async def test_wrong_bytes_close_before_their_frame_is_complete(driver, echo):
    socket = await (await echo()).socket()
    await socket.send(frame(TEXT, b"\xff", size=1000))
    assert (await socket.closed())[0] == 1007


@pytest.mark.parametrize("fin", [True, False])
async def test_binary_messages_close_with_1003(driver, fin, echo):
    session = await echo()
    socket = await session.socket()
    # The ping must not be answered: the close is the last that goes out.
    await socket.send(frame(BINARY, b"\x00\x01", fin=fin), frame(PING), frame(CONTINUATION if not fin else TEXT, b"x"))
    code, reason = RawSocket.code_and_reason((await socket.frame())[1])
    assert (code, reason) == (1003, "Only text messages are supported")
    await socket.send(frame(PING, b"still there"), close(code))
    assert await socket.frame() is None
    assert await session.told() == ["error", [code, reason, False]]


TOO_LONG = {
    "one frame": [frame(TEXT, b"x" * 1001)],
    "fragments": [frame(TEXT, b"x" * 1000, fin=False), frame(CONTINUATION, b"x")],
    "more bytes than characters": [frame(TEXT, "ü".encode() * 501)],
    "not even complete": [frame(TEXT, b"x" * 1001, size=1 << 40)],
}


@pytest.mark.parametrize("frames", TOO_LONG.values(), ids=TOO_LONG)
async def test_messages_over_the_limit_close_with_1009(driver, frames, echo):
    session = await echo(message_bytes=1000)
    socket = await session.socket()
    await socket.send(frame(TEXT, b"x" * 1000))
    assert await socket.text() == "x" * 1000
    await socket.send(*frames)
    code, reason = RawSocket.code_and_reason((await socket.frame())[1])
    assert (code, reason) == (1009, "A message may have 1000 bytes")
    await socket.half_close()
    assert await socket.frame() is None
    assert await session.told() == ["error", [code, reason, False]]


# --- connections ---


async def test_a_half_closed_connection_still_gets_its_answers(driver, echo):
    session = await echo()
    socket = await session.socket()
    await socket.send(frame(TEXT, b"last"))
    await socket.half_close()
    assert await socket.text() == "last"
    assert await socket.frame() is None
    assert await session.told() == ["error", [1006, "Connection lost", False]]


async def test_a_close_over_a_half_closed_connection_is_answered(driver, echo):
    session = await echo()
    socket = await session.socket()
    await socket.send(close(1000, b"bye"))
    await socket.half_close()
    assert await socket.closed() == (1000, "bye")


async def test_a_connection_that_vanishes_is_a_close_with_1006(driver, echo):
    session = await echo()
    gone, other = await session.socket(), await session.socket()
    gone.vanish()
    with trio.fail_after(20):
        while not (told := await session.told()):
            await other.send(frame(PING))
            await other.frame()
    assert told == ["error", [1006, "Connection lost", False]]


async def test_the_end_of_the_session_closes_and_the_answer_ends_the_connection(driver, echo):
    session = await echo()
    socket = await session.socket()
    await session.end()
    code, reason = RawSocket.code_and_reason((await socket.frame())[1])
    assert (code, reason) == (1000, "Normal connection close")
    await socket.send(frame(TEXT, b"late"), frame(PING), close(1000))
    assert await socket.frame() is None

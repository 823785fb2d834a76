"""A WebSocket client that writes any bytes at all: conformance tests need frames that no library would send."""

import socket
import struct
from urllib.parse import urlsplit

import trio

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPTED = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

HANDSHAKE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": KEY,
}

_PATIENCE = 20
_MASK = b"\x11\xa2\x33\xc4"


def frame(opcode, payload=b"", *, fin=True, masked=True, reserved=0, size=None):
    """One frame in bytes; `size` claims another length than the payload's."""
    size = len(payload) if size is None else size
    first = fin << 7 | reserved << 4 | opcode
    short = size if size < 126 else 126 if size < 65_536 else 127
    head = struct.pack("!BB", first, masked << 7 | short)
    head += b"" if short < 126 else struct.pack("!H" if short == 126 else "!Q", size)
    if not masked:
        return head + payload
    key = _MASK * (len(payload) // 4 + 1)
    hidden = int.from_bytes(payload, "big") ^ int.from_bytes(key[: len(payload)], "big")
    return head + _MASK + hidden.to_bytes(len(payload), "big")


def close(code, reason=b""):
    """A close frame."""
    return frame(CLOSE, struct.pack("!H", code) + reason)


class RawSocket:
    """A connection to a session's URL; nothing is answered or checked that a test does not ask for."""

    def __init__(self, stream):
        self._stream = stream
        self._buffer = b""

    @classmethod
    async def connect(cls, url, *, receive_buffer=None):
        """Connect to a URL's host and port."""
        address = urlsplit(url)
        raw = trio.socket.socket()
        if receive_buffer is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        await raw.connect((address.hostname, address.port))
        return cls(trio.SocketStream(raw))

    async def ask(self, url, headers, behind=b""):
        """Send a handshake, with bytes right behind it; returns the status and the headers of the answer."""
        address = urlsplit(url)
        target = f"{address.path}?{address.query}" if address.query else address.path
        lines = [f"GET {target} HTTP/1.1", f"Host: {address.netloc}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        await self.send("\r\n".join([*lines, "", ""]).encode() + behind)
        while b"\r\n\r\n" not in self._buffer:
            assert await self._more()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        return int(status.split()[1]), {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}

    async def send(self, *pieces):
        """Send bytes, all in one piece."""
        with trio.fail_after(_PATIENCE):
            await self._stream.send_all(b"".join(pieces))

    async def frame(self):
        """The next frame: opcode and payload. None when the server has closed the connection."""
        while True:
            found = self._parsed()
            if found is not None:
                return found
            if not await self._more():
                return None

    async def text(self):
        """The next message, a text of one frame."""
        opcode, payload = await self.frame()
        assert opcode == TEXT
        return payload.decode()

    async def echoes(self, text):
        """Whether a text comes back as the next message."""
        await self.send(frame(TEXT, text.encode()))
        return await self.text() == text

    async def rest(self):
        """All bytes up to the end of the connection."""
        while await self._more():
            continue
        return self._buffer

    async def closed(self):
        """The server closes: code and reason of its frame, which is the last, before the end of the connection."""
        opcode, payload = await self.frame()
        assert opcode == CLOSE, (opcode, payload)
        assert await self.frame() is None
        return self.code_and_reason(payload)

    @staticmethod
    def code_and_reason(payload):
        """What a close frame says; None for one that says nothing."""
        return (struct.unpack("!H", payload[:2])[0], payload[2:].decode()) if payload else None

    async def half_close(self):
        """Send nothing more, but go on reading."""
        await self._stream.send_eof()

    def vanish(self):
        """Close the connection without a word."""
        self._stream.socket.close()

    def _parsed(self):
        data = self._buffer
        if len(data) < 2:
            return None
        first, second = data[:2]
        assert first & 0xF0 == 0x80, "the server sends whole messages, with no reserved bit"
        assert second < 128, "a server masks nothing"
        begin = {126: 4, 127: 10}.get(second, 2)
        size = int.from_bytes(data[2:begin], "big") if second > 125 else second
        if len(data) < begin + size:
            return None
        self._buffer = data[begin + size :]
        return first & 0x0F, data[begin : begin + size]

    async def _more(self):
        with trio.fail_after(_PATIENCE):
            data = await self._stream.receive_some(65_536)
        self._buffer += data
        return data

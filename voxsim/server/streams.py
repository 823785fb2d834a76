"""Streams: bytes to and from one client, over a plain socket or over TLS, with the same few verbs.

A plain socket is used without trio's own stream: one wait and one system call for each read, and a write costs no task
switch when the socket takes it at once. TLS goes through `trio.SSLStream`.
"""

from __future__ import annotations

import socket
from typing import Final, Protocol

import trio

_MOST: Final = 65_536

LOST = (OSError, trio.BrokenResourceError, trio.ClosedResourceError)
"""What a stream raises when its connection is gone."""


class Stream(Protocol):
    """One connection's bytes."""

    async def receive(self) -> bytes:
        """The next bytes; empty when the client will send no more."""

    async def send(self, data: bytes) -> None:
        """Send all of this."""

    def send_now(self, data: bytes) -> int:
        """Send what can be sent without waiting; returns how many bytes that was."""

    async def finish(self) -> None:
        """Tell the client that nothing more comes; what it sends can still be received."""

    def end(self) -> None:
        """Tell the client that nothing more will be sent."""

    async def close(self) -> None:
        """Close the connection; does not wait for the client."""


class PlainStream:
    """A connection without TLS."""

    __slots__ = ("_socket",)

    def __init__(self, accepted: socket.socket) -> None:
        accepted.setblocking(False)
        self._socket = accepted

    async def receive(self) -> bytes:
        """The next bytes; empty when the client will send no more."""
        while True:
            await trio.lowlevel.wait_readable(self._socket)
            try:
                return self._socket.recv(_MOST)
            except BlockingIOError:
                continue

    async def send(self, data: bytes) -> None:
        """Send all of this."""
        sent = self.send_now(data)
        while sent < len(data):
            await trio.lowlevel.wait_writable(self._socket)
            sent += self.send_now(data[sent:])

    def send_now(self, data: bytes) -> int:
        """Send what can be sent without waiting; returns how many bytes that was."""
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0

    async def finish(self) -> None:
        """Tell the client that nothing more comes; what it sends can still be received."""
        self._socket.shutdown(socket.SHUT_WR)

    def end(self) -> None:
        """Tell the client that nothing more will be sent."""
        self._socket.shutdown(socket.SHUT_WR)

    async def close(self) -> None:
        """Close the connection; does not wait for the client."""
        trio.lowlevel.notify_closing(self._socket)
        self._socket.close()


class TlsStream:
    """A connection with TLS."""

    __slots__ = ("_stream",)

    def __init__(self, stream: trio.SSLStream[trio.abc.Stream]) -> None:
        self._stream = stream

    async def receive(self) -> bytes:
        """The next bytes; empty when the client will send no more."""
        return bytes(await self._stream.receive_some(_MOST))

    async def send(self, data: bytes) -> None:
        """Send all of this."""
        await self._stream.send_all(data)

    def send_now(self, data: bytes) -> int:
        """Nothing can be sent over TLS without waiting."""
        return 0

    async def finish(self) -> None:
        """Tell the client that nothing more comes; what it sends can still be received."""
        transport = self._stream.transport_stream
        if isinstance(transport, trio.abc.HalfCloseableStream):
            await transport.send_eof()

    def end(self) -> None:
        """Nothing is told: over TLS that would have to wait for the client."""

    async def close(self) -> None:
        """Close the connection; does not wait for the client."""
        await trio.aclose_forcefully(self._stream)


class Adopted(trio.abc.Stream):
    """A `Stream` as one of trio's, with bytes that were read already in front: TLS inside a proxy's tunnel."""

    def __init__(self, stream: Stream, before: bytes = b"") -> None:
        self._stream = stream
        self._before = before

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """The next bytes."""
        if self._before:
            before, self._before = self._before, b""
            return before
        return await self._stream.receive()

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send all of this."""
        await self._stream.send(bytes(data))

    async def wait_send_all_might_not_block(self) -> None:
        """Nothing to wait for: sending waits by itself."""
        await trio.lowlevel.checkpoint()

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.close()
        await trio.lowlevel.checkpoint()

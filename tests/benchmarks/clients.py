"""Clients that ask as fast as they are answered, over many connections, with as little work of their own as can be."""

from __future__ import annotations

import base64
import os
import selectors
import socket
import time
from collections.abc import Callable
from typing import Final

Check = Callable[[bytes], bool]

_MASK: Final = b"\1\2\3\4"


def requests_a_second(port: int, target: str, *, connections: int, seconds: float, body: bytes = b"hi") -> float:
    """HTTP requests answered with 200 and a body of `hello`, per second of wall time."""
    head = f"POST {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(body)}\r\n\r\n"
    return _ask(port, head.encode() + body, connections, seconds, lambda heard: heard.endswith(b"hello"))


def posts_a_second(port: int, target: str, form: str, *, connections: int, count: int) -> float:
    """Forms posted and answered with 200, per second of wall time, until there were so many."""
    head = f"POST {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(form)}\r\n"
    request = f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n{form}".encode()
    return _ask(port, request, connections, 60, lambda heard: heard.endswith(b"}"), count)


def echoes_a_second(port: int, target: str, *, connections: int, seconds: float, size: int = 64) -> float:
    """Texts of so many bytes sent and come back, one under way on each connection, per second of wall time."""
    text = b"x" * size
    frame = bytes([0x81, 0x80 | size]) + _MASK + bytes(byte ^ _MASK[at % 4] for at, byte in enumerate(text))
    sockets = [open_websocket(port, target) for _ in range(connections)]
    return _talk(sockets, frame, seconds, lambda heard: len(heard) >= size + 2)


def open_websocket(port: int, target: str) -> socket.socket:
    """A connection on which the handshake is over."""
    connection = _connect(port)
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(
        f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    heard = b""
    while b"\r\n\r\n" not in heard:
        piece = connection.recv(4096)
        if not piece:
            break
        heard += piece
    if not heard.startswith(b"HTTP/1.1 101"):
        raise RuntimeError(f"No WebSocket was opened: {heard[:200]!r}")
    return connection


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _ask(port: int, request: bytes, connections: int, seconds: float, complete: Check, most: int = 1 << 60) -> float:
    return _talk([_connect(port) for _ in range(connections)], request, seconds, complete, most)


def _talk(sockets: list[socket.socket], request: bytes, seconds: float, complete: Check, most: int = 1 << 60) -> float:
    """Send on each connection, again when the answer is complete, and count the answers."""
    selector = selectors.DefaultSelector()
    heard: dict[socket.socket, bytes] = {}
    for connection in sockets:
        connection.setblocking(False)
        selector.register(connection, selectors.EVENT_READ)
        heard[connection] = b""
        connection.send(request)
    answers = 0
    began = time.perf_counter()
    while answers < most and time.perf_counter() - began < seconds:
        for key, _ in selector.select(1):
            connection = key.fileobj  # type: ignore[assignment]
            piece = connection.recv(65_536)
            if not piece:
                raise RuntimeError(f"The server closed a connection after {heard[connection][:300]!r}")
            heard[connection] += piece
            if complete(heard[connection]):
                answers += 1
                heard[connection] = b""
                connection.send(request)
    took = time.perf_counter() - began
    for connection in sockets:
        connection.close()
    return answers / took

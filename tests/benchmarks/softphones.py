"""Softphones: clients of the Web SDK's protocol with real audio, as light as can be, many in one process.

Each has a socket for signalling (version 5 of the protocol, over TLS) and one for audio; `talk` moves all of the latter
from one loop, a packet each way every 20 ms.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import socket
import ssl
import time
from typing import Any, Final

import trio
from pylibsrtp import Policy, Session
from websockets.trio.client import connect

from voxsim.engine.frames import ENCODINGS
from voxsim.engine.tones import tone
from voxsim.protocols.media import rtp, sdp, stun
from voxsim.protocols.media.dtls import Certificate, Dtls

PASSWORD: Final = "benchmark"  # noqa: S105 - of users that exist in a benchmark
STEP: Final = 0.02

_TONE: Final = tone(ENCODINGS["ULAW"], 20)
_CERTIFICATE: Final = Certificate()


def any_certificate() -> ssl.SSLContext:
    """TLS with whoever is there."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Softphone:
    """One client: it logs in, and calls."""

    def __init__(self, port: int, user: str) -> None:
        self._url = f"wss://127.0.0.1:{port}/platform?version=5&client_version=4.13.1"
        self._user = user
        self._sent = 0
        self._socket: Any = None
        self._told: dict[str, list[Any]] = {}
        self._news = trio.Event()

    async def log_in(self, nursery: trio.Nursery, tls: ssl.SSLContext) -> None:
        """Connect and log in; from then on what comes is acknowledged in the nursery."""
        ready = trio.Event()
        nursery.start_soon(self._live, tls, ready)
        await ready.wait()
        await self._tell("login", f"{self._user}@app.account.voximplant.com", PASSWORD, {})
        await self._hear("loginSuccessful")

    async def call(self, number: str, offer: str) -> str:
        """Call a number; returns the answer to the offer."""
        await self._tell("createCall", -1, number, True, os.urandom(8).hex(), None, None, {}, "", offer, {})
        return str((await self._hear("handleConnectionConnected"))[2])

    async def _live(self, tls: ssl.SSLContext, ready: trio.Event) -> None:
        async with connect(self._url, ssl=tls, compression=None) as self._socket:
            async for text in self._socket:
                frame = json.loads(text)
                if frame["type"] == "id":
                    await self._socket.send('{"type": "lastrx", "seq": 0}')
                elif frame["type"] == "msg":
                    await self._socket.send(json.dumps({"type": "ack", "seq": frame["seq"]}))
                    if frame["payload"]["name"] == "__createConnection":
                        ready.set()
                    self._told[frame["payload"]["name"]] = frame["payload"]["params"]
                    self._news.set()
                    self._news = trio.Event()

    async def _tell(self, name: str, *params: Any) -> None:
        self._sent += 1
        payload = {"name": name, "params": params}
        await self._socket.send(json.dumps({"type": "msg", "seq": self._sent, "payload": payload}))

    async def _hear(self, name: str) -> list[Any]:
        with trio.fail_after(60):
            while name not in self._told:
                await self._news.wait()
        return self._told.pop(name)


class Microphone:
    """The audio of one call.

    Attributes:
        arrivals: when each packet came, and its number.
    """

    def __init__(self, number: int) -> None:
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.udp.setblocking(False)
        self.arrivals: list[tuple[float, int]] = []
        self._number = number
        self._sequence = self._timestamp = 1

    def offer(self) -> str:
        """An offer of PCMU."""
        return (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=ice-ufrag:abcd\r\n"
            f"a=ice-pwd:{'p' * 24}\r\na=fingerprint:sha-256 {_CERTIFICATE.fingerprint}\r\n"
            "a=setup:actpass\r\na=mid:0\r\na=sendrecv\r\n"
        )

    async def connect(self, answer: str) -> None:
        """ICE and DTLS."""
        section = sdp.checked(sdp.audio_of(sdp.parse(answer)))
        self.udp.connect(("127.0.0.1", section.port))
        name = f"{section.ufrag}:abcd".encode()
        self._check = stun.Message(
            stun.BINDING_REQUEST, bytes(12), ((stun.USERNAME, name), (stun.USE_CANDIDATE, b""))
        ).encode(section.password)
        self.udp.send(self._check)
        await trio.lowlevel.wait_readable(self.udp)
        self.udp.recv(2048)
        dtls = Dtls(_CERTIFICATE, section.digest, active=True)
        flight = dtls.begin()
        while dtls.keys is None:
            for datagram in flight:
                self.udp.send(datagram)
            await trio.lowlevel.wait_readable(self.udp)
            flight = dtls.receive(self.udp.recv(2048))
        self._session = Session(Policy(key=dtls.keys.sending, ssrc_type=Policy.SSRC_ANY_OUTBOUND))

    def say(self) -> None:
        """Send a packet of a tone."""
        packet = rtp.Packet(sdp.PCMU, self._sequence & 0xFFFF, self._timestamp, self._number, _TONE)
        self._sequence += 1
        self._timestamp += 160
        self.udp.send(self._session.protect(packet.encode()))

    def forget(self) -> None:
        """Drop what has come while nobody listened."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self.udp.recv(2048)

    def renew(self) -> None:
        """Show that it is still there."""
        self.udp.send(self._check)


def talk(microphones: list[Microphone], seconds: float) -> None:
    """Let all of them send and receive audio for a while, at the pace of speech."""
    with selectors.DefaultSelector() as selector:
        for one in microphones:
            one.forget()
            selector.register(one.udp, selectors.EVENT_READ, one)
        due = began = time.perf_counter()
        while due < began + seconds:
            for one in microphones:
                one.say()
            due += STEP
            while (left := due - time.perf_counter()) > 0:
                for key, _ in selector.select(left):
                    datagram = key.data.udp.recv(2048)
                    if rtp.is_rtp(datagram) and not rtp.is_rtcp(datagram):
                        key.data.arrivals.append((time.perf_counter(), int.from_bytes(datagram[2:4], "big")))

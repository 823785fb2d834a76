"""Media: the real audio of browsers' calls, over one UDP socket, paced by the real clock.

Every 20 ms each call gives what its browser said, as far as it is here, to the engine, and gets what it is to hear.
Datagrams find their call by the name in their connectivity checks, and from then on by their address.
"""

from __future__ import annotations

import socket
import sys
import time
from typing import TYPE_CHECKING, Final

import trio

from voxsim.protocols.media import stun
from voxsim.protocols.media.dtls import Certificate
from voxsim.protocols.media.peer import Address
from voxsim.protocols.media.voice import VoiceSettings
from voxsim.server.medialink import Link
from voxsim.vocabulary.errors import ConfigurationError

if TYPE_CHECKING:
    from voxsim.parties.mediaentry import MediaEntry
    from voxsim.protocols.websdk import MediaNear
    from voxsim.server.door import Door

STEP: Final = 0.02
"""Seconds of audio in a packet."""

_MOST: Final = 2048
_AT_ONCE: Final = 200
_BUFFER: Final = 1 << 20
_CATCH_UP: Final = 10


class Media:
    """The media plane of a server.

    Args:
        door: the way into the engine.
        entry: how it was configured.
    """

    def __init__(self, door: Door, entry: MediaEntry) -> None:
        self.door = door
        self.host = entry.host
        self.port = entry.port
        self.voice = VoiceSettings(level=entry.speech_level)
        self.speech_text = entry.speech_text
        self.certificate = Certificate()
        self._offset = time.time() - time.monotonic()
        self._socket: socket.socket | None = None
        self._links: dict[int, Link] = {}
        self._addresses: dict[Address, Link] = {}
        self._number = 0
        self._busy = trio.Event()
        self._owed = 0

    # --- calls ---

    def open(self, near: MediaNear) -> Link:
        """The media of a new call."""
        self._number += 1
        link = self._links[self._number] = Link(self, near, self._number)
        self._busy.set()
        return link

    def forget(self, link: Link) -> None:
        """A call is over."""
        self._links.pop(link.number, None)
        for address in link.peer.addresses:
            if self._addresses.get(address) is link:
                del self._addresses[address]

    def send(self, datagram: bytes, address: Address) -> None:
        """Send a datagram; one that cannot be sent at once is lost, as datagrams may be."""
        if self._socket is not None:
            try:
                self._socket.sendto(datagram, address)
            except OSError:
                return

    def unix_time(self, now: float) -> float:
        """An instant of the media's clock in unix seconds."""
        return now + self._offset

    # --- its tasks ---

    async def listen(self, nursery: trio.Nursery) -> None:
        """Open the socket, and serve in the nursery until it is cancelled.

        Raises:
            ConfigurationError: the address cannot be had.
        """
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._socket = opened = socket.socket(family, socket.SOCK_DGRAM)
        opened.setblocking(False)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        try:
            opened.bind((self.host, self.port))
        except OSError as error:
            opened.close()
            where = f"{self.host}, UDP port {self.port}"
            text = f"Audio cannot be received at {where}: {error.strerror}. 'host' and 'port' stand in [media]."
            raise ConfigurationError(text) from None
        self.port = opened.getsockname()[1]
        nursery.start_soon(self._receive, opened)
        nursery.start_soon(self._pace)

    async def _receive(self, opened: socket.socket) -> None:
        try:
            while True:
                await trio.lowlevel.wait_readable(opened)
                now = time.monotonic()
                for _ in range(_AT_ONCE):
                    try:
                        datagram, address = opened.recvfrom(_MOST)
                    except BlockingIOError:
                        break
                    except OSError:
                        continue
                    self._take(datagram, address[:2], now)
        finally:
            self._socket = None
            opened.close()

    def _take(self, datagram: bytes, address: Address, now: float) -> None:
        link = self._addresses.get(address)
        if stun.is_stun(datagram):
            link = self._links.get(stun.number_of(datagram))
        if link is None:
            return
        try:
            link.peer.receive(datagram, address, now)
        except Exception as error:  # noqa: BLE001 - one call less, but the others go on
            self._broken(link, error)
            return
        if address in link.peer.addresses:
            self._addresses[address] = link

    async def _pace(self) -> None:
        due = time.monotonic()
        while True:
            if not self._links:
                self._busy = trio.Event()
                await self._busy.wait()
                due = time.monotonic()
            due += STEP
            now = time.monotonic()
            if now - due > _CATCH_UP * STEP:
                # The process was busy with something else for long: what was not sent then is not sent.
                due = now
            await trio.sleep_until(self.door.deadline(max(due - now, 0)))
            self._owed = min(self._owed + 1, _CATCH_UP)
            if self._owed == 1:
                self.door.switch.post(self._tick)
                self.door.driver.poke()

    def _tick(self) -> None:
        """A step of the engine: 20 ms of each call, or what is owed of them."""
        owed, self._owed = self._owed, 0
        now = time.monotonic()
        for _ in range(owed):
            for link in tuple(self._links.values()):
                try:
                    link.tick(now)
                except Exception as error:  # noqa: BLE001 - as above
                    self._broken(link, error)

    def _broken(self, link: Link, error: Exception) -> None:
        print(f"voxsim: media of a call failed, {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
        self.forget(link)

"""Peer: one end of one call's media. ICE-lite, then DTLS, then SRTP with PCMU and digits.

Datagrams and the time go in by its methods, and what it has to say goes out by the callables it is given. It answers
nobody who does not know its password, and takes media only from an address that has shown to know it. `MOVES` is the
law of its states.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Final

import attrs
from pylibsrtp import Error as SrtpError
from pylibsrtp import Policy, Session

from voxsim.protocols.media import rtcp, rtp, sdp, stun
from voxsim.protocols.media.dtls import Certificate, Dtls, DtlsFailed, Keys
from voxsim.protocols.media.jitter import JitterBuffer
from voxsim.protocols.media.sender import Sender

Address = tuple[str, int]

_MOST_ADDRESSES: Final = 16


class PeerState(Enum):
    """Where a peer is in its life."""

    WAITING = "waiting"
    SECURING = "securing"
    OPEN = "open"
    FAILED = "failed"
    CLOSED = "closed"


MOVES: Final[dict[PeerState, frozenset[PeerState]]] = {
    PeerState.WAITING: frozenset({PeerState.SECURING, PeerState.FAILED, PeerState.CLOSED}),
    PeerState.SECURING: frozenset({PeerState.OPEN, PeerState.FAILED, PeerState.CLOSED, PeerState.WAITING}),
    PeerState.OPEN: frozenset({PeerState.FAILED, PeerState.CLOSED, PeerState.WAITING}),
    PeerState.FAILED: frozenset({PeerState.WAITING, PeerState.CLOSED}),
    PeerState.CLOSED: frozenset(),
}
"""Which state may follow which. WAITING is for a connectivity check and the other side's description; back to it goes
a peer whose other side comes with a new certificate."""


@attrs.frozen(kw_only=True)
class PeerLimits:
    """What a peer waits for, in seconds."""

    consent: float = 30.0
    """Without a connectivity check for so long nothing is sent any more (RFC 7675)."""
    handshake: float = 30.0
    """DTLS must be over by then."""
    report: float = 5.0
    """From one RTCP report to the next."""
    silence: float = 1.0
    """Without an RTP packet for so long the other side counts as silent."""


class Peer:
    """One end of one call's media.

    Args:
        number: what the plane knows it by; the first part of its ICE user name.
        certificate: this side's.
        host, port: where the other side's datagrams come in.
        send: sends a datagram to an address.
        on_key: told each digit that the other side presses.
        unix_time: the present, in unix seconds, at an instant of the clock by which it is told the time.

    Attributes:
        state: where it is in `MOVES`.
        trouble: why it failed; empty otherwise.
        address: where the other side is, once it has shown it.
        addresses: from where else it may send: all that have shown to know the password, the last ones of many.
        packets: how many RTP packets came.
        sender: the stream that goes out.
    """

    def __init__(
        self,
        number: int,
        certificate: Certificate,
        host: str,
        port: int,
        *,
        send: Callable[[bytes, Address], None],
        on_key: Callable[[str], None],
        unix_time: Callable[[float], float] = float,
        limits: PeerLimits | None = None,
    ) -> None:
        self.number = number
        self.state = PeerState.WAITING
        self.trouble = ""
        self.address: Address | None = None
        self.addresses: dict[Address, None] = {}
        self.packets = 0
        self.sender = Sender()
        self._certificate = certificate
        self._host, self._port = host, port
        self._send = send
        self._on_key = on_key
        self._unix_time = unix_time
        self._limits = limits or PeerLimits()
        self._ufrag, self._password = "", ""
        self._new_credentials()
        self._version = 0
        self._remote: sdp.Section | None = None
        self._mid = "0"
        self._active = False
        self._dtls: Dtls | None = None
        self._early: deque[bytes] = deque(maxlen=4)
        self._deadline = self._retry_at = 0.0
        self._sending: Session | None = None
        self._receiving: Session | None = None
        self._checked_at: float | None = None
        self._heard_at: float | None = None
        self._report_at = 0.0
        self._jitter = JitterBuffer()
        self._reception: rtcp.Reception | None = None
        self._event: tuple[int, int] | None = None

    # --- descriptions ---

    def answer(self, text: str) -> str:
        """The answer to an offer.

        Raises:
            BadDescription: the offer cannot be used.
        """
        sections = sdp.parse(text)
        taken = sdp.checked(sdp.audio_of(sections))
        before = self._remote
        if before is not None and before.ufrag != taken.ufrag:
            self._new_credentials()
        self._active = taken.setup == "passive" or (
            taken.setup == "actpass" and self._role_kept(taken) and self._active
        )
        self._agree(taken)
        return sdp.answer(sections, taken, self._own(), "active" if self._active else "passive")

    def offer(self) -> str:
        """An offer; within a call, of what there is already."""
        return sdp.offer(self._own(), self._mid)

    def accept(self, text: str) -> None:
        """The other side's answer to the last offer.

        Raises:
            BadDescription: the answer cannot be used.
        """
        taken = sdp.checked(sdp.audio_of(sdp.parse(text)))
        if not self._role_kept(taken):
            self._active = taken.setup == "passive"
        self._agree(taken)

    @property
    def receives(self) -> bool:
        """Whether the other side wants to hear anything just now."""
        return self._remote is not None and self._remote.direction in ("sendrecv", "recvonly")

    def _role_kept(self, taken: sdp.Section) -> bool:
        """Whether the other side is still the one with whom there is an association."""
        return self._remote is not None and self._remote.digest == taken.digest

    def _agree(self, taken: sdp.Section) -> None:
        changed = not self._role_kept(taken)
        self._remote, self._mid = taken, taken.mid
        if changed:
            if self.state is not PeerState.WAITING:
                self._move(PeerState.WAITING)
            self._dtls = self._sending = self._receiving = None
        self._secure()

    def _own(self) -> sdp.Own:
        self._version += 1
        return sdp.Own(
            number=self.number,
            version=self._version,
            host=self._host,
            port=self._port,
            ufrag=self._ufrag,
            password=self._password,
            fingerprint=self._certificate.fingerprint,
            ssrc=self.sender.ssrc,
        )

    def _new_credentials(self) -> None:
        self._ufrag = f"{self.number}+{secrets.token_hex(8)}"
        self._password = secrets.token_hex(16)

    # --- what comes in ---

    def receive(self, datagram: bytes, address: Address, now: float) -> None:
        """A datagram came; `now` is in seconds."""
        if self.state is PeerState.CLOSED:
            return
        if stun.is_stun(datagram):
            self._check(datagram, address, now)
        elif address not in self.addresses:
            return
        elif rtp.is_rtp(datagram):
            self._media(datagram, now)
        elif datagram and 20 <= datagram[0] < 64:
            self._handshake(datagram, now)

    def _check(self, datagram: bytes, address: Address, now: float) -> None:
        """A connectivity check: answered when it knows the password, and then its address is good."""
        try:
            message = stun.decode(datagram)
        except stun.BadStun:
            return
        name = message.get(stun.USERNAME) or b""
        if message.kind != stun.BINDING_REQUEST or name.partition(b":")[0] != self._ufrag.encode():
            return
        if not message.signed_with(self._password):
            self._send(stun.failure(message, 401, "Unauthorized").encode(), address)
            return
        if message.unknown:
            self._send(stun.failure(message, 420, "Unknown Attribute").encode(self._password), address)
            return
        self._send(stun.success(message, address).encode(self._password), address)
        self._checked_at = now
        self._know(address)
        if self.address is None or message.get(stun.USE_CANDIDATE) is not None:
            self.address = address
            self._secure(now)

    def _know(self, address: Address) -> None:
        self.addresses.pop(address, None)
        self.addresses[address] = None
        if len(self.addresses) > _MOST_ADDRESSES:
            del self.addresses[next(one for one in self.addresses if one != self.address)]

    def _secure(self, now: float | None = None) -> None:
        """Begin DTLS as soon as the other side's address and its fingerprint are known."""
        if self.state is not PeerState.WAITING or self.address is None or self._remote is None:
            return
        self._move(PeerState.SECURING)
        now = self._checked_at or 0.0 if now is None else now
        self._deadline = now + self._limits.handshake
        self._dtls = Dtls(self._certificate, self._remote.digest, active=self._active)
        self._go_on(self._dtls.begin, now)
        while self._early:
            self._handshake(self._early.popleft(), now)

    def _handshake(self, datagram: bytes, now: float) -> None:
        dtls = self._dtls
        if dtls is None:
            self._early.append(datagram)
            return
        self._go_on(lambda: dtls.receive(datagram), now)

    def _go_on(self, step: Callable[[], list[bytes]], now: float) -> None:
        dtls = self._dtls
        if dtls is None or self.address is None:
            return
        try:
            for datagram in step():
                self._send(datagram, self.address)
        except DtlsFailed as error:
            if self.state is PeerState.SECURING:
                self._fail(f"DTLS: {error}")
            return
        wait = dtls.seconds_to_retry()
        self._retry_at = 0.0 if wait is None else now + wait
        if dtls.keys is not None and self.state is PeerState.SECURING:
            self._open(dtls.keys, now)

    def _open(self, keys: Keys, now: float) -> None:
        self._sending = Session(Policy(key=keys.sending, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
        self._receiving = Session(Policy(key=keys.receiving, ssrc_type=Policy.SSRC_ANY_INBOUND))
        self._report_at = now + self._limits.report / 2
        self._heard_at = now
        self._move(PeerState.OPEN)

    def _media(self, datagram: bytes, now: float) -> None:
        """RTP or RTCP; what is not signed with the right key, or came before, is dropped."""
        if self._receiving is None:
            return
        try:
            if rtp.is_rtcp(datagram):
                for part in rtcp.decode(self._receiving.unprotect_rtcp(datagram)):
                    if self._reception is not None and part.kind == rtcp.SENDER_REPORT:
                        self._reception.heard_report(part.middle, now)
                return
            packet = rtp.decode(self._receiving.unprotect(datagram))
        except (SrtpError, ValueError):
            return
        self.packets += 1
        self._heard_at = now
        if self._reception is None or self._reception.ssrc != packet.ssrc:
            self._reception = rtcp.Reception(packet.ssrc)
            self._jitter = JitterBuffer()
        self._reception.count(packet, now)
        if packet.payload_type == sdp.PCMU and packet.payload:
            self._jitter.put(packet.timestamp, packet.payload)
        elif self._remote is not None and packet.payload_type == self._remote.events:
            self._key(packet)

    def _key(self, packet: rtp.Packet) -> None:
        """A digit comes in several packets of one timestamp: the first of them counts."""
        event = rtp.decode_event(packet.payload)
        if event is None or (packet.ssrc, packet.timestamp) == self._event:
            return
        if self._event is not None and self._event[0] == packet.ssrc:
            behind = (packet.timestamp - self._event[1]) & 0xFFFFFFFF
            if behind > 0x7FFFFFFF:
                return
        self._event = (packet.ssrc, packet.timestamp)
        self._on_key(event.key)

    # --- what goes out, every 20 ms ---

    def pull(self) -> bytes | None:
        """The next 20 ms of what the other side says, in PCMU; None when nothing came."""
        return self._jitter.pull()

    def press(self, keys: str, milliseconds: float = 100) -> None:
        """Send digits; those that do not exist are left out."""
        self.sender.press(keys, milliseconds)

    def play(self, frame: bytes | None, now: float) -> None:
        """Send 20 ms of PCMU, or silence; a digit that is being pressed goes in its place."""
        self.sender.step()
        remote = self._remote
        if remote is None or self._sending is None or self.address is None:
            return
        if self.receives and self.consented(now):
            self._send(self._sending.protect(self.sender.packet(frame, remote.events)), self.address)
        else:
            self.sender.pause()

    def tick(self, now: float) -> None:
        """Look at the clocks: to be called every 20 ms or so."""
        if self.state is PeerState.SECURING and self._dtls is not None:
            if now >= self._deadline:
                self._fail("DTLS: the handshake was not over in time")
            elif self._retry_at and now >= self._retry_at:
                self._go_on(self._dtls.retry, now)
        elif self.state is PeerState.OPEN and now >= self._report_at:
            self._report_at = now + self._limits.report
            self._report(now)

    def consented(self, now: float) -> bool:
        """Whether the other side has shown lately that it wants to get anything."""
        return self._checked_at is not None and now - self._checked_at < self._limits.consent

    def silent(self, now: float) -> bool:
        """Whether packets have come, and come no more."""
        return self._heard_at is not None and now - self._heard_at > self._limits.silence

    def _report(self, now: float, *, leaving: bool = False) -> None:
        if self._sending is None or self.address is None or not self.consented(now):
            return
        sender, sent = self.sender, None
        if sender.packets:
            sent = (self._unix_time(now), sender.timestamp, sender.packets, sender.bytes)
        block = self._reception.block(now) if self._reception is not None else None
        packet = rtcp.report(sender.ssrc, sent, block, leaving=leaving)
        self._send(self._sending.protect_rtcp(packet), self.address)

    # --- the end ---

    def close(self, now: float) -> None:
        """The call is over."""
        if self.state is PeerState.CLOSED:
            return
        self._report(now, leaving=True)
        if self.state is PeerState.OPEN and self._dtls is not None:
            self._go_on(self._dtls.close, now)
        self._move(PeerState.CLOSED)
        self._dtls = self._sending = self._receiving = None

    def _fail(self, trouble: str) -> None:
        self.trouble = trouble
        self._move(PeerState.FAILED)

    def _move(self, state: PeerState) -> None:
        if state not in MOVES[self.state]:
            raise ValueError(f"A peer cannot go from {self.state.value} to {state.value}.")
        self.state = state

"""A browser's end of a call's media, as far as tests need it: a full ICE agent, DTLS and SRTP, without a socket."""

import os
import struct

from pylibsrtp import Policy, Session

from voxsim.protocols.media import rtp, sdp, stun
from voxsim.protocols.media.dtls import Certificate, Dtls

CERTIFICATE = Certificate()
AUDIO = 0
KEYS = 126


class Browser:
    """It is told datagrams and gives datagrams; `clock` is the time in seconds."""

    def __init__(self, peer, outbox, address=("192.0.2.1", 40_000), fingerprint=None):
        self.peer = peer
        self.address = address
        self.ufrag, self.password = os.urandom(4).hex(), os.urandom(12).hex()
        self.fingerprint = fingerprint or CERTIFICATE.fingerprint
        self.theirs = None
        self.dtls = None
        self.sending = self.receiving = None
        self.heard, self.reports, self.refusals = [], [], []
        self.clock = 100.0
        self.sequence, self.timestamp = 5, 1000
        self._outbox = outbox

    def describe(self, setup="actpass", formats="111 0 126", way="sendrecv"):
        return (
            f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF {formats}\r\n"
            f"a=ice-ufrag:{self.ufrag}\r\na=ice-pwd:{self.password}\r\na=fingerprint:sha-256 {self.fingerprint}\r\n"
            f"a=setup:{setup}\r\na=mid:a\r\na={way}\r\na=rtpmap:126 telephone-event/8000\r\n"
        )

    def understand(self, text):
        self.theirs = sdp.audio_of(sdp.parse(text))

    def send(self, datagram, address=None):
        self.peer.receive(datagram, address or self.address, self.clock)

    def check(self, password=None, address=None, attributes=(), user=None):
        user = user or f"{self.theirs.ufrag}:{self.ufrag}"
        request = stun.Message(
            stun.BINDING_REQUEST,
            os.urandom(12),
            ((stun.USERNAME, user.encode()), (stun.PRIORITY, bytes(4)), (stun.USE_CANDIDATE, b""), *attributes),
        )
        self.send(request.encode(password or self.theirs.password), address)

    def begin_dtls(self, *, active):
        self.dtls = Dtls(CERTIFICATE, self.theirs.digest, active=active)
        for datagram in self.dtls.begin():
            self.send(datagram)

    def settle(self):
        """Take what comes until nothing comes any more."""
        while self._outbox:
            datagram, address = self._outbox.pop(0)
            if address == self.address:
                self._take(datagram)

    def _take(self, datagram):
        if stun.is_stun(datagram):
            answer = stun.decode(datagram)
            if answer.kind == stun.BINDING_ERROR:
                self.refusals.append(struct.unpack("!HBB", answer.get(stun.ERROR_CODE)[:4])[1:])
            elif self.dtls is None and self.theirs.setup == "passive":
                self.begin_dtls(active=True)
        elif 20 <= datagram[0] < 64:
            if self.dtls is None:
                self.begin_dtls(active=False)
            for answer in self.dtls.receive(datagram):
                self.send(answer)
            if self.dtls.keys is not None and self.sending is None:
                self.sending = Session(Policy(key=self.dtls.keys.sending, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
                self.receiving = Session(Policy(key=self.dtls.keys.receiving, ssrc_type=Policy.SSRC_ANY_INBOUND))
        elif rtp.is_rtcp(datagram):
            self.reports.append(self.receiving.unprotect_rtcp(datagram))
        else:
            self.heard.append(rtp.decode(self.receiving.unprotect(datagram)))

    def packet(self, payload, kind=AUDIO, timestamp=None, ssrc=77):
        packet = rtp.Packet(kind, self.sequence, self.timestamp if timestamp is None else timestamp, ssrc, payload)
        self.sequence += 1
        if timestamp is None:
            self.timestamp += len(payload)
        return self.sending.protect(packet.encode())

    def say(self, *payloads):
        for payload in payloads:
            self.send(self.packet(payload))

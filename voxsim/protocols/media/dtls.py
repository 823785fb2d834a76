"""DTLS 1.2 with keys for SRTP (RFC 5764), over datagrams that come and go through memory.

The certificate is made by this machine for itself; each side knows the other's by the fingerprint in the session
description. Needs pyOpenSSL.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

_LABEL: Final = b"EXTRACTOR-dtls_srtp"
_KEY: Final = 16
_SALT: Final = 14
_MTU: Final = 1200
_MOST: Final = 65_536
_FUNCTIONS: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "sha-1": hashes.SHA1,
    "sha-224": hashes.SHA224,
    "sha-256": hashes.SHA256,
    "sha-384": hashes.SHA384,
    "sha-512": hashes.SHA512,
}


class DtlsFailed(Exception):
    """The handshake has come to nothing, and why."""


@attrs.frozen
class Keys:
    """SRTP's master keys with their salts: of what is sent, and of what is received."""

    sending: bytes = attrs.field(repr=False)
    receiving: bytes = attrs.field(repr=False)


class Certificate:
    """A certificate, with its key, that one process uses for all its calls.

    Attributes:
        fingerprint: its SHA-256, `AB:CD:…`.
        context: OpenSSL's, for all handshakes.
    """

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "voxsim")])
        now = dt.datetime.now(dt.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=365))
            .sign(key, hashes.SHA256())
        )
        self.fingerprint = fingerprint(certificate, "sha-256")
        self.context = context = SSL.Context(SSL.DTLS_METHOD)
        context.use_certificate(certificate)
        context.use_privatekey(key)
        # Anybody's certificate will do here: its fingerprint is compared as soon as it is known.
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        context.set_tlsext_use_srtp(b"SRTP_AES128_CM_SHA1_80")
        context.set_options(SSL.OP_NO_QUERY_MTU | SSL.OP_NO_RENEGOTIATION)


def fingerprint(certificate: x509.Certificate, function: str) -> str:
    """A certificate's fingerprint by a hash function's name; empty when nobody knows it."""
    algorithm = _FUNCTIONS.get(function)
    return certificate.fingerprint(algorithm()).hex(":").upper() if algorithm is not None else ""


class Dtls:
    """One side of one handshake.

    Args:
        certificate: this side's.
        digest: the hash function and the fingerprint of the other side's.
        active: whether this side begins.

    Attributes:
        keys: once the handshake is over.
        closed: whether the other side has said that it is over.
    """

    def __init__(self, certificate: Certificate, digest: tuple[str, str], *, active: bool) -> None:
        self.active = active
        self.digest = digest
        self.keys: Keys | None = None
        self.closed = False
        self._connection = SSL.Connection(certificate.context, None)
        self._connection.set_ciphertext_mtu(_MTU)
        if active:
            self._connection.set_connect_state()
        else:
            self._connection.set_accept_state()

    def begin(self) -> list[bytes]:
        """What there is to send at first.

        Raises:
            DtlsFailed: OpenSSL cannot begin.
        """
        return self._go_on()

    def receive(self, datagram: bytes) -> list[bytes]:
        """Take what came; returns what there is to send.

        Raises:
            DtlsFailed: the handshake has failed.
        """
        self._connection.bio_write(datagram)
        return self._go_on()

    def seconds_to_retry(self) -> float | None:
        """When something must be sent again, or None."""
        wait: float | None = self._connection.DTLSv1_get_timeout()
        return wait

    def retry(self) -> list[bytes]:
        """What there is to send again, when that time has passed.

        Raises:
            DtlsFailed: it was sent too often.
        """
        try:
            self._connection.DTLSv1_handle_timeout()
        except SSL.Error as error:
            raise DtlsFailed(f"the other side does not answer: {error}") from None
        return self._written()

    def close(self) -> list[bytes]:
        """What tells the other side that this one is over."""
        try:
            self._connection.shutdown()
        except SSL.Error:
            return []
        return self._written()

    def _go_on(self) -> list[bytes]:
        try:
            if self.keys is None:
                self._connection.do_handshake()
                self.keys = self._agreed()
            else:
                # Nothing but the farewell and repeated flights can come.
                self._connection.recv(_MOST)
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self.closed = True
        except SSL.Error as error:
            raise DtlsFailed(f"OpenSSL says {error}") from None
        return self._written()

    def _agreed(self) -> Keys:
        """The keys, from a side that is who it said it is.

        Raises:
            DtlsFailed: it is not, or it has no SRTP.
        """
        function, expected = self.digest
        peer = self._connection.get_peer_certificate(as_cryptography=True)
        if peer is None or not expected or fingerprint(peer, function) != expected:
            raise DtlsFailed("the certificate is not the one of the session description")
        if not self._connection.get_selected_srtp_profile():
            raise DtlsFailed("the other side has no SRTP_AES128_CM_SHA1_80")
        both = self._connection.export_keying_material(_LABEL, 2 * (_KEY + _SALT))
        client_key, server_key = both[:_KEY], both[_KEY : 2 * _KEY]
        client_salt, server_salt = both[2 * _KEY : 2 * _KEY + _SALT], both[2 * _KEY + _SALT :]
        keys = Keys(client_key + client_salt, server_key + server_salt)
        return keys if self.active else Keys(keys.receiving, keys.sending)

    def _written(self) -> list[bytes]:
        """What OpenSSL has to send, in datagrams: its memory keeps no boundaries, but each record says its length."""
        try:
            data = self._connection.bio_read(_MOST)
        except SSL.WantReadError:
            return []
        datagrams: list[bytes] = []
        place = 0
        while place < len(data):
            size = 13 + int.from_bytes(data[place + 11 : place + 13], "big")
            record = data[place : place + size]
            if datagrams and len(datagrams[-1]) + len(record) <= _MTU:
                datagrams[-1] += record
            else:
                datagrams.append(record)
            place += size
        return datagrams

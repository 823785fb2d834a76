"""The local certificate authority: made once, kept beside the scenarios, and trusted by clients that are told of it.

`ca-key.pem` holds the key and the certificate in one file, so that there is never one without the other; `ca.pem` is
the certificate again, for clients. The server's own certificate is made anew at each start and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from voxsim.platform.files import locked, write_whole
from voxsim.vocabulary.errors import ConfigurationError

if TYPE_CHECKING:
    import ssl

    import trustme

CERTIFICATE: Final = "ca.pem"
"""The file for clients, in the authority's folder."""

KEY: Final = "ca-key.pem"
"""The file that is nobody else's business."""

NAMES: Final = ("localhost", "127.0.0.1", "::1", "api.voximplant.com")
"""What every server's certificate is for; the last one is what clients ask for through a proxy."""

_RENEWED_BEFORE: Final = timedelta(days=30)
_VALID: Final = timedelta(days=800)
"""For how long a server's certificate is good: some clients take none for more than 825 days."""


class Authority:
    """A certificate authority; `kept_in` makes or reads one.

    Attributes:
        certificate_file: what clients have to trust, PEM.
    """

    def __init__(self, authority: trustme.CA, certificate_file: Path) -> None:
        self._authority = authority
        self.certificate_file = certificate_file

    @classmethod
    def kept_in(cls, folder: Path) -> Authority:
        """The authority that is kept in a folder; it is made when there is none, or when it comes to its end.

        Raises:
            ConfigurationError: the folder or what is in it cannot be used, or the library for it is not installed.
        """
        _library()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
            with locked(folder):
                authority = _read(folder / KEY)
                if authority is None or _ends_soon(authority):
                    authority = _make(folder)
                _publish(authority, folder / CERTIFICATE)
        except OSError as error:
            raise ConfigurationError(
                f"The certificate authority in {str(folder)!r} cannot be kept: {error.strerror or error}. "
                "Make the folder writable, or use --no-tls."
            ) from None
        return cls(authority, folder / CERTIFICATE)

    def server_context(self, names: Iterable[str] = ()) -> ssl.SSLContext:
        """What a server speaks TLS with, under a new certificate of this authority.

        Args:
            names: further host names and IP addresses by which clients ask for the server.

        Raises:
            ConfigurationError: a name is none.
        """
        import ssl

        wanted = dict.fromkeys((*NAMES, *names))
        for name in wanted:
            _check_name(name)
        now = datetime.now(UTC)
        leaf = self._authority.issue_cert(
            *wanted,
            organization_name="voxsim",
            organization_unit_name="voxsim serve",
            # A client whose clock is a little behind takes it nevertheless.
            not_before=now - timedelta(days=1),
            not_after=min(now + _VALID, self._authority._certificate.not_valid_after_utc),  # it has no public name
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        leaf.configure_cert(context)
        return context


def _library() -> None:
    try:
        import trustme  # noqa: F401 - whether it can be
    except ImportError:
        raise ConfigurationError(
            'HTTPS needs a library that is not installed: pip install "voxsim[serve]", or use --no-tls.'
        ) from None


def _make(folder: Path) -> trustme.CA:
    """A new authority, written down."""
    import trustme

    authority = trustme.CA(organization_name="voxsim", organization_unit_name="voxsim local authority", path_length=0)
    # Neither the key nor a certificate that no other machine trusts belongs into a repository.
    write_whole(folder / ".gitignore", b"*\n")
    write_whole(folder / KEY, authority.private_key_pem.bytes() + authority.cert_pem.bytes(), mode=0o600)
    return authority


def _read(file: Path) -> trustme.CA | None:
    """The authority in a file; None when there is no such file."""
    import trustme
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.x509 import ExtensionNotFound

    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    file.chmod(0o600)
    try:
        authority = trustme.CA.from_pem(content, content)
        reason = _unfit(authority)
    except (ValueError, TypeError, UnsupportedAlgorithm, ExtensionNotFound):
        reason = "it does not hold a key and a certificate"
    if reason is None:
        return authority
    raise ConfigurationError(
        f"The certificate authority in {str(file)!r} cannot be used: {reason}. "
        f"Delete {str(file.parent)!r} for a new one, which clients then have to trust, or use --no-tls."
    )


def _unfit(authority: trustme.CA) -> str | None:
    """Why it cannot sign what clients would take, or None."""
    from cryptography import x509

    certificate = authority._certificate
    certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    if not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
        return "its certificate is no authority's"
    if certificate.public_key() != authority._private_key.public_key():
        return "its key and its certificate do not belong together"
    return None


def _ends_soon(authority: trustme.CA) -> bool:
    return authority._certificate.not_valid_after_utc < datetime.now(UTC) + _RENEWED_BEFORE


def _publish(authority: trustme.CA, file: Path) -> None:
    """Let clients have the certificate, and no other one."""
    certificate = authority.cert_pem.bytes()
    try:
        if file.read_bytes() == certificate:
            return
    except FileNotFoundError:
        pass
    write_whole(file, certificate)


def _check_name(name: str) -> None:
    """Refuse what the library would take for an e-mail address or a network, or fail on."""
    import ipaddress

    import idna

    try:
        ipaddress.ip_address(name)
    except ValueError:
        try:
            idna.encode(name.removeprefix("*."), uts46=True)
        except UnicodeError:
            raise ConfigurationError(
                f"A certificate cannot be for the name {name!r}: a host name or an IP address is needed."
            ) from None

"""The local certificate authority: kept, shared by parallel starts, never half, and good for a real handshake."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from voxsim.server.certificates import CERTIFICATE, KEY, NAMES, Authority
from voxsim.vocabulary.errors import ConfigurationError

MAKE = "import sys; from pathlib import Path; from voxsim.server.certificates import Authority\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".voxsim" / "ca"


def shake_hands(server: ssl.SSLContext, trusted: Path, name: str, **limits: ssl.TLSVersion) -> ssl.SSLSocket:
    """A client's socket after a handshake on loopback; the server says one byte and leaves."""

    def answer() -> None:
        connection, _ = listener.accept()
        try:
            with server.wrap_socket(connection, server_side=True) as wrapped:
                wrapped.sendall(b"!")
        except (ssl.SSLError, ConnectionError):
            connection.close()

    client = ssl.create_default_context(cafile=str(trusted))
    client.set_alpn_protocols(["h2", "http/1.1"])
    for limit, version in limits.items():
        setattr(client, limit, version)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        raw = socket.create_connection(listener.getsockname())
        try:
            wrapped = client.wrap_socket(raw, server_hostname=name)
            assert wrapped.recv(1) == b"!"
        except BaseException:
            raw.close()
            raise
        finally:
            thread.join()
    return wrapped


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("name", [*NAMES, "pbx.example.org", "10.1.2.3"])
def test_a_client_that_trusts_the_authority_takes_every_name(folder: Path, name: str) -> None:
    authority = Authority.kept_in(folder)
    assert authority.certificate_file == folder / CERTIFICATE
    context = authority.server_context(["pbx.example.org", "10.1.2.3"])
    with shake_hands(context, authority.certificate_file, name) as client:
        assert client.selected_alpn_protocol() == "http/1.1"
        assert client.version() in ("TLSv1.2", "TLSv1.3")


def test_another_name_and_another_authority_are_not_trusted(folder: Path, tmp_path: Path) -> None:
    authority, other = Authority.kept_in(folder), Authority.kept_in(tmp_path / "other")
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake_hands(authority.server_context(), authority.certificate_file, "example.org")
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(authority.server_context(), other.certificate_file, "localhost")


def test_strict_clients_take_it(folder: Path) -> None:
    authority = Authority.kept_in(folder)
    client = ssl.create_default_context(cafile=str(authority.certificate_file))
    client.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    near = client.wrap_bio(into, out, server_hostname="localhost")
    far = authority.server_context().wrap_bio(out, into, server_side=True)
    done = 0
    while done < 2:
        done = 0
        for side in (near, far):
            try:
                side.do_handshake()
                done += 1
            except ssl.SSLWantReadError:
                pass
    assert near.getpeercert()


def test_tls_before_1_2_is_not_spoken(folder: Path) -> None:
    assert Authority.kept_in(folder).server_context().minimum_version is ssl.TLSVersion.TLSv1_2


def test_it_is_kept_for_its_owner_alone(folder: Path) -> None:
    Authority.kept_in(folder)
    assert mode(folder) == 0o700
    assert mode(folder / KEY) == 0o600
    assert b"PRIVATE KEY" not in (folder / CERTIFICATE).read_bytes()
    assert (folder / ".gitignore").read_text() == "*\n"
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    folder.chmod(0o755)
    (folder / KEY).chmod(0o644)
    again = Authority.kept_in(folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert mode(folder) == 0o700
    assert mode(folder / KEY) == 0o600
    shake_hands(again.server_context(), folder / CERTIFICATE, "localhost").close()


def test_one_that_comes_to_its_end_is_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        soon = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=3)
        patch.setattr(trustme, "DEFAULT_EXPIRY", soon)
        Authority.kept_in(folder)
    old = (folder / CERTIFICATE).read_bytes()
    authority = Authority.kept_in(folder)
    assert (folder / CERTIFICATE).read_bytes() != old
    shake_hands(authority.server_context(), folder / CERTIFICATE, "localhost").close()


@pytest.mark.parametrize("content", ["", "nonsense", "half", "leaf", "mixed", "binary"])
def test_what_cannot_be_used_is_named(folder: Path, content: str) -> None:
    Authority.kept_in(folder)
    whole, other = (folder / KEY).read_bytes(), trustme.CA()
    leaf = other.issue_cert("localhost").private_key_and_cert_chain_pem.bytes()
    mixed = other.private_key_pem.bytes() + (folder / CERTIFICATE).read_bytes()
    contents = {"half": whole[: len(whole) // 2], "leaf": leaf, "mixed": mixed, "binary": bytes(range(256))}
    (folder / KEY).write_bytes(contents.get(content, content.encode()))
    with pytest.raises(ConfigurationError, match=r"cannot be used: .*Delete .* or use --no-tls"):
        Authority.kept_in(folder)


def test_the_clients_copy_is_made_good(folder: Path) -> None:
    Authority.kept_in(folder)
    whole = (folder / CERTIFICATE).read_bytes()
    (folder / CERTIFICATE).write_bytes(whole[:50])
    Authority.kept_in(folder)
    assert (folder / CERTIFICATE).read_bytes() == whole


@pytest.mark.parametrize("name", ["", "two words", "me@example.org", "10.0.0.0/8", "host:8080", "a..b", "\ud800"])
def test_a_name_that_is_none_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="a host name or an IP address is needed"):
        Authority.kept_in(folder).server_context([name])


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / ".voxsim").write_text("a file")
    with pytest.raises(ConfigurationError, match="cannot be kept: Not a directory"):
        Authority.kept_in(tmp_path / ".voxsim" / "ca")


def test_without_the_library_it_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(ConfigurationError, match=r'pip install "voxsim\[serve\]", or use --no-tls'):
        Authority.kept_in(folder)
    assert not folder.exists()


def test_parallel_starts_have_one_authority(folder: Path) -> None:
    code = MAKE + "print(Authority.kept_in(Path(sys.argv[1]))._authority.cert_pem.bytes().decode())"
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    told = {process.communicate()[0].strip() for process in started}
    assert told == {(folder / CERTIFICATE).read_text().strip()}


@pytest.mark.parametrize("place", ["os.fchmod", "os.fsync", "os.replace"])
@pytest.mark.parametrize("time", [1, 2, 3])
def test_a_kill_in_the_middle_leaves_nothing_half(folder: Path, place: str, time: int) -> None:
    code = MAKE + (
        f"import os, signal\nreal, left = {place}, [{time}]\n"
        "def last(*arguments):\n"
        "    left[0] -= 1\n"
        "    return real(*arguments) if left[0] else os.kill(os.getpid(), signal.SIGKILL)\n"
        f"{place} = last\nAuthority.kept_in(Path(sys.argv[1]))"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(folder)], check=False)
    assert killed.returncode == -signal.SIGKILL
    authority = Authority.kept_in(folder)
    shake_hands(authority.server_context(), folder / CERTIFICATE, "localhost").close()
    assert os.access(folder / KEY, os.R_OK)

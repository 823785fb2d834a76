"""Mails over real SMTP, to an independent server on loopback."""

import email
import email.policy
import ssl

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from voxsim.server.outbound import mail as mail_module

pytestmark = pytest.mark.trio

ME = {"login": "me", "password": "right"}


class Postbox:
    """Takes mails, and refuses some recipients and some mails."""

    def __init__(self):
        self.mails = []
        self.recipients = []
        self.logins = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address.startswith("nobody"):
            return "550 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        if message["Subject"] == "spam":
            return "554 Rejected as spam"
        self.mails.append(message)
        self.recipients.append(envelope.rcpt_tos)
        return "250 Taken"

    def log_in(self, server, session, envelope, mechanism, data):
        """Only one password is right."""
        self.logins.append((data.login.decode(), session.ssl is not None))
        return AuthResult(success=data.password == b"right", handled=False)


class Smtp(Controller):
    """A server on a port that the system chooses."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def postbox():
    return Postbox()


@pytest.fixture
def smtp(postbox):
    """`smtp()` starts a server and returns its port."""
    running = []

    def start(**options):
        controller = Smtp(postbox, "127.0.0.1", 0, authenticator=postbox.log_in, **options)
        controller.start()
        running.append(controller)
        return controller.port

    yield start
    for controller in running:
        controller.stop()


def a_mail(port, **changes):
    """A mail, as the engine hands it over."""
    mail = {
        "server": "127.0.0.1",
        "from": "Sim <sim@example.org>",
        "to": ["one@example.org", "two@example.org"],
        "title": "Grüße",
        "body": "Plain téxt",
        "html": None,
        "cc": [],
        "bcc": [],
        "port": port,
        "login": "",
        "password": "",
    }
    return mail | changes


async def test_a_mail_arrives(driver, net, smtp, postbox):
    assert await net.mail(a_mail(smtp())) == (250, None)
    (mail,) = postbox.mails
    assert (mail["From"], mail["To"], mail["Subject"]) == (
        "Sim <sim@example.org>",
        "one@example.org, two@example.org",
        "Grüße",
    )
    assert mail.get_content().strip() == "Plain téxt"
    assert mail["Message-ID"].endswith("@example.org>")
    assert mail["Date"]


async def test_html_stands_beside_the_text(driver, net, smtp, postbox):
    await net.mail(a_mail(smtp(), html="<b>bold</b>"))
    (mail,) = postbox.mails
    assert mail.get_body(("html",)).get_content().strip() == "<b>bold</b>"
    assert mail.get_body(("plain",)).get_content().strip() == "Plain téxt"


async def test_hidden_recipients_get_it_and_are_not_named(driver, net, smtp, postbox):
    await net.mail(a_mail(smtp(), cc=["copy@example.org"], bcc=["hidden@example.org"]))
    assert postbox.recipients == [["one@example.org", "two@example.org", "copy@example.org", "hidden@example.org"]]
    (mail,) = postbox.mails
    assert mail["Cc"] == "copy@example.org"
    assert "hidden" not in mail.as_string()


async def test_a_login_waits_for_tls(driver, net, smtp, postbox, server_tls):
    port = smtp(tls_context=server_tls)
    assert await net.mail(a_mail(port, **ME)) == (250, None)
    assert postbox.logins == [("me", True)]


async def test_the_secure_port_begins_with_tls(driver, net, smtp, postbox, server_tls, monkeypatch):
    port = smtp(ssl_context=server_tls, auth_require_tls=False)
    monkeypatch.setattr(mail_module, "SECURE_PORT", port)
    assert await net.mail(a_mail(port)) == (250, None)
    assert len(postbox.mails) == 1


# --- what can go wrong ---


async def test_a_wrong_password(driver, net, smtp, server_tls):
    code, error = await net.mail(a_mail(smtp(tls_context=server_tls), **(ME | {"password": "wrong"})))
    assert code == 535
    assert "credentials" in error.lower()


async def test_a_mail_that_is_refused(driver, net, smtp):
    assert await net.mail(a_mail(smtp(), title="spam")) == (554, "Rejected as spam")


async def test_recipients_that_are_all_refused(driver, net, smtp):
    code, error = await net.mail(a_mail(smtp(), to=["nobody@example.org"]))
    assert (code, error) == (550, "nobody@example.org: 550 No such user")


async def test_one_recipient_of_two_is_refused(driver, net, smtp, postbox):
    code, error = await net.mail(a_mail(smtp(), to=["one@example.org", "nobody@example.org"]))
    assert (code, error) == (250, "nobody@example.org: 550 No such user")
    assert postbox.recipients == [["one@example.org"]]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"server": "nowhere.invalid"}, -3),
        ({"server": "no..where"}, -3),
        ({"port": 1}, -4),
        ({"title": "two\nlines"}, -8),
        ({"port": "none"}, -8),
        ({"body": "half a character: \ud800"}, -8),
    ],
)
async def test_what_never_gets_to_a_server_has_a_code_of_its_own(changes, expected, driver, net, smtp):
    code, error = await net.mail(a_mail(smtp()) | changes)
    assert code == expected
    assert error


async def test_an_unknown_certificate(driver, net, smtp, postbox):
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    code, error = await net.mail(a_mail(smtp(tls_context=tls)))
    assert code == -4
    assert "CERTIFICATE_VERIFY_FAILED" in error
    assert not postbox.mails


async def test_a_server_that_hangs_up(driver, net, listening):
    async def hang_up(stream):
        await stream.aclose()

    async with listening(hang_up) as port:
        code, error = await net.mail(a_mail(port))
    assert code == -6
    assert error


async def test_a_server_that_says_nothing(driver, net, listening, monkeypatch):
    monkeypatch.setattr(mail_module, "REPLY_SECONDS", 0.05)

    async def silent(stream):
        await stream.receive_some()

    async with listening(silent) as port:
        code, error = await net.mail(a_mail(port))
    assert code == -7
    assert "timed out" in error

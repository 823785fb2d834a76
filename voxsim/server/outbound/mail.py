"""Mails of scenarios over the real network: the standard library's SMTP client, in a thread for each mail.

Port 465 speaks TLS from the start; elsewhere TLS is begun when the server offers it, before anybody logs in.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from typing import TYPE_CHECKING, Any, Final

import trio

from voxsim.server.outbound.http import is_unknown_host
from voxsim.vocabulary.codes import HTTP_ERRORS, HttpCode

if TYPE_CHECKING:
    from voxsim.server.door import Door

SECURE_PORT: Final = 465
"""Where SMTP begins with a TLS handshake."""

REPLY_SECONDS: Final = 60.0
"""How long a server may take for each of its replies, in real seconds."""

_AT_ONCE: Final = 20
_SENT: Final = 250


class Mailer:
    """Sends the mails of all sessions."""

    def __init__(self, door: Door, nursery: trio.Nursery, tls: ssl.SSLContext) -> None:
        self._door = door
        self._nursery = nursery
        self._tls = tls
        self._threads = trio.CapacityLimiter(_AT_ONCE)

    def send(self, mail: Mapping[str, Any], done: Callable[[int, str | None], None]) -> None:
        """Begin to send one mail; `done(code, error)` is called as a step of the engine."""
        self._nursery.start_soon(self._carry_out, mail, done)

    async def _carry_out(self, mail: Mapping[str, Any], done: Callable[[int, str | None], None]) -> None:
        code, error = await trio.to_thread.run_sync(
            deliver, mail, self._tls, abandon_on_cancel=True, limiter=self._threads
        )
        self._door.switch.post(done, code, error)
        self._door.driver.poke()


def deliver(mail: Mapping[str, Any], tls: ssl.SSLContext) -> tuple[int, str | None]:
    """Deliver a mail and return the code of the server's last reply, and what went wrong.

    Without a reply the code is one of the negative ones that requests have, such as -3 for an unknown host. A mail that
    some of its recipients got counts as sent; the error names the others.
    """
    try:
        message = compose(mail)
        with _connected(mail, tls) as server:
            refused = server.send_message(message, mail["from"], [*mail["to"], *mail["cc"], *mail["bcc"]])
    except smtplib.SMTPRecipientsRefused as error:
        return _refusal(error.recipients)
    except smtplib.SMTPResponseException as error:
        return error.smtp_code, _decoded(error.smtp_error)
    except Exception as error:  # noqa: BLE001 - whatever it is, the scenario gets a code for it
        code = _code_of(error)
        return code, str(error) or HTTP_ERRORS[code]
    return (_SENT, _refusal(refused)[1]) if refused else (_SENT, None)


def compose(mail: Mapping[str, Any]) -> EmailMessage:
    """The mail as it is sent. Hidden recipients do not stand in it.

    Raises:
        ValueError: a header has a line break in it.
    """
    message = EmailMessage()
    message["From"] = mail["from"]
    message["To"] = ", ".join(mail["to"])
    if mail["cc"]:
        message["Cc"] = ", ".join(mail["cc"])
    message["Subject"] = mail["title"]
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=parseaddr(mail["from"])[1].rpartition("@")[2] or "localhost")
    message.set_content(mail["body"])
    if mail["html"]:
        message.add_alternative(mail["html"], subtype="html")
    return message


@contextlib.contextmanager
def _connected(mail: Mapping[str, Any], tls: ssl.SSLContext) -> Iterator[smtplib.SMTP]:
    """A connection to the mail's server, as safe as it can be, and logged in when the mail has a login."""
    host, port = mail["server"], int(mail["port"])
    if port == SECURE_PORT:
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=REPLY_SECONDS, context=tls)
    else:
        server = smtplib.SMTP(host, port, timeout=REPLY_SECONDS)
    try:
        server.ehlo_or_helo_if_needed()
        if port != SECURE_PORT and server.has_extn("starttls"):
            server.starttls(context=tls)
            server.ehlo_or_helo_if_needed()
        if mail["login"]:
            server.login(mail["login"], mail["password"])
        yield server
        # The mail is delivered: how the server takes the farewell changes nothing.
        with contextlib.suppress(OSError):
            server.quit()
    finally:
        server.close()


def _code_of(error: Exception) -> HttpCode:
    """The code for a failure without a reply of the server."""
    if is_unknown_host(error):
        return HttpCode.HOST_NOT_FOUND
    match error:
        case TimeoutError():
            return HttpCode.TIMEOUT
        case smtplib.SMTPServerDisconnected() if isinstance(error.__context__, TimeoutError):
            return HttpCode.TIMEOUT
        case smtplib.SMTPServerDisconnected() | ConnectionResetError():
            return HttpCode.NETWORK
        case OSError() if not isinstance(error, smtplib.SMTPException):
            return HttpCode.CONNECTION
    return HttpCode.INTERNAL


def _refusal(recipients: Mapping[str, tuple[int, bytes]]) -> tuple[int, str]:
    """The last code, and who was refused why."""
    told = "; ".join(f"{address}: {code} {_decoded(text)}" for address, (code, text) in recipients.items())
    return [code for code, _ in recipients.values()][-1], told


def _decoded(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text

"""Net: HTTP requests and mails, with a callback or to be awaited."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from voxsim.engine import http
from voxsim.engine.command import Options, command
from voxsim.engine.future import Future
from voxsim.engine.http import HttpRequestResult
from voxsim.engine.lifecycle import Operation
from voxsim.engine.namespaces.base import Namespace
from voxsim.engine.net import SendMailResult, net_of
from voxsim.vocabulary.declare import namespace
from voxsim.vocabulary.errors import BadArgument

PostData = str | bytes | Sequence[int] | None


def _nobody_asks(result: HttpRequestResult) -> None:
    """Older scripts send requests whose outcome they do not want to know."""


def _callback_second(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Older scripts give the options before the callback, or the callback among them, or a method and a body."""
    if len(args) > 1 and isinstance(args[1], str):
        # The method is a member of a set that is gone, such as Net.HttpRequestMethod.POST.
        url, method, *rest = args
        body, callback = (*rest, None, None)[:2] if len(rest) != 1 or not callable(rest[0]) else (None, rest[0])
        return url, callback or _nobody_asks, {"method": method.rpartition(".")[2], "postData": body}
    if len(args) < 2 or not isinstance(args[1], Mapping):
        return args
    url, given, *rest = args
    options = {key: value for key, value in given.items() if key != "callback"}
    return url, rest[0] if rest else given.get("callback", _nobody_asks), options


@namespace("Net")
class NetNamespace(Namespace):
    """The network, as the running session may use it."""

    NAME: ClassVar = "Net"

    HttpRequestOptions = http.HttpRequestOptions

    @command("httpRequest(url, callback, {options}?)", Operation.HTTP, older=_callback_second)
    def http_request(
        self,
        url: str,
        callback: Callable[[HttpRequestResult], Any] = _nobody_asks,
        options: Options | http.HttpRequestOptions = None,
        *,
        method: str = "GET",
        post_data: PostData = None,
        headers: Mapping[str, str] | Sequence[str] | None = None,
        params: Mapping[str, Any] | None = None,
        raw_output: bool = False,
        timeout: float | None = None,
        connection_timeout: float | None = None,
        enable_system_log: bool = False,
    ) -> None:
        """Make an HTTP request; `callback(result)` is called for every outcome.

        Args:
            url: `http` or `https`.
            callback: gets the result, whose `code` is the HTTP status or an internal code from 0 to -9.
            options: the options below under their documented names.
            method: any HTTP method.
            post_data: the body of a POST, PUT or PATCH: text, or bytes.
            headers: a mapping, or `Name: value` lines.
            params: added to the URL's query.
            raw_output: give the body as bytes in `result.data`.
            timeout: seconds in all; 90, and only to be lowered.
            connection_timeout: seconds to connect; 6, and only to be lowered.
            enable_system_log: write the body to the log on the real platform.

        Raises:
            LimitExceeded: 35 requests are active or queued.
            NotAllowed: the session is ending.
        """
        session = self.session
        given = _options(method, post_data, headers, params, raw_output, timeout, connection_timeout, enable_system_log)
        net_of(session).request(str(url), given, lambda result: session.run(callback, result))

    @command("httpRequestAsync(url, {options}?)", Operation.HTTP)
    def http_request_async(
        self,
        url: str,
        options: Options | http.HttpRequestOptions = None,
        *,
        method: str = "GET",
        post_data: PostData = None,
        headers: Mapping[str, str] | Sequence[str] | None = None,
        params: Mapping[str, Any] | None = None,
        raw_output: bool = False,
        timeout: float | None = None,
        connection_timeout: float | None = None,
        enable_system_log: bool = False,
    ) -> Future[HttpRequestResult]:
        """Make an HTTP request to be awaited; options as for `http_request`. HTTP errors are results, not raised."""
        session = self.session
        future: Future[HttpRequestResult] = Future(session.switch, f"the answer of {url}")
        given = _options(method, post_data, headers, params, raw_output, timeout, connection_timeout, enable_system_log)
        net_of(session).request(str(url), given, future.set)
        return future

    @command("sendMail(mailServerAddress, from, to, title, body, callback, {options}?)", Operation.MAIL)
    def send_mail(
        self,
        mail_server_address: str,
        from_: str,
        to: str | Sequence[str],
        title: str,
        body: str,
        callback: Callable[[SendMailResult], Any],
        options: Options = None,
        *,
        html: str | None = None,
        cc: Sequence[str] = (),
        bcc: Sequence[str] = (),
        port: int = 25,
        login: str = "",
        password: str = "",
    ) -> None:
        """Send a mail; `callback(result)` gets the SMTP code. 2 are active at a time, 10 in all."""
        session = self.session
        mail = _mail(mail_server_address, from_, to, title, body, html, cc, bcc, port, login, password)
        net_of(session).mail(mail, lambda result: session.run(callback, result))

    @command("sendMailAsync(mailServerAddress, from, to, title, body, {options}?)", Operation.MAIL)
    def send_mail_async(
        self,
        mail_server_address: str,
        from_: str,
        to: str | Sequence[str],
        title: str,
        body: str,
        options: Options = None,
        *,
        html: str | None = None,
        cc: Sequence[str] = (),
        bcc: Sequence[str] = (),
        port: int = 25,
        login: str = "",
        password: str = "",
    ) -> Future[SendMailResult]:
        """Send a mail to be awaited; the result has the SMTP code."""
        session = self.session
        future: Future[SendMailResult] = Future(session.switch, f"the mail server {mail_server_address}")
        mail = _mail(mail_server_address, from_, to, title, body, html, cc, bcc, port, login, password)
        net_of(session).mail(mail, future.set)
        return future


def _options(
    method: str,
    post_data: Any,
    headers: Any,
    params: Mapping[str, Any] | None,
    raw_output: bool,
    timeout: float | None,
    connection_timeout: float | None,
    enable_system_log: bool,
) -> http.HttpRequestOptions:
    return http.HttpRequestOptions(
        method, post_data, headers, params, raw_output, timeout, connection_timeout, enable_system_log
    )


def _mail(
    server: str,
    from_: str,
    to: str | Sequence[str],
    title: str,
    body: str,
    html: str | None,
    cc: Sequence[str],
    bcc: Sequence[str],
    port: int,
    login: str,
    password: str,
) -> dict[str, Any]:
    recipients = [to] if isinstance(to, str) else list(to)
    if not recipients:
        raise BadArgument("Net.sendMail needs at least one recipient in `to`.")
    return {
        "server": server,
        "from": from_,
        "to": recipients,
        "title": title,
        "body": body,
        "html": html,
        "cc": list(cc),
        "bcc": list(bcc),
        "port": port,
        "login": login,
        "password": password,
    }


Net = NetNamespace()

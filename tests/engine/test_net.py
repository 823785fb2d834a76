"""HTTP requests and mails: options, results, result codes, redirects, the queue, and what nobody answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from voxsim.testing import Vox
from voxsim.vocabulary.errors import BadArgument

Write = Callable[[str], str]

URL = "https://a.example/path"


def asking(arguments: str = "", url: str = URL) -> str:
    """The body of a handler that makes one request and logs its code, and its error if there is one."""
    return f"""
result = await Net.http_request_async("{url}", {arguments})
Logger.write(f"{{result.code}} {{result.error}}")
"""


# --- the request ---

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


@pytest.mark.parametrize("method", METHODS)
async def test_any_method_can_be_used(method: str, vox: Vox, started: Write):
    service = vox.web.on(method, URL).reply(204)
    vox.start(started(asking(f"method='{method.lower()}'")))
    await vox.logged("204 None")
    assert service.last.method == method


async def test_a_request_says_who_it_is(vox: Vox, started: Write):
    service = vox.web.on("GET", URL).reply()
    vox.start(started(asking()))
    request = await vox.requested("GET", URL)
    assert request.headers == (("User-Agent", "VoxEngine/1.0"),)
    assert (request.timeout, request.connection_timeout) == (90, 6)
    assert service.last is request


@pytest.mark.parametrize(
    ("post_data", "body"),
    [("'héllo'", "héllo".encode()), ("b'raw'", b"raw"), ("[1, 2, 255]", b"\x01\x02\xff"), ("None", b""), ("''", b"")],
)
async def test_a_body_is_text_or_bytes(post_data: str, body: bytes, vox: Vox, started: Write):
    service = vox.web.on("POST", URL).reply()
    vox.start(started(asking(f"method='POST', post_data={post_data}")))
    await vox.logged("200")
    assert service.last.body == body
    assert service.last.header("content-type") == ("application/x-www-form-urlencoded" if body else None)


@pytest.mark.parametrize("post_data", ["[256]", "['a']", "{'a': 1}", "5"])
async def test_a_body_of_another_kind_is_an_error(post_data: str, vox: Vox, started: Write):
    vox.start(started(asking(f"method='POST', post_data={post_data}")))
    await vox.failed("postData")


async def test_a_body_is_not_sent_with_get(vox: Vox, started: Write):
    service = vox.web.on("GET", URL).reply()
    vox.start(started(asking("post_data='lost'")))
    await vox.logged("200")
    assert service.last.body == b""
    assert "not with GET" in vox.session.warnings[0]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param("{'X-A': '1', 'Content-Type': 'text/plain', 'User-Agent': 'me'}", id="mapping"),
        pytest.param("['X-A: 1', 'Content-Type: text/plain', 'User-Agent:me']", id="lines"),
    ],
)
async def test_headers_are_a_mapping_or_lines(headers: str, vox: Vox, started: Write):
    service = vox.web.on("POST", URL).reply()
    vox.start(started(asking(f"method='POST', post_data='b', headers={headers}")))
    await vox.logged("200")
    assert service.last.headers == (("X-A", "1"), ("Content-Type", "text/plain"), ("User-Agent", "me"))


@pytest.mark.parametrize(
    ("url", "params", "asked"),
    [
        (URL, "{'a': '1', 'b': 'x y&z', 'c': 'é'}", f"{URL}?a=1&b=x+y%26z&c=%C3%A9"),
        (f"{URL}?k=v", "{'a': 1}", f"{URL}?k=v&a=1"),
        (URL, "{}", URL),
    ],
)
async def test_params_go_into_the_query(url: str, params: str, asked: str, vox: Vox, started: Write):
    service = vox.web.on("GET", URL).reply()
    vox.start(started(asking(f"params={params}", url)))
    await vox.logged("200")
    assert service.last.url == asked


@pytest.mark.parametrize(
    "options",
    [
        pytest.param("{'method': 'POST', 'postData': 'b', 'rawOutput': True, 'connectionTimeout': 3}", id="documented"),
        pytest.param("{'method': 'POST', 'post_data': 'b', 'raw_output': True, 'connection_timeout': 3}", id="python"),
        pytest.param("options", id="HttpRequestOptions"),
    ],
)
async def test_options_may_be_given_as_an_object(options: str, vox: Vox, started: Write):
    service = vox.web.on("POST", URL).reply(text="ok")
    vox.start(
        started(f"""
        options = Net.HttpRequestOptions()
        options.method = "POST"
        options.post_data = "b"
        options.raw_output = True
        options.connection_timeout = 3
        Net.http_request("{URL}", lambda result: Logger.write(result.data), {options})
    """)
    )
    await vox.logged("[111, 107]")
    assert (service.last.body, service.last.connection_timeout) == (b"b", 3)


async def test_an_option_that_does_not_exist_is_an_error_that_names_the_nearest(vox: Vox, started: Write):
    vox.start(started(asking("post_date='b'")))
    await vox.failed("post_data")


@pytest.mark.parametrize(
    ("asked", "timeouts"),
    [
        ("timeout=5, connection_timeout=2", (5, 2)),
        ("timeout=500, connection_timeout=60", (90, 6)),
        ("timeout=0, connection_timeout=0", (90, 6)),
        ("timeout=0.5", (0.5, 6)),
    ],
)
async def test_time_limits_can_only_be_lowered(asked: str, timeouts: tuple[float, float], vox: Vox, started: Write):
    service = vox.web.on("GET", URL).reply()
    vox.start(started(asking(asked)))
    await vox.requested("GET", URL)
    assert (service.last.timeout, service.last.connection_timeout) == timeouts


# --- the result ---


async def test_a_result_carries_status_headers_and_text(vox: Vox, started: Write):
    vox.web.on("GET", URL).reply(201, text="héllo", headers={"X-A": "1", "x-a": "2"})
    vox.start(
        started(f"""
        result = await Net.http_request_async("{URL}")
        Logger.write([result.code, result.text, result.data, result.error])
        Logger.write(result.headers[1:])
        Logger.write(result.raw_headers)
        Logger.write(result.header("X-a"))
    """)
    )
    await vox.finished()
    assert vox.session.log == [
        '[201, "héllo", null, null]',
        '[{"key": "X-A", "value": "1"}, {"key": "x-a", "value": "2"}]',
        "Content-Type: text/plain; charset=utf-8\r\nX-A: 1\r\nx-a: 2\r\n",
        "1",
    ]


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("text/plain", b"plain", "plain"),
        ("application/json", b"{}", "{}"),
        ("application/problem+json; charset=utf-8", b"{}", "{}"),
        ("text/html; charset=iso-8859-1", b"\xe9", "é"),
        ("text/plain; charset=nonsense", "é".encode(), "é"),
        ("text/plain; charset=utf-8", b"\xff", "\ufffd"),
        ("application/octet-stream", b"\x00\x01", None),
        ("image/png", b"\x89PNG", None),
        ("audio/mpeg", b"ID3", None),
    ],
)
async def test_text_is_there_when_the_content_is_no_binary(
    kind: str, body: bytes, text: str | None, vox: Vox, started: Write
):
    vox.web.on("GET", URL).reply(body=body, headers={"Content-Type": kind})
    vox.start(
        started(f"""
        for raw in (False, True):
            result = await Net.http_request_async("{URL}", raw_output=raw)
            Logger.write([result.text, result.data])
    """)
    )
    await vox.finished()
    shown = "null" if text is None else f'"{text}"'
    assert vox.session.log == [f"[{shown}, null]", f"[{shown}, {list(body)}]"]


@pytest.mark.parametrize("status", [200, 204, 400, 401, 404, 429, 500, 503])
async def test_http_errors_are_results(status: int, vox: Vox, started: Write):
    vox.web.on("GET", URL).reply(status)
    vox.start(started(asking()))
    await vox.logged(f"{status} None")


# --- internal codes ---


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        ("unknown", "-1 Unknown error"),
        ("host_not_found", "-3 Host not found"),
        ("connection", "-4 Connection error"),
        ("network", "-6 Network error"),
        ("timeout", "-7 Timeout"),
        ("internal", "-8 Internal error"),
    ],
)
async def test_a_service_can_fail_with(fault: str, line: str, vox: Vox, started: Write):
    vox.web.on("GET", URL).fail(fault)
    vox.start(started(asking()))
    await vox.logged(line)


@pytest.mark.parametrize(
    "url", ["nonsense", "ftp://a.example/", "http://", "//a.example/", "http://a.example:99999/", "", "http://[::1"]
)
async def test_a_malformed_url_is_minus_2(url: str, vox: Vox, started: Write):
    vox.start(started(asking(url=url)))
    await vox.logged("-2 Malformed URL")
    assert vox.web.requests == []


async def test_what_nobody_answers_is_minus_3_and_is_remembered(vox: Vox, started: Write):
    vox.web.on("POST", URL).reply()
    vox.start(started(asking()))
    await vox.logged(f"-3 Host not found: nothing answers GET {URL}")
    assert vox.web.unexpected == [f"GET {URL}"]


@pytest.mark.parametrize(
    ("options", "reply", "seconds"),
    [
        ("", {"connect_delay": 5.9, "delay": 80}, None),
        ("", {"connect_delay": 6.1}, 6),
        ("", {"delay": 91}, 90),
        ("", {"connect_delay": 5, "delay": 86}, 90),
        ("timeout=10", {"delay": 11}, 10),
        ("connection_timeout=1", {"connect_delay": 2}, 1),
        ("timeout=2", {"connect_delay": 4}, 2),
        ("connection_timeout=1", {"delay": 30}, None),
    ],
)
async def test_a_time_limit_is_minus_7(
    options: str, reply: dict[str, float], seconds: float | None, vox: Vox, started: Write
):
    vox.web.on("GET", URL).reply(**reply)
    vox.start(started(asking(options)))
    await vox.logged("200 None" if seconds is None else "-7 Timeout")
    if seconds is not None:
        assert vox.now == seconds


async def test_waiting_in_the_queue_does_not_count_towards_a_time_limit(vox: Vox, incoming: Write):
    vox.web.on("GET", URL).reply(delay=50)
    await vox.phone().dial(
        scenario=incoming(f"""
        call.answer()
        for _ in range(7):
            Net.http_request("{URL}", lambda result: Logger.write(f"{{result.code}} {{now():%M:%S}}"))
    """)
    )
    await vox.advance(160)
    assert vox.session.log == ["200 00:50"] * 3 + ["200 01:40"] * 3 + ["200 02:30"]


async def test_an_answer_that_comes_too_late_changes_nothing(vox: Vox, started: Write):
    vox.web.on("GET", URL).reply(delay=20)
    vox.start(started(f'Net.http_request("{URL}", lambda result: Logger.write(result.code), timeout=5)'))
    assert (await vox.finished()).log == ["-7"]


# --- redirects ---


@pytest.mark.parametrize(
    ("status", "method", "followed"),
    [
        (301, "GET", "GET"),
        (302, "GET", "GET"),
        (303, "GET", "GET"),
        (307, "GET", "GET"),
        (308, "GET", "GET"),
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
        (301, "PUT", "PUT"),
        (302, "PUT", "PUT"),
        (303, "PUT", "GET"),
        (307, "PUT", "PUT"),
        (301, "HEAD", "HEAD"),
        (303, "HEAD", "HEAD"),
        (308, "DELETE", "DELETE"),
    ],
)
async def test_a_redirect_is_followed(status: int, method: str, followed: str, vox: Vox, started: Write):
    vox.web.on("*", URL).reply(status, headers={"Location": "../other?x=1"})
    target = vox.web.on("*", "https://a.example/other").reply()
    body = method in ("POST", "PUT")
    vox.start(started(asking(f"method='{method}'" + (", post_data='b', headers={'X-A': '1'}" if body else ""))))
    await vox.logged("200")
    assert (target.last.method, target.last.url) == (followed, "https://a.example/other?x=1")
    keeps_body = body and followed == method
    assert target.last.body == (b"b" if keeps_body else b"")
    assert (target.last.header("Content-Type") is not None) == keeps_body
    assert target.last.header("X-A") == ("1" if body else None)


@pytest.mark.parametrize("status", [300, 304, 301])
async def test_what_names_no_location_is_a_result(status: int, vox: Vox, started: Write):
    vox.web.on("GET", URL).reply(status)
    vox.start(started(asking()))
    await vox.logged(f"{status} None")


@pytest.mark.parametrize(("place", "kept"), [("https://a.example/next", "secret"), ("https://b.example/", None)])
async def test_credentials_do_not_follow_a_redirect_to_another_origin(place, kept, vox: Vox, started: Write):
    vox.web.on("GET", URL).reply(307, headers={"Location": place})
    target = vox.web.on("GET", place).reply()
    vox.start(started(asking("headers={'Authorization': 'secret', 'X-A': '1'}")))
    await vox.logged("200")
    assert (target.last.header("Authorization"), target.last.header("X-A")) == (kept, "1")


async def test_ten_redirects_are_followed_and_not_one_more(vox: Vox, started: Write):
    for number in range(12):
        vox.web.on("GET", f"https://a.example/{number}").reply(302, headers={"Location": f"/{number - 1}"})
    vox.web.on("GET", "https://a.example/0").reply()
    vox.start(started(asking(url="https://a.example/10") + asking(url="https://a.example/11")))
    await vox.logged("200 None")
    await vox.logged("-5 Too many redirects")


async def test_a_redirect_to_nonsense_is_minus_2(vox: Vox, started: Write):
    vox.web.on("GET", URL).reply(302, headers={"location": "ftp://a.example/"})
    vox.start(started(asking()))
    await vox.logged("-2")


async def test_redirects_share_one_time_limit(vox: Vox, started: Write):
    vox.web.on("GET", URL).reply(302, headers={"Location": URL}, delay=40)
    vox.start(started(asking()))
    await vox.logged("-7")
    assert vox.now == 90


# --- callbacks and awaiting ---


async def test_a_callback_is_called_once_in_its_turn(vox: Vox, started: Write):
    vox.web.on("GET", URL).reply(delay=0)
    vox.start(
        started(f"""
        Net.http_request("{URL}", lambda result: Logger.write(result.code))
        Logger.write("asked")
    """)
    )
    assert (await vox.finished()).log == ["asked", "200"]


async def test_an_error_in_a_callback_does_not_keep_the_queue_from_going_on(vox: Vox, started: Write):
    vox.web.on("GET", URL).reply()
    vox.start(
        started(f"""
        def broken(result):
            raise ValueError("oops")
        for _ in range(3):
            Net.http_request("{URL}", broken)
        Net.http_request("{URL}", lambda result: Logger.write(result.code))
    """)
    )
    assert (await vox.finished()).log == ["200"]
    for _ in range(3):
        await vox.failed("oops")


async def test_requests_can_be_made_together_and_awaited_in_any_order(vox: Vox, started: Write):
    for number in range(5):
        vox.web.on("GET", f"https://a.example/{number}").reply(text=str(number), delay=5 - number)
    vox.start(
        started("""
        requests = [Net.http_request_async(f"https://a.example/{number}") for number in range(5)]
        Logger.write("".join([(await request).text for request in requests]))
    """)
    )
    await vox.logged("01234")


async def test_a_test_sees_each_of_several_requests_of_one_instant(vox: Vox, started: Write):
    vox.web.on("GET", "*").reply()
    vox.start(
        started("""
        await sleep(1)
        for name in "abc":
            Net.http_request(f"https://a.example/{name}", lambda result: None)
    """)
    )
    for name in "abc":
        assert (await vox.requested("GET", f"https://a.example/{name}")).url[-1] == name


async def test_the_timeline_tells_of_each_request(vox: Vox, started: Write):
    vox.web.on("GET", URL).reply()
    vox.start(started(f'for _ in range(4): Net.http_request("{URL}", lambda result: None)'))
    session = await vox.finished()
    told = [record.name for record in session.timeline if record.kind == "http"]
    assert sorted(told) == ["answered"] * 4 + ["queued"] + ["sent"] * 4


# --- the scripted web ---


async def test_replies_are_used_in_order_and_the_last_one_stays(vox: Vox, started: Write):
    vox.web.on("GET", URL).reply(500, times=2).reply(200)
    vox.start(started(asking() * 4))
    assert (await vox.finished()).log == ["500 None", "500 None", "200 None", "200 None"]


async def test_an_old_request_names_its_method_before_its_body(vox: Vox, started: Write):
    vox.web.on("POST", re.compile(r"/taken\?id=\d+$")).reply(text="yes")
    vox.start(
        started("""
        def told(result):
            Logger.write(f"{result.code} {result.text}")
            VoxEngine.terminate()

        Net.http_request("http://a.example/taken?id=12", Net.HttpRequestMethod.POST, "body", told)
    """)
    )
    assert (await vox.finished()).log == ["200 yes"]
    assert (vox.web.requests[0].method, vox.web.requests[0].text) == ("POST", "body")


def test_a_service_needs_a_url(vox: Vox):
    with pytest.raises(BadArgument, match="a method and a URL"):
        vox.web.on("POST", 3)


async def test_a_reply_can_be_computed(vox: Vox, started: Write):
    def answer(request: Any) -> Any:
        return (402, {"sum": len(request.text)}) if request.text else "nothing"

    vox.web.on("POST", URL).call(answer)
    vox.start(
        started(f"""
        for body in ("", "four"):
            result = await Net.http_request_async("{URL}", method="POST", post_data=body)
            Logger.write(f"{{result.code}} {{result.text}}")
    """)
    )
    assert (await vox.finished()).log == ["200 nothing", '402 {"sum": 4}']


# --- mails ---

MAIL = '"smtp.example", "a@a.example", {to}, "Title", "Body"'


@pytest.mark.parametrize("to", ["'b@b.example'", "['b@b.example', 'c@c.example']"])
async def test_a_mail_goes_out_with_all_that_was_given(to: str, vox: Vox, started: Write):
    vox.start(
        started(f"""
        options = {{"html": "<p>", "cc": ["d@d.example"], "bcc": ["e@e.example"]}}
        options.update(port=587, login="me", password="s")
        Net.send_mail({MAIL.format(to=to)}, lambda result: Logger.write([result.code, result.error]), options)
    """)
    )
    await vox.logged("[250, null]")
    (mail,) = vox.web.mails
    assert mail["to"] == ["b@b.example", "c@c.example"][: len(mail["to"])]
    assert (mail["server"], mail["from"], mail["title"], mail["body"]) == (
        "smtp.example",
        "a@a.example",
        "Title",
        "Body",
    )
    assert (mail["html"], mail["cc"], mail["bcc"], mail["port"]) == ("<p>", ["d@d.example"], ["e@e.example"], 587)
    assert (mail["login"], mail["password"]) == ("me", "s")


async def test_the_timeline_hides_a_mails_password(vox: Vox, started: Write):
    to = "'b@b.example'"
    vox.start(started(f"await Net.send_mail_async({MAIL.format(to=to)}, password='s3cret')"))
    session = await vox.finished()
    assert "s3cret" not in repr([record.written() for record in session.timeline])


async def test_a_mail_server_can_refuse(vox: Vox, started: Write):
    vox.web.mail_server(550, "No such user")
    vox.start(
        started(f"""
        result = await Net.send_mail_async({MAIL.format(to="'b@b.example'")})
        Logger.write(f"{{result.code}} {{result.error}}")
    """)
    )
    await vox.logged("550 No such user")


async def test_a_mail_to_nobody_is_an_error(vox: Vox, started: Write):
    vox.start(started(f"Net.send_mail({MAIL.format(to='[]')}, print)"))
    await vox.failed("at least one recipient")

"""HTTP requests on the real network: what goes out, what comes back, and a code for each failure."""

import gzip

import pytest
import trio

from voxsim.engine.http import HttpRequest
from voxsim.server.network import RealWeb
from voxsim.vocabulary.codes import FinishReason
from voxsim.vocabulary.errors import ConfigurationError
from voxsim.vocabulary.limits import Limits

pytestmark = pytest.mark.trio


class Asking:
    """Somebody who waits for a request, and remembers what is reported."""

    def __init__(self):
        self.on_over = None
        self.reports = []
        self.done = trio.Event()

    over = False

    def connected(self):
        self.reports.append("connected")

    def respond(self, status, headers, body):
        self.reports.append(status)
        self.done.set()

    def fail(self, code, text=None):
        self.reports.append(int(code))
        self.done.set()


async def test_a_request_arrives_as_it_was_made(driver, net, site):
    there = await site()
    url = f"{there.url}/path%20a?q=1&r=%C3%A9"
    await net.request(url, method="PATCH", post_data="héllo", headers={"X-Own": "1", "User-Agent": "me"})
    method, target, headers, body = there.requests[0]
    assert (method, target, body) == ("PATCH", "/path%20a?q=1&r=%C3%A9", "héllo".encode())
    assert headers == {
        "host": there.url.removeprefix("http://"),
        "x-own": "1",
        "user-agent": "me",
        "content-type": "application/x-www-form-urlencoded",
        "accept": "*/*",
        "content-length": "6",
    }


async def test_a_response_comes_back_whole(driver, net, site):
    there = await site(lambda request: (404, [("Content-Type", "text/plain"), ("X-One", "a"), ("X-One", "b")], b"none"))
    result = await net.request(there.url, raw_output=True)
    assert (result.code, result.text, bytes(result.data), result.error) == (404, "none", b"none", None)
    assert [item["value"] for item in result.headers if item["key"] == "X-One"] == ["a", "b"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS", "POST", "PROPFIND"])
async def test_any_method_is_sent(driver, method, net, site):
    there = await site(lambda request: (200, [], b"text"))
    result = await net.request(there.url, method=method, raw_output=True)
    assert (there.requests[0][0], bytes(result.data)) == (method, b"" if method == "HEAD" else b"text")


async def test_a_packed_body_is_unpacked(driver, net, site):
    headers = [("Content-Encoding", "gzip"), ("Content-Type", "text/plain")]
    there = await site(lambda request: (200, headers, gzip.compress(b"long text")))
    assert (await net.request(there.url)).text == "long text"


async def test_a_name_in_the_url_is_sent_as_basic_authorization(driver, net, site):
    there = await site()
    await net.request(there.url.replace("//", "//me:p%40ss@"))
    assert there.requests[0][2]["authorization"] == "Basic bWU6cEBzcw=="


async def test_a_connection_is_kept(driver, net, site):
    there = await site()
    for _ in range(3):
        assert (await net.request(there.url)).code == 200
    assert there.connections == 1


async def test_a_kept_connection_that_has_died_is_replaced(driver, net, listening):
    async def once_only(stream):
        await stream.receive_some()
        await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await stream.receive_some()
        await stream.aclose()

    async with listening(once_only) as port:
        url = f"http://127.0.0.1:{port}"
        assert [(await net.request(url, method="POST")).code for _ in range(3)] == [200, 200, 200]


async def test_cookies_of_one_session_do_not_reach_another(driver, net, site):
    there = await site(lambda request: (200, [("Set-Cookie", "who=me")], b""))
    for _ in range(2):
        await net.request(there.url)
    assert "cookie" not in there.requests[1][2]


async def test_proxies_of_the_environment_are_not_used(driver, net, site, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    there = await site()
    assert (await net.request(there.url)).code == 200


async def test_redirects_are_followed_by_the_engine(driver, net, site):
    def answer(request):
        return (302, [("Location", "/there")], b"moved") if request[1] == "/here" else (200, [], b"")

    there = await site(answer)
    assert (await net.request(f"{there.url}/here", method="POST", post_data="a")).code == 200
    assert [(method, target) for method, target, *_ in there.requests] == [("POST", "/here"), ("GET", "/there")]


async def test_tls_is_spoken_with_whom_is_trusted(driver, net, site, server_tls):
    there = await site(lambda request: (200, [], b"safe"), server_tls)
    assert (await net.request(there.url)).code == 200


async def test_the_connection_is_reported_before_the_response(driver, net, site):
    there = await site()
    for _ in range(2):  # on a connection of its own, and on a kept one
        asking = Asking()
        net.web.fetch(HttpRequest("GET", there.url, (), b"", 90, 6), asking)
        await asking.done.wait()
        assert asking.reports == ["connected", 200]


# --- failures ---


@pytest.mark.parametrize(
    ("url", "code", "told"),
    [
        ("http://a.invalid/\0", -2, "Invalid"),
        ("https:///path", -2, "Malformed URL"),
        ("http://nowhere.invalid/", -3, "["),
        (f"http://{'a' * 70}.invalid/", -3, "label"),
        ("http://127.0.0.1:1/", -4, "127.0.0.1:1"),
    ],
)
async def test_what_cannot_be_reached_has_a_code(driver, url, code, told, net):
    result = await net.request(url)
    assert result.code == code
    assert told in result.error


async def test_an_unknown_certificate_is_a_connection_error(driver, moving, site, server_tls):
    there = await site(tls=server_tls)
    async with RealWeb.opened(driver) as web:
        result = await moving(web).request(there.url)
    assert result.code == -4
    assert "CERTIFICATE_VERIFY_FAILED" in result.error


async def test_a_name_that_is_not_in_the_certificate_is_a_connection_error(driver, net, site, authority):
    import ssl

    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("elsewhere.example").configure_cert(tls)
    there = await site(tls=tls)
    assert (await net.request(there.url)).code == -4


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="no answer"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", id="half a body"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", id="half a chunk"),
        pytest.param(b"this is not HTTP\r\n\r\n", id="not HTTP"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", id="wrongly packed"
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"text")[:-4], id="half a packed body"
        ),
    ],
)
async def test_what_is_lost_in_the_middle_is_a_network_error(driver, answer, net, listening):
    async def broken(stream):
        await stream.receive_some()
        await stream.send_all(answer)
        await stream.aclose()

    async with listening(broken) as port:
        result = await net.request(f"http://127.0.0.1:{port}/")
    assert result.code == -6
    assert result.error


@pytest.mark.parametrize(
    "options",
    [{"headers": {"X-Split": "a\r\nX-Other: b"}}, {"headers": {"X-Half": "\ud800"}}],
    ids=["two lines", "half a character"],
)
async def test_what_cannot_be_sent_is_an_internal_error(driver, options, net, site):
    there = await site()
    result = await net.request(there.url, **options)
    assert result.code == -8
    assert not there.requests


async def test_a_body_that_does_not_end_is_cut_off(driver, net, listening):
    async def endless(stream):
        await stream.receive_some()
        await stream.send_all(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                await stream.send_all(b"x" * 65536)
        except trio.BrokenResourceError:
            left.set()

    left = trio.Event()
    async with listening(endless) as port:
        assert (await net.request(f"http://127.0.0.1:{port}/")).code == -9
        await left.wait()


async def test_a_request_that_takes_too_long_is_given_up(driver, net, listening, silent):
    async with listening(silent.serve) as port:
        result = await net.request(f"http://127.0.0.1:{port}/", timeout=0.5)
        assert (result.code, result.error) == (-7, "Timeout")
        await silent.left.wait()


async def test_a_request_ends_with_its_session(driver, net, listening, silent):
    async with listening(silent.serve) as port:
        net.switch.limits = Limits(pending_http_seconds=0.05)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(net.request, f"http://127.0.0.1:{port}/")
            await silent.asked.wait()
            net.do(net.session.end, FinishReason.NORMAL)
            await silent.left.wait()
            nursery.cancel_scope.cancel()


# --- opening ---


async def test_a_file_without_certificates_is_refused(driver, tmp_path):
    file = tmp_path / "ca.pem"
    file.write_text("nothing")
    with pytest.raises(ConfigurationError, match=r"ca\.pem holds no certificates"):
        async with RealWeb.opened(driver, ca_file=file):
            pass

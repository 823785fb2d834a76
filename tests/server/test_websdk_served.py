"""The Web SDK's door of a real `voxsim serve`: users of the configuration, those added later, and bad knocks."""

import hashlib
import json
import ssl
import urllib.error
import urllib.request

import pytest
from processes import serving
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from voxsim.cli.serve import _tell_client
from voxsim.engine.journal import Record

CONFIGURATION = """
[[application]]
name = "shop"

[[user]]
name = "alice"
password = "correct horse"
display_name = "Alice A."

[[user]]
name = "sleepy"

[[user]]
name = "poor"
password = "correct horse"
refuse_login = 402
"""

SCENARIO = """
from voxsim import AppEvents, VoxEngine

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    event.call.answer()
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    (folder / "voxsim.toml").write_text(CONFIGURATION)
    (folder / "answer.py").write_text(SCENARIO)
    with serving(folder, "--secure-port", "0", "--memory") as found:
        found.tls = ssl.create_default_context(cafile=str(folder / ".voxsim" / "ca" / "ca.pem"))
        found.socket = found.secure_url.replace("https", "wss") + "/platform?version=5&client_version=4.13.1"
        yield found


class Client:
    """A client of version 5 that writes and reads its frames itself."""

    def __init__(self, server):
        self._socket = connect(server.socket, ssl=server.tls, origin="https://shop.example", max_size=None)
        self._sent = 0

    def __enter__(self):
        self.socket = self._socket.__enter__()
        self.frame("id")
        self.write({"type": "lastrx", "seq": 0})
        self.frame("lastrx")
        assert self.told()[0] == "__createConnection"
        return self

    def __exit__(self, *error):
        self._socket.__exit__(*error)

    def write(self, frame):
        self.socket.send(json.dumps(frame))

    def call(self, name, *params):
        self._sent += 1
        self.write({"type": "msg", "seq": self._sent, "payload": {"name": name, "params": params}})

    def frame(self, kind):
        while True:
            found = json.loads(self.socket.recv(20))
            if found["type"] == kind:
                return found

    def told(self):
        payload = self.frame("msg")["payload"]
        return [payload["name"], *payload["params"]]


def login(server, user, password, form="sha256"):
    text = f"{user.partition('@')[0]}:voximplant.com:{password}".encode()
    with Client(server) as client:
        client.call("login", user, hashlib.new(form, text).hexdigest(), {"credentialType": form})
        return client.told()[:2]


def fetch(server, path, **form):
    data = "&".join(f"{key}={value}" for key, value in form.items()).encode() if form else None
    with urllib.request.urlopen(server.secure_url + path, data=data, context=server.tls, timeout=20) as response:
        return response.headers, response.read().decode()


def test_websdk_the_greeting_says_where(server):
    address = server.secure_url.removeprefix("https://")
    assert f"Web SDK  serverIp: '{address}', users alice, poor" in server.said


def test_websdk_the_nearest_host_is_this_one(server):
    headers, body = fetch(server, "/getNearestHost")
    assert f"https://{body}" == server.secure_url
    assert headers["access-control-allow-origin"] == "*"


def test_websdk_the_nearest_host_for_a_balancer_is_this_one(server):
    request = urllib.request.Request(server.url + "/getNearestHost", headers={"Host": "balancer.voximplant.com"})
    with urllib.request.urlopen(request, timeout=20) as response:
        assert f"https://{response.read().decode()}" == server.secure_url


def test_websdk_users_of_the_configuration_log_in(server):
    for form in ("md5", "sha256"):
        assert login(server, "alice@shop.account.voximplant.com", "correct horse", form) == [
            "loginSuccessful",
            "Alice A.",
        ]
    assert login(server, "alice@shop.account.voximplant.com", "wrong") == ["loginFailed", 401]
    assert login(server, "alice@other.account.voximplant.com", "correct horse") == ["loginFailed", 404]
    assert login(server, "sleepy@shop.account.voximplant.com", "") == ["loginFailed", 404], "without a password"
    assert login(server, "poor@shop.account.voximplant.com", "correct horse") == ["loginFailed", 402]


def test_websdk_users_that_were_added_log_in(server):
    added = {"user_name": "bob", "user_display_name": "Bob", "user_password": "secret+words", "application_id": 1}
    credentials = {"account_id": 1, "api_key": server.api_key}
    _, body = fetch(server, "/platform_api/AddUser/", **credentials, **{**added, "user_password": "secret%2Bwords"})
    assert json.loads(body)["result"] == 1
    for form in ("md5", "sha256"):
        assert login(server, "bob@shop.account.voximplant.com", "secret+words", form) == ["loginSuccessful", "Bob"]
    fetch(server, "/platform_api/DelUser/", **credentials, user_name="bob")
    assert login(server, "bob@shop.account.voximplant.com", "secret+words") == ["loginFailed", 404]


def test_websdk_an_operators_status_is_seen_by_the_management_api(server):
    with Client(server) as client:
        client.call("login", "alice@shop.account.voximplant.com", "correct horse", {})
        assert client.told()[0] == "loginSuccessful"
        client.call("setOperatorACDStatus", {"status": "READY", "uuid": "a_b", "permanent": False})
        assert client.told()[0] == "onACDStatus"
        _, body = fetch(server, "/platform_api/GetUsers/", account_id=1, api_key=server.api_key, user_name="alice")
        assert json.loads(body)["result"][0]["acd_status"] == "READY"


@pytest.mark.parametrize("query", ["", "?version=4", "?version=5.5", "?client=chrome"])
def test_websdk_other_versions_are_refused(server, query):
    with pytest.raises(InvalidStatus) as refused, connect(server.socket.partition("?")[0] + query, ssl=server.tls):
        pass
    assert refused.value.response.status_code == 400
    assert b"3 and 5" in refused.value.response.body


def test_websdk_a_get_without_a_websocket_is_no_door(server):
    with pytest.raises(urllib.error.HTTPError) as error:
        fetch(server, "/platform?version=5")
    error.value.close()
    assert error.value.code == 404


@pytest.mark.parametrize(("text", "code"), [("{", 4002), ("x" * 1_100_000, 1009), (b"\x00", 1003)])
def test_websdk_bad_messages_close_their_socket_alone(server, text, code):
    with Client(server) as good, Client(server) as bad:
        bad.socket.send(text)
        with pytest.raises(ConnectionClosed) as closed:
            bad.frame("nothing")
        assert closed.value.rcvd.code == code
        good.call("__ping")
        assert good.told() == ["__pong"]


def test_websdk_an_unknown_connection_gets_an_error(server):
    with connect(server.socket + "&id=made-up", ssl=server.tls) as socket:
        assert json.loads(socket.recv(20)) == {"type": "error"}
        with pytest.raises(ConnectionClosed):
            socket.recv(20)


def test_websdk_what_a_client_says_of_itself_cannot_steer_the_terminal(capsys):
    facts = {"code": 404, "as": "\x1b[2Jalice\r\n"}
    _tell_client(Record(0, 1, None, "client", "log-in refused", "id", facts))
    _tell_client(Record(0, 2, None, "client", "lost", "id", {}))
    assert capsys.readouterr().err == "[\\x1b[2Jalice↵] log-in refused: code 404\n"

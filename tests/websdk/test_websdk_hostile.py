"""What a broken or hostile client of the Web SDK may do: it is bounded, written down, and harms nobody else."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voxsim.protocols.websdk import Gateway, GatewayLimits
from voxsim.testing import Vox

ANSWER = """
@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    event.call.answer()
    event.call.add_event_listener(CallEvents.MessageReceived, lambda event: event.call.send_message(event.text))
"""


class Raw:
    """A socket's client end that only remembers: frames that came, and with what the socket was closed."""

    def __init__(self, gateway, version=5, identity=""):
        self.frames = []
        self.code = None
        self._gateway = gateway
        self.near = gateway.connect(version, identity, self)

    def sent(self, text):
        self.frames.append(json.loads(text))

    def closed(self, code, reason):
        self.code = code

    def send(self, *frames):
        for frame in frames:
            self.near.far_sent(frame if isinstance(frame, str) else json.dumps(frame))

    def lose(self):
        self.near.far_closed(1006, "")

    @property
    def identity(self):
        return self.frames[0]["id"]

    @property
    def named(self):
        return [one["payload"]["name"] for one in self.frames if one["type"] == "msg"]

    def hands_shaken(self):
        self.send({"type": "lastrx", "seq": 0})
        return self

    def call(self, seq, name, *params):
        self.send({"type": "msg", "seq": seq, "payload": {"name": name, "params": params}})


@pytest.fixture
def raw(vox):
    return lambda *args: Raw(vox.gateway, *args).hands_shaken()


def noted(vox, name):
    return [record for record in vox.world.switch.loose if record.kind == "client" and record.name == name]


USER = "alice@app.account.voximplant.com"

BROKEN = {
    "no JSON": "{",
    "no object": "[1, 2]",
    "a number with 5000 digits": "9" * 5000,
    "nested too deeply": "[" * 100_000,
    "no type": "{}",
    "an unknown type": {"type": "hello"},
    "a type that is a list": {"type": []},
    "no number": {"type": "msg", "payload": {"name": "__ping", "params": []}},
    "a negative number": {"type": "ack", "seq": -1},
    "a fraction": {"type": "ack", "seq": 1.5},
    "a truth": {"type": "msg", "seq": True, "payload": {"name": "__ping"}},
    "a huge number": {"type": "ack", "seq": 10**30},
    "an acknowledgement of what was never sent": {"type": "ack", "seq": 99},
    "a second handshake": {"type": "lastrx", "seq": 0},
    "no payload": {"type": "msg", "seq": 1},
    "no name": {"type": "msg", "seq": 1, "payload": {"params": []}},
    "parameters that are no list": {"type": "msg", "seq": 1, "payload": {"name": "login", "params": {}}},
    "a user that is a list": {"type": "msg", "seq": 1, "payload": {"name": "login", "params": [[]]}},
    "a user of a million characters": {"type": "msg", "seq": 1, "payload": {"name": "login", "params": ["x" * 10**6]}},
    "options that are a text": {"type": "msg", "seq": 1, "payload": {"name": "login", "params": [USER, "", "x"]}},
    "headers that are a list": {
        "type": "msg",
        "seq": 1,
        "payload": {"name": "createCall", "params": [-1, "1", True, "id", None, None, [1]]},
    },
    "a gap": {"type": "msg", "seq": 5, "payload": {"name": "__ping", "params": []}},
}


@pytest.mark.parametrize("frame", BROKEN.values(), ids=BROKEN)
async def test_websdk_a_broken_frame_closes_the_socket_alone(vox, scenario, raw, frame):
    scenario(ANSWER)
    alice = await vox.client("alice").online()
    call = alice.call("100")
    await call.connected()
    bad = raw()
    bad.send(frame)
    assert bad.code in (4001, 4002)
    (record,) = noted(vox, "broke the protocol")
    assert len(record.data["how"]) < 200
    await call.send_message("still here")
    await call.messaged("still here")


async def test_websdk_a_wrong_sequence_number_can_be_mended_by_resuming(vox, raw):
    bad = raw()
    bad.call(1, "__ping")
    bad.call(3, "__ping")
    assert bad.code == 4001
    back = Raw(vox.gateway, 5, bad.identity)
    back.send({"type": "lastrx", "seq": 2})
    assert {"type": "lastrx", "seq": 1} in back.frames
    back.call(2, "__ping")
    back.call(3, "__ping")
    assert back.code is None
    assert [one["seq"] for one in back.frames if one["type"] == "ack"] == [2, 3]


async def test_websdk_what_comes_twice_counts_once(vox, raw):
    socket = raw()
    for _ in range(3):
        socket.call(1, "__ping")
    assert socket.named == ["__createConnection", "__pong"]
    assert [one["seq"] for one in socket.frames if one["type"] == "ack"] == [1]


async def test_websdk_who_breaks_the_protocol_again_and_again_is_not_kept(vox, raw):
    socket = raw()
    identity = socket.identity
    for _ in range(vox.gateway.limits.breaches):
        socket.send("{")
        assert socket.code == 4002
        socket = Raw(vox.gateway, 5, identity)
        if socket.near is not None:
            socket.send({"type": "lastrx", "seq": 1})
    assert socket.frames == [{"type": "error"}]
    assert vox.gateway.connections == {}


@pytest.mark.parametrize("version", [3, 5])
async def test_websdk_who_vanishes_before_a_handshake_is_not_kept(vox, version):
    for _ in range(100):
        Raw(vox.gateway, version).lose()
    assert vox.gateway.connections == {}


async def test_websdk_who_does_not_shake_hands_is_closed(vox):
    silent = Raw(vox.gateway)
    await vox.advance(11)
    assert silent.code == 4002
    assert vox.gateway.connections == {}
    assert noted(vox, "did not shake hands")


async def test_websdk_an_unknown_connection_is_told_so(vox):
    for identity in ("made up", "x" * 100_000):
        socket = Raw(vox.gateway, 5, identity)
        assert (socket.near, socket.frames, socket.code) == (None, [{"type": "error"}], 1000)


async def test_websdk_a_replaced_socket_counts_no_more(vox, raw):
    old = raw()
    new = Raw(vox.gateway, 5, old.identity)
    assert old.code == 4003
    old.send("{")
    old.lose()
    new.send({"type": "lastrx", "seq": 1})
    new.call(1, "__ping")
    assert new.named == ["__pong"]


async def test_websdk_a_client_that_never_acknowledges_is_disconnected(vox, scenario):
    scenario(ANSWER)
    alice, bob = vox.client("alice"), await vox.client("bob").online()
    alice.wire.acknowledges = False
    await alice.online()
    call = alice.call("100")
    await call.connected()
    await alice.event("Reconnecting")
    assert vox.now == pytest.approx(20, abs=1)
    assert noted(vox, "acknowledges nothing")
    assert bob.state == "LOGGED_IN"


async def test_websdk_what_is_not_acknowledged_is_bounded(vox, scenario):
    scenario(ANSWER)
    alice = vox.client("alice")
    alice.wire.acknowledges = False
    await alice.online()
    call = alice.call("100")
    await call.connected()
    connection = vox.gateway.connections[alice.connection_id]
    for _ in range(1000):
        await call.send_message("x" * 8000)
    assert connection.over
    assert connection.wire.waiting_bytes < vox.gateway.limits.unacknowledged_bytes + 200_000
    assert vox.gateway.connections == {}


async def test_websdk_what_waits_for_a_lost_client_is_bounded(vox, scenario):
    scenario("""
@VoxEngine.on(AppEvents.CallAlerting)
async def alerting(event):
    event.call.answer()
    await event.call.wait_for(CallEvents.Connected)
    await sleep(1)
    for _ in range(5000):
        event.call.send_message("hello?")
""")
    alice = await vox.client("alice").online()
    call = alice.call("100")
    await call.connected()
    alice.lose_connection(3600)
    await vox.advance(2)
    assert vox.gateway.connections == {}


async def test_websdk_oversized_descriptions_end_their_calls(vox, scenario, raw):
    scenario(ANSWER)
    alice = await vox.client("alice").online()
    call = alice.call("100")
    await call.connected()
    large = "v=0\r\n" + "a=x\r\n" * 50_000
    await call.re_invite(large)
    assert (await call.event("UpdateFailed")).code == 20
    assert call.state == "CONNECTED"
    alice.wire.send("createCall", -1, "100", True, "other", None, None, {}, "", large, {})
    await vox.settled()
    assert noted(vox, "call refused")[0].data["code"] == 513
    assert len(vox.sessions) == 1


async def test_websdk_a_thousand_wrong_logins(vox):
    alice = await vox.client("alice").online()
    address = alice.address
    refused = 0
    while refused < 1000:
        guesser = Raw(vox.gateway).hands_shaken()
        for number in range(1, 1001):
            guesser.call(number, "login", address, f"guess {number}", {})
            if guesser.code is not None:
                break
        assert number == vox.gateway.limits.wrong_logins
        assert guesser.named[1:] == ["loginFailed"] * number
        refused += number
        guesser.lose()
    assert len(noted(vox, "log-in refused")) == refused
    assert (await vox.client("alice").online()).state == "LOGGED_IN"
    assert len(vox.gateway.devices("alice")) == 2


async def test_websdk_a_thousand_wrong_keys_and_tokens(vox):
    alice = await vox.client("alice").online()
    key = None
    for _ in range(50):
        guesser = Raw(vox.gateway).hands_shaken()
        guesser.call(1, "loginGenerateOneTimeKey", alice.address)
        key = guesser.frames[-1]["payload"]["params"][1]
        guesser.call(2, "loginUsingOneTimeKey", alice.address, "0" * 32, {})
        guesser.call(3, "login", alice.address, "", {"accessToken": "0" * 43})
        guesser.call(4, "refreshOauthToken", alice.address, {"refreshToken": "0" * 43})
        guesser.call(5, "refreshOauthToken", alice.address, 7)
        guesser.lose()
    other = vox.client("alice")
    other.init()
    await other.connect()
    assert (await other.login_with_one_time_key(other.one_time_hash(key))).result is True


async def test_websdk_calls_and_devices_are_bounded(vox, scenario):
    scenario("VoxEngine.add_event_listener(AppEvents.CallAlerting, lambda event: event.call.ring())")
    vox.__dict__["gateway"] = gateway = Gateway(vox.world.platform, GatewayLimits(calls=3, devices=2))
    vox.world.directory.presence = gateway
    alice = await vox.client("alice").online()
    calls = [alice.call("100") for _ in range(4)]
    await calls[3].failed(403)
    assert [call.state for call in calls[:3]] == ["PROGRESSING"] * 3
    await vox.client("alice").online()
    third = vox.client("alice")
    third.init()
    await third.connect()
    assert (await third.login()).code == 403


async def test_websdk_before_a_login_nothing_can_be_done(vox, raw):
    socket = raw()
    socket.call(1, "createCall", -1, "100", True, "id", None, None, {}, "", "v=0", {})
    assert socket.frames[-1]["payload"]["params"][:2] == ["id", 403]
    for number, name in enumerate(("setOperatorACDStatus", "acceptCall", "sendDTMF", "registerPushToken"), 2):
        socket.call(number, name, "id", "READY")
    assert socket.named == ["__createConnection", "handleConnectionFailed"]
    assert vox.sessions == []


async def test_websdk_half_characters_do_no_harm(vox, scenario):
    scenario(ANSWER)
    alice = await vox.client("alice").online()
    call = alice.call("100")
    await call.connected()
    await call.send_message("\ud800 half")
    assert (await call.messaged("half")).text == "? half"
    alice.wire.text(json.dumps({"type": "msg", "seq": 99, "payload": {"name": "\udfff", "params": ["\ud83d"]}}))
    await vox.settled()


NAMES = st.sampled_from(
    [
        *("login", "loginUsingOneTimeKey", "loginGenerateOneTimeKey", "loginStage2", "refreshOauthToken"),
        *("createCall", "callConference", "acceptCall", "rejectCall", "disconnectCall", "confirmIncomingConnection"),
        *("sendSIPInfo", "sendDTMF", "ReInvite", "AcceptReInvite", "RejectReInvite", "hold", "unhold", "transferCall"),
        *("setOperatorACDStatus", "getOperatorACDStatus", "setOperatorMessagingStatus", "getOperatorMessagingStatus"),
        *("registerPushToken", "unregisterPushToken", "__ping", "__muteLocal", "other"),
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["call", "in", "100", "alice@app.account.voximplant.com", "READY", "application", "zingaya-im"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MESSAGES = st.lists(st.tuples(NAMES, st.lists(VALUES, max_size=10)), max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(messages=MESSAGES, version=st.sampled_from([3, 5]))
def test_websdk_no_message_harms_the_platform(messages, version, tmp_path_factory):
    vox = Vox()
    file = tmp_path_factory.getbasetemp() / "hostile.py"
    if not file.exists():
        file.write_text("from voxsim import *\n" + ANSWER)
    vox.scenario(file)
    client = vox.client("alice")
    socket = Raw(vox.gateway, version)
    if version == 5:
        socket.hands_shaken()
    frames = [("login", [client.address, "password", {}]), ("createCall", [-1, "100", True, "call"]), *messages]
    for number, (name, params) in enumerate(frames, 1):
        payload = {"name": name, "params": params}
        socket.send(payload if version == 3 else {"type": "msg", "seq": number, "payload": payload})
        vox.world.switch.run_due(1000)
    vox.world.switch.run_due(100_000, horizon=100_000_000)
    assert vox.failures == []

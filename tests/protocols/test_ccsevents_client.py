"""ccsevents' WebSocket interface without the socket: requests, subscriptions and what is sent."""

from __future__ import annotations

import json

import pytest

from voxsim.protocols.ccsevents import client as clients
from voxsim.protocols.ccsevents.links import Links
from voxsim.protocols.ccsevents.subscriptions import MOST


async def call(vox, rings, **how):
    """201 calls 202, and hangs up after five seconds."""
    await vox.user("201", **{"hangup": 5, **how}).dial("202", scenario=rings("202"))


@pytest.fixture
def ccs(vox):
    """Two users in different domains."""
    vox.user("202", "ring:1,answer:2", extension="202", domain="b.test")
    vox.user("201", extension="201", domain="a.test")
    return vox.ccsevents()


# --- connection_info ---


async def test_connection_info_of_a_token(vox, ccs):
    await vox.advance(1.5)
    info = ccs.client("a.test", token="secret", number=3).ask("connection_info")
    assert {key: info[key] for key in info if key not in ("sessionid", "connectionid")} == {
        "qid": 1,
        "result": "ok",
        "site": "voxsim",
        "ownertype": "token",
        "domain": "a.test",
        "capabilities": ["subscr", "ccs", "callrecord"],
        "datetime": "2026-01-01T00:00:01.500+00:00",
        "timestamp": 1767225601500,
        "roles": ["subscr", "ccs", "callrecord"],
        "integration_point_id": 3,
        "token": "secret",
    }
    assert info["sessionid"] != info["connectionid"]


async def test_connection_info_of_a_user(vox, ccs):
    info = ccs.client("a.test", kind="user", name="201", token="").ask("connection_info")
    assert (info["ownertype"], info["user"]) == ("user", "201")
    assert "token" not in info


@pytest.mark.parametrize("qid", [7, "seven", [1], {"a": None}, 1.5, True])
async def test_a_qid_is_repeated_whatever_it_is(vox, ccs, qid):
    client = ccs.client()
    method, answer = client.send(json.dumps(["subscribe", {"qid": qid, "id": 1, "expires": 0}]))
    assert (method, answer) == ("subscribe_result", {"qid": qid, "result": "ok", "id": 1, "expires": 0})


# --- what is no request ---


@pytest.mark.parametrize(
    "text",
    ["", "hello", "{}", "[]", '["subscribe"]', '["subscribe", []]', "[1, {}]", '["a", {}, 1]', "[" * 100_000, "null"],
)
async def test_what_is_no_request_gets_an_error(vox, ccs, text):
    method, answer = ccs.client().send(text)
    assert (method, answer["qid"], answer["result"], answer["errorcode"]) == ("error", None, "error", 400)


async def test_an_unknown_method_is_told_the_nearest_one(vox, ccs):
    method, answer = ccs.client().send('["subscrib", {"qid": 1}]')
    assert (method, answer["errorcode"]) == ("error", 404)
    assert answer["errormsg"] == "There is no method 'subscrib'. Did you mean 'subscribe'?"


async def test_a_request_without_a_qid_is_refused(vox, ccs):
    method, answer = ccs.client().send('["subscribe", {"id": "s", "events": ["ccsevents.*"]}]')
    assert (method, answer["errorcode"]) == ("subscribe_result", 400)


WRONG = [
    ({}, "'id' is missing"),
    ({"id": True}, "'id' is missing"),
    ({"id": ""}, "'id' is missing"),
    ({"id": "s" * 201}, "200 characters"),
    ({"id": "s"}, "'events' is a list"),
    ({"id": "s", "events": []}, "'events' is a list"),
    ({"id": "s", "events": "ccsevents.*"}, "'events' is a list"),
    ({"id": "s", "events": ["*"]}, "'class.type' or 'class.*'"),
    ({"id": "s", "events": [5]}, "'class.type' or 'class.*'"),
    ({"id": "s", "events": ["ccsevents.call_creat"]}, "Did you mean 'call_create'?"),
    ({"id": "s", "events": ["ccsevents.*"], "objects": "201"}, "'objects' is"),
    ({"id": "s", "events": ["ccsevents.*"], "objects": []}, "'objects' is"),
    ({"id": "s", "events": ["ccsevents.*"], "objects": [201]}, "'objects' is"),
    ({"id": "s", "events": ["ccsevents.*"], "expires": -1}, "'expires' is"),
    ({"id": "s", "events": ["ccsevents.*"], "expires": "60"}, "'expires' is"),
    ({"id": "s", "events": ["ccsevents.*"], "expires": True}, "'expires' is"),
    ({"id": "s", "events": ["ccsevents.*"], "exargs": []}, "'exargs' is"),
]


@pytest.mark.parametrize(("parameters", "words"), WRONG)
async def test_a_subscription_that_cannot_be(vox, ccs, parameters, words):
    client = ccs.client()
    answer = client.ask("subscribe", **parameters)
    assert (answer["result"], answer["errorcode"]) == ("error", 400)
    assert words in answer["errormsg"]
    assert len(client.client.subscriptions) == 0


async def test_a_token_without_the_role_may_not_subscribe_but_may_unsubscribe(vox, ccs):
    client = ccs.client("a.test", roles=("ccs",))
    assert client.subscribe()["errorcode"] == 403
    assert client.subscribe(expires=0)["result"] == "ok"
    assert client.ask("callrecord_get_path", key="x")["errorcode"] == 403


async def test_there_are_so_many_subscriptions_and_no_more(vox, ccs):
    client = ccs.client("a.test")
    for number in range(MOST):
        assert client.subscribe(identity=number)["result"] == "ok"
    assert client.subscribe(identity="more")["errorcode"] == 429
    assert client.subscribe(identity=0)["result"] == "ok"
    client.subscribe(identity=1, expires=0)
    assert client.subscribe(identity="more")["result"] == "ok"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
async def test_what_is_no_number_is_no_json(vox, ccs, number):
    assert ccs.client().send(f'["connection_info", {{"qid": {number}}}]')[1]["errorcode"] == 400


async def test_an_error_of_voxsims_own_is_told_and_raised(vox, ccs):
    client = ccs.client()

    def broken(owner, parameters):
        raise ZeroDivisionError

    client.client._commands["list_calls"] = ("ccs", broken)
    with pytest.raises(ZeroDivisionError):
        client.client.take('["list_calls", {"qid": 9}]')
    method, answer = json.loads(client.client.next_text())
    assert (method, answer["qid"], answer["errorcode"]) == ("error", 9, 500)


# --- subscriptions ---


async def test_nothing_comes_without_a_subscription(vox, ccs, rings):
    client = ccs.client("a.test")
    await call(vox, rings)
    await vox.finished()
    assert client.told == []


async def test_all_that_the_domain_is_told_comes(vox, ccs, rings):
    client = ccs.client("b.test")
    assert client.subscribe(expires=300) == {"qid": 1, "result": "ok", "id": "s", "expires": 300}
    await call(vox, rings)
    await vox.finished()
    assert client.told == [("s", event.written()) for event in ccs.of("b.test")]
    assert client.told


async def test_events_are_chosen_by_class_and_type(vox, ccs, rings):
    client = ccs.client("a.test")
    client.subscribe("ccsevents.call_create", "ccsevents.seance_delete", "callevents.*", "modelevents.data_changed")
    await call(vox, rings)
    await vox.finished()
    assert [event["type"] for _, event in client.told] == ["call_create", "call_create", "seance_delete"]


async def test_an_event_comes_once_for_each_subscription(vox, ccs, rings):
    client = ccs.client("a.test")
    client.subscribe("ccsevents.call_create", identity=1)
    client.subscribe("ccsevents.*", "ccsevents.call_create", identity="two")
    await call(vox, rings)
    await vox.finished()
    created = [identity for identity, event in client.told if event["type"] == "call_create"]
    assert created == [1, "two", 1, "two"]


@pytest.mark.parametrize("name", ["202", "202@b.test"])
async def test_objects_are_users(vox, ccs, rings, name):
    client = ccs.client("a.test")
    client.subscribe("ccsevents.call_create", "ccsevents.connection_update", objects=[name])
    await call(vox, rings)
    await vox.finished()
    told = [(event["type"], event["data"].get("number")) for _, event in client.told]
    assert told == [("call_create", "202@b.test"), ("connection_update", None)]


async def test_a_user_is_told_of_its_own_calls_alone(vox, scenario):
    vox.user("202", "answer:2", extension="202")
    vox.user("203", "answer:900", extension="203")
    vox.user("201", extension="201")
    ccs = vox.ccsevents()
    own, other = (ccs.client(kind="user", name=name) for name in ("202", "204"))
    for one in (own, other):
        one.subscribe()
    text = "from voxsim import *\nVoxEngine.forward_call_to_user()"
    vox.scenario(scenario(text))
    await vox.user("201", hangup=3).dial("202")
    await vox.phone("+15550009", cancel=2).dial("203")
    await vox.finished()
    assert other.told == []
    assert {event["data"]["number"].partition("@")[0] for _, event in own.told if "callid" in event["data"]
            and "number" in event["data"]} == {"202"}  # fmt: skip


async def test_a_subscription_expires_without_a_word(vox, ccs, rings):
    client = ccs.client("a.test")
    client.subscribe("ccsevents.call_set_state", expires=3)
    await call(vox, rings)
    await vox.finished()
    assert [event["data"]["state"] for _, event in client.told] == ["ringing", "ringing", "talk", "talk"]
    assert len(client.client.subscriptions) == 0


async def test_a_renewal_needs_the_id_alone(vox, ccs, rings):
    client = ccs.client("a.test")
    client.subscribe("ccsevents.call_delete", expires=3, objects=["202"])
    await vox.advance(2)
    assert client.ask("subscribe", id="s", expires=300) == {"qid": 2, "result": "ok", "id": "s", "expires": 300}
    await call(vox, rings)
    await vox.finished()
    assert [event["type"] for _, event in client.told] == ["call_delete"]


async def test_a_renewal_may_change_what_is_wanted(vox, ccs, rings):
    client = ccs.client("a.test")
    client.subscribe("ccsevents.call_delete", objects=["202"])
    client.subscribe("ccsevents.call_create", objects="any")
    await call(vox, rings)
    await vox.finished()
    assert [event["type"] for _, event in client.told] == ["call_create", "call_create"]


async def test_what_has_expired_cannot_be_renewed_by_its_id_alone(vox, ccs):
    client = ccs.client("a.test")
    client.subscribe(expires=1)
    await vox.advance(1)
    assert client.ask("subscribe", id="s", expires=300)["errorcode"] == 400


async def test_unsubscribing_ends_it(vox, ccs, rings):
    client = ccs.client("a.test")
    client.subscribe()
    client.subscribe(expires=0)
    await call(vox, rings)
    await vox.finished()
    assert client.told == []


@pytest.mark.parametrize(("wish", "granted"), [({}, 3600), ({"expires": 300}, 300), ({"expires": 10**9}, 3600)])
async def test_how_long_a_subscription_lasts_is_told(vox, ccs, wish, granted):
    assert ccs.client().subscribe(**wish)["expires"] == granted


# --- what waits ---


async def test_a_client_that_lets_too_much_wait_is_lost_and_harms_nobody(vox, ccs, rings, monkeypatch):
    monkeypatch.setattr(clients, "MOST_WAITING", 5)
    slow, quick = ccs.client("a.test"), ccs.client("a.test")
    woken = []
    slow.client.on_text = lambda: woken.append(slow.client.lost)
    slow.subscribe()
    quick.subscribe("ccsevents.seance_delete")
    await call(vox, rings)
    await vox.finished()
    assert slow.client.lost
    assert woken[-1] is True
    assert slow.client.next_text() is None
    assert [event["type"] for _, event in quick.told] == ["seance_delete"]


# --- links to records ---


def test_a_link_lasts_five_minutes():
    from random import SystemRandom

    now = 1000.0
    links = Links(lambda: now, SystemRandom())
    link = links.make("2026/01/01/abc.mp3")
    assert link.startswith("/temp/")
    assert link.endswith(".mp3")
    assert links.make("2026/01/01/abc.mp3") != link
    now = 1299.9
    assert links.find(link) == "2026/01/01/abc.mp3"
    now = 1300.0
    assert links.find(link) is None
    assert links.find("/temp/") is None
    links.make("x.mp3")
    assert len(links._known) == 1

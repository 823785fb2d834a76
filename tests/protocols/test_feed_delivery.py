"""Delivery of call events in virtual time: order, one attempt, what becomes of each; and no call notices."""

from __future__ import annotations

import attrs
import pytest

from voxsim.protocols.callevents.delivery import Delivery

URL = "https://crm.example/calls"
SIX = ["dial-out", "dial-in", "answer-in", "answer-out", "hangup", "hangup"]


@attrs.frozen
class Message:
    """A request to deliver."""

    call: str
    url: str = URL
    body: bytes = b"x=1"
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = ()


def outcomes(vox):
    """What became of each request, in the order in which that was known."""
    return [(one.name, one.facts()) for one in vox.world.journal if one.kind == "feed"]


async def one_call(vox, rings, **how):
    """A call of six events; returns what followed it, and when its session ended."""
    vox.user("202", "ring:1,answer:2", extension="0003*202")
    caller = vox.user("201", hangup=3, extension="0003*201")
    calls = vox.voipnow(URL, **how)
    await caller.dial("202", scenario=rings("202"))
    await vox.finished()
    ended = vox.now
    await calls.delivered()
    return calls, ended


async def test_a_receiver_that_answers(vox, rings):
    service = vox.web.on("POST", URL).reply()
    calls, _ = await one_call(vox, rings)
    assert [request.body for request in service.requests] == [one.body for one in calls.sent]
    assert {request.header("Content-Type") for request in service.requests} == {"application/x-www-form-urlencoded"}
    assert [name for name, _ in outcomes(vox)] == ["delivered"] * 6
    call = dict(calls.sent[0].parameters)["CallID"]
    assert outcomes(vox)[0][1] == {"feed": "voipnow", "call": call, "method": "POST", "url": URL, "status": 200}


async def test_get_requests_have_no_body_and_tell_no_parameters_in_the_journal(vox, rings):
    service = vox.web.on("GET", f"{URL}*").reply()
    await one_call(vox, rings, method="GET")
    assert {request.body for request in service.requests} == {b""}
    assert {facts["url"] for _, facts in outcomes(vox)} == {URL}


async def test_the_journal_has_no_credentials(vox):
    delivery = Delivery(vox.world.switch, lambda: vox.web, "test")
    delivery.send(Message("1", url="https://me:secret@crm.example/a?key=secret"))
    await vox.advance(1)
    assert outcomes(vox)[0][1]["url"] == "https://crm.example/a"
    assert "me:" not in str([one.facts()["url"] for one in vox.world.journal if one.kind == "feed"])


@pytest.mark.parametrize(
    ("answer", "outcome", "facts"),
    [
        ({"status": 500}, "refused", {"status": 500}),
        ({"status": 404}, "refused", {"status": 404}),
        ({"status": 302, "headers": {"Location": "https://crm.example/other"}}, "refused", {"status": 302}),
        ({"status": 204}, "delivered", {"status": 204}),
    ],
)
async def test_there_is_one_attempt_and_no_redirect(vox, rings, answer, outcome, facts):
    other = vox.web.on("*", "https://crm.example/other").reply()
    service = vox.web.on("POST", URL).reply(**answer)
    _, ended = await one_call(vox, rings)
    assert len(service.requests) == 6
    assert other.requests == []
    assert [name for name, _ in outcomes(vox)] == [outcome] * 6
    assert facts.items() <= outcomes(vox)[0][1].items()
    assert ended == pytest.approx(5.02)


@pytest.mark.parametrize("fault", ["connection", "host_not_found", "network", "timeout"])
async def test_a_receiver_that_is_not_there(vox, rings, fault):
    vox.web.on("POST", URL).fail(fault)
    _, ended = await one_call(vox, rings)
    assert [name for name, _ in outcomes(vox)] == ["failed"] * 6
    assert ended == pytest.approx(5.02)


async def test_a_slow_receiver_gets_all_in_order_and_the_call_does_not_wait(vox, rings):
    service = vox.web.on("POST", URL).reply(delay=4)
    calls, ended = await one_call(vox, rings)
    assert ended == pytest.approx(5.02)
    assert vox.now == pytest.approx(24, abs=1)
    assert [request.body for request in service.requests] == [one.body for one in calls.sent]
    assert [name for name, _ in outcomes(vox)] == ["delivered"] * 6


async def test_a_receiver_may_take_five_seconds(vox, rings):
    vox.web.on("POST", URL).reply(delay=5.01)
    await one_call(vox, rings, events=["dial-out"])
    assert outcomes(vox)[0][0] == "failed"
    assert "Timeout" in outcomes(vox)[0][1]["error"]


async def test_calls_do_not_wait_for_each_other(vox):
    service = vox.web.on("POST", URL).reply(delay=1)
    delivery = Delivery(vox.world.switch, lambda: vox.web, "test")
    for number in range(40):
        delivery.send(Message(str(number % 10), body=b"%d" % number))
    await vox.advance(3.5)
    assert not delivery.idle
    await vox.advance(1)
    assert delivery.idle
    for call in range(10):
        bodies = [int(request.body) for request in service.requests if int(request.body) % 10 == call]
        assert bodies == sorted(bodies)


async def test_at_most_so_many_are_under_way_to_one_host(vox):
    vox.web.on("POST", "*").reply(delay=1)
    delivery = Delivery(vox.world.switch, lambda: vox.web, "test", most_at_once=2)
    for number in range(6):
        delivery.send(Message(str(number)))
    delivery.send(Message("0", url="https://other.example/"))
    await vox.settled()
    assert [request.url for request in vox.web.requests] == [URL, URL, "https://other.example/"]
    await vox.advance(10)
    assert delivery.idle


async def test_more_than_may_wait_are_dropped(vox):
    vox.web.on("POST", URL).reply(delay=1)
    delivery = Delivery(vox.world.switch, lambda: vox.web, "test", most_waiting=3)
    for number in range(10):
        delivery.send(Message("1", body=b"%d" % number))
    await vox.advance(20)
    names = [name for name, _ in outcomes(vox)]
    assert (names.count("dropped"), names.count("delivered")) == (7, 3)
    assert [request.body for request in vox.web.requests] == [b"0", b"1", b"2"]
    assert delivery.idle


async def test_a_web_that_raises_harms_nobody(vox):
    class Broken:
        def fetch(self, request, asker):
            raise ValueError("no such luck")

    delivery = Delivery(vox.world.switch, Broken, "test")
    for _ in range(3):
        delivery.send(Message("1", url="http://[bad"))
    await vox.advance(1)
    assert [(name, facts["error"]) for name, facts in outcomes(vox)] == [("failed", "no such luck")] * 3
    assert delivery.idle


async def test_the_same_call_sends_the_same_again(vox, rings):
    vox.web.on("POST", URL).reply()
    calls, _ = await one_call(vox, rings)
    assert [one.rule.event.title for one in calls.sent] == SIX

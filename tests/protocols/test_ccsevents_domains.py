"""ccsevents: which domain is told what."""

from __future__ import annotations

import pytest

OWN_FORK = [
    "call_create 203",
    "call_attach_to_seance 203",
    "connection_link_call 203 b",
    "call_set_state 203 ringing",
    "call_set_state 203 stopped",
]


@pytest.fixture
def call(vox, rings):
    """Let 201 (of a domain, or somebody outside) call users of these domains; returns what was told."""

    async def made(caller, *targets, answers="202", **how):
        for number, domain in targets:
            behaviour = "ring:1,answer:2" if number == answers else "ring:1,answer:900"
            vox.user(number, behaviour, extension=number, domain=domain)
        if caller is None:
            vox.user("299", extension="299", domain="other.test")
            phone = vox.phone(**{"hangup": 5, **how})
        else:
            phone = vox.user("201", extension="201", domain=caller, **{"hangup": 5, **how})
        ccs = vox.ccsevents()
        await phone.dial("100", scenario=rings(*(number for number, _ in targets)))
        await vox.finished()
        return ccs

    return made


async def test_the_callers_domain_gets_everything(vox, call):
    ccs = await call("a.test", ("202", "b.test"))
    assert ccs.told_to("a.test") == ccs.told


async def test_a_called_domain_gets_what_comes_after_routing(vox, call):
    ccs = await call("a.test", ("202", "b.test"))
    start = ccs.told.index("connection_create")
    assert ccs.told_to("b.test") == ccs.told[start:]
    assert [event.type for event in ccs.events[:start]] == ["call_create", "seance_create", "call_attach_to_seance"]
    assert len({id(event) for event in ccs.of("b.test")}) == len(ccs.of("b.test"))


async def test_one_domain_on_both_sides_gets_one_copy(vox, call):
    ccs = await call("a.test", ("202", "a.test"), ("203", "a.test"))
    assert ccs.told_to("a.test") == ccs.told
    assert {message.domain for message in ccs.messages} == {"a.test"}


async def test_the_outside_has_no_domain(vox, call):
    ccs = await call(None, ("202", "b.test"))
    assert {message.domain for message in ccs.messages} == {"b.test"}
    assert ccs.told_to("b.test") == ccs.told[ccs.told.index("connection_create") :]


@pytest.mark.parametrize("order", [1, -1], ids=["winner first", "loser first"])
async def test_of_forks_in_different_domains_each_hears_of_its_own_until_one_answers(vox, call, order):
    ccs = await call("d1.test", *[("202", "d2.test"), ("203", "d3.test")][::order])
    assert ccs.told_to("d1.test") == ccs.told
    assert ccs.told_to("d3.test") == [*OWN_FORK, "call_delete 203 answered_elsewhere"]
    winner = ccs.told_to("d2.test")
    own = ["call_create 202", "call_attach_to_seance 202", "connection_link_call 202 b", "call_set_state 202 ringing"]
    assert winner[:4] == own
    withheld = winner[4 : winner.index("call_set_state 202 talk")]
    first, second = ("202", "203")[::order]
    links = {"203": ["connection_link_call 203 b"], "202": []}
    assert withheld == [
        "connection_create",
        "connection_attach_to_seance",
        "connection_link_call 201 a",
        f"seance_set_next_number {first}",
        *links[first],
        "seance_set_state dialing",
        f"seance_set_next_number {second}",
        *links[second],
    ]
    rest = winner[winner.index("call_set_state 202 talk") :]
    assert rest == ccs.told[ccs.told.index("call_set_state 202 talk") :]


async def test_what_was_withheld_keeps_its_time(vox, call):
    ccs = await call("d1.test", ("202", "d2.test"), ("203", "d3.test"))
    events = ccs.of("d2.test")
    created = next(event for event in events if event.type == "connection_create")
    talk = next(event for event in events if event.data.get("state") == "talk")
    assert talk.at - created.at == 2000
    assert events.index(talk) > events.index(created)


async def test_nobody_answers_and_each_has_heard_of_its_own_fork(vox, call):
    ccs = await call("d1.test", ("202", "d2.test"), ("203", "d3.test"), answers="", cancel=5)
    assert ccs.told_to("d3.test") == [*OWN_FORK, "call_delete 203 cancel"]
    assert ccs.told_to("d2.test") == [one.replace("203", "202") for one in ccs.told_to("d3.test")]


async def test_a_fork_of_the_callers_own_domain_counts(vox, call):
    ccs = await call("d1.test", ("202", "d1.test"), ("203", "d3.test"))
    assert ccs.told_to("d1.test") == ccs.told
    assert ccs.told_to("d3.test") == [*OWN_FORK, "call_delete 203 answered_elsewhere"]


async def test_a_failure_before_any_dialog_stays_with_the_caller(vox, call):
    vox.user("202", extension="202", domain="d2.test", online=False)
    ccs = await call("d1.test", answers="")
    assert ccs.told_to("d1.test") == ccs.told
    assert ccs.told_to("d2.test") == []


async def test_the_next_one_who_is_tried_hears_of_its_own_until_it_answers(vox, scenario):
    text = """
    from voxsim import *

    @VoxEngine.on(AppEvents.CallAlerting)
    async def alerting(event):
        event.call.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
        for name in ("202", "203"):
            agent = VoxEngine.call_user(username=name, callerid=event.callerid)
            outcome = await agent.wait_for(CallEvents.Connected, CallEvents.Failed)
            if outcome.name == CallEvents.Connected:
                event.call.answer()
                VoxEngine.send_media_between(event.call, agent)
    """
    vox.user("202", "ring:1,reject:486@2", extension="202", domain="d2.test")
    vox.user("203", "ring:1,answer:2", extension="203", domain="d3.test")
    caller = vox.user("201", hangup=5, extension="201", domain="d1.test")
    ccs = vox.ccsevents()
    await caller.dial("100", scenario=scenario(text))
    await vox.finished()
    assert ccs.told_to("d2.test")[-1] == "call_delete 202 busy"
    third = ccs.told_to("d3.test")
    assert third[:4] == [
        "call_create 203",
        "call_attach_to_seance 203",
        "connection_link_call 203 b",
        "call_set_state 203 ringing",
    ]
    assert third[4] == "connection_create"
    assert third[-1] == "seance_delete"
    assert not any(one.startswith("call_") and " 202" in one for one in third)


async def test_the_domain_of_the_scenario_is_a_called_one(vox, scenario):
    text = """
    from voxsim import *

    @VoxEngine.on(AppEvents.CallAlerting)
    async def alerting(event):
        event.call.answer()
        await event.call.wait_for(CallEvents.Disconnected)
        VoxEngine.terminate()
    """
    vox.user("299", extension="299", domain="other.test")
    ccs = vox.ccsevents(menus={"menu": "0003*100"})
    await vox.phone(hangup=2).dial("100", scenario=scenario(text, "menu"))
    await vox.finished()
    domain = ccs.people.tenant().domain
    assert ccs.told_to(domain) == ccs.told[3:]
    assert ccs.told[3:5] == ["call_set_state 15550001 talk", "seance_set_state ivr"]


async def test_a_record_is_told_to_those_who_were_told_of_its_connection(vox, scenario):
    text = """
    from voxsim import *

    @VoxEngine.on(AppEvents.CallAlerting)
    async def alerting(event):
        agents = [VoxEngine.call_user(username=name, callerid=event.callerid) for name in ("202", "203")]
        await agents[0].wait_for(CallEvents.Connected)
        agents[1].hangup()
        event.call.answer()
        event.call.record()
        VoxEngine.send_media_between(event.call, agents[0])
        await event.call.wait_for(CallEvents.Disconnected)
        VoxEngine.terminate()
    """
    vox.user("202", "ring:1,answer:2", extension="202", domain="d2.test")
    vox.user("203", "ring:1,answer:900", extension="203", domain="d3.test")
    ccs = vox.ccsevents()
    await vox.phone(hangup=5).dial("100", scenario=scenario(text))
    await vox.finished()
    assert ccs.told_to("d3.test") == [*OWN_FORK, "call_delete 203 answered_elsewhere"]
    assert "connection_set_record_info" in ccs.told_to("d2.test")

"""ACD requests: from Queued to OperatorReached, or why not; the status that is asked for; old shapes of arguments."""

from __future__ import annotations

import pytest

from voxsim.engine.agents import BUSY, CHOSEN, AgentStatus
from voxsim.testing import Vox
from voxsim.vocabulary.errors import BadArgument

REQUEST = """
from voxsim import *
from voxsim import ACDEnqueueParameters
require(Modules.ACD)
request = None

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    global request
    call = event.call
    call.answer()
    request = VoxEngine.enqueue_acd_request({arguments})
    for kind in ACDEvents:
        request.add_event_listener(kind, tell)
    request.add_event_listener(ACDEvents.OperatorReached, lambda e: joined(call, e.operator_call))
    call.add_event_listener(CallEvents.MessageReceived, lambda e: exec(e.text, globals()))

def joined(call, operator):
    VoxEngine.send_media_between(call, operator)
    operator.add_event_listener(CallEvents.Disconnected, lambda e: call.hangup())

def tell(event):
    fields = [event.name]
    for field in ("operator_user_name", "status_code", "position", "ewt", "error"):
        if hasattr(event, field):
            fields.append(getattr(event, field))
    if hasattr(event, "operator_call"):
        fields.append(event.operator_call.number())
    Logger.write(" ".join(map(str, fields)))
"""


@pytest.fixture
def enqueue(vox: Vox, tmp_path):
    """A caller whose scenario asks for an agent with these arguments."""
    files = iter(range(1000))

    async def dial(arguments='"support", call.callerid()', **how):
        file = tmp_path / f"request{next(files)}.py"
        file.write_text(REQUEST.format(arguments=arguments))
        return await vox.phone("+15550001", **how).dial("100", scenario=str(file))

    return dial


async def test_a_request_runs_from_queued_to_the_operator(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue="support", answer=2, talk=30)
    await enqueue()
    await vox.advance(3)
    assert vox.session.log == ["ACD.Queued", "ACD.OperatorCallAttempt operator1", "ACD.OperatorReached operator1"]
    assert operator.calls[0].callerid == "15550001"
    names = [event.name for event in vox.session.events]
    assert names.index("ACD.OperatorReached") > names.index("Call.Ringing")


async def test_an_operator_who_fails_is_only_a_notice(vox: Vox, enqueue):
    vox.operator("operator1", "busy", queue="support")
    vox.operator("operator2", "decline@3", queue="support")
    vox.operator("operator3", queue="support", answer=1, talk=9)
    await enqueue()
    await vox.advance(6)
    assert vox.session.log == [
        "ACD.Queued",
        "ACD.OperatorCallAttempt operator1",
        "ACD.OperatorFailed operator1 486",
        "ACD.OperatorCallAttempt operator2",
        "ACD.OperatorFailed operator2 603",
        "ACD.OperatorCallAttempt operator3",
        "ACD.OperatorReached operator3",
    ]


async def test_the_header_of_the_call_timeout_moves_on_to_the_next_agent(vox: Vox, enqueue):
    vox.operator("operator1", answer=False, queue="support")
    vox.operator("operator2", queue="support", talk=9)
    await enqueue('"support", "100", {"headers": {"VI-CallTimeout": 20, "X-Line": "blue"}}')
    await vox.advance(21)
    attempts = [event.seconds for event in vox.session.events if event.name == "ACD.OperatorCallAttempt"]
    assert attempts == [0, 20]
    assert vox.session.log[2] == "ACD.OperatorFailed operator1 408"


async def test_all_operators_are_offline(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", status="OFFLINE")
    await enqueue()
    assert vox.session.log == ["ACD.Offline"]


async def test_a_request_waits_for_operators_who_are_away_and_for_those_who_leave(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue="support", status="DND", talk=9)
    await enqueue()
    await operator.set_status("OFFLINE")
    await vox.advance(100)
    await operator.set_status("READY")
    await vox.advance(3)
    assert vox.session.log[-1] == "ACD.OperatorReached operator1"


async def test_a_full_queue_takes_nobody(vox: Vox, enqueue):
    vox.queue("support", max_size=1)
    vox.operator("operator1", queue="support")
    for _ in range(3):
        await enqueue()
    assert [one.log[0] for one in vox.sessions] == ["ACD.Queued", "ACD.Queued", "ACD.QueueFull"]


async def test_a_queue_that_does_not_exist_is_an_error(vox: Vox, enqueue):
    vox.queue("sales")
    await enqueue('"sails", "100"')
    assert vox.session.log == ["ACD.Error There is no queue 'sails'. Did you mean 'sales'?"]
    assert "[[queue]] in voxsim.toml makes one" in vox.session.warnings[0]


async def test_waiting_too_long_is_an_error(vox: Vox, enqueue):
    vox.queue("support", max_waiting=20)
    vox.operator("operator1", queue="support", status="DND")
    await enqueue()
    await vox.advance(20)
    assert vox.session.log[-1] == "ACD.Error It waited for 20 s."


async def test_the_status_tells_the_place_and_whole_minutes(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", answer=0, talk=150)
    for _ in range(4):
        await enqueue()
    last = await enqueue()
    await last.send_message("request.get_status()")
    assert vox.session.log[-1] == "ACD.Waiting 4 0"
    await vox.advance(151)
    await last.send_message("request.get_status()")
    assert vox.session.log[-1] == "ACD.Waiting 3 7"


async def test_the_status_of_a_request_that_does_not_wait_is_not_told(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", talk=9)
    call = await enqueue()
    await vox.advance(3)
    await call.send_message("request.get_status()")
    assert vox.session.warnings == ["getStatus: the request does not wait in a queue; ignored."]


async def test_a_request_can_be_taken_back_while_it_waits(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue="support", status="DND")
    call = await enqueue()
    await call.send_message("request.cancel()")
    assert len(vox.queue("support")) == 0
    await operator.set_status("READY")
    assert operator.calls == []


async def test_and_while_an_operator_rings(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue="support", answer=9)
    call = await enqueue()
    await call.send_message("request.cancel()")
    assert (operator.calls[0].state, operator.status) == ("TERMINATED", "READY")


async def test_but_not_once_the_operator_answered(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue="support", answer=1, talk=9)
    call = await enqueue()
    await vox.advance(2)
    await call.send_message("request.cancel()")
    assert operator.status == "IN_SERVICE"
    assert vox.session.warnings == ["cancel: an agent was reached, or the request is over already; ignored."]


async def test_who_has_the_higher_priority_comes_first(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", answer=0, talk=10)
    await enqueue()
    await enqueue('"support", "200", {"priority": 50}')
    await enqueue('"support", "300", {"priority": 1}')
    await vox.advance(11)
    assert vox.sessions[2].log[-1] == "ACD.OperatorReached operator1"


@pytest.mark.parametrize(
    "arguments",
    [
        '"support", "100"',
        '"support"',
        '"support", None',
        '"support", "100", {"headers": {"X-A": "1"}}',
        '"support", "100", {"headers": {"X-A": "1"}, "priority": 1}',
        '"support", "100", {"priority": 1, "video": False, "customData": "x"}',
        '"support", "100", ACDEnqueueParameters(priority=1, video=False, custom_data="x")',
        '"support", "100", priority=1',
    ],
)
async def test_shapes_of_arguments(vox: Vox, enqueue, arguments: str):
    operator = vox.operator("operator1", queue="support", talk=9)
    await enqueue(arguments)
    await operator.rang()
    assert vox.session.warnings == []


async def test_an_option_that_the_platform_does_not_have_is_ignored_with_a_warning(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue="support", talk=9)
    await enqueue('"support", "100", {"agentRequest": True, "customData": "x"}')
    await operator.rang()
    assert vox.session.warnings == ["enqueueACDRequest: the platform has no option 'agentRequest'; ignored."]


@pytest.mark.parametrize("wrong", ['{"priority": 101}', '{"priority": "high"}', '{"headers": "X-A"}'])
async def test_arguments_that_cannot_be_read(vox: Vox, enqueue, wrong: str):
    vox.operator("operator1", queue="support")
    await enqueue(f'"support", "100", {wrong}')
    await vox.failed("enqueueACDRequest: ")


async def test_a_handler_can_wait_for_the_operator(vox: Vox, incoming):
    vox.operator("operator1", "busy", queue="support", ban=5)
    scenario = incoming("""
        request = VoxEngine.enqueue_acd_request("support", call.callerid())
        Logger.write(request.id() == (await request.wait_for(ACDEvents.Queued)).request.id())
        await request.wait_for(ACDEvents.OperatorFailed)
        request.cancel()
        try:
            await request.wait_for(ACDEvents.OperatorReached)
        except TaskEnded as error:
            Logger.write("over")
        VoxEngine.terminate()
    """)
    await vox.phone().dial("100", scenario=scenario)
    session = await vox.finished()
    assert session.log == ["true", "over"]


@pytest.mark.parametrize(
    "wrong", ['"VI-CallTimeout": 10**400', '"VI-CallTimeout": "soon"', '"X-A": "\\ud800"', '"X-A": None', "7: [1]"]
)
async def test_odd_headers_harm_nobody_when_an_agent_becomes_free_for_them(vox: Vox, enqueue, wrong: str):
    vox.operator("operator1", queue="support", answer=1, talk=5, after_call=1)
    await enqueue()
    await enqueue(f'"support", "100", {{"headers": {{{wrong}}}}}')
    await enqueue()
    await vox.advance(30)
    assert [one.log[-1] for one in vox.sessions] == ["ACD.OperatorReached operator1"] * 3


async def test_headers_are_those_of_the_moment_when_it_was_asked(vox: Vox, incoming):
    operator = vox.operator("operator1", queue="support", status="DND")
    scenario = incoming("""
        headers = {"X-Line": "blue"}
        VoxEngine.enqueue_acd_request("support", "100", headers=headers)
        headers["X-Line"] = "red"
    """)
    await vox.phone().dial("100", scenario=scenario)
    await operator.set_status("READY")
    await operator.rang()
    assert operator.calls[0].headers["X-Line"] == "blue"


# --- operators ---


async def test_an_operator_who_is_replaced_serves_nobody_any_more(vox: Vox, enqueue):
    vox.operator("operator1", "busy", queue="support", ban=20)
    await enqueue()
    await vox.advance(1)
    vox.operator("operator1", queue="support", status="DND")
    await vox.advance(100)
    assert vox.session.log[-1] == "ACD.OperatorFailed operator1 486"
    assert vox.queue("support").present == 1


async def test_nor_after_the_talk_in_which_it_was_replaced(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", answer=1, talk=5)
    await enqueue()
    await vox.advance(2)
    vox.operator("operator1", queue="support", status="OFFLINE")
    await vox.advance(100)
    await enqueue()
    assert [one.log[-1] for one in vox.sessions] == ["ACD.OperatorReached operator1", "ACD.Offline"]
    assert vox.queue("support").present == 0


async def test_a_status_that_is_chosen_during_a_call_holds_afterwards(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue="support", answer=1, talk=10, after_call=5)
    await enqueue()
    await vox.advance(5)
    await operator.set_status("DND")
    assert operator.status == "IN_SERVICE"
    await vox.advance(10)
    assert operator.status == "DND"


async def test_a_ban_ends_early_when_the_operator_says_so(vox: Vox, enqueue):
    operator = vox.operator("operator1", "busy", queue="support", ban=600)
    await enqueue()
    await vox.advance(1)
    await operator.set_status("ONLINE")
    await vox.advance(700)
    assert operator.status == "ONLINE"


@pytest.mark.parametrize("status", sorted(CHOSEN))
async def test_statuses_that_a_person_can_choose(vox: Vox, status: AgentStatus):
    assert vox.operator("operator1", queue="support", status=status).status == status


@pytest.mark.parametrize("status", [*sorted(BUSY), "BANNED", "SLEEPING"])
async def test_statuses_that_nobody_can_choose(vox: Vox, status: str):
    with pytest.raises(BadArgument, match="status is one of"):
        vox.operator("operator1", queue="support", status=status)


@pytest.mark.parametrize(("how", "words"), [({"skills": {"x": 9}}, "from 1 to 5"), ({"ban": 0}, "some seconds")])
async def test_operators_that_cannot_be(vox: Vox, how: dict[str, object], words: str):
    with pytest.raises(BadArgument, match=words):
        vox.operator("operator1", queue="support", **how)


@pytest.mark.parametrize(
    "settings", [{"max_size": -1}, {"max_waiting": "1"}, {"agent_selection": "BEST"}, {"fault": "x"}, {"maxsize": 1}]
)
async def test_queues_that_cannot_be(vox: Vox, settings: dict[str, object]):
    with pytest.raises(BadArgument, match="queue"):
        vox.queue("support", **settings)


async def test_an_operator_of_two_queues_takes_the_first_of_both(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue=["sales", "support"], answer=0, talk=10)
    await enqueue('"sales", "1"')
    await enqueue('"support", "2", priority=10')
    await enqueue('"sales", "3", priority=5')
    await vox.advance(25)
    assert [call.callerid for call in operator.calls] == ["1", "3", "2"]


async def test_one_who_is_added_again_is_another(vox: Vox, enqueue):
    vox.operator("operator1", queue="sales")
    vox.operator("operator1", queue="support")
    assert len(vox.queue("sales").agents) == 0
    assert [agent.name for agent in vox.queue("support").agents] == ["operator1"]

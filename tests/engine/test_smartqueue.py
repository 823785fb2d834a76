"""SmartQueue: what becomes of a task, from its events to the status with which it ends."""

from __future__ import annotations

from itertools import pairwise
from typing import cast

import pytest

from voxsim.engine.queues import Refusal
from voxsim.engine.units.smartqueue import SmartQueueTask
from voxsim.testing import Vox
from voxsim.vocabulary.codes import Cause
from voxsim.vocabulary.constants import TaskWaitingCode, TerminationStatus

TASK = """
from voxsim import *
require(Modules.SmartQueue)
task = None

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    global task
    call = event.call
    call.answer()
    task = VoxEngine.enqueue_task(call=call, {options})
    for kind in SmartQueueEvents:
        task.add_event_listener(kind, tell)
    task.add_event_listener(SmartQueueEvents.OperatorReached, reached)
    task.add_event_listener(SmartQueueEvents.ClientDisconnected, client_left)
    call.add_event_listener(CallEvents.MessageReceived, lambda e: say_what(e.text))
    call.add_event_listener(CallEvents.Disconnected, lambda e: {on_hangup})

def reached(event):
    agent = event.agent_call
    VoxEngine.send_media_between(task.client_call, agent)
    agent.handle_blind_transfer(True)
    agent.add_event_listener(CallEvents.BlindTransferRequested, lambda e: agent.notify_blind_transfer_success())
    agent.add_event_listener(CallEvents.Disconnected, agent_left)

def agent_left(event):
    how()
    if task.client_call.state() == "CONNECTED":
        task.client_call.hangup()

def client_left(event):
    {on_client}

def say_what(text):
    exec(text, globals())

def tell(event):
    fields = [event.name.partition(".")[2]]
    for field in ("operator_id", "operator_name", "position", "ewt", "code", "status", "type"):
        if hasattr(event, field):
            fields.append(getattr(event, field))
    Logger.write(" ".join(map(str, fields)))

def how():
    Logger.write(f"{{task.status}} {{task.termination_status}}")
"""

SUPPORT = 'queue={"name": "support"}'


@pytest.fixture
def enqueue(vox: Vox, tmp_path):
    """A caller whose scenario puts it into a queue, with these options and reactions."""
    files = iter(range(1000))

    async def dial(options=SUPPORT, number="+15550001", on_client="event.cancel()", on_hangup="None", **how):
        file = tmp_path / f"task{next(files)}.py"
        file.write_text(TASK.format(options=options, on_client=on_client, on_hangup=on_hangup))
        return await vox.phone(number, **how).dial("100", scenario=str(file))

    return dial


def task_of(vox: Vox, at: int = -1) -> SmartQueueTask:
    """The task of a session, by its last event."""
    events = [event.data for event in vox.sessions[at].events if event.name.startswith("SmartQueue.")]
    return cast("SmartQueueTask", events[-1].task)


def ending(vox: Vox, at: int = -1) -> tuple[str, int | None]:
    """The status and termination status of the task of a session."""
    task = task_of(vox, at)
    return str(task.status), task.termination_status


# --- the usual course ---


async def test_a_task_runs_from_its_success_to_the_operator(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue="support", answer=2, talk=60, after_call=10)
    await enqueue()
    await vox.advance(1)
    assert operator.status == "DIALING"
    await vox.advance(2)
    assert operator.status == "IN_SERVICE"
    assert vox.session.log == ["EnqueueSuccess", "DistributeTask 1 operator1", "OperatorReached"]
    await vox.advance(60)
    assert operator.status == "AFTER_SERVICE"
    assert vox.session.log[3:] == ["ENDED 1202"]
    await vox.advance(10)
    assert (operator.status, operator.served) == ("READY", 1)


async def test_its_properties_tell_where_it_is(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", answer=5, talk=10)
    await enqueue(SUPPORT + ', custom_data="vip", priority=3')
    task = task_of(vox)
    assert isinstance(task.id, str)
    assert task.client_call.callerid() == "15550001"
    assert task.settings["queue"] == {"name": "support"}
    assert (task.parameters["customData"], task.parameters["priority"]) == ("vip", 3)
    assert (task.status, task.termination_status) == ("CONNECTING", None)
    assert task.agent_call.number() == "operator1"
    await vox.advance(6)
    assert task.status == "CONNECTED"


async def test_who_waits_is_told_the_place_at_once_and_every_ten_to_fifteen_seconds(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", talk=100)
    await enqueue()
    await enqueue()
    await vox.advance(60)
    waiting = [event for event in vox.session.events if event.name == "SmartQueue.Waiting"]
    gaps = [later.seconds - earlier.seconds for earlier, later in pairwise(waiting)]
    assert waiting[0].seconds == 0
    assert len(gaps) >= 4
    assert all(10 <= gap <= 15 for gap in gaps)
    assert waiting[0].facts()["code"] == TaskWaitingCode.CANNOT_BE_ESTIMATED


async def test_the_time_is_estimated_from_what_calls_took(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", answer=5, talk=85, after_call=10)
    for _ in range(4):
        await enqueue()
    await vox.advance(101)
    (handled,) = {len(one.log) for one in vox.sessions[:1]}
    assert handled
    await vox.advance(15)
    third, fourth = vox.sessions[2].log[-1], vox.sessions[3].log[-1]
    assert third == f"Waiting 1 100000 {TaskWaitingCode.SUCCESS}"
    assert fourth == f"Waiting 2 200000 {TaskWaitingCode.SUCCESS}"


async def test_an_estimate_beyond_what_the_queue_allows_overflows(vox: Vox, enqueue):
    vox.queue("support", max_waiting=150)
    vox.operator("operator1", queue="support", answer=0, talk=100)
    await enqueue()
    await vox.advance(101)
    await enqueue()
    await enqueue()
    await enqueue()
    assert vox.sessions[2].log[-1] == f"Waiting 1 100000 {TaskWaitingCode.SUCCESS}"
    assert vox.sessions[3].log[-1] == f"Waiting 2 200000 {TaskWaitingCode.OVERFLOWED}"


async def test_a_busy_operator_is_banned_and_the_next_one_called(vox: Vox, enqueue):
    busy = vox.operator("operator1", "busy", queue="support", ban=600)
    other = vox.operator("operator2", queue="support", answer=1, talk=5)
    await enqueue()
    await vox.advance(3)
    assert vox.session.log == [
        "EnqueueSuccess",
        "DistributeTask 1 operator1",
        "DistributeTask 2 operator2",
        "OperatorReached",
    ]
    assert (busy.status, other.status) == ("BANNED", "IN_SERVICE")
    await vox.advance(598)
    assert busy.status == "READY"


async def test_an_operator_who_does_not_answer_in_time_gives_way_to_the_next(vox: Vox, enqueue):
    vox.operator("operator1", answer=False, queue="support")
    vox.operator("operator2", queue="support", answer=1, talk=5)
    await enqueue(SUPPORT + ', extra_headers={"VI-CallTimeout": "15", "X-Ticket": "17"}')
    await vox.advance(20)
    attempts = [event.seconds for event in vox.session.events if event.name == "SmartQueue.DistributeTask"]
    assert attempts == [0, 15]


async def test_extra_headers_reach_the_operator(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue="support", talk=5)
    await enqueue(SUPPORT + ', extra_headers={"X-Ticket": "17"}')
    call = await operator.rang()
    assert call.headers == {"X-Ticket": "17"}
    assert call.callerid == "15550001"


async def test_an_operator_who_is_not_logged_in_after_all_is_offline(vox: Vox, enqueue):
    away = vox.operator("operator1", queue="support", online=False)
    await enqueue()
    await vox.advance(1)
    assert away.status == "OFFLINE"
    assert vox.session.log[-1] == f"TaskCanceled {TerminationStatus.QUEUE_EMPTY}"


# --- skills and operators ---


async def test_an_operator_with_the_skill_is_waited_for(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", talk=30)
    able = vox.operator("operator2", queue="support", skills={"french": 3}, status="DND", talk=30)
    await enqueue(SUPPORT + ', skills=[{"name": "french", "level": 2}]')
    await vox.advance(10)
    assert "DistributeTask" not in " ".join(vox.session.log)
    await able.set_status("READY")
    await able.rang()


async def test_the_most_skilled_operator_comes_first(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", skills={"french": 2})
    best = vox.operator("operator2", queue="support", skills={"french": 5})
    await enqueue(SUPPORT + ', skills=[{"name": "french", "level": 2}]')
    await best.rang()


async def test_the_least_skilled_comes_first_where_the_queue_says_so(vox: Vox, enqueue):
    vox.queue("support", agent_selection="LEAST_QUALIFIED")
    vox.operator("operator1", queue="support", skills={"french": 5})
    least = vox.operator("operator2", queue="support", skills={"french": 2})
    await enqueue(SUPPORT + ', skills=[{"name": "french", "level": [2, 3, 5]}]')
    await least.rang()


async def test_a_level_that_is_too_low_will_not_do(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue="support", skills={"french": 2})
    await enqueue(SUPPORT + ', skills=[{"name": "french", "level": 3}], timeout=30')
    await vox.advance(31)
    assert operator.calls == []
    assert ending(vox) == ("ENDED", TerminationStatus.TIMEOUT_REACHED)


async def test_the_operator_who_was_free_longest_comes_first(vox: Vox, enqueue):
    one = vox.operator("operator1", queue="support", talk=5)
    two = vox.operator("operator2", queue="support", talk=5)
    await enqueue()
    await vox.advance(20)
    await enqueue()
    await vox.advance(20)
    assert (one.served, two.served) == (1, 1)


async def test_a_strict_operator_is_the_only_one(vox: Vox, enqueue):
    vox.operator("operator1", queue="support")
    vox.operator("operator2", queue="support", status="DND")
    settings = '{"operatorId": 2, "mode": "STRICT", "timeout": 20}'
    await enqueue(f"{SUPPORT}, operator_settings={settings}")
    await vox.advance(21)
    assert ending(vox) == ("ENDED", TerminationStatus.OPERATOR_NOT_AVAILABLE)
    assert vox.session.log[-1] == f"TaskCanceled {TerminationStatus.OPERATOR_NOT_AVAILABLE}"


async def test_a_strict_operator_gets_the_task_before_others_who_wait(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", talk=5)
    second = vox.operator("operator2", queue="support", answer=1, talk=5, status="DND")
    settings = '{"operatorId": 2, "mode": "STRICT", "timeout": 20}'
    await enqueue(f"{SUPPORT}, operator_settings={settings}")
    await vox.advance(10)
    await second.set_status("READY")
    await vox.advance(2)
    assert vox.session.log[-1] == "OperatorReached"


async def test_a_strict_operator_who_is_offline_is_not_waited_for(vox: Vox, enqueue):
    vox.operator("operator1", queue="support")
    vox.operator("operator2", queue="support", status="OFFLINE")
    await enqueue(SUPPORT + ', operator_settings={"operatorId": 2, "mode": "STRICT", "timeout": 20}')
    await vox.advance(1)
    assert vox.session.log == [f"TaskCanceled {TerminationStatus.OPERATOR_NOT_AVAILABLE}"]


async def test_a_smart_operator_is_waited_for_and_then_anybody_comes(vox: Vox, enqueue):
    other = vox.operator("operator1", queue="support", talk=5)
    vox.operator("operator2", queue="support", status="DND")
    await enqueue(SUPPORT + ', operator_settings={"operatorId": 2, "mode": "SMART", "timeout": 20}')
    await vox.advance(19)
    assert other.calls == []
    await vox.advance(2)
    assert [event.seconds for event in vox.session.events if event.name == "SmartQueue.DistributeTask"] == [20]


async def test_a_smart_operator_who_is_offline_is_not_waited_for(vox: Vox, enqueue):
    other = vox.operator("operator1", queue="support", talk=5)
    vox.operator("operator2", queue="support", status="OFFLINE")
    await enqueue(SUPPORT + ', operator_settings={"operatorId": 2, "mode": "SMART", "timeout": 20}')
    await other.within(1).rang()


# --- every way to end ---


async def test_timeout_of_the_task(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", status="DND")
    await enqueue(SUPPORT + ", timeout=30")
    await vox.advance(30)
    assert vox.session.log[-1] == f"TaskCanceled {TerminationStatus.TIMEOUT_REACHED}"
    assert ending(vox) == ("ENDED", TerminationStatus.TIMEOUT_REACHED)


async def test_an_operator_who_is_just_being_called_at_the_timeout_may_still_answer(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", answer=8, talk=5)
    await enqueue(SUPPORT + ", timeout=5")
    await vox.advance(9)
    assert vox.session.log[-1] == "OperatorReached"


async def test_but_there_is_no_second_one_then(vox: Vox, enqueue):
    vox.operator("operator1", "decline@8", queue="support")
    await enqueue(SUPPORT + ", timeout=5")
    await vox.advance(9)
    assert vox.session.log[-1] == f"TaskCanceled {TerminationStatus.TIMEOUT_REACHED}"


async def test_max_waiting_time_of_the_queue(vox: Vox, enqueue):
    vox.queue("support", max_waiting=45)
    vox.operator("operator1", queue="support", status="DND")
    await enqueue(SUPPORT + ", timeout=60")
    await vox.advance(46)
    assert ending(vox) == ("ENDED", TerminationStatus.MAX_WAITING_TIME_REACHED)


async def test_max_size_of_the_queue(vox: Vox, enqueue):
    queue = vox.queue("support", max_size=1)
    vox.operator("operator1", queue="support")
    for _ in range(3):
        await enqueue()
    assert len(queue) == 1
    assert ending(vox, 1) == ("DISTRIBUTING", None)
    assert vox.session.log == [f"TaskCanceled {TerminationStatus.MAX_QUEUE_SIZE_REACHED}"]


@pytest.mark.parametrize("status", ["OFFLINE", None])
async def test_nobody_is_logged_in(vox: Vox, enqueue, status: str | None):
    vox.queue("support")
    if status:
        vox.operator("operator1", queue="support", status=status)
    await enqueue()
    assert vox.session.log == [f"TaskCanceled {TerminationStatus.QUEUE_EMPTY}"]


async def test_the_last_operator_leaves(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue="support", status="DND")
    await enqueue()
    await enqueue()
    await operator.set_status("OFFLINE")
    assert [one.log[-1] for one in vox.sessions] == [f"TaskCanceled {TerminationStatus.QUEUE_EMPTY}"] * 2


async def test_a_queue_that_holds_its_callers_waits_for_operators(vox: Vox, enqueue):
    vox.queue("support", hold=True)
    operator = vox.operator("operator1", queue="support", status="OFFLINE", talk=5)
    await enqueue()
    await vox.advance(60)
    await operator.set_status("READY")
    await operator.rang()


@pytest.mark.parametrize("fault", ["INTERNAL_ERROR", "MS_NOT_ANSWERED", "FAILED"])
async def test_a_queue_that_is_broken_is_an_error(vox: Vox, enqueue, fault: str):
    vox.queue("support", fault=fault)
    vox.operator("operator1", queue="support")
    await enqueue()
    assert vox.session.log == [f"Error {TerminationStatus[fault]}"]
    assert ending(vox) == ("FAILED", TerminationStatus[fault])


async def test_a_queue_that_does_not_exist_is_an_error(vox: Vox, enqueue):
    vox.queue("support")
    await enqueue('queue={"name": "suport"}')
    (error,) = [event for event in vox.session.events if event.name == "SmartQueue.Error"]
    assert error.facts()["type"] == TerminationStatus.INTERNAL_ERROR
    assert "Did you mean 'support'" in error.facts()["description"]


async def test_a_session_that_may_not_call_anybody_any_more_fails_and_no_operator_is_banned(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue="support")
    call = await enqueue('queue={"name": "other"}')
    loop = 'for _ in range(60): VoxEngine.call_pstn("+15550100", "1")'
    await call.send_message(f'{loop}\ntask = VoxEngine.enqueue_task(queue={{"name": "support"}})')
    await vox.advance(1)
    assert ending(vox) == ("FAILED", TerminationStatus.FAILED)
    assert operator.status == "READY"


async def test_the_scenario_ends_the_task(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", status="DND")
    call = await enqueue()
    await call.send_message('task.end("enough")')
    (ended,) = [event for event in vox.session.events if event.name == "SmartQueue.TaskCanceled"]
    assert (ended.facts()["status"], ended.facts()["description"]) == (TerminationStatus.CLIENT_TERMINATE, "enough")
    assert len(vox.queue("support")) == 0


@pytest.mark.parametrize("name", list(TerminationStatus.members))
async def test_the_scenario_names_the_status_itself(vox: Vox, enqueue, name: str):
    vox.operator("operator1", queue="support", status="DND")
    call = await enqueue()
    await call.send_message(f'task.end("so", TerminationStatus.{name})')
    assert vox.session.log[-1] == f"TaskCanceled {TerminationStatus[name]}"


async def test_ending_a_task_while_an_operator_rings_frees_the_operator(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue="support", answer=10)
    call = await enqueue()
    await call.send_message('task.end("enough")')
    await vox.advance(1)
    assert (operator.status, operator.calls[0].state) == ("READY", "TERMINATED")


async def test_hanging_up_on_a_ringing_operator_ends_the_task_and_bans_nobody(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue="support", answer=10)
    call = await enqueue()
    await call.send_message("task.agent_call.hangup()")
    await vox.settled()
    assert vox.session.log[-1] == f"TaskCanceled {TerminationStatus.CLIENT_TERMINATE}"
    assert operator.status == "READY"


async def test_ending_a_task_during_the_talk_hangs_the_operator_up(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue="support", answer=1, after_call=5)
    call = await enqueue()
    await vox.advance(2)
    await call.send_message('task.end("enough", TerminationStatus.NORMAL)')
    await vox.settled()
    assert operator.status == "AFTER_SERVICE"
    assert ending(vox) == ("ENDED", TerminationStatus.NORMAL)
    assert "TaskCanceled" not in " ".join(vox.session.log)


async def test_ending_it_twice_is_told(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", status="DND")
    call = await enqueue()
    await call.send_message('task.end("a")\ntask.end("b")')
    assert vox.session.warnings == ["end: the task has ended already; ignored."]


async def test_a_client_who_hangs_up_while_waiting_is_told_and_cancelled(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", status="DND")
    call = await enqueue()
    await vox.advance(5)
    await call.hang_up()
    await vox.advance(1)
    assert [event.name for event in vox.session.events][-3:] == [
        "Call.Disconnected",
        "SmartQueue.ClientDisconnected",
        "SmartQueue.TaskCanceled",
    ]
    assert ending(vox) == ("ENDED", TerminationStatus.CANCELED)


async def test_without_cancel_the_task_goes_on(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue="support", status="DND", talk=5)
    call = await enqueue(on_client="pass")
    await vox.advance(5)
    await call.hang_up()
    await vox.advance(5)
    await operator.set_status("READY")
    await operator.rang()


async def test_finished_by_operator(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", answer=1, talk=5)
    await enqueue()
    await vox.advance(10)
    assert ending(vox) == ("ENDED", TerminationStatus.FINISHED_BY_OPERATOR)


async def test_finished_by_client(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", answer=1)
    call = await enqueue(on_hangup="task.agent_call.hangup()")
    await vox.advance(5)
    await call.hang_up()
    await vox.advance(1)
    assert ending(vox) == ("ENDED", TerminationStatus.FINISHED_BY_CLIENT)
    assert "ClientDisconnected" not in " ".join(vox.session.log)


async def test_a_talk_that_the_scenario_ends_is_normal(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", answer=1)
    call = await enqueue()
    await vox.advance(5)
    await call.send_message("task.agent_call.hangup()")
    await vox.settled()
    assert ending(vox) == ("ENDED", TerminationStatus.NORMAL)


async def test_a_session_that_ends_during_the_talk_ends_it_normally(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue="support", answer=1)
    call = await enqueue()
    await vox.advance(5)
    task = task_of(vox)
    await call.send_message("VoxEngine.terminate()")
    await vox.finished()
    assert (task.status, task.termination_status) == ("ENDED", TerminationStatus.NORMAL)
    await vox.settled()
    assert operator.status == "READY"


async def test_a_session_that_ends_while_waiting_leaves_the_queue(vox: Vox, enqueue):
    vox.operator("operator1", queue="support", status="DND")
    call = await enqueue()
    task = task_of(vox)
    await call.send_message("VoxEngine.terminate()")
    await vox.finished()
    assert len(vox.queue("support")) == 0
    assert task.termination_status == TerminationStatus.CANCELED


async def test_a_talk_that_breaks_off_has_failed(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue="support", answer=1)
    await enqueue()
    call = await operator.rang()
    await vox.advance(5)
    call.line.leg.far_ends(Cause(41, "Temporary failure"))
    await vox.settled()
    assert ending(vox) == ("FAILED", TerminationStatus.FAILED)


async def test_an_operator_who_transfers_the_client(vox: Vox, enqueue):
    operator = vox.operator("operator1", queue="support", answer=1)
    await enqueue()
    call = await operator.rang()
    await vox.advance(5)
    call.line.transfer("200")
    await vox.advance(1)
    await call.hang_up()
    await vox.settled()
    assert ending(vox) == ("ENDED", TerminationStatus.TRANSFERRED)


def test_every_refusal_is_a_termination_status():
    assert {refusal.value for refusal in Refusal} <= set(TerminationStatus.members)


# --- errors, and waiting for events ---


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("priority=5", "`queue` is an object"),
        ('queue="support"', "`queue` is an object"),
        ('queue={"id": "1"}', "is a number"),
        (SUPPORT + ", priority=0", "from 1 (served first) to 100"),
        (SUPPORT + ", timeout=-1", "number of seconds"),
        (SUPPORT + ', skills=["french"]', "a skill is an object"),
        (SUPPORT + ', skills=[{"name": "french", "level": 6}]', "from 1 to 5"),
        (SUPPORT + ', operator_settings={"mode": "STRICT"}', "`operatorId` is a number"),
        (SUPPORT + ', operator_settings={"operatorId": 1, "mode": "LOOSE"}', "STRICT or SMART"),
        (SUPPORT + ', extra_headers="X-A: 1"', "mapping of names to values"),
    ],
)
async def test_options_that_cannot_be_read(vox: Vox, enqueue, options: str, words: str):
    vox.operator("operator1", queue="support")
    await enqueue(options)
    await vox.failed(words)


async def test_a_queue_can_be_named_by_its_id(vox: Vox, enqueue):
    vox.queue("sales")
    queue = vox.queue("support")
    operator = vox.operator("operator1", queue="support")
    await enqueue(f'queue={{"id": {queue.id}}}')
    await operator.rang()


async def test_an_object_with_documented_names_will_do(vox: Vox, started):
    operator = vox.operator("operator1", queue="support", skills={"french": 4})
    vox.start(
        started("""
        require(Modules.SmartQueue)
        VoxEngine.enqueue_task({"queue": {"name": "support"}, "priority": 1, "video": True, "scheme": "x",
            "skills": [{"name": "french", "level": 4}], "extraHeaders": {"X-A": "1"}, "maxVideoBitrate": 100})
    """)
    )
    call = await operator.rang()
    assert call.headers == {"X-A": "1"}
    assert vox.session.warnings == []


async def test_a_handler_can_wait_for_its_task(vox: Vox, incoming):
    vox.operator("operator1", queue="support", answer=3, talk=10)
    scenario = incoming("""
        task = VoxEngine.enqueue_task(call=call, queue={"name": "support"})
        event = await task.wait_for(SmartQueueEvents.OperatorReached, SmartQueueEvents.TaskCanceled)
        Logger.write(f"{event.name} {vars().get('nothing')}")
        again = await task.wait_for(SmartQueueEvents.OperatorReached)
        Logger.write(f"{again is event}")
        try:
            await task.wait_for(SmartQueueEvents.Waiting)
        except TaskEnded as error:
            Logger.write(str(error))
        try:
            await task.wait_for(SmartQueueEvents.Error)
        except TaskEnded as error:
            Logger.write(str(error))
        VoxEngine.terminate()
    """)
    await vox.phone().dial("100", scenario=scenario)
    session = await vox.finished()
    assert session.log == [
        "SmartQueue.OperatorReached None",
        "True",
        "The task has ended: FINISHED_BY_OPERATOR.",
        "The task has ended: FINISHED_BY_OPERATOR.",
    ]
    assert session.warnings[0].startswith("require(Modules.SmartQueue) is missing")


@pytest.mark.parametrize(
    "wrong",
    [
        'timeout=float("inf")',
        "timeout=10**400",
        "timeout=1e300",
        'queue={"id": float("nan")}',
        'queue={"id": float("inf")}',
        'operator_settings={"operatorId": float("nan")}',
        'operator_settings={"operatorId": 1, "timeout": float("inf")}',
    ],
)
async def test_numbers_that_are_none(vox: Vox, incoming, wrong: str):
    settings = wrong if wrong.startswith("queue") else f'queue={{"name": "support"}}, {wrong}'
    vox.operator("operator1", queue="support", status="DND")
    await vox.phone().dial("100", scenario=incoming(f"VoxEngine.enqueue_task({settings})"))
    assert "enqueueTask: " in (await vox.failed("number")).message

"""The campaign: people confirm, machines get a message once, and who was not reached is tried again."""

import json

import pytest

from voxsim.testing import Vox

CAMPAIGN = "scenarios/outbound_voicemail.py"
NUMBER = "+12025550142"
NOON = 1_767_225_600 + 12 * 3600  # 2026-01-01 12:00:00 UTC
REMINDER = "Hello, customer 42. You have an appointment at 9:30."


def rows(*numbers: str) -> list[dict[str, str]]:
    return [{"phone": number, "name": "customer 42", "time": "9:30"} for number in numbers]


async def test_a_person_confirms(vox: Vox) -> None:
    customer = vox.phone(NUMBER, answer=4)
    calls = vox.call_list(rows(NUMBER), CAMPAIGN, attempts=3)
    call = await customer.rang()
    await call.heard(REMINDER)
    call.press("1")
    await call.heard("Thank you")
    await calls.finished()
    (task,) = calls.tasks
    assert (task.status, task.result, task.attempts) == ("Processed", {"outcome": "confirmed"}, 1)
    assert task.sessions[0].log == [f"{NUMBER}: HUMAN"]


async def test_a_machine_gets_the_message_after_its_beep(vox: Vox) -> None:
    machine = vox.phone(NUMBER, answer=2, machine=6)
    vox.call_list(rows(NUMBER), CAMPAIGN)
    call = await machine.rang()
    heard = await call.heard(REMINDER)
    assert heard.at / 1e6 == pytest.approx(2 + 6, abs=0.1)
    await vox.finished()


async def test_a_short_greeting_is_over_before_the_detector_knows(vox: Vox) -> None:
    machine = vox.phone(NUMBER, answer=0, machine=1)
    vox.call_list(rows(NUMBER), CAMPAIGN)
    call = await machine.rang()
    heard = await call.heard(REMINDER)
    assert heard.at / 1e6 == pytest.approx(3, abs=0.1)
    await vox.finished()


@pytest.mark.vox(until=2 * 24 * 3600)
async def test_the_message_is_left_once_and_the_next_attempts_are_in_the_hours_of_calling(vox: Vox) -> None:
    machine = vox.phone(NUMBER, answer=2, machine=4)
    calls = vox.call_list(rows(NUMBER), CAMPAIGN, attempts=3, interval=3600)
    await calls.finished()
    (task,) = calls.tasks
    assert (task.status, task.attempts) == ("Error", 3)
    assert task.result == {"outcome": "voicemail", "message_left": True}
    assert json.loads(task.custom_data)["message_left"] is True
    said = [[item.value for item in call.received if item.what == "heard"] for call in machine.calls]
    assert [len([text for text in texts if REMINDER in text]) for texts in said] == [1, 0, 0]
    # The list began at midnight: its second attempt waits until nine, the third comes an hour after that.
    begun = [session.timeline[0].seconds / 3600 for session in task.sessions]
    assert begun == [0, 9, pytest.approx(10, abs=0.01)]


async def test_a_machine_that_never_beeps_gets_the_message_after_a_while(vox: Vox) -> None:
    # Music like a greeting that does not end.
    machine = vox.phone(NUMBER, answer=0, machine=60)
    vox.call_list(rows(NUMBER), CAMPAIGN)
    call = await machine.rang()
    heard = await call.heard(REMINDER)
    assert heard.at / 1e6 == pytest.approx(25, abs=0.1)
    await vox.finished()


async def test_a_busy_number_is_tried_again_after_the_interval(vox: Vox) -> None:
    customer = vox.phone(NUMBER, "busy@2")
    calls = vox.call_list(rows(NUMBER), CAMPAIGN, attempts=3, interval=60)
    await calls.finished()
    (task,) = calls.tasks
    assert (task.status, task.attempts, task.attempts_left) == ("Error", 3, 0)
    assert task.result == {"outcome": "not reached", "code": 486, "reason": "Busy Here"}
    assert len(customer.calls) == 3
    assert [session.timeline[0].seconds for session in task.sessions] == [0, 62, 124]


async def test_a_number_that_does_not_exist_is_not_tried_again(vox: Vox) -> None:
    (task,) = (await vox.call_list(rows(NUMBER), CAMPAIGN, attempts=3).finished()).tasks
    assert (task.status, task.result["outcome"], task.attempts) == ("Processed", "no such number", 1)


async def test_who_answers_the_second_call_is_reminded(vox: Vox) -> None:
    customer = vox.phone(NUMBER, answer=False)
    calls = vox.call_list(rows(NUMBER), CAMPAIGN, attempts=2, interval=10)
    await (await customer.rang()).ended(408)
    second = await customer.rang()
    await second.answer()
    await second.heard(REMINDER)
    second.press("21")
    await calls.finished()
    assert (calls.tasks[0].result, calls.tasks[0].attempts) == ({"outcome": "confirmed"}, 2)


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [("answer:1,hangup:4", "hung up"), ("answer:1,hangup:0.5", "hung up"), ("answer:1,press:5@6", "not confirmed")],
)
async def test_who_was_reached_is_not_called_again(behaviour: str, outcome: str, vox: Vox) -> None:
    customer = vox.phone(NUMBER, behaviour)
    calls = vox.call_list(rows(NUMBER), CAMPAIGN, attempts=3)
    await calls.finished()
    assert (calls.tasks[0].status, calls.tasks[0].result) == ("Processed", {"outcome": outcome})
    assert len(customer.calls) == 1


async def test_a_list_of_people_machines_and_busy_numbers(vox: Vox) -> None:
    people = [f"+1202555011{last}" for last in range(4)]
    machines = [f"+1202555012{last}" for last in range(3)]
    busy = [f"+1202555013{last}" for last in range(2)]
    for number in people:
        vox.phone(number, answer=3, press="1@6")
    for number in machines:
        vox.phone(number, answer=3, machine=5)
    for number in busy:
        vox.phone(number, busy=True)
    everybody = [*people, *machines, *busy]
    calls = vox.call_list(rows(*everybody), CAMPAIGN, attempts=2, interval=60, simultaneous=3, start_at=NOON)
    await calls.finished()
    results = [(task.status, task.result["outcome"], task.attempts) for task in calls.tasks]
    assert results[:4] == [("Processed", "confirmed", 1)] * 4
    assert results[4:7] == [("Error", "voicemail", 2)] * 3
    assert results[7:] == [("Error", "not reached", 2)] * 2
    assert calls.status == "Completed"
    alive = sorted((one.timeline[0].t, 1) for one in vox.sessions) + [(one.timeline[-1].t, -1) for one in vox.sessions]
    most = now = 0
    for _, change in sorted(alive):
        now += change
        most = max(most, now)
    assert most == 3
    assert all(session.finish_reason == "Normal termination" for session in vox.sessions)


async def test_a_session_without_a_row_says_so(vox):
    vox.start(CAMPAIGN)
    session = await vox.finished()
    assert session.log == ["The custom data is not a row of the list: ''"]

"""The outbound reminder: started over HTTP, it calls, asks, reports to the CRM, and tries again when nobody answers."""

import json
import re

import pytest

from voxsim.testing import Vox

REMINDER = "scenarios/reminder.py"
CRM = "https://crm.example/reminders"
NUMBER = "+12025550142"
TASK = json.dumps({"number": NUMBER, "name": "customer 42", "time": "9:30"})


@pytest.mark.parametrize(("digit", "result"), [("1", "confirmed"), ("2", "cancelled")])
async def test_answer_of_the_customer_is_reported_to_the_crm(vox: Vox, digit: str, result: str) -> None:
    crm = vox.web.on("POST", CRM).reply(201)
    customer = vox.phone(NUMBER, answer=4)
    vox.start(REMINDER, custom_data=TASK)
    call = await customer.rang()
    await call.heard("Hello, customer 42. You have an appointment at 9:30.")
    call.press(digit)
    await call.heard("Thank you")
    await call.ended()
    await vox.finished()
    assert json.loads(crm.last.text) == {"number": NUMBER, "result": result, "attempts": 1}
    assert crm.last.header("Content-Type") == "application/json"


async def test_other_digits_do_not_count(vox: Vox) -> None:
    vox.web.on("POST", CRM).reply()
    customer = vox.phone(NUMBER, press="5@1,#@2,1@3")
    vox.start(REMINDER, custom_data=TASK)
    await (await customer.rang()).heard("Thank you")
    await vox.requested("POST", CRM, body="confirmed")
    await vox.finished()


async def test_customer_who_presses_nothing_is_reported_after_twenty_seconds(vox: Vox) -> None:
    vox.web.on("POST", CRM).reply()
    customer = vox.phone(NUMBER, answer=0)
    vox.start(REMINDER, custom_data=TASK)
    call = await customer.rang()
    goodbye = await call.heard(r"Goodbye")
    assert goodbye.at / 1e6 == pytest.approx(20, abs=0.1)
    await vox.requested("POST", CRM, body="no reply")
    await vox.finished()


async def test_customer_who_hangs_up_early_is_not_called_again(vox: Vox) -> None:
    vox.web.on("POST", CRM).reply()
    customer = vox.phone(NUMBER, hangup=3)
    vox.start(REMINDER, custom_data=TASK)
    await vox.requested("POST", CRM, body="hung up")
    await vox.finished()
    assert len(customer.calls) == 1


async def test_second_attempt_comes_half_a_minute_after_a_busy_line(vox: Vox) -> None:
    vox.web.on("POST", CRM).reply()
    customer = vox.phone(NUMBER, "busy@2")
    vox.start(REMINDER, custom_data=TASK)
    await customer.rang()
    await customer.rang()
    assert vox.now == 2 + 30
    await vox.requested("POST", CRM, body=re.compile('"result": ?"busy", ?"attempts": ?2'))
    await vox.finished()
    assert len(customer.calls) == 2


async def test_customer_who_answers_the_second_call_is_reminded(vox: Vox) -> None:
    vox.web.on("POST", CRM).reply()
    customer = vox.phone(NUMBER, answer=False)
    vox.start(REMINDER, custom_data=TASK)
    first = await customer.rang()
    await first.ended(408)
    second = await customer.rang()
    await second.answer()
    await second.heard("appointment at 9:30")
    second.press("1")
    await vox.requested("POST", CRM, body=re.compile('"result": ?"confirmed", ?"attempts": ?2'))
    await vox.finished()


async def test_wrong_number_is_reported_without_a_second_attempt(vox: Vox) -> None:
    vox.web.on("POST", CRM).reply()
    vox.start(REMINDER, custom_data=TASK)  # nobody plays this number: 404
    await vox.requested("POST", CRM, body=re.compile('"result": ?"failed", ?"attempts": ?1'))
    await vox.finished()


async def test_report_is_repeated_when_the_crm_fails(vox: Vox) -> None:
    crm = vox.web.on("POST", CRM).reply(503).reply(200)
    vox.phone(NUMBER, press="1@2")
    vox.start(REMINDER, custom_data=TASK)
    await vox.logged("The CRM did not take the result: 503")
    session = await vox.finished()
    assert len(crm.requests) == 2
    assert crm.requests[0].text == crm.requests[1].text
    assert session.finish_reason == "Normal termination"


@pytest.mark.parametrize(("fault", "code"), [("connection", -4), ("host_not_found", -3), ("timeout", -7)])
async def test_session_ends_well_when_the_crm_cannot_be_reached(vox: Vox, fault: str, code: int) -> None:
    vox.web.on("POST", CRM).fail(fault)
    vox.phone(NUMBER, press="1@2")
    vox.start(REMINDER, custom_data=TASK)
    session = await vox.finished()
    complaints = [line for line in session.log if line.startswith("The CRM did not take the result")]
    assert len(complaints) == 2
    assert f": {code} " in complaints[0]
    assert session.finish_reason == "Normal termination"


@pytest.mark.parametrize("custom_data", ["", "tomorrow", "{}", '["+12025550142"]'])
async def test_custom_data_that_is_no_reminder_calls_nobody(vox: Vox, custom_data: str) -> None:
    customer = vox.phone(NUMBER)
    vox.start(REMINDER, custom_data=custom_data)
    await vox.logged("The custom data is not a reminder")
    await vox.finished()
    assert customer.calls == []


async def test_each_session_reminds_its_own_customer(vox: Vox) -> None:
    crm = vox.web.on("POST", CRM).reply()
    numbers = [f"+120255501{last}" for last in range(50, 60)]
    for number in numbers:
        vox.phone(number, press="1@3")
        vox.start(REMINDER, custom_data=json.dumps({"number": number, "name": "customer", "time": "noon"}))
    await vox.finished()
    assert sorted(json.loads(request.text)["number"] for request in crm.requests) == numbers


def test_events_of_a_confirmed_reminder(vox: Vox) -> None:
    vox.web.on("POST", CRM).reply()
    vox.phone(NUMBER, ring=1, answer=3, press="1@2")
    vox.start(REMINDER, custom_data=TASK)
    session = vox.run()
    assert [event.name for event in session.events] == [
        "Application.Started",
        "Call.Ringing",
        "Call.Connected",
        "Call.PlaybackReady",
        "Call.PlaybackStarted",
        "Call.FirstAudioPacketReceived",
        "Call.AudioQualityDetected",
        "Call.ToneReceived",
        "Call.PlaybackReady",  # "Thank you."
        "Call.PlaybackStarted",
        "Call.PlaybackFinished",
        "Call.Disconnected",
        "Application.Terminating",
        "Application.Terminated",
    ]

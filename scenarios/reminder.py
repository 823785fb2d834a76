r"""An outbound reminder: calls a customer, asks for a confirmation, and reports the result to a CRM.

The session is started over HTTP, with custom data that says whom to call and about what:
{"number": "+12025550142", "name": "customer 42", "time": "9:30"}. The customer presses 1 to confirm or 2 to cancel.
When nobody answers, one more attempt is made half a minute later.

Try it: voxsim run scenarios/reminder.py --answer "+12025550142=answer:4,press:1@6" \
    --custom-data '{"number": "+12025550142", "name": "customer 42", "time": "9:30"}'
"""

import json
from contextlib import suppress

import trio

from voxsim import AppEvents, CallEnded, CallEvents, Logger, Net, VoxEngine, sleep

CALLER_ID = "+12025550100"
CRM = "https://crm.example/reminders"
ATTEMPTS = 2
SECONDS_TO_ANSWER = 20
# A session without calls ends after a minute: what we do between and after the calls has to take less.
SECONDS_BETWEEN_ATTEMPTS = 30
SECONDS_FOR_THE_CRM = 20
NOT_REACHED = {408: "no answer", 480: "not available", 486: "busy"}
ANSWERS = {"1": "confirmed", "2": "cancelled"}


@VoxEngine.on(AppEvents.Started)
async def remind(event):
    try:
        task = json.loads(VoxEngine.custom_data())
        number, name, time = task["number"], task["name"], task["time"]
    except (ValueError, KeyError, TypeError):
        Logger.write(f"The custom data is not a reminder: {VoxEngine.custom_data()!r}")
        VoxEngine.terminate()
        return

    text = f"Hello, {name}. You have an appointment at {time}. Press one to confirm it, or two to cancel it."
    for attempt in range(1, ATTEMPTS + 1):
        if attempt > 1:
            await sleep(SECONDS_BETWEEN_ATTEMPTS)
        result = await call_customer(number, text)
        Logger.write(f"attempt {attempt}: {result}")
        if result not in NOT_REACHED.values():
            break
    await report({"number": number, "result": result, "attempts": attempt})
    VoxEngine.terminate()


async def call_customer(number, text):
    """Call, say the text, and return in a word or two what came of it."""
    call = VoxEngine.call_pstn(number, CALLER_ID)
    outcome = await call.wait_for(CallEvents.Connected, CallEvents.Failed)
    if outcome.name == CallEvents.Failed:
        return NOT_REACHED.get(outcome.code, "failed")
    result = "hung up"
    with suppress(CallEnded):
        call.handle_tones(True)
        call.say(text)
        result = await hear_answer(call)
        call.say("Thank you. Goodbye." if result in ANSWERS.values() else "Goodbye.")
        await call.wait_for(CallEvents.PlaybackFinished)
        call.hangup()
    return result


async def hear_answer(call):
    """Wait for a digit that is an answer; other digits are let pass."""
    with trio.move_on_after(SECONDS_TO_ANSWER):
        while True:
            tone = (await call.wait_for(CallEvents.ToneReceived)).tone
            if tone in ANSWERS:
                return ANSWERS[tone]
    return "no reply"


async def report(result):
    """Tell the CRM, and try once more when it cannot be reached."""
    for _ in range(2):
        response = await Net.http_request_async(
            CRM,
            method="POST",
            headers={"Content-Type": "application/json"},
            post_data=json.dumps(result),
            timeout=SECONDS_FOR_THE_CRM,
        )
        if 200 <= response.code < 300:
            return
        Logger.write(f"The CRM did not take the result: {response.code} {response.error or ''}".strip())

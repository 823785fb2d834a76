r"""A reminder campaign that knows people from answering machines: run by a call list, a row for each customer.

A row has "phone", "name" and "time". A person hears the reminder and presses 1 to confirm. A machine gets a message
after its beep, once; then, as whenever nobody was reached, the list is asked for another attempt. A number that does
not exist is not tried again.

The list is made by CreateCallList, or in a test by `vox.call_list(rows, "outbound_voicemail.py", attempts=3)`.
Try one attempt without a list: voxsim run scenarios/outbound_voicemail.py --answer "+12025550142=machine:6" \
    --custom-data '{"phone": "+12025550142", "name": "customer 42", "time": "9:30"}'
"""

import json
from contextlib import suppress

import trio

from voxsim import AMD, AppEvents, CallEnded, CallEvents, CallList, Logger, PlaybackStopped, VoxEngine

CALLER_ID = "+12025550100"
NO_SUCH_NUMBER = 404
SECONDS_TO_ANSWER = 15
SECONDS_TO_BEEP = 25
HOURS_OF_CALLING = {"start_execution_time": "09:00:00", "end_execution_time": "19:00:00"}


@VoxEngine.on(AppEvents.Started)
async def attempt(event):
    try:
        customer = json.loads(VoxEngine.custom_data())
        number = customer["phone"]
    except (ValueError, KeyError, TypeError):
        Logger.write(f"The custom data is not a row of the list: {VoxEngine.custom_data()!r}")
        VoxEngine.terminate()
        return
    detector = AMD.create(model=AMD.Model.US)
    call = VoxEngine.call_pstn(number, CALLER_ID, amd=detector)
    beeps = []
    call.add_event_listener(CallEvents.BeepDetectionComplete, beeps.append)
    outcome = await call.wait_for(CallEvents.Connected, CallEvents.Failed)
    if outcome.name == CallEvents.Failed:
        await not_reached(outcome)
    else:
        # From the very beginning: a short greeting and its beep may be over before the detector has made up its mind.
        call.enable_beep_detection(timeout=SECONDS_TO_BEEP * 1000)
        detected = await detector.detect()
        Logger.write(f"{number}: {detected.result_class}")
        if detected.result_class == AMD.ResultClass.VOICEMAIL:
            await leave_message(call, customer, beeps)
        elif detected.result_class == AMD.ResultClass.CALL_ENDED:
            await CallList.report_result_async({"outcome": "hung up"})
        else:
            await remind(call, customer)
    VoxEngine.terminate()


async def not_reached(failed):
    """Tell the list; it tries again after its interval, but not a number that does not exist."""
    told = {"outcome": "not reached", "code": failed.code, "reason": failed.reason}
    if failed.code == NO_SUCH_NUMBER:
        await CallList.report_result_async({**told, "outcome": "no such number"})
    else:
        await CallList.report_error_async(told)


async def leave_message(call, customer, beeps):
    """Speak after the beep, unless an earlier attempt did; then ask for another attempt, in the hours of calling."""
    if not customer.get("message_left"):
        with suppress(CallEnded, PlaybackStopped):
            if not beeps:
                await call.wait_for(CallEvents.BeepDetectionComplete)
            await call.say(f"Hello, {customer['name']}. You have an appointment at {customer['time']}.").finished()
            customer["message_left"] = True
    call.hangup()
    await CallList.report_progress_async({"outcome": "voicemail", "message_left": bool(customer.get("message_left"))})
    await CallList.request_next_attempt_async({"custom_data": customer, **HOURS_OF_CALLING})


async def remind(call, customer):
    """Tell a person, and ask for a confirmation. Whoever was reached is not called again."""
    result = "hung up"
    with suppress(CallEnded, PlaybackStopped):
        call.handle_tones(True)
        call.say(f"Hello, {customer['name']}. You have an appointment at {customer['time']}. Press one to confirm it.")
        with trio.move_on_after(SECONDS_TO_ANSWER) as waiting:
            while (await call.wait_for(CallEvents.ToneReceived)).tone != "1":
                pass
        result = "not confirmed" if waiting.cancelled_caught else "confirmed"
        await call.say("Thank you. Goodbye.").finished()
        call.hangup()
    await CallList.report_result_async({"outcome": result})

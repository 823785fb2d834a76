"""Blind transfer: the agent passes the caller on to somebody else, and leaves the call.

The caller reaches the reception, where a user or a SIP phone transfers the call. The scenario dials the target itself:
when the target answers it reports success and lets the agent go, else it gives the caller back to the agent.

Try it: voxsim run scenarios/transfer.py --answer "reception=transfer:+12025550130@5"
"""

from contextlib import suppress

from voxsim import AppEvents, CallEnded, CallEvents, CallState, Logger, VoxEngine


@VoxEngine.on(AppEvents.CallAlerting)
async def incoming(event):
    caller = event.call
    caller.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    caller.ring()
    reception = VoxEngine.call_user(username="reception", callerid=event.callerid)
    # CallEnded: whoever is talking with the caller has hung up, or nobody answered at the reception.
    with suppress(CallEnded):
        await reception.wait_for(CallEvents.Connected)
        caller.answer()
        await talk(caller, reception)
    if caller.state() != CallState.TERMINATED:
        VoxEngine.terminate()


async def talk(caller, partner):
    """Let the two talk; whenever the partner asks for a transfer, try to put somebody else in its place."""
    while True:
        VoxEngine.send_media_between(caller, partner)
        partner.handle_blind_transfer(True)
        request = await partner.wait_for(CallEvents.BlindTransferRequested)
        VoxEngine.stop_media_between(caller, partner)
        caller.play_progress_tone("US")
        target = dial(request.transfer_to, caller.callerid())
        outcome = await target.wait_for(CallEvents.Connected, CallEvents.Failed)
        caller.stop_playback()
        if outcome.name == CallEvents.Connected:
            Logger.write(f"transferred to {request.transfer_to}")
            partner.notify_blind_transfer_success()
            partner.hangup()
            partner = target
        else:
            Logger.write(f"{request.transfer_to} did not answer: {outcome.code} {outcome.reason}")
            partner.notify_blind_transfer_failed(outcome.code, outcome.reason)


def dial(target, callerid):
    """A transfer's target is a SIP address, a phone number or the name of a user."""
    if target.startswith(("sip:", "sips:")):
        return VoxEngine.call_sip(target, callerid=callerid)
    if target.lstrip("+").isdigit():
        return VoxEngine.call_pstn(target, callerid)
    return VoxEngine.call_user(username=target, callerid=callerid)

"""A call centre: whoever calls waits for an operator, and hears music and the place in the queue meanwhile.

Callers from France get an operator who speaks French, the best customers are served first. Who presses 1 hangs up and
keeps the place: when it is that caller's turn, the operator waits while we call back. When nobody can be served in
time, the caller may leave a message. The queue and its three operators stand in voxsim.toml.

Try it: voxsim run scenarios/call_centre.py --hangup 90
"""

from voxsim import (
    AppEvents,
    CallEvents,
    Logger,
    Modules,
    SmartQueueEvents,
    TaskWaitingCode,
    VoxEngine,
    require,
    set_timeout,
)

require(Modules.SmartQueue)

OUR_NUMBER = "12025550100"
MUSIC = "https://example.com/waiting.mp3"
BEST_CUSTOMERS = {"12025550107"}
SECONDS_OF_MESSAGE = 60

caller = None
task = None
music = None
place = None
call_back = False


@VoxEngine.on(AppEvents.CallAlerting)
async def welcome(event):
    global caller
    caller = event.call
    caller.add_event_listener(CallEvents.Disconnected, caller_left)
    caller.add_event_listener(CallEvents.ToneReceived, pressed)
    caller.handle_tones(True)
    caller.answer()
    await caller.wait_for(CallEvents.Connected)
    await caller.say("Welcome. Please hold the line.").finished()
    await queue()


async def queue():
    """Wait for an operator; what comes of it decides how the call goes on."""
    global task, music
    music = VoxEngine.create_url_player(MUSIC, loop=True)
    music.send_media_to(caller)
    french = caller.callerid().startswith("33")
    task = VoxEngine.enqueue_task(
        call=caller,
        queue={"name": "support"},
        priority=1 if caller.callerid() in BEST_CUSTOMERS else 50,
        skills=[{"name": "french", "level": 3}] if french else [],
    )
    task.add_event_listener(SmartQueueEvents.Waiting, announce)
    task.add_event_listener(SmartQueueEvents.ClientDisconnected, client_left)
    outcome = await task.wait_for(
        SmartQueueEvents.OperatorReached, SmartQueueEvents.TaskCanceled, SmartQueueEvents.Error
    )
    music.stop()
    if outcome.name == SmartQueueEvents.OperatorReached:
        await talk(outcome.agent_call)
    elif caller.state() == "CONNECTED":
        Logger.write(f"not served: {outcome.description}")
        await take_message()
    else:
        VoxEngine.terminate()


async def announce(event):
    """Say the place in the queue when it has changed; the music goes on afterwards."""
    global place
    if event.position == place or call_back:
        return
    place = event.position
    text = f"You are number {place} in the queue."
    if event.code == TaskWaitingCode.SUCCESS:
        text += f" It will take about {max(1, round(event.ewt / 60_000))} minutes."
    await caller.say(f"{text} Press 1, and we call you back.").finished()
    music.send_media_to(caller)


async def pressed(event):
    """1 stands for: call me back."""
    global call_back
    if event.tone == "1" and waits():
        call_back = True
        await caller.say("We will call you when it is your turn. Goodbye.").finished()
        caller.hangup()


def waits():
    """Whether no operator has come yet."""
    return task is not None and task.status in ("DISTRIBUTING", "CONNECTING")


def caller_left(_):
    # Of a caller who leaves the queue the task tells itself.
    if not waits():
        VoxEngine.terminate()


def client_left(event):
    """The caller has left the queue: for good, unless we are to call back."""
    if call_back:
        Logger.write(f"{caller.callerid()} keeps the place in the queue")
    else:
        event.cancel()


async def talk(agent):
    """Let the operator and the caller talk; call the caller back first, when that was asked for."""
    agent.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    customer = caller
    if caller.state() != "CONNECTED":
        agent.say("Please wait, we are calling a customer back.")
        customer = VoxEngine.call_pstn(caller.callerid(), OUR_NUMBER)
        answer = await customer.wait_for(CallEvents.Connected, CallEvents.Failed)
        if answer.name == CallEvents.Failed:
            Logger.write(f"{caller.callerid()} could not be called back: {answer.code} {answer.reason}")
            await agent.say("The customer does not answer.").finished()
            agent.hangup()
            return
        customer.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    VoxEngine.send_media_between(customer, agent)


async def take_message():
    """Nobody can be reached: record what the caller wants to say, until the caller hangs up or has said enough."""
    await caller.say("Nobody can take your call just now. Please leave a message after the tone.").finished()
    tone = VoxEngine.create_tone_script_player("1000@-10;1(*/0/1)")
    tone.send_media_to(caller)
    await tone.finished()
    caller.add_event_listener(CallEvents.RecordStarted, lambda record: Logger.write(f"message at {record.url}"))
    caller.record()
    set_timeout(caller.hangup, SECONDS_OF_MESSAGE * 1000)

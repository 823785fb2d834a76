"""One call of the simulated load: answered, put into the queue, joined with the operator who comes."""
# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs

from voxsim import AppEvents, CallEvents, Modules, SmartQueueEvents, VoxEngine, require

require(Modules.SmartQueue)


@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    caller = event.call
    caller.answer()
    task = VoxEngine.enqueue_task(call=caller, queue={"name": "support"})
    task.add_event_listener(SmartQueueEvents.OperatorReached, lambda reached: join(caller, reached.agent_call))


def join(caller, agent):
    VoxEngine.send_media_between(caller, agent)
    agent.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())

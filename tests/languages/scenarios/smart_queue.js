// The second version of queues, async: skills, a status that is read, an offer that may be taken back.
require(Modules.SmartQueue);

const first = (target, names) =>
  new Promise((resolve) => Object.entries(names).forEach(([key, name]) =>
    target.addEventListener(name, (event) => resolve({ key, event }))));

VoxEngine.addEventListener(AppEvents.CallAlerting, async ({ call, headers }) => {
  call.answer();
  await first(call, { up: CallEvents.Connected });
  const skills = (headers["X-Skills"] ?? "russian:3").split(",").map((one) => {
    const [name, level] = one.split(":");
    return { name, level: +level };
  });
  const task = VoxEngine.enqueueTask({ call, queue: { name: "desk" }, skills, priority: 10, timeout: 60 });
  Logger.write([task.status, task.terminationStatus, task.clientCall === call, task.agentCall, typeof task.id].join());
  const distributed = [];
  task.addEventListener(SmartQueueEvents.TaskDistributed, ({ operatorName }) => distributed.push(operatorName));
  task.addEventListener(SmartQueueEvents.Waiting, ({ position, code }) =>
    Logger.write(`waiting ${position} ${code === TaskWaitingCode.SUCCESS}`));
  const hold = VoxEngine.createToneScriptPlayer("425@-20;10(1/4/1)", true);
  hold.sendMediaTo(call);
  const timer = setTimeout(() => task.end("no patience", TerminationStatus.CANCELED), 25_000);
  const { key, event } = await first(task, {
    reached: SmartQueueEvents.OperatorReached, cancelled: SmartQueueEvents.TaskCanceled, error: SmartQueueEvents.Error,
  });
  clearTimeout(timer);
  hold.stop();
  Logger.write(`${key} ${task.status} ${distributed} ${event.description ?? event.agentCall === task.agentCall}`);
  if (key === "reached") {
    VoxEngine.sendMediaBetween(call, event.agentCall);
    event.agentCall.addEventListener(CallEvents.Disconnected, () => call.hangup());
  } else {
    call.hangup();
  }
  await first(call, { down: CallEvents.Disconnected });
  Logger.write(`${task.status} ${Object.entries(TerminationStatus).find(([, v]) => v === task.terminationStatus)?.[0]}`);
  VoxEngine.terminate();
});

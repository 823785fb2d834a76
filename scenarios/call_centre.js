/**
 * A call centre: whoever calls waits for an operator, and hears music and the place in the queue meanwhile.
 *
 * Callers from France get an operator who speaks French, the best customers are served first. Who presses 1 hangs up
 * and keeps the place: when it is that caller's turn, the operator waits while we call back. When nobody can be served
 * in time, the caller may leave a message. The queue and its three operators stand in voxsim.toml.
 *
 * Try it: voxsim run scenarios/call_centre.js --hangup 90
 */

require(Modules.SmartQueue);

const OUR_NUMBER = "12025550100";
const MUSIC = "https://example.com/waiting.mp3";
const BEST_CUSTOMERS = ["12025550107"];
const SECONDS_OF_MESSAGE = 60;

let caller;
let task;
let music;
let place;
let callBack = false;

VoxEngine.addEventListener(AppEvents.CallAlerting, (event) => {
  caller = event.call;
  caller.addEventListener(CallEvents.Disconnected, onCallerLeft);
  caller.addEventListener(CallEvents.ToneReceived, onTone);
  caller.handleTones(true);
  caller.addEventListener(CallEvents.Connected, () => say(caller, "Welcome. Please hold the line.", enqueue));
  caller.answer();
});

// Say something, and go on when it has been said to its end: what is said later takes its place.
function say(call, text, then) {
  call.removeEventListener(CallEvents.PlaybackFinished);
  call.addEventListener(CallEvents.PlaybackFinished, () => {
    call.removeEventListener(CallEvents.PlaybackFinished);
    then();
  });
  call.say(text);
}

function enqueue() {
  music = VoxEngine.createURLPlayer(MUSIC, { loop: true });
  music.sendMediaTo(caller);
  const french = caller.callerid().startsWith("33");
  task = VoxEngine.enqueueTask({
    call: caller,
    queue: { name: "support" },
    priority: BEST_CUSTOMERS.includes(caller.callerid()) ? 1 : 50,
    skills: french ? [{ name: "french", level: 3 }] : [],
  });
  task.addEventListener(SmartQueueEvents.Waiting, onWaiting);
  task.addEventListener(SmartQueueEvents.ClientDisconnected, onClientLeft);
  task.addEventListener(SmartQueueEvents.OperatorReached, ({ agentCall }) => {
    music.stop();
    talk(agentCall);
  });
  task.addEventListener(SmartQueueEvents.TaskCanceled, onNotServed);
  task.addEventListener(SmartQueueEvents.Error, onNotServed);
}

// Say the place in the queue when it has changed; the music goes on afterwards.
function onWaiting({ position, code, ewt }) {
  if (position === place || callBack) return;
  place = position;
  let text = `You are number ${place} in the queue.`;
  if (code === TaskWaitingCode.SUCCESS) {
    text += ` It will take about ${Math.max(1, Math.round(ewt / 60000))} minutes.`;
  }
  say(caller, `${text} Press 1, and we call you back.`, () => music.sendMediaTo(caller));
}

// 1 stands for: call me back.
function onTone({ tone }) {
  if (tone !== "1" || !waits()) return;
  callBack = true;
  say(caller, "We will call you when it is your turn. Goodbye.", () => caller.hangup());
}

// Whether no operator has come yet.
function waits() {
  return task !== undefined && ["DISTRIBUTING", "CONNECTING"].includes(task.status);
}

function onCallerLeft() {
  // Of a caller who leaves the queue the task tells itself.
  if (!waits()) VoxEngine.terminate();
}

// The caller has left the queue: for good, unless we are to call back.
function onClientLeft(event) {
  if (callBack) Logger.write(`${caller.callerid()} keeps the place in the queue`);
  else event.cancel();
}

function onNotServed(event) {
  music.stop();
  if (caller.state() !== "CONNECTED") {
    VoxEngine.terminate();
    return;
  }
  Logger.write(`not served: ${event.description}`);
  takeMessage();
}

// Let the operator and the caller talk; call the caller back first, when that was asked for.
function talk(agent) {
  agent.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
  if (caller.state() === "CONNECTED") {
    VoxEngine.sendMediaBetween(caller, agent);
    return;
  }
  agent.say("Please wait, we are calling a customer back.");
  const customer = VoxEngine.callPSTN(caller.callerid(), OUR_NUMBER);
  customer.addEventListener(CallEvents.Connected, () => {
    customer.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
    VoxEngine.sendMediaBetween(customer, agent);
  });
  customer.addEventListener(CallEvents.Failed, ({ code, reason }) => {
    Logger.write(`${caller.callerid()} could not be called back: ${code} ${reason}`);
    say(agent, "The customer does not answer.", () => agent.hangup());
  });
}

// Nobody can be reached: record what the caller wants to say, until the caller hangs up or has said enough.
function takeMessage() {
  say(caller, "Nobody can take your call just now. Please leave a message after the tone.", () => {
    const tone = VoxEngine.createToneScriptPlayer("1000@-10;1(*/0/1)");
    tone.addEventListener(PlayerEvents.PlaybackFinished, () => {
      caller.addEventListener(CallEvents.RecordStarted, ({ url }) => Logger.write(`message at ${url}`));
      caller.record();
      setTimeout(() => caller.hangup(), SECONDS_OF_MESSAGE * 1000);
    });
    tone.sendMediaTo(caller);
  });
}

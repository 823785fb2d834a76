// A whole session with plain handlers: a call answered, a prompt, digits, an outgoing leg, a bridge, both ends.
let caller;
let agent;
let digits = "";

VoxEngine.addEventListener(AppEvents.CallAlerting, (event) => {
  caller = event.call;
  caller.addEventListener(CallEvents.Connected, connected);
  caller.addEventListener(CallEvents.ToneReceived, tone);
  caller.addEventListener(CallEvents.Disconnected, callerGone);
  caller.answer();
});

function connected(event) {
  event.call.handleTones(true);
  event.call.say("Enter your code.");
}

function tone(event) {
  digits += event.tone;
  if (digits.length === 3) {
    agent = VoxEngine.callPSTN("+15550100", "15550001");
    agent.addEventListener(CallEvents.Connected, joined);
    agent.addEventListener(CallEvents.Disconnected, agentGone);
  }
}

function joined(event) {
  VoxEngine.sendMediaBetween(caller, event.call);
}

function callerGone() {
  agent.hangup();
}

function agentGone() {
  VoxEngine.terminate();
}

/**
 * A phone menu: press 1 for sales, 2 for support.
 *
 * The caller has three attempts. A wrong digit, or ten seconds without one, costs an attempt. When the department does
 * not answer, or the attempts are used up, the caller hears why before the call ends.
 *
 * Try it: voxsim run scenarios/menu.js --press "1@4s"
 */

const DEPARTMENTS = {
  1: ["sales", "+12025550101"],
  2: ["support", "+12025550102"],
};
const ATTEMPTS = 3;
const SECONDS_TO_CHOOSE = 10;

VoxEngine.addEventListener(AppEvents.CallAlerting, async ({ call: caller }) => {
  caller.addEventListener(CallEvents.Disconnected, () => VoxEngine.terminate());
  caller.answer();
  caller.handleTones(true);
  await next(caller, CallEvents.Connected);
  const digit = await choose(caller);
  if (digit === null) {
    await say(caller, "We did not get your choice. Goodbye.");
    caller.hangup();
  } else {
    await connect(caller, ...DEPARTMENTS[digit]);
  }
});

// The next of these events. When it never comes, as when a caller hangs up, what waits for it never goes on.
function next(call, ...events) {
  return new Promise((resolve) => {
    const done = (event) => {
      for (const name of events) call.removeEventListener(name, done);
      resolve(event);
    };
    for (const name of events) call.addEventListener(name, done);
  });
}

async function say(call, text) {
  call.say(text);
  await next(call, CallEvents.PlaybackFinished);
}

// Ask until a digit of the menu comes; null when the attempts are used up.
async function choose(caller) {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    caller.say("Press one for sales, or two for support.");
    const digit = await digitWithin(caller, SECONDS_TO_CHOOSE);
    if (digit in DEPARTMENTS) return digit;
    Logger.write(`attempt ${attempt}: ${digit === null ? "nothing pressed" : `${digit} is not on the menu`}`);
    if (digit !== null) await say(caller, "Sorry, that is not a choice.");
  }
  return null;
}

function digitWithin(caller, seconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(null), seconds * 1000);
    const onTone = ({ tone }) => finish(tone);
    const finish = (digit) => {
      clearTimeout(timer);
      caller.removeEventListener(CallEvents.ToneReceived, onTone);
      resolve(digit);
    };
    caller.addEventListener(CallEvents.ToneReceived, onTone);
  });
}

// Call a department, and let the two talk when it answers.
async function connect(caller, department, number) {
  await say(caller, `Connecting you to ${department}.`);
  caller.playProgressTone("US");
  const agent = VoxEngine.callPSTN(number, caller.callerid());
  agent.addEventListener(CallEvents.Disconnected, () => caller.hangup());
  const outcome = await next(agent, CallEvents.Connected, CallEvents.Failed);
  caller.stopPlayback();
  if (outcome.name === CallEvents.Connected) {
    VoxEngine.sendMediaBetween(caller, agent);
  } else {
    Logger.write(`${department} did not answer: ${outcome.code} ${outcome.reason}`);
    await say(caller, `Nobody in ${department} can take your call. Please try again later.`);
    caller.hangup();
  }
}

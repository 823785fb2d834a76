/**
 * Call forwarding with two fallbacks, in callback style.
 *
 * The dialled user's app rings first. When it is busy, offline or not answered in time, the call goes on to a mobile
 * phone. When that fails too, the caller hears an announcement and a tone, and has half a minute to speak.
 *
 * Try it: voxsim run scenarios/forward.js --to desk-7 --answer "desk-7=busy" --answer "+12025550120=answer:5"
 */

const MOBILE = "+12025550120";
const SECONDS_IN_THE_APP = 15;
const SECONDS_ON_THE_MOBILE = 20;
const SECONDS_TO_SPEAK = 30;
const ANNOUNCEMENT = "Nobody can take your call. Please leave a message after the tone.";
const BEEP = "1000@-19;1(1/0/1)";

var caller; // the incoming call: every session has variables of its own

function onAlerting(event) {
  caller = event.call;
  caller.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
  const app = VoxEngine.callUser({
    username: event.destination,
    callerid: event.callerid,
    displayName: event.displayName,
    extraHeaders: { "VI-CallTimeout": String(SECONDS_IN_THE_APP) },
  });
  join(app, tryMobile);
}

function tryMobile(event) {
  Logger.write("the app: " + event.code + " " + event.reason);
  const extraHeaders = { "VI-CallTimeout": String(SECONDS_ON_THE_MOBILE) };
  join(VoxEngine.callPSTN(MOBILE, caller.callerid(), { extraHeaders }), takeMessage);
}

// Show the caller what happens on the outgoing call, and connect the two when it is answered.
function join(callee, whenFailed) {
  callee.addEventListener(CallEvents.Ringing, () => caller.ring());
  callee.addEventListener(CallEvents.AudioStarted, () => caller.startEarlyMedia());
  callee.addEventListener(CallEvents.Connected, () => caller.answer());
  callee.addEventListener(CallEvents.Failed, whenFailed);
  callee.addEventListener(CallEvents.Disconnected, () => caller.hangup());
  VoxEngine.sendMediaBetween(caller, callee);
}

function takeMessage(event) {
  Logger.write("the mobile phone: " + event.code + " " + event.reason);
  caller.addEventListener(CallEvents.Connected, () => caller.say(ANNOUNCEMENT));
  caller.addEventListener(CallEvents.PlaybackFinished, beep);
  caller.answer();
}

function beep() {
  VoxEngine.createToneScriptPlayer(BEEP).sendMediaTo(caller);
  setTimeout(() => caller.hangup(), SECONDS_TO_SPEAK * 1000);
}

VoxEngine.addEventListener(AppEvents.CallAlerting, onAlerting);

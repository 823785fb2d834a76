// One row of a call list: an appointment is confirmed, and the list is told, in the callback style of its day.
require(Modules.CallList);

var caller_id = "+12025550100";
var max_duration = 40 * 1000;
var data, call, confirmed = null;

VoxEngine.addEventListener(AppEvents.Started, function (ev) {
  data = VoxEngine.customData();
  Logger.write("row: " + data);
  data = JSON.parse(data);
  call = VoxEngine.callPSTN(data.phone, caller_id);
  call.addEventListener(CallEvents.Connected, handleCallConnected);
  call.addEventListener(CallEvents.Disconnected, handleCallDisconnected);
  call.addEventListener(CallEvents.Failed, handleCallFailed);
});

function handleCallConnected(e) {
  setTimeout(function () { e.call.hangup(); }, max_duration);
  call.handleTones(true);
  call.addEventListener(CallEvents.ToneReceived, handleTone);
  call.say("Dear " + data.name + ", please confirm your visit on " + data.date + ". Press 1 for yes, 2 for no.",
    { language: VoiceList.Amazon.en_US_Joanna });
}

function handleTone(e) {
  if (e.tone !== "1" && e.tone !== "2") return;
  confirmed = e.tone === "1";
  call.removeEventListener(CallEvents.ToneReceived, handleTone);
  call.stopPlayback();
  call.say(confirmed ? "See you then." : "We will call you again.", { language: VoiceList.Amazon.en_US_Joanna });
  call.addEventListener(CallEvents.PlaybackFinished, function () { call.hangup(); });
}

function handleCallDisconnected(e) {
  Logger.write("talked for " + e.duration + " s");
  if (confirmed === null) {
    CallList.requestNextAttempt({ custom_data: data }, finish);
  } else {
    CallList.reportResult({ confirmed: confirmed, duration: e.duration }, finish);
  }
}

function handleCallFailed(e) {
  VoxEngine.CallList.reportError({ result: false, msg: e.reason, code: e.code }, finish);
}

function finish(res) {
  Logger.write("reported: " + (res && res.code));
  VoxEngine.terminate();
}

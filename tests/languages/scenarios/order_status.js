// Order status by phone, in the style of ten years ago: callbacks, globals, a digit at a time.
require(Modules.Player);
require(Modules.Net);

var API = "http://crm.example/orders/";
var LANG = Language.US_ENGLISH_FEMALE;
var number = "", asked = 0, watchdog;

VoxEngine.addEventListener(AppEvents.CallAlerting, handleInboundCall);

function handleInboundCall(e) {
  call1 = e.call;                       // a global without a declaration, as so many scenarios have it
  call1.addEventListener(CallEvents.Connected, handleConnected);
  call1.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
  call1.addEventListener(CallEvents.ToneReceived, handleTone);
  call1.answer();
}

function handleConnected(e) {
  call1.handleTones(true);
  ask();
}

function ask() {
  asked++;
  number = "";
  e_say("Please enter your order number, and press pound.", startWaiting);
}

function e_say(text, next) {
  call1.say(text, LANG);
  call1.removeEventListener(CallEvents.PlaybackFinished);
  call1.addEventListener(CallEvents.PlaybackFinished, function (e) {
    e.call.removeEventListener(CallEvents.PlaybackFinished);
    if (next) next();
  });
}

function startWaiting() {
  clearTimeout(watchdog);
  watchdog = setTimeout(function () {
    Logger.write("timeout " + asked);
    if (asked < 2) ask();
    else e_say("Goodbye.", hangup);
  }, "5000");
}

function hangup() { call1.hangup() }

function handleTone(e) {
  clearTimeout(watchdog);
  if (e.tone == "#") return lookup();
  call1.stopPlayback();
  number += e.tone;
  startWaiting();
}

function lookup() {
  Net.httpRequest(API + number, function (e1) {
    Logger.write("CRM: " + e1.code + " " + e1.text);
    if (e1.code == 200) {
      var order = JSON.parse(e1.text);
      e_say("Your order " + order.id.split("").join(" ") + " is " + order.status + ".", hangup);
    } else if (e1.code == 404) {
      e_say("There is no such order.", ask);
    } else {
      e_say("The shop cannot be reached. Please call again.", hangup);
    }
  });
}

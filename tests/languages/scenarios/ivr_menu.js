// Nested menus of IVRStates: digits, a PIN of fixed length, an amount of unknown length, prompts that are played.
require(Modules.IVR);

var states = {}, inbound;

function state(name, settings, done, timeout) { return (states[name] = new IVRState(name, settings, done, timeout)); }

VoxEngine.addEventListener(AppEvents.Started, function () {
  const lang = VoiceList.Amazon.en_GB_Amy;
  state("bye", { type: "noinput", prompt: { say: "Goodbye.", lang } }, () => inbound.hangup());
  state("amount", { type: "inputunknown", terminateOn: "#", timeout: 4000, prompt: { say: "Enter the amount, then pound.", lang } },
    (data) => { Logger.write("amount " + data); states.bye.enter(inbound) },
    (data) => { Logger.write("amount so far " + data); states.bye.enter(inbound) });
  state("pin", { type: "inputfixed", inputLength: 4, timeout: 5000, prompt: { play: "http://sounds.example/pin.mp3" } },
    (data) => {
      Logger.write("pin " + data);
      (data === "1234" ? states.amount : states.main).enter(inbound);
    },
    () => states.main.enter(inbound));
  state("news", { type: "noinput", prompt: { say: "There is no news.", lang }, nextState: states.bye });
  const settings = { type: "select", timeout: 5000, prompt: { say: "1 to pay, 2 for news, 0 to end.", lang } };
  const main = state("main", settings,
    (data) => { Logger.write("unknown digit " + data); main.enter(inbound) },
    () => { Logger.write("no digit"); states.bye.enter(inbound) });
  settings.nextStates = { 1: states.pin, 2: states.news, 0: states.bye };
  Logger.write([main instanceof IVRState, main.settings === settings, typeof IVR.reset].join());
});

VoxEngine.addEventListener(AppEvents.CallAlerting, function (e) {
  inbound = e.call;
  inbound.answer();
  inbound.addEventListener(CallEvents.Connected, () => states.main.enter(inbound));
  inbound.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
});

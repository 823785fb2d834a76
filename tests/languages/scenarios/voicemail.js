// Who has answered? Both generations of detection, chosen by the custom data; a message after the beep.
require(Modules.AI);
require(Modules.AMD);

const { number, how } = JSON.parse(VoxEngine.customData());
const MESSAGE = "This is the clinic. Please call us back.";

VoxEngine.addEventListener(AppEvents.Started, () => {
  if (how === "amd") byDetector();
  else byPromise();
});

function byDetector() {
  const amd = AMD.create({ model: AMD.Model.US, timeout: 7000 });
  amd.addEventListener(AMD.Events.DetectionComplete, ({ resultClass, confidence, call }) => {
    Logger.write(`${resultClass} ${confidence > 0.5} ${call === outbound} ${amd.call === outbound} ${amd.model}`);
    if (resultClass === AMD.ResultClass.VOICEMAIL) leave(outbound);
    else if (resultClass === AMD.ResultClass.HUMAN) talk(outbound);
    else VoxEngine.terminate();
  });
  amd.addEventListener(AMD.Events.DetectionError, ({ message }) => Logger.write(message));
  const outbound = dial({ amd });
}

function byPromise() {
  const outbound = dial({});
  outbound.addEventListener(CallEvents.Connected, () => {
    AI.detectVoicemail(outbound, { model: "colombia", threshold: 0.8 })
      .then((e) => {
        const machine = e.name === AI.Events.VoicemailDetected;
        Logger.write(`${machine} ${e.confidence ?? "-"}`);
        machine ? leave(outbound) : talk(outbound);
      })
      .catch((error) => Logger.write(`detection: ${error.message}`));
  });
}

function dial(options) {
  const call = VoxEngine.callPSTN(number, "+12025550100", options);
  call.addEventListener(CallEvents.Failed, ({ code }) => { Logger.write(`failed ${code}`); VoxEngine.terminate() });
  call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
  return call;
}

function leave(call) {
  call.addEventListener(CallEvents.BeepDetectionComplete, () => {
    call.say(MESSAGE);
    call.addEventListener(CallEvents.PlaybackFinished, () => call.hangup());
  });
  call.enableBeepDetection({ timeout: 20000 });
}

function talk(call) {
  call.say("Hello! " + MESSAGE);
  call.addEventListener(CallEvents.PlaybackFinished, () => call.hangup());
}

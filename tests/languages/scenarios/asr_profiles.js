// A question that is answered by speaking: profile by country, interim results, one utterance at a time.
require(Modules.ASR);

const PROFILES = {
  1: ["Google", "en_US"], 44: ["Microsoft", "en_GB"], 33: ["Amazon", "fr_FR"], 7: ["Yandex", "ru_RU"],
};
var myasr, mycall, full = "", waiting, asked = 0;

function profileOf(callerid) {
  const prefix = Object.keys(PROFILES).sort((a, b) => b.length - a.length).find((one) => callerid.startsWith(one));
  const [vendor, language] = PROFILES[prefix] ?? PROFILES[1];
  return ASRProfileList[vendor][language];
}

VoxEngine.addEventListener(AppEvents.CallAlerting, function (e) {
  mycall = e.call;
  mycall.addEventListener(CallEvents.Connected, function () {
    myasr = VoxEngine.createASR({
      profile: profileOf(e.callerid), singleUtterance: true, interimResults: true, profanityFilter: true,
      phraseHints: ["pizza", "pasta"], headers: { "x-data-logging-enabled": true },
    });
    Logger.write(`profile ${profileOf(e.callerid)}`);
    myasr.addEventListener(ASREvents.InterimResult, ({ text }) => { full = text });
    myasr.addEventListener(ASREvents.Result, onResult);
    myasr.addEventListener(ASREvents.Error, ({ error }) => { Logger.write(`asr: ${error}`); bye("I cannot hear you.") });
    myasr.addEventListener(ASREvents.SpeechCaptured, () => mycall.stopMediaTo(myasr));
    ask("What would you like?");
  });
  mycall.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
  mycall.answer();
});

function ask(text) {
  asked++;
  mycall.say(text);
  mycall.removeEventListener(CallEvents.PlaybackFinished);
  mycall.addEventListener(CallEvents.PlaybackFinished, () => {
    mycall.sendMediaTo(myasr);
    waiting = setTimeout(() => (asked < 3 ? ask("I did not hear you.") : bye("Goodbye.")), 6000);
  });
}

function onResult({ text, confidence, resultURI, ...rest }) {
  clearTimeout(waiting);
  Logger.write(`heard "${text}" ${confidence > 0.5} after "${full}"`);
  const dish = /\b(pizza|pasta)\b/i.exec(text)?.[1].toLowerCase();
  if (dish && confidence > 0.5) bye(`One ${dish}, thank you.`);
  else if (asked < 3) ask(dish ? `Did you say ${dish}?` : "Pizza or pasta?");
  else bye("A colleague will call you.");
}

function bye(text) {
  clearTimeout(waiting);
  myasr.stop();
  mycall.removeEventListener(CallEvents.PlaybackFinished);
  mycall.addEventListener(CallEvents.PlaybackFinished, () => mycall.hangup());
  mycall.say(text);
}

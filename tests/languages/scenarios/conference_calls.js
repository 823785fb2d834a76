// A conference that calls its people: the list comes over HTTP, the moderator mutes and drops them with digits.
require(Modules.Conference);

let conference, moderator;
const participants = [];
const find = (call) => participants.find((one) => one.call === call);

VoxEngine.addEventListener(AppEvents.Started, async () => {
  conference = VoxEngine.createConference({ hd_audio: true });
  conference.addEventListener(ConferenceEvents.Started, (e) => Logger.write(`open ${e.conference === conference}`));
  conference.addEventListener(ConferenceEvents.Stopped, () => Logger.write("closed"));
  const { text } = await Net.httpRequestAsync(`http://crm.example/meetings/${VoxEngine.customData()}`);
  for (const [at, person] of JSON.parse(text).entries()) invite(person, at);
  setTimeout(() => !participants.some((one) => one.here) && finish("nobody came"), 40_000);
});

function invite({ name, number, moderates = false }, at) {
  const call = VoxEngine.callPSTN(number, "+12025550100");
  const person = { name, call, moderates, here: false, muted: false, digit: String(at + 1) };
  participants.push(person);
  call.addEventListener(CallEvents.Connected, () => {
    person.here = true;
    if (moderates) {
      moderator = person;
      call.handleTones(true);
      call.addEventListener(CallEvents.ToneReceived, ({ tone }) => command(tone));
    }
    VoxEngine.sendMediaBetween(call, conference);
    announce(`${name} is here.`);
  });
  call.addEventListener(CallEvents.Failed, ({ code }) => announce(`${name} does not answer: ${code}.`));
  call.addEventListener(CallEvents.Disconnected, () => {
    person.here = false;
    if (person === moderator || !participants.some((one) => one.here)) finish(`${name} has left`);
  });
}

function command(tone) {
  if (tone === "*") return participants.filter((one) => one.here).forEach((one) => one.call.hangup());
  const person = participants.find((one) => one.digit === tone && one.here && !one.moderates);
  if (!person) return announce("Nobody has this digit.");
  person.muted = !person.muted;
  person.muted ? person.call.stopMediaTo(conference) : person.call.sendMediaTo(conference);
  announce(`${person.name} is ${person.muted ? "muted" : "heard again"}.`);
}

function announce(text) {
  Logger.write(text);
  const player = VoxEngine.createTTSPlayer(text, { language: VoiceList.Google.en_US_Wavenet_D, progressivePlayback: true });
  player.sendMediaTo(conference);
}

function finish(why) {
  Logger.write(`${why}: ${conference.getList().length} endpoints`);
  VoxEngine.destroyConference?.(conference) ?? conference.stop();
  setTimeout(VoxEngine.terminate, 500);
}

/**
 * The way into a conference: a caller is greeted, may enter the moderator's PIN, and joins.
 *
 * The conference itself is another session, run by conference_room.js: the first caller begins it, and all later ones
 * join it. This session only carries the caller's voice and digits there and back, until either side ends.
 *
 * Try it: voxsim run scenarios/conference_join.js --rule scenarios/conference_room.js --press "4@2,7@2,1@2,1@2,#@2,3@6"
 */

const CONFERENCE = "conference_room"; // the rule whose pattern matches it says which scenario holds it
const SECONDS_TO_CHOOSE = 15;
const REFUSALS = {
  403: "This PIN is not known. Goodbye.",
  603: "The conference is locked. Goodbye.",
};

VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call: caller }) => {
  caller.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
  caller.addEventListener(CallEvents.Connected, async () => join(caller, await askForPin(caller)));
  caller.answer();
});

// The digits before the hash key; none for a guest, and for one who presses nothing.
function askForPin(caller) {
  caller.say("Press hash to join the conference. If you moderate it, enter your PIN first.");
  caller.handleTones(true);
  return new Promise((resolve) => {
    let pin = "";
    const timer = setTimeout(enough, SECONDS_TO_CHOOSE * 1000);
    caller.addEventListener(CallEvents.ToneReceived, ({ tone }) => {
      if (tone === "#") enough();
      else pin += tone;
    });
    function enough() {
      clearTimeout(timer);
      caller.removeEventListener(CallEvents.ToneReceived);
      caller.handleTones(false); // from here on digits pass with the sound, to the conference
      resolve(pin);
    }
  });
}

// Connect the caller with the conference, or say why that cannot be.
function join(caller, pin) {
  const room = VoxEngine.callConference(CONFERENCE, caller.callerid(), caller.displayName(), { "X-PIN": pin });
  room.addEventListener(CallEvents.Connected, () => VoxEngine.sendMediaBetween(caller, room));
  room.addEventListener(CallEvents.Disconnected, () => caller.hangup());
  room.addEventListener(CallEvents.Failed, ({ code }) => {
    caller.addEventListener(CallEvents.PlaybackFinished, () => caller.hangup());
    caller.say(REFUSALS[code] ?? "The conference cannot be reached. Goodbye.");
  });
}

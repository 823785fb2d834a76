/**
 * A conference with a moderator: everybody hears everybody, and who has the PIN is in charge.
 *
 * The moderator presses 1 to mute all guests, 2 to let them speak again, 3 to hear how many are here, 4 to lock the
 * conference or unlock it, and 0 to end it. What is sent to the session over HTTP is read out to all. Callers come by
 * conference_join.js; the conference ends with its last participant.
 */

require(Modules.Conference);

const PIN = "4711";

const people = new Map(); // each participant's call, and whether it moderates
let conference;
let muted = false;
let locked = false;

VoxEngine.addEventListener(AppEvents.Started, (event) => {
  conference = VoxEngine.createConference();
  Logger.write(`${event.conference_name} is open`);
});

VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call, headers }) => {
  const pin = headers["X-PIN"];
  if (pin && pin !== PIN) {
    call.reject(403);
  } else if (locked && !pin) {
    call.reject(603);
  } else {
    call.addEventListener(CallEvents.Connected, () => enter(call, Boolean(pin)));
    call.addEventListener(CallEvents.Disconnected, () => leave(call));
    call.answer();
  }
});

function enter(call, moderates) {
  people.set(call, moderates);
  conference.sendMediaTo(call);
  if (moderates) {
    call.handleTones(true);
    call.addEventListener(CallEvents.ToneReceived, ({ tone }) => command(tone));
  }
  if (moderates || !muted) call.sendMediaTo(conference);
  announce(`${nameOf(call)} has joined.`);
}

function leave(call) {
  people.delete(call);
  if (people.size) announce(`${nameOf(call)} has left.`);
  else VoxEngine.terminate();
}

// Do what the moderator's digit stands for.
function command(digit) {
  switch (digit) {
    case "1":
    case "2":
      mute(digit === "1");
      break;
    case "3":
      announce(`Participants: ${people.size}.`);
      break;
    case "4":
      locked = !locked;
      announce(locked ? "The conference is locked." : "The conference is open.");
      break;
    case "0":
      announce("The moderator has ended the conference. Goodbye.").addEventListener(
        PlayerEvents.PlaybackFinished,
        VoxEngine.terminate,
      );
  }
}

// Let the guests be heard no more, or again.
function mute(wanted) {
  muted = wanted;
  for (const [call, moderates] of people) {
    if (moderates) continue;
    if (muted) call.stopMediaTo(conference);
    else call.sendMediaTo(conference);
  }
  announce(muted ? "All guests are muted." : "All guests may speak.");
}

VoxEngine.addEventListener(AppEvents.HttpRequest, ({ content }) => {
  announce(content);
  return `heard by ${people.size}`;
});

// Say something to everybody.
function announce(text) {
  Logger.write(text);
  const player = VoxEngine.createTTSPlayer(text);
  player.sendMediaTo(conference);
  return player;
}

function nameOf(call) {
  return call.displayName() || call.callerid() || "Somebody";
}

/**
 * Players: a greeting made of speech and a jingle, then music on hold until an operator answers, in callback style.
 *
 * A marker one second before the greeting's end is the moment to ring the operator. The music plays over and over;
 * every half minute a voice asks for patience.
 *
 * Try it: voxsim run scenarios/players.js --answer "operator=answer:20"
 */

var JINGLE = "https://sounds.example/jingle.mp3";
var MUSIC = "https://sounds.example/music.mp3";
var SECONDS_OF_MUSIC = 30;
var SECONDS_FOR_THE_OPERATOR = 120;

var caller, operator, greeting, music, patience;

VoxEngine.addEventListener(AppEvents.CallAlerting, function (e) {
  caller = e.call;
  caller.addEventListener(CallEvents.Connected, greet);
  caller.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
  caller.answer();
});

function greet() {
  greeting = VoxEngine.createSequencePlayer({ segments: [{ text: "Welcome. Stay on the line." }, { url: JINGLE }] });
  greeting.addMarker(-1000);
  greeting.addEventListener(SequencePlayerEvents.PlaybackMarkerReached, ringOperator);
  greeting.addEventListener(SequencePlayerEvents.PlaybackFinished, hold);
  greeting.sendMediaTo(caller);
}

function ringOperator() {
  operator = VoxEngine.callUser({
    username: "operator",
    callerid: caller.callerid(),
    extraHeaders: { "VI-CallTimeout": String(SECONDS_FOR_THE_OPERATOR) },
  });
  operator.addEventListener(CallEvents.Connected, connect);
  operator.addEventListener(CallEvents.Failed, apologise);
  operator.addEventListener(CallEvents.Disconnected, function () {
    caller.hangup();
  });
}

function hold(e) {
  if (e.error) {
    // Without the file there is no greeting and no marker: the caller need not suffer for it.
    Logger.write("the greeting cannot be played: " + e.error);
    ringOperator();
  }
  music = VoxEngine.createURLPlayer(MUSIC, { loop: true });
  music.addEventListener(PlayerEvents.Error, function (e) {
    Logger.write("the music cannot be played: " + e.error);
  });
  playMusic();
  // The voice takes the music's place on the line, and the music the voice's when that has finished.
  patience = setInterval(function () {
    caller.say("Please stay on the line.");
  }, SECONDS_OF_MUSIC * 1000);
  caller.addEventListener(CallEvents.PlaybackFinished, playMusic);
}

function playMusic() {
  music.sendMediaTo(caller);
}

function connect() {
  stopWaiting();
  VoxEngine.sendMediaBetween(caller, operator);
}

function apologise() {
  stopWaiting();
  caller.addEventListener(CallEvents.PlaybackFinished, function () {
    caller.hangup();
  });
  caller.say("All operators are busy. Please call again later.");
}

function stopWaiting() {
  greeting.removeEventListener(SequencePlayerEvents.PlaybackFinished);
  caller.removeEventListener(CallEvents.PlaybackFinished);
  clearInterval(patience);
  greeting.stop();
  if (music) music.stop();
}

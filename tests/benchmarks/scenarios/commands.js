// One connected call whose digits are listened to, with a command for each.
let digits = 0;

VoxEngine.addEventListener(AppEvents.CallAlerting, (event) => {
  event.call.addEventListener(CallEvents.ToneReceived, tone);
  event.call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
  event.call.answer();
  event.call.handleTones(true);
});

function tone(event) {
  digits += 1;
  event.call.handleTones(true);
}

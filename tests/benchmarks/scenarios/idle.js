// One connected call, and nothing more until its caller hangs up.
VoxEngine.addEventListener(AppEvents.CallAlerting, (event) => {
  event.call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
  event.call.answer();
});

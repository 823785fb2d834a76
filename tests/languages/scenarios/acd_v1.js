// The first version of queues: music, place in the queue, a status that is asked for, patience that ends.
require(Modules.ACD);

var request, originalCall, callerid, statusInterval, patience, announced = 0;

VoxEngine.addEventListener(AppEvents.CallAlerting, handleInboundCall);

function handleInboundCall(e) {
  originalCall = e.call;
  callerid = e.callerid;
  originalCall.addEventListener(CallEvents.Connected, handleCallConnected);
  originalCall.addEventListener(CallEvents.PlaybackFinished, handlePlaybackFinished);
  originalCall.addEventListener(CallEvents.Failed, cleanup);
  originalCall.addEventListener(CallEvents.Disconnected, cleanup);
  originalCall.answer();
}

function handleCallConnected(e) {
  request = VoxEngine.enqueueACDRequest("MainQueue", callerid, { priority: 50, headers: { "X-Topic": "orders" } });
  request.addEventListener(ACDEvents.Queued, function (acdevent) {
    statusInterval = setInterval(function () { request.getStatus(); }, 5000);
    patience = setTimeout(function () { Logger.write("enough"); request.cancel(); takeMessage(); }, 30000);
  });
  request.addEventListener(ACDEvents.Waiting, function (acdevent) {
    announced++;
    var minutesLeft = acdevent.ewt + 1;
    if (announced === 1) originalCall.say("You are number " + acdevent.position + " in the queue.", Language.UK_ENGLISH_FEMALE);
    Logger.write("waiting " + acdevent.position + " " + (minutesLeft > 0));
  });
  request.addEventListener(ACDEvents.OperatorCallAttempt, function (e) { Logger.write("ringing " + e.operatorCall.number()); });
  request.addEventListener(ACDEvents.OperatorFailed, function (e) { Logger.write("failed " + e.statusCode); });
  request.addEventListener(ACDEvents.OperatorReached, function (acdevent) {
    clearTimeout(patience); clearInterval(statusInterval);
    VoxEngine.sendMediaBetween(acdevent.operatorCall, originalCall);
    acdevent.operatorCall.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
    Logger.write("reached " + acdevent.operatorCall.number());
  });
  request.addEventListener(ACDEvents.Offline, function (acdevent) {
    originalCall.say("All operators are offline. Please call again.", Language.UK_ENGLISH_FEMALE);
    originalCall.addEventListener(CallEvents.PlaybackFinished, function (e) { VoxEngine.terminate(); });
  });
}

function handlePlaybackFinished(e) {
  e.call.startPlayback("http://cdn.example/toto.mp3");
}

function takeMessage() {
  clearInterval(statusInterval);
  originalCall.removeEventListener(CallEvents.PlaybackFinished);
  originalCall.say("Please leave a message.", Language.UK_ENGLISH_FEMALE);
  originalCall.addEventListener(CallEvents.PlaybackFinished, function () { originalCall.record(); });
  originalCall.addEventListener(CallEvents.RecordStarted, function (e) { Logger.write("record " + (typeof e.url)); });
}

function cleanup(e) {
  if (request) { request.cancel(); request = null; }
  clearInterval(statusInterval);
  VoxEngine.terminate();
}

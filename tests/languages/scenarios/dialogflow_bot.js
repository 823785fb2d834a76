// A bot of Dialogflow: markers before the end of its phrase, a goodbye by intent, a fallback that is counted.
require(Modules.AI);

var dialogflow, call, hangup, misses = 0;

VoxEngine.addEventListener(AppEvents.CallAlerting, (e) => {
  call = e.call;
  call.addEventListener(CallEvents.Connected, onCallConnected);
  call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
  call.answer();
});

function onCallConnected(e) {
  dialogflow = AI.createDialogflow({ lang: DialogflowLanguage.ENGLISH_US });
  dialogflow.addEventListener(AI.Events.DialogflowResponse, onDialogflowResponse);
  dialogflow.addEventListener(AI.Events.DialogflowPlaybackFinished, () => { if (hangup) call.hangup() });
  dialogflow.addEventListener(AI.Events.DialogflowPlaybackStarted, () => dialogflow.addMarker(-300));
  dialogflow.addEventListener(AI.Events.DialogflowPlaybackMarkerReached, () => { if (!hangup) call.sendMediaTo(dialogflow) });
  dialogflow.setPhraseHints(["pizza", "beer"]);
  dialogflow.setQueryParameters({ timeZone: "Europe/Berlin", payload: { callerid: call.callerid() } });
  dialogflow.sendQuery({ event: { name: "WELCOME", language_code: "en" } });
  dialogflow.sendMediaTo(call);
}

function onDialogflowResponse({ response }) {
  if (response.queryResult === undefined) return;
  call.stopMediaTo(dialogflow);
  const { queryText, fulfillmentText, intent, diagnosticInfo, parameters } = response.queryResult;
  Logger.write(`${queryText ?? "-"} => ${intent?.displayName ?? "-"} ${JSON.stringify(parameters ?? {})}: ${fulfillmentText}`);
  if (intent?.isFallback || intent?.displayName === "fallback") misses += 1;
  if (diagnosticInfo?.end_conversation || intent?.displayName === "bye" || misses > 1) hangup = true;
}

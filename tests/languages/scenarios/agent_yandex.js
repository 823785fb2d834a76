// An agent of Yandex with a watchdog: when it is silent for too long, the caller is told and the call ends.
require(Modules.Yandex);

const PATIENCE = 6000;
let call, realtimeAPIClient, watchdog;

function alive() {
  clearTimeout(watchdog);
  watchdog = setTimeout(() => {
    Logger.write("the agent is silent");
    realtimeAPIClient.close();
    call.say("Перезвоните позже.", { language: VoiceList.Yandex.ru_RU_alena ?? Language.RUSSIAN_FEMALE });
    call.addEventListener(CallEvents.PlaybackFinished, () => call.hangup());
  }, PATIENCE);
}

VoxEngine.addEventListener(AppEvents.CallAlerting, async (e) => {
  ({ call } = e);
  call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
  call.answer();
  realtimeAPIClient = await Yandex.createRealtimeAPIClient({ apiKey: "ya-key", folderId: "b1g", model: "speech-realtime-250923" });
  const { RealtimeAPIEvents: on, Events } = Yandex;
  const listen = (names, handler) => names.forEach((name) => realtimeAPIClient.addEventListener(name, (e) => handler(e.data?.payload, e)));
  listen([on.SessionCreated], () => realtimeAPIClient.sessionUpdate({ session: { instructions: "Отвечай кратко." } }));
  listen([on.SessionUpdated], () => { VoxEngine.sendMediaBetween(call, realtimeAPIClient); realtimeAPIClient.responseCreate({}); alive() });
  listen([on.InputAudioBufferSpeechStarted], () => { clearTimeout(watchdog); realtimeAPIClient.clearMediaBuffer() });
  listen([on.ConversationItemInputAudioTranscriptionCompleted], ({ transcript }) => { Logger.write(`абонент: ${transcript}`); alive() });
  listen([on.ResponseOutputAudioTranscriptDone], ({ transcript }) => { Logger.write(`агент: ${transcript}`); alive() });
  listen([Events.WebSocketMediaEnded], () => alive());
});

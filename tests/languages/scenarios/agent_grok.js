// An agent of Grok: one dispatcher for all of its events, by their values.
require(Modules.Grok);

const known = Object.values(Grok.VoiceAgentAPIEvents);
const seen = new Map();

VoxEngine.addEventListener(AppEvents.CallAlerting, async ({ call }) => {
  call.answer();
  call.addEventListener(CallEvents.Disconnected, () => {
    client.close();
    Logger.write(`kinds ${seen.size > 8}, created ${seen.get("ResponseCreated")}, known ${known.includes("Grok.VoiceAgentAPI.ConversationCreated")}`);
    VoxEngine.terminate();
  });
  const client = await Grok.createVoiceAgentAPIClient({ xAIApiKey: VoxEngine.getSecretValue("XAI") ?? "none" });
  const dispatch = async ({ name, data }) => {
    const kind = name.split(".").pop(), payload = data?.payload ?? {};
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    switch (kind) {
      case "ConversationCreated":
        client.sessionUpdate({ session: { voice: "Ara", turn_detection: { type: "server_vad" } } });
        VoxEngine.sendMediaBetween(call, client);
        return void client.responseCreate({});
      case "InputAudioBufferSpeechStarted":
        return void client.clearMediaBuffer();
      case "ResponseOutputAudioTranscriptDone":
        return Logger.write(`grok: ${payload.transcript}`);
      case "ResponseFunctionCallArgumentsDone": {
        const { city } = JSON.parse(payload.arguments);
        const item = { type: "function_call_output", call_id: payload.call_id, output: `${city}: 21 degrees` };
        client.conversationItemCreate({ item });
        return void client.responseCreate({});
      }
    }
  };
  known.forEach((event) => client.addEventListener(event, dispatch));
});

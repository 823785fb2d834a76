// A receptionist by OpenAI: tools in a map, transcripts in a list, a summary posted when all is over.
require(Modules.OpenAI);

const transcript = [];
const tools = {
  get_weather: async ({ city }) => (await Net.httpRequestAsync(`https://weather.example/${encodeURIComponent(city)}`)).text,
  hang_up: async () => { setTimeout(() => call.hangup(), 3000); return "goodbye" },
};
let call, client;

VoxEngine.addEventListener(AppEvents.CallAlerting, async (e) => {
  call = e.call;
  call.answer();
  call.addEventListener(CallEvents.Disconnected, async () => {
    client?.close();
    await Net.httpRequestAsync("https://crm.example/talks", { method: "POST", postData: JSON.stringify(transcript) });
    VoxEngine.terminate();
  });
  try {
    client = await OpenAI.createRealtimeAPIClient({
      apiKey: VoxEngine.getSecretValue("OPENAI_API_KEY"),
      type: OpenAI.RealtimeAPIClientType.REALTIME,
      model: "gpt-realtime",
      onWebSocketClose: ({ code }) => {
        Logger.write(`socket closed ${code}`);
        if (call.state() === "CONNECTED") call.hangup();
      },
    });
  } catch (error) {
    Logger.write(`no client: ${error}`);
    return VoxEngine.terminate();
  }
  const { RealtimeAPIEvents: on } = OpenAI;
  client.addEventListener(on.SessionCreated, () =>
    client.sessionUpdate({
      session: {
        instructions: "Be kind.",
        tools: Object.keys(tools).map((name) => ({ type: "function", name, parameters: { type: "object" } })),
        audio: { input: { transcription: { model: "whisper-1" } } },
      },
    }));
  client.addEventListener(on.SessionUpdated, () => {
    VoxEngine.sendMediaBetween(call, client);
    client.responseCreate({ instructions: "Greet the caller." });
  });
  client.addEventListener(on.InputAudioBufferSpeechStarted, () => client.clearMediaBuffer());
  for (const [event, who] of [
    [on.ConversationItemInputAudioTranscriptionCompleted, "caller"],
    [on.ResponseAudioTranscriptDone, "agent"],
  ]) {
    client.addEventListener(event, ({ data: { payload } }) => transcript.push(`${who}: ${payload.transcript}`));
  }
  client.addEventListener(on.ResponseFunctionCallArgumentsDone, async ({ data: { payload } }) => {
    const { name, call_id } = payload;
    const output = await tools[name](JSON.parse(payload.arguments));
    client.conversationItemCreate({ item: { type: "function_call_output", call_id, output: JSON.stringify(output) } });
    client.responseCreate({});
  });
  client.addEventListener(on.Error, ({ data }) => Logger.write(JSON.stringify(data)));
  client.addEventListener(OpenAI.Events.WebSocketMediaEnded, ({ mediaInfo }) => Logger.write(`spoke ${mediaInfo.duration} s`));
});

// A booking assistant by Gemini: server content in pieces, tool calls that may be taken back, unknown events logged.
require(Modules.Gemini);

let call, client, said = "", heard = "";

async function onToolCall({ data: { payload } }) {
  const functionResponses = [];
  for (const { id, name, args } of payload.functionCalls ?? []) {
    Logger.write(`tool ${name} ${JSON.stringify(args)}`);
    const { code, text } = await Net.httpRequestAsync("https://booking.example/tables", {
      method: "POST", headers: { "Content-Type": "application/json" }, postData: JSON.stringify(args),
    });
    functionResponses.push({ id, name, response: { output: code === 201 ? text : "no table" } });
  }
  client.sendToolResponse({ functionResponses });
}

function onServerContent({ data: { payload } }) {
  if (payload.inputTranscription) heard += payload.inputTranscription.text;
  if (payload.outputTranscription) said += payload.outputTranscription.text;
  if (payload.interrupted) client.clearMediaBuffer();
  if (payload.turnComplete) {
    Logger.write(`${heard && `caller: ${heard} / `}agent: ${said}`);
    heard = said = "";
  }
}

VoxEngine.addEventListener(AppEvents.CallAlerting, async (e) => {
  call = e.call;
  call.addEventListener(CallEvents.Disconnected, () => { client && client.close(); VoxEngine.terminate() });
  call.answer();
  client = await Gemini.createLiveAPIClient({
    apiKey: VoxEngine.getSecretValue("GEMINI_API_KEY"),
    backend: Gemini.Backend.GEMINI_API,
    model: "gemini-2.5-flash-native-audio",
    connectConfig: {
      responseModalities: ["AUDIO"],
      inputAudioTranscription: {}, outputAudioTranscription: {},
      tools: [{ functionDeclarations: [{ name: "book_table", parameters: { type: "object" } }] }],
    },
    onWebSocketClose: () => call.state() === "CONNECTED" && call.hangup(),
  });
  client.addEventListener(Gemini.LiveAPIEvents.SetupComplete, () => {
    Logger.write("ready");
    VoxEngine.sendMediaBetween(call, client);
    client.sendClientContent({ turns: [{ role: "user", parts: [{ text: "Say hello" }] }], turnComplete: true });
  });
  client.addEventListener(Gemini.LiveAPIEvents.ServerContent, onServerContent);
  client.addEventListener(Gemini.LiveAPIEvents.ToolCall, onToolCall);
  client.addEventListener(Gemini.LiveAPIEvents.ToolCallCancellation, (c) => Logger.write(c.data));
  client.addEventListener(Gemini.LiveAPIEvents.Unknown, (u) => Logger.write(`unknown ${u.name}`));
  client.addEventListener(Gemini.Events.WebSocketMediaStarted, ({ encoding }) => Logger.write(`voice ${encoding}`));
});

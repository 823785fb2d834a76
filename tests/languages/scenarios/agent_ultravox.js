// An agent of Ultravox: created over its HTTP endpoint, tools by invocation, texts written to it by digits.
require(Modules.Ultravox);

VoxEngine.addEventListener(AppEvents.CallAlerting, async ({ call }) => {
  let client, agent = "";
  call.answer();
  call.handleTones(true);
  call.addEventListener(CallEvents.Disconnected, () => { client?.close(); VoxEngine.terminate() });
  client = await Ultravox.createWebSocketAPIClient({
    endpoint: Ultravox.HTTPEndpoint.CREATE_CALL,
    authorizations: { "X-API-Key": VoxEngine.getSecretValue("ULTRAVOX") },
    body: { systemPrompt: "You sell flowers.", medium: { voximplant: {} } },
    trace: false,
  });
  const { WebSocketAPIEvents: events } = Ultravox;
  const handlers = {
    HTTPResponse: ({ code }) => Logger.write(`http ${code ?? "?"}`),
    State: ({ state }) => Logger.write(`state ${state}`),
    Transcript: ({ role, text, delta, final }) => {
      if (role === "agent") agent = text ?? agent + (delta ?? "");
      if (final) Logger.write(`${role}: ${role === "agent" ? agent : text}`);
    },
    ClientToolInvocation: ({ toolName, invocationId, parameters }) =>
      client.clientToolResult({ invocationId, result: `${toolName}:${Object.values(parameters).join()}` }),
    PlaybackClearBuffer: () => client.clearMediaBuffer(),
    Debug: (payload) => Logger.write(payload),
    Unknown: () => {},
  };
  for (const name in handlers) client.addEventListener(events[name], ({ data }) => handlers[name](data.payload));
  VoxEngine.sendMediaBetween(call, client);
  call.addEventListener(CallEvents.ToneReceived, ({ tone }) => client.userTextMessage({ text: `The caller pressed ${tone}` }));
});

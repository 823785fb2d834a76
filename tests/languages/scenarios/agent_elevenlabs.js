// An agent of ElevenLabs by the names of last year: the conversational AI client and its events.
require(Modules.ElevenLabs);

var call, voiceAIClient;

VoxEngine.addEventListener(AppEvents.CallAlerting, function (e) {
  call = e.call;
  call.addEventListener(CallEvents.Connected, start);
  call.addEventListener(CallEvents.Disconnected, stop);
  call.addEventListener(CallEvents.Failed, stop);
  call.answer();
});

async function start() {
  const events = ElevenLabs.ConversationalAIEvents;
  voiceAIClient = await ElevenLabs.createConversationalAIClient({
    xiApiKey: "xi-key",
    agentId: "agent-1",
    onWebSocketClose: function (e) { Logger.write("gone " + e.code); VoxEngine.terminate(); },
  });
  voiceAIClient.conversationInitiationClientData({ dynamic_variables: { caller: call.callerid() } });
  VoxEngine.sendMediaBetween(call, voiceAIClient);
  on(events.ConversationInitiationMetadata, (p) => Logger.write(Object.keys(p).length > 0));
  on(events.UserTranscript, (p) => Logger.write("user: " + p.user_transcription_event.user_transcript));
  on(events.AgentResponse, (p) => Logger.write("agent: " + p.agent_response_event.agent_response));
  on(events.Interruption, () => voiceAIClient.clearMediaBuffer());
  on(events.ClientToolCall, function ({ client_tool_call: { tool_name, tool_call_id, parameters } }) {
    Logger.write("tool " + tool_name + " " + JSON.stringify(parameters));
    setTimeout(function () {
      voiceAIClient.clientToolResult({ tool_call_id: tool_call_id, result: "Friday at " + (parameters.day || "noon"), is_error: false });
    }, 700);
  });
}

function on(event, handler) {
  voiceAIClient.addEventListener(event, function (e) { handler(e.data.payload, e); });
}

function stop() {
  if (voiceAIClient) voiceAIClient.close();
  else VoxEngine.terminate();
}

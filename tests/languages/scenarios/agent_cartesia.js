// An agent of Cartesia, and its voice alone for the farewell.
require(Modules.Cartesia);

let call, client;
const log = [];

VoxEngine.addEventListener(AppEvents.CallAlerting, (e) => {
  call = e.call;
  call.addEventListener(CallEvents.Connected, async () => {
    client = await Cartesia.createAgentsClient({ apiKey: "ca-key", cartesiaVersion: "2025-04-16", agentId: "agent-7" });
    client.addEventListener(Cartesia.AgentsEvents.ACK, () => log.push("ack"));
    client.addEventListener(Cartesia.AgentsEvents.Clear, () => client.clearMediaBuffer());
    client.addEventListener(Cartesia.AgentsEvents.Custom, ({ data: { payload: { metadata } } }) => {
      log.push(`${metadata.tool_name ?? metadata.name ?? "tool"}`);
      client.custom({ metadata: { tool_call_id: metadata.tool_call_id, result: "in stock" } });
    });
    client.addEventListener(Cartesia.Events.WebSocketMediaStarted, () => log.push("voice"));
    client.start({ config: { input_format: "pcm_16000" } });
    VoxEngine.sendMediaBetween(call, client);
    call.handleTones(true);
    call.addEventListener(CallEvents.ToneReceived, farewell);
  });
  call.addEventListener(CallEvents.Disconnected, () => { Logger.write(log.join()); VoxEngine.terminate() });
  call.answer();
});

function farewell() {
  client.close();
  call.stopMediaTo(client);
  const player = Cartesia.createRealtimeTTSPlayer("Thank you and goodbye.", {
    apiKey: "ca-key",
    generationRequestParameters: { model_id: "sonic-2", voice: { mode: "id", id: "v" } },
  });
  player.addEventListener(PlayerEvents.AudioChunksPlaybackFinished, () => call.hangup());
  player.sendMediaTo(call);
}

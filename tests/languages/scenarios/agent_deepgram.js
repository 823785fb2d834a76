// An agent of Deepgram in a class: settings, function calls, barge-in, and words put into its mouth.
require(Modules.Deepgram);

class Assistant {
  static async for(call) {
    const assistant = new Assistant(call);
    assistant.client = await Deepgram.createVoiceAgentClient({
      apiKey: "dg-key",
      settingsOptions: { agent: { think: { functions: [{ name: "cancel_order" }] }, greeting: "Hello!" } },
    });
    return assistant.listen();
  }
  constructor(call) {
    this.call = call;
    this.talk = [];
  }
  listen() {
    const events = Deepgram.VoiceAgentEvents;
    const on = (name, handler) => this.client.addEventListener(events[name], ({ data: { payload } }) => handler.call(this, payload));
    on("SettingsApplied", () => VoxEngine.sendMediaBetween(this.call, this.client));
    on("ConversationText", ({ role, content }) => this.talk.push(`${role}: ${content}`));
    on("UserStartedSpeaking", () => this.client.clearMediaBuffer());
    on("FunctionCallRequest", this.act);
    on("AgentAudioDone", () => { this.done = (this.done ?? 0) + 1 });
    return this;
  }
  act({ functions }) {
    for (const { id, name, arguments: given } of functions) {
      const content = JSON.stringify({ done: name, ...JSON.parse(given) });
      this.client.sendFunctionCallResponse({ id, name, content });
    }
  }
  end() {
    this.client.close();
    this.talk.forEach((line) => Logger.write(line));
    Logger.write(`spoke ${this.done} times`);
  }
}

VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call }) => {
  let assistant;
  call.addEventListener(CallEvents.Connected, async () => { assistant = await Assistant.for(call) });
  call.addEventListener(CallEvents.Disconnected, () => { assistant?.end(); VoxEngine.terminate() });
  call.answer();
});

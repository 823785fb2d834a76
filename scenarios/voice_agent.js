/**
 * A voice agent of OpenAI answers the phone: it looks orders up, may be interrupted, and hands over to a human.
 *
 * The agent has two functions. `find_order` asks the shop's web service; `call_a_human` ends the agent's part: a
 * colleague is called, and the two are joined. The same happens when the agent is not there, or goes away in the middle.
 *
 * Try it: voxsim run scenarios/voice_agent.js --say "Where is my order?@5s,A human please@13s"
 * The agent is played by the `[[agent]]` of scenarios/voxsim.toml.
 */

require(Modules.OpenAI);

const HUMAN = "+12025550150";
const ORDERS = "https://shop.example/orders";
const INSTRUCTIONS =
  "You answer the phone of a shop. Be brief. Look orders up by their number before you speak of them.";
const TOOLS = [
  {
    type: "function",
    name: "find_order",
    description: "The state of an order.",
    parameters: { type: "object", properties: { number: { type: "integer" } }, required: ["number"] },
  },
  {
    type: "function",
    name: "call_a_human",
    description: "Hand over to a colleague, when the caller wants one.",
    parameters: { type: "object", properties: {} },
  },
];

const Events = OpenAI.RealtimeAPIEvents;

VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call }) => {
  call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
  call.addEventListener(CallEvents.Connected, async () => {
    try {
      const agent = await OpenAI.createRealtimeAPIClient({
        apiKey: VoxEngine.getSecretValue("OPENAI_API_KEY"),
        model: "gpt-realtime",
        onWebSocketClose: (closed) => onAgentGone(call, closed),
      });
      converse(call, agent);
    } catch (error) {
      Logger.write(`no agent: ${error.message}`);
      callAHuman(call);
    }
  });
  call.answer();
});

// One caller and one agent.
function converse(call, agent) {
  // The service is there: say who the agent is.
  agent.addEventListener(Events.SessionCreated, () => {
    const audio = { input: { transcription: { model: "gpt-4o-transcribe" } } };
    agent.sessionUpdate({ session: { instructions: INSTRUCTIONS, tools: TOOLS, audio } });
  });
  // The agent knows who it is: let it hear, and speak first.
  agent.addEventListener(Events.SessionUpdated, () => {
    VoxEngine.sendMediaBetween(call, agent);
    agent.responseCreate({});
  });
  // Let the caller interrupt: what the agent has said already waits in the platform's buffer.
  agent.addEventListener(Events.InputAudioBufferSpeechStarted, () => agent.clearMediaBuffer());
  agent.addEventListener(Events.ConversationItemInputAudioTranscriptionCompleted, ({ data }) =>
    Logger.write(`caller: ${data.payload.transcript}`),
  );
  agent.addEventListener(Events.ResponseOutputAudioTranscriptDone, ({ data }) =>
    Logger.write(`agent: ${data.payload.transcript}`),
  );
  // Do what the agent asks for.
  agent.addEventListener(Events.ResponseFunctionCallArgumentsDone, async ({ data }) => {
    const { name, call_id, arguments: given } = data.payload;
    if (name === "call_a_human") return agent.close();
    const answer = await Net.httpRequestAsync(`${ORDERS}/${JSON.parse(given).number}`);
    const output = answer.code === 200 ? answer.text : "The shop does not know this order.";
    agent.conversationItemCreate({ item: { type: "function_call_output", call_id, output } });
    agent.responseCreate({});
  });
}

// The agent has hung up, or the scenario has: from here on a human talks.
function onAgentGone(call, { code, reason }) {
  if (call.state() !== "CONNECTED") return;
  Logger.write(`the agent is gone: ${code} ${reason}`);
  callAHuman(call);
}

// Call a colleague, and let the two talk.
function callAHuman(call) {
  call.say("I am connecting you to a colleague.");
  const human = VoxEngine.callPSTN(HUMAN, call.callerid());
  human.addEventListener(CallEvents.Connected, () => VoxEngine.sendMediaBetween(call, human));
  human.addEventListener(CallEvents.Disconnected, () => call.hangup());
  human.addEventListener(CallEvents.Failed, () => {
    call.addEventListener(CallEvents.PlaybackFinished, () => call.hangup());
    call.say("Nobody can talk to you now. Please call again.");
  });
}

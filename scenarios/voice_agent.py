"""A voice agent of OpenAI answers the phone: it looks orders up, may be interrupted, and hands over to a human.

The agent has two functions. `find_order` asks the shop's web service; `call_a_human` ends the agent's part: a colleague
is called, and the two are joined. The same happens when the agent is not there, or goes away in the middle.

Try it: voxsim run scenarios/voice_agent.py --say "Where is my order?@5s,A human please@13s"
The agent is played by the `[[agent]]` of scenarios/voxsim.toml.
"""

import json

from voxsim import AppEvents, CallEvents, ConnectionFailed, Logger, Modules, Net, OpenAI, VoxEngine, require

require(Modules.OpenAI)

HUMAN = "+12025550150"
ORDERS = "https://shop.example/orders"
INSTRUCTIONS = "You answer the phone of a shop. Be brief. Look orders up by their number before you speak of them."
TOOLS = [
    {
        "type": "function",
        "name": "find_order",
        "description": "The state of an order.",
        "parameters": {"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]},
    },
    {
        "type": "function",
        "name": "call_a_human",
        "description": "Hand over to a colleague, when the caller wants one.",
        "parameters": {"type": "object", "properties": {}},
    },
]

Events = OpenAI.RealtimeAPIEvents


@VoxEngine.on(AppEvents.CallAlerting)
async def on_call(event):
    call = event.call
    call.add_event_listener(CallEvents.Disconnected, lambda _: VoxEngine.terminate())
    call.answer()
    await call.wait_for(CallEvents.Connected)
    try:
        agent = await OpenAI.create_realtime_api_client(
            api_key=VoxEngine.get_secret_value("OPENAI_API_KEY"),
            model="gpt-realtime",
            on_web_socket_close=lambda closed: on_agent_gone(call, closed),
        )
    except ConnectionFailed as error:
        Logger.write(f"no agent: {error}")
        await call_a_human(call)
    else:
        Conversation(call, agent)


class Conversation:
    """One caller and one agent."""

    def __init__(self, call, agent):
        self.call = call
        self.agent = agent
        agent.add_event_listener(Events.SessionCreated, self.on_created)
        agent.add_event_listener(Events.SessionUpdated, self.on_ready)
        agent.add_event_listener(Events.InputAudioBufferSpeechStarted, self.on_caller_speaks)
        agent.add_event_listener(Events.ConversationItemInputAudioTranscriptionCompleted, self.on_caller_said)
        agent.add_event_listener(Events.ResponseOutputAudioTranscriptDone, self.on_agent_said)
        agent.add_event_listener(Events.ResponseFunctionCallArgumentsDone, self.on_function)

    def on_created(self, event):
        """The service is there: say who the agent is."""
        session = {
            "instructions": INSTRUCTIONS,
            "tools": TOOLS,
            "audio": {"input": {"transcription": {"model": "gpt-4o-transcribe"}}},
        }
        self.agent.session_update({"session": session})

    def on_ready(self, event):
        """The agent knows who it is: let it hear, and speak first."""
        VoxEngine.send_media_between(self.call, self.agent)
        self.agent.response_create({})

    def on_caller_speaks(self, event):
        """Let the caller interrupt: what the agent has said already waits in the platform's buffer."""
        self.agent.clear_media_buffer()

    def on_caller_said(self, event):
        """Write down what the caller said."""
        Logger.write(f"caller: {event.data['payload']['transcript']}")

    def on_agent_said(self, event):
        """Write down what the agent said."""
        Logger.write(f"agent: {event.data['payload']['transcript']}")

    async def on_function(self, event):
        """Do what the agent asks for."""
        asked = event.data["payload"]
        if asked["name"] == "call_a_human":
            self.agent.close()
            return
        number = json.loads(asked["arguments"])["number"]
        answer = await Net.http_request_async(f"{ORDERS}/{number}")
        found = answer.text if answer.code == 200 else "The shop does not know this order."
        output = {"type": "function_call_output", "call_id": asked["call_id"], "output": found}
        self.agent.conversation_item_create({"item": output})
        self.agent.response_create({})


async def on_agent_gone(call, closed):
    """The agent has hung up, or the scenario has: from here on a human talks."""
    if call.state() == "CONNECTED":
        Logger.write(f"the agent is gone: {closed.code} {closed.reason}")
        await call_a_human(call)


async def call_a_human(call):
    """Call a colleague, and let the two talk."""
    call.say("I am connecting you to a colleague.")
    human = VoxEngine.call_pstn(HUMAN, call.callerid())
    human.add_event_listener(CallEvents.Disconnected, lambda _: call.hangup())
    outcome = await human.wait_for(CallEvents.Connected, CallEvents.Failed)
    if outcome.name == CallEvents.Connected:
        VoxEngine.send_media_between(call, human)
    else:
        await call.say("Nobody can talk to you now. Please call again.").finished()
        call.hangup()

"""How a scenario talks to each vendor's voice agents: the code that differs, as a table for the tests."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Vendor:
    """One service with a voice.

    Attributes:
        service: its documented events, such as `OpenAI.RealtimeAPI`.
        create: makes a client.
        begin: what a scenario does once it has the client, to be greeted.
        transcript: the event with what the caller said, and where in its payload the text stands.
        tool: the event of a tool call, and code that answers it with the text `result`; `p` is its payload.
        interrupts: the event at which scenarios clear the media buffer, and a condition on its payload.
        write: code that lets the agent read a text.
    """

    service: str
    create: str
    begin: str = ""
    transcript: tuple[str, str] | None
    tool: tuple[str, str]
    interrupts: tuple[str, str]
    write: str

    @property
    def module(self) -> str:
        """The module to require."""
        return self.service.partition(".")[0]

    @property
    def media(self) -> str:
        """The media events."""
        return f"{self.service.rpartition('.')[0]}.Events"


REALTIME_TOOL = """
    client.conversation_item_create({
        "item": {"type": "function_call_output", "call_id": p["call_id"], "output": result}
    })
    client.response_create({})
"""
REALTIME_WRITE = """
    client.conversation_item_create({
        "item": {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
    })
    client.response_create({})
"""
COMPLETED = "ConversationItemInputAudioTranscriptionCompleted"
ARGUMENTS = "ResponseFunctionCallArgumentsDone"
SPEECH = "InputAudioBufferSpeechStarted"

VENDORS = [
    Vendor(
        service="OpenAI.RealtimeAPI",
        create='OpenAI.create_realtime_api_client(api_key="k", model="gpt-realtime")',
        begin="""
    client.session_update({"session": {"audio": {"input": {"transcription": {"model": "whisper-1"}}}}})
    client.response_create({})
""",
        transcript=(COMPLETED, "transcript"),
        tool=(ARGUMENTS, REALTIME_TOOL),
        interrupts=(SPEECH, "True"),
        write=REALTIME_WRITE,
    ),
    Vendor(
        service="OpenAI.Beta.RealtimeAPI",
        create='OpenAI.Beta.create_realtime_api_client(api_key="k")',
        begin="""
    client.session_update({"input_audio_transcription": {"model": "whisper-1"}})
    client.response_create({})
""",
        transcript=(COMPLETED, "transcript"),
        tool=(
            ARGUMENTS,
            """
    client.conversation_item_create(
        None, {"type": "function_call_output", "call_id": p["call_id"], "output": result}
    )
    client.response_create({})
""",
        ),
        interrupts=(SPEECH, "True"),
        write="""
    content = [{"type": "input_text", "text": text}]
    client.conversation_item_create(None, {"type": "message", "role": "user", "content": content})
    client.response_create({})
""",
    ),
    *(
        Vendor(
            service=service,
            create=create,
            begin="\n    client.response_create({})\n",
            transcript=(COMPLETED, "transcript"),
            tool=(ARGUMENTS, REALTIME_TOOL),
            interrupts=(SPEECH, "True"),
            write=REALTIME_WRITE,
        )
        for service, create in (
            ("Grok.VoiceAgentAPI", 'Grok.create_voice_agent_api_client({"xAIApiKey": "k"})'),
            ("Inworld.RealtimeAPI", 'Inworld.create_realtime_api_client(api_key="k", session_key="s")'),
            ("Yandex.RealtimeAPI", 'Yandex.create_realtime_api_client(api_key="k", folder_id="f")'),
        )
    ),
    Vendor(
        service="Gemini.LiveAPI",
        create="""Gemini.create_live_api_client({
        "apiKey": "k", "backend": Gemini.Backend.GEMINI_API, "model": "gemini-live",
        "connectConfig": {"inputAudioTranscription": {}, "outputAudioTranscription": {}},
    })""",
        begin='\n    client.send_client_content({"turns": "Greet the caller", "turnComplete": True})\n',
        transcript=("ServerContent", "inputTranscription"),
        tool=(
            "ToolCall",
            """
    call = p["functionCalls"][0]
    client.send_tool_response(
        {"functionResponses": [{"id": call["id"], "name": call["name"], "response": {"output": result}}]}
    )
""",
        ),
        interrupts=("ServerContent", 'p.get("interrupted")'),
        write='\n    client.send_realtime_input({"text": text})\n',
    ),
    Vendor(
        service="ElevenLabs.Agents",
        create='ElevenLabs.create_agents_client(xi_api_key="k", agent_id="a")',
        transcript=("UserTranscript", "user_transcription_event"),
        tool=(
            "ClientToolCall",
            """
    call_id = p["client_tool_call"]["tool_call_id"]
    client.client_tool_result({"tool_call_id": call_id, "result": result, "is_error": False})
""",
        ),
        interrupts=("Interruption", "True"),
        write='\n    client.user_message({"text": text})\n',
    ),
    Vendor(
        service="Ultravox.WebSocketAPI",
        create="Ultravox.create_web_socket_api_client(endpoint=Ultravox.HTTPEndpoint.CREATE_CALL)",
        transcript=("Transcript", "text"),
        tool=(
            "ClientToolInvocation",
            '\n    client.client_tool_result({"invocationId": p["invocationId"], "result": result})\n',
        ),
        interrupts=("PlaybackClearBuffer", "True"),
        write='\n    client.user_text_message({"text": text})\n',
    ),
    Vendor(
        service="Deepgram.VoiceAgent",
        create='Deepgram.create_voice_agent_client(api_key="k", settings_options={"agent": {}})',
        transcript=("ConversationText", "content"),
        tool=(
            "FunctionCallRequest",
            """
    call = p["functions"][0]
    client.send_function_call_response({"id": call["id"], "name": call["name"], "content": result})
""",
        ),
        interrupts=("UserStartedSpeaking", "True"),
        write='\n    client.send_inject_user_message({"content": text})\n',
    ),
    Vendor(
        service="Cartesia.Agents",
        create='Cartesia.create_agents_client(api_key="k", cartesia_version="2025-04-16", agent_id="a")',
        begin='\n    client.start({"config": {"input_format": "pcm_16000"}})\n',
        transcript=None,
        tool=(
            "Custom",
            """
    call_id = p["metadata"]["tool_call_id"]
    client.custom({"metadata": {"tool_call_id": call_id, "result": result}})
""",
        ),
        interrupts=("Clear", "True"),
        write='\n    client.custom({"metadata": {"text": text}})\n',
    ),
]
"""All services with a voice."""

STORIES = {
    "OpenAI.RealtimeAPI": """
        ConnectorInformation SessionCreated SessionUpdated
        ResponseCreated ResponseOutputItemAdded ConversationItemAdded ResponseContentPartAdded
          WebSocketMediaStarted ResponseOutputAudioTranscriptDelta ResponseOutputAudioDone
          ResponseOutputAudioTranscriptDone ResponseContentPartDone ConversationItemDone ResponseOutputItemDone
          ResponseDone RateLimitsUpdated
        WebSocketMediaEnded
        InputAudioBufferSpeechStarted
        InputAudioBufferSpeechStopped InputAudioBufferCommitted ConversationItemAdded ConversationItemDone
          ConversationItemInputAudioTranscriptionDelta ConversationItemInputAudioTranscriptionCompleted
        ResponseCreated ResponseOutputItemAdded ConversationItemAdded ResponseContentPartAdded
          WebSocketMediaStarted ResponseOutputAudioTranscriptDelta ResponseOutputAudioDone
          ResponseOutputAudioTranscriptDone ResponseContentPartDone ConversationItemDone ResponseOutputItemDone
          ResponseOutputItemAdded ConversationItemAdded ResponseFunctionCallArgumentsDelta
          ResponseFunctionCallArgumentsDone ConversationItemDone ResponseOutputItemDone ResponseDone
          RateLimitsUpdated ConversationItemAdded ConversationItemDone
        ResponseCreated ResponseOutputItemAdded ConversationItemAdded ResponseContentPartAdded
          ResponseOutputAudioTranscriptDelta ResponseOutputAudioDone ResponseOutputAudioTranscriptDone
          ResponseContentPartDone ConversationItemDone ResponseOutputItemDone ResponseDone RateLimitsUpdated
        InputAudioBufferSpeechStarted
        WebSocketMediaEnded
        InputAudioBufferSpeechStopped InputAudioBufferCommitted ConversationItemAdded ConversationItemDone
          ConversationItemInputAudioTranscriptionDelta ConversationItemInputAudioTranscriptionCompleted
    """,
    "OpenAI.Beta.RealtimeAPI": """
        Unknown SessionCreated ConversationCreated SessionUpdated
        ResponseCreated ResponseOutputItemAdded ConversationItemCreated ResponseContentPartAdded
          WebSocketMediaStarted ResponseAudioTranscriptDelta ResponseAudioDone ResponseAudioTranscriptDone
          ResponseContentPartDone ResponseOutputItemDone ResponseDone RateLimitsUpdated
        WebSocketMediaEnded
        InputAudioBufferSpeechStarted
        InputAudioBufferSpeechStopped InputAudioBufferCommitted ConversationItemCreated
          ConversationItemInputAudioTranscriptionDelta ConversationItemInputAudioTranscriptionCompleted
        ResponseCreated ResponseOutputItemAdded ConversationItemCreated ResponseContentPartAdded
          WebSocketMediaStarted ResponseAudioTranscriptDelta ResponseAudioDone ResponseAudioTranscriptDone
          ResponseContentPartDone ResponseOutputItemDone ResponseOutputItemAdded ConversationItemCreated
          ResponseFunctionCallArgumentsDelta ResponseFunctionCallArgumentsDone ResponseOutputItemDone
          ResponseDone RateLimitsUpdated ConversationItemCreated
        ResponseCreated ResponseOutputItemAdded ConversationItemCreated ResponseContentPartAdded
          ResponseAudioTranscriptDelta ResponseAudioDone ResponseAudioTranscriptDone ResponseContentPartDone
          ResponseOutputItemDone ResponseDone RateLimitsUpdated
        InputAudioBufferSpeechStarted
        WebSocketMediaEnded
        InputAudioBufferSpeechStopped InputAudioBufferCommitted ConversationItemCreated
          ConversationItemInputAudioTranscriptionDelta ConversationItemInputAudioTranscriptionCompleted
    """,
    "Grok.VoiceAgentAPI": """
        ConnectorInformation ConversationCreated
        ResponseCreated ResponseOutputItemAdded ConversationItemAdded ResponseContentPartAdded
          WebSocketMediaStarted ResponseOutputAudioTranscriptDelta ResponseOutputAudioDone
          ResponseOutputAudioTranscriptDone ResponseContentPartDone ResponseOutputItemDone ResponseDone
        WebSocketMediaEnded
        InputAudioBufferSpeechStarted
        InputAudioBufferSpeechStopped InputAudioBufferCommitted ConversationItemAdded
          ConversationItemInputAudioTranscriptionCompleted
        ResponseCreated ResponseOutputItemAdded ConversationItemAdded ResponseContentPartAdded
          WebSocketMediaStarted ResponseOutputAudioTranscriptDelta ResponseOutputAudioDone
          ResponseOutputAudioTranscriptDone ResponseContentPartDone ResponseOutputItemDone
          ResponseOutputItemAdded ConversationItemAdded ResponseFunctionCallArgumentsDone ResponseOutputItemDone
          ResponseDone ConversationItemAdded
        ResponseCreated ResponseOutputItemAdded ConversationItemAdded ResponseContentPartAdded
          ResponseOutputAudioTranscriptDelta ResponseOutputAudioDone ResponseOutputAudioTranscriptDone
          ResponseContentPartDone ResponseOutputItemDone ResponseDone
        InputAudioBufferSpeechStarted
        WebSocketMediaEnded
        InputAudioBufferSpeechStopped InputAudioBufferCommitted ConversationItemAdded
          ConversationItemInputAudioTranscriptionCompleted
    """,
    "Inworld.RealtimeAPI": """
        ConnectorInformation SessionCreated
        ResponseCreated ResponseOutputItemAdded ConversationItemAdded ResponseContentPartAdded
          OutputAudioBufferStarted WebSocketMediaStarted ResponseOutputAudioTranscriptDelta
          ResponseOutputAudioDone ResponseOutputAudioTranscriptDone ResponseContentPartDone ConversationItemDone
          ResponseOutputItemDone ResponseDone RateLimitsUpdated OutputAudioBufferStopped
        WebSocketMediaEnded
        InputAudioBufferSpeechStarted
        InputAudioBufferSpeechStopped InputAudioBufferCommitted ConversationItemAdded ConversationItemDone
          ConversationItemInputAudioTranscriptionDelta ConversationItemInputAudioTranscriptionCompleted
        ResponseCreated ResponseOutputItemAdded ConversationItemAdded ResponseContentPartAdded
          OutputAudioBufferStarted WebSocketMediaStarted ResponseOutputAudioTranscriptDelta
          ResponseOutputAudioDone ResponseOutputAudioTranscriptDone ResponseContentPartDone ConversationItemDone
          ResponseOutputItemDone ResponseOutputItemAdded ConversationItemAdded
          ResponseFunctionCallArgumentsDelta ResponseFunctionCallArgumentsDone ConversationItemDone
          ResponseOutputItemDone ResponseDone RateLimitsUpdated ConversationItemAdded ConversationItemDone
        ResponseCreated ResponseOutputItemAdded ConversationItemAdded ResponseContentPartAdded
          OutputAudioBufferStarted ResponseOutputAudioTranscriptDelta ResponseOutputAudioDone
          ResponseOutputAudioTranscriptDone ResponseContentPartDone ConversationItemDone ResponseOutputItemDone
          ResponseDone RateLimitsUpdated
        InputAudioBufferSpeechStarted OutputAudioBufferCleared
        WebSocketMediaEnded
        InputAudioBufferSpeechStopped InputAudioBufferCommitted ConversationItemAdded ConversationItemDone
          ConversationItemInputAudioTranscriptionDelta ConversationItemInputAudioTranscriptionCompleted
    """,
    "Yandex.RealtimeAPI": """
        ConnectorInformation SessionCreated
        ResponseCreated ResponseOutputItemAdded ConversationItemCreated ResponseContentPartAdded
          OutputAudioBufferStarted WebSocketMediaStarted ResponseOutputAudioTranscriptDelta
          ResponseOutputAudioDone ResponseOutputAudioTranscriptDone ResponseContentPartDone
          ResponseOutputItemDone ResponseDone OutputAudioBufferStopped
        WebSocketMediaEnded
        InputAudioBufferSpeechStarted
        InputAudioBufferSpeechStopped InputAudioBufferCommitted ConversationItemCreated
          ConversationItemInputAudioTranscriptionDelta ConversationItemInputAudioTranscriptionCompleted
        ResponseCreated ResponseOutputItemAdded ConversationItemCreated ResponseContentPartAdded
          OutputAudioBufferStarted WebSocketMediaStarted ResponseOutputAudioTranscriptDelta
          ResponseOutputAudioDone ResponseOutputAudioTranscriptDone ResponseContentPartDone
          ResponseOutputItemDone ResponseOutputItemAdded ConversationItemCreated
          ResponseFunctionCallArgumentsDelta ResponseFunctionCallArgumentsDone ResponseOutputItemDone
          ResponseDone ConversationItemCreated
        ResponseCreated ResponseOutputItemAdded ConversationItemCreated ResponseContentPartAdded
          OutputAudioBufferStarted ResponseOutputAudioTranscriptDelta ResponseOutputAudioDone
          ResponseOutputAudioTranscriptDone ResponseContentPartDone ResponseOutputItemDone ResponseDone
        InputAudioBufferSpeechStarted OutputAudioBufferCleared
        WebSocketMediaEnded
        InputAudioBufferSpeechStopped InputAudioBufferCommitted ConversationItemCreated
          ConversationItemInputAudioTranscriptionDelta ConversationItemInputAudioTranscriptionCompleted
    """,
    "Gemini.LiveAPI": """
        ConnectorInformation SetupComplete WebSocketMediaStarted ServerContent
        WebSocketMediaEnded ServerContent WebSocketMediaStarted ServerContent ToolCall ServerContent
        WebSocketMediaEnded ServerContent
    """,
    "ElevenLabs.Agents": """
        ConnectorInformation ConversationInitiationMetadata Ping
        InternalTentativeAgentResponse AgentResponse WebSocketMediaStarted
        WebSocketMediaEnded
        VadScore UserTranscript
        InternalTentativeAgentResponse AgentResponse WebSocketMediaStarted ClientToolCall AgentToolResponse
        InternalTentativeAgentResponse AgentResponse
        VadScore Interruption AgentResponseCorrection
        WebSocketMediaEnded UserTranscript
    """,
    "Ultravox.WebSocketAPI": """
        ConnectorInformation HTTPResponse State WebSocketMediaStarted Transcript State
        WebSocketMediaEnded Transcript State WebSocketMediaStarted Transcript ClientToolInvocation State
          Transcript PlaybackClearBuffer State
        WebSocketMediaEnded Transcript
    """,
    "Deepgram.VoiceAgent": """
        ConnectorInformation Welcome SettingsApplied AgentThinking ConversationText WebSocketMediaStarted
          AgentAudioDone
        WebSocketMediaEnded
        UserStartedSpeaking ConversationText AgentThinking ConversationText WebSocketMediaStarted AgentAudioDone
          FunctionCallRequest AgentThinking ConversationText AgentAudioDone
        UserStartedSpeaking
        WebSocketMediaEnded ConversationText
    """,
    "Cartesia.Agents": """
        ConnectorInformation ACK WebSocketMediaStarted
        WebSocketMediaEnded WebSocketMediaStarted Custom Clear
        WebSocketMediaEnded
    """,
}
"""The events of the conversation of the tests with each service, in order; what repeats itself stands once."""

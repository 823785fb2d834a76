"""The small enumerations that units share, with their documented members and values.

Members keep their documented spelling. Each is a StrEnum or IntEnum: equal to its value, and written as it.
"""

from __future__ import annotations

from enum import EnumMeta, IntEnum, StrEnum
from typing import Any

from voxsim.vocabulary import legacy
from voxsim.vocabulary.errors import UnknownName


class _Suggesting(EnumMeta):
    """An enum class that answers an unknown member with the nearest one it has."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if cls.__name__ == "Modules" and name in legacy.MODULES:
            return None
        raise UnknownName.on(cls.__name__, name, cls.__members__)


class TextEnum(StrEnum, metaclass=_Suggesting):
    """An enumeration with string values."""

    # Enum's own hash is computed in Python, and state tables are looked up often.
    __hash__ = str.__hash__


class NumberEnum(IntEnum, metaclass=_Suggesting):
    """An enumeration with number values."""


class CallState(TextEnum):
    """What `Call.state()` returns."""

    ALERTING = "ALERTING"
    PROGRESSING = "PROGRESSING"
    CONNECTED = "CONNECTED"
    TERMINATED = "TERMINATED"


class CallAudioQuality(TextEnum):
    """The audio quality of a call, in AudioQualityDetected."""

    HD = "HD"
    STANDARD = "Standard"


class DTMFType(NumberEnum):
    """How a DTMF digit travels. With ALL, in-band detection stops once RFC 2833 is seen."""

    ALL = 0
    TELEPHONE_EVENT = 1
    IN_BAND = 2
    SIP_INFO = 3


class URLPlayerRequestMethod(TextEnum):
    """The HTTP method with which a URL player fetches its audio."""

    GET = "GET"
    POST = "POST"


class WebSocketReadyState(TextEnum):
    """`WebSocket.ready_state`: words, not the browser's numbers."""

    CLOSED = "closed"
    CLOSING = "closing"
    CONNECTING = "connecting"
    OPEN = "open"


class WebSocketAudioEncoding(TextEnum):
    """Encodings of audio on a WebSocket. PCM16_8KHZ has the value `PCM8`, PCM16_16KHZ the value `PCM16`."""

    PCM8 = "PCM8"
    PCM16_8KHZ = "PCM8"
    PCM16 = "PCM16"
    PCM16_16KHZ = "PCM16"
    ALAW = "ALAW"
    ULAW = "ULAW"
    OPUS = "OPUS"


class WebSocketCloseCode(NumberEnum):
    """Close codes of a WebSocket."""

    CLOSE_NORMAL = 1000
    CLOSE_GOING_AWAY = 1001
    CLOSE_PROTOCOL_ERROR = 1002
    CLOSE_UNSUPPORTED = 1003
    CLOSED_NO_STATUS = 1005
    CLOSE_ABNORMAL = 1006
    CLOSE_UNSUPPORTED_PAYLOAD = 1007
    CLOSE_POLICY_VIOLATION = 1008
    CLOSE_TOO_LARGE = 1009
    CLOSE_MANDATORY_EXTENSION = 1010
    CLOSE_SERVER_ERROR = 1011
    CLOSE_SERVICE_RESTART = 1012
    CLOSE_TRY_AGAIN_LATER = 1013
    CLOSE_BAD_GATEWAY = 1014
    CLOSE_TLS_FAIL = 1015


class Modules(TextEnum):
    """The modules that `require` takes."""

    ACD = "acd"
    AI = "ai"
    ApplicationStorage = "applicationstorage"
    ASR = "asr"
    Avatar = "avatar"
    Cartesia = "cartesia"
    Conference = "conference"
    Deepgram = "deepgram"
    ElevenLabs = "elevenlabs"
    Gemini = "gemini"
    Google = "google"
    Grok = "grok"
    Inworld = "inworld"
    IVR = "ivr"
    MCP = "mcp"
    OpenAI = "openai"
    Pipecat = "pipecat"
    PushService = "pushservice"
    Recorder = "recorder"
    Silero = "silero"
    SmartQueue = "smartqueue"
    StreamingAgent = "streamingagent"
    Ultravox = "ultravox"
    VoximplantAPI = "voximplantapi"
    VoxTTS = "voxtts"
    XAI = "xai"
    Yandex = "yandex"

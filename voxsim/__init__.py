"""voxsim: the Voximplant platform on one laptop.

Scenarios import what they know from the platform from here: `from voxsim import VoxEngine, AppEvents, CallEvents`.
Names are loaded when they are first used, so that importing voxsim costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voxsim.engine.appevents import AppEvents as AppEvents
    from voxsim.engine.connectors.cartesia import Cartesia as Cartesia
    from voxsim.engine.connectors.deepgram import Deepgram as Deepgram
    from voxsim.engine.connectors.detectors import Pipecat as Pipecat
    from voxsim.engine.connectors.detectors import Silero as Silero
    from voxsim.engine.connectors.elevenlabs import ElevenLabs as ElevenLabs
    from voxsim.engine.connectors.gemini import Gemini as Gemini
    from voxsim.engine.connectors.grok import Grok as Grok
    from voxsim.engine.connectors.inworld import Inworld as Inworld
    from voxsim.engine.connectors.mcp import MCP as MCP
    from voxsim.engine.connectors.openai import OpenAI as OpenAI
    from voxsim.engine.connectors.ultravox import Ultravox as Ultravox
    from voxsim.engine.connectors.yandex import Yandex as Yandex
    from voxsim.engine.http import HttpRequestOptions as HttpRequestOptions
    from voxsim.engine.http import HttpRequestResult as HttpRequestResult
    from voxsim.engine.namespaces.ai import AI as AI
    from voxsim.engine.namespaces.amd import AMD as AMD
    from voxsim.engine.namespaces.applicationstorage import ApplicationStorage as ApplicationStorage
    from voxsim.engine.namespaces.calllist import CallList as CallList
    from voxsim.engine.namespaces.ccai import CCAI as CCAI
    from voxsim.engine.namespaces.crypto import Crypto as Crypto
    from voxsim.engine.namespaces.helpers import base64_decode as base64_decode
    from voxsim.engine.namespaces.helpers import base64_encode as base64_encode
    from voxsim.engine.namespaces.helpers import bytes2hex as bytes2hex
    from voxsim.engine.namespaces.helpers import bytes2str as bytes2str
    from voxsim.engine.namespaces.helpers import get_local_time as get_local_time
    from voxsim.engine.namespaces.helpers import hex2bytes as hex2bytes
    from voxsim.engine.namespaces.helpers import levenshtein_distance as levenshtein_distance
    from voxsim.engine.namespaces.helpers import require as require
    from voxsim.engine.namespaces.helpers import str2bytes as str2bytes
    from voxsim.engine.namespaces.helpers import trace as trace
    from voxsim.engine.namespaces.helpers import uuidgen as uuidgen
    from voxsim.engine.namespaces.ivr import IVR as IVR
    from voxsim.engine.namespaces.logger import Logger as Logger
    from voxsim.engine.namespaces.measurementprotocol import MeasurementProtocol as MeasurementProtocol
    from voxsim.engine.namespaces.net import Net as Net
    from voxsim.engine.namespaces.phonenumber import PhoneNumber as PhoneNumber
    from voxsim.engine.namespaces.speaking import XAI as XAI
    from voxsim.engine.namespaces.speaking import Google as Google
    from voxsim.engine.namespaces.speaking import VoxTTS as VoxTTS
    from voxsim.engine.namespaces.timers import clear_interval as clear_interval
    from voxsim.engine.namespaces.timers import clear_timeout as clear_timeout
    from voxsim.engine.namespaces.timers import now as now
    from voxsim.engine.namespaces.timers import outside as outside
    from voxsim.engine.namespaces.timers import set_interval as set_interval
    from voxsim.engine.namespaces.timers import set_timeout as set_timeout
    from voxsim.engine.namespaces.timers import sleep as sleep
    from voxsim.engine.namespaces.voxengine import VoxEngine as VoxEngine
    from voxsim.engine.namespaces.voximplantapi import VoximplantAPI as VoximplantAPI
    from voxsim.engine.namespaces.voximplantavatar import VoximplantAvatar as VoximplantAvatar
    from voxsim.engine.net import SendMailResult as SendMailResult
    from voxsim.engine.services import StorageKey as StorageKey
    from voxsim.engine.services import StoragePage as StoragePage
    from voxsim.engine.units.acd import ACDEvents as ACDEvents
    from voxsim.engine.units.acd import ACDRequest as ACDRequest
    from voxsim.engine.units.asr import ASR as ASR
    from voxsim.engine.units.asr import ASREvents as ASREvents
    from voxsim.engine.units.call import Call as Call
    from voxsim.engine.units.callevents import CallEvents as CallEvents
    from voxsim.engine.units.conference import Conference as Conference
    from voxsim.engine.units.conferenceevents import ConferenceEvents as ConferenceEvents
    from voxsim.engine.units.endpoint import Endpoint as Endpoint
    from voxsim.engine.units.ivr import IVRState as IVRState
    from voxsim.engine.units.player import BasePlayer as BasePlayer
    from voxsim.engine.units.player import Player as Player
    from voxsim.engine.units.player import PlayerEvents as PlayerEvents
    from voxsim.engine.units.player import SequencePlayer as SequencePlayer
    from voxsim.engine.units.player import SequencePlayerEvents as SequencePlayerEvents
    from voxsim.engine.units.recorder import ConferenceRecorder as ConferenceRecorder
    from voxsim.engine.units.recorder import Recorder as Recorder
    from voxsim.engine.units.recorder import RecorderEvents as RecorderEvents
    from voxsim.engine.units.smartqueue import SmartQueueEvents as SmartQueueEvents
    from voxsim.engine.units.smartqueue import SmartQueueTask as SmartQueueTask
    from voxsim.engine.units.socketevents import WebSocketEvents as WebSocketEvents
    from voxsim.engine.units.streamingagent import StreamingAgent as StreamingAgent
    from voxsim.engine.units.streamingagent import StreamingAgentEvents as StreamingAgentEvents
    from voxsim.engine.units.websocket import WebSocket as WebSocket
    from voxsim.vocabulary.constants import ASRDictionary as ASRDictionary
    from voxsim.vocabulary.constants import ASRLanguage as ASRLanguage
    from voxsim.vocabulary.constants import ASRModel as ASRModel
    from voxsim.vocabulary.constants import ASRModelList as ASRModelList
    from voxsim.vocabulary.constants import ASRProfile as ASRProfile
    from voxsim.vocabulary.constants import ASRProfileList as ASRProfileList
    from voxsim.vocabulary.constants import ConferenceDirection as ConferenceDirection
    from voxsim.vocabulary.constants import ConferenceMode as ConferenceMode
    from voxsim.vocabulary.constants import DialogflowLanguage as DialogflowLanguage
    from voxsim.vocabulary.constants import DialogflowModel as DialogflowModel
    from voxsim.vocabulary.constants import DialogflowModelVariant as DialogflowModelVariant
    from voxsim.vocabulary.constants import DialogflowSsmlVoiceGender as DialogflowSsmlVoiceGender
    from voxsim.vocabulary.constants import Language as Language
    from voxsim.vocabulary.constants import RecorderDirection as RecorderDirection
    from voxsim.vocabulary.constants import RecorderLabelFont as RecorderLabelFont
    from voxsim.vocabulary.constants import RecorderLabelPosition as RecorderLabelPosition
    from voxsim.vocabulary.constants import RecorderLabelTextAlign as RecorderLabelTextAlign
    from voxsim.vocabulary.constants import RecorderLayout as RecorderLayout
    from voxsim.vocabulary.constants import RecorderObjectFit as RecorderObjectFit
    from voxsim.vocabulary.constants import RecorderProfile as RecorderProfile
    from voxsim.vocabulary.constants import RecordExpireTime as RecordExpireTime
    from voxsim.vocabulary.constants import SmartQueueOperatorSettingsMode as SmartQueueOperatorSettingsMode
    from voxsim.vocabulary.constants import TaskWaitingCode as TaskWaitingCode
    from voxsim.vocabulary.constants import TerminationStatus as TerminationStatus
    from voxsim.vocabulary.constants import TranscriptionProvider as TranscriptionProvider
    from voxsim.vocabulary.constants import TTSEffectsProfile as TTSEffectsProfile
    from voxsim.vocabulary.constants import Voice as Voice
    from voxsim.vocabulary.constants import VoiceList as VoiceList
    from voxsim.vocabulary.constants import VoxTTSModelList as VoxTTSModelList
    from voxsim.vocabulary.constants import VoxTTSVoiceList as VoxTTSVoiceList
    from voxsim.vocabulary.enums import CallAudioQuality as CallAudioQuality
    from voxsim.vocabulary.enums import CallState as CallState
    from voxsim.vocabulary.enums import DTMFType as DTMFType
    from voxsim.vocabulary.enums import Modules as Modules
    from voxsim.vocabulary.enums import URLPlayerRequestMethod as URLPlayerRequestMethod
    from voxsim.vocabulary.enums import WebSocketAudioEncoding as WebSocketAudioEncoding
    from voxsim.vocabulary.enums import WebSocketCloseCode as WebSocketCloseCode
    from voxsim.vocabulary.enums import WebSocketReadyState as WebSocketReadyState
    from voxsim.vocabulary.errors import BadArgument as BadArgument
    from voxsim.vocabulary.errors import CallEnded as CallEnded
    from voxsim.vocabulary.errors import ConnectionFailed as ConnectionFailed
    from voxsim.vocabulary.errors import LimitExceeded as LimitExceeded
    from voxsim.vocabulary.errors import NotAllowed as NotAllowed
    from voxsim.vocabulary.errors import NotEmulated as NotEmulated
    from voxsim.vocabulary.errors import PlaybackStopped as PlaybackStopped
    from voxsim.vocabulary.errors import RecognitionStopped as RecognitionStopped
    from voxsim.vocabulary.errors import SessionEnded as SessionEnded
    from voxsim.vocabulary.errors import SocketClosed as SocketClosed
    from voxsim.vocabulary.errors import TaskEnded as TaskEnded
    from voxsim.vocabulary.errors import UnknownName as UnknownName
    from voxsim.vocabulary.errors import VoxsimError as VoxsimError
    from voxsim.vocabulary.limits import Limits as Limits

__version__ = "0.1.0"

_HOMES = {
    "engine.appevents": "AppEvents",
    "engine.connectors.cartesia": "Cartesia",
    "engine.connectors.deepgram": "Deepgram",
    "engine.connectors.elevenlabs": "ElevenLabs",
    "engine.connectors.gemini": "Gemini",
    "engine.connectors.grok": "Grok",
    "engine.connectors.inworld": "Inworld",
    "engine.connectors.openai": "OpenAI",
    "engine.connectors.ultravox": "Ultravox",
    "engine.connectors.yandex": "Yandex",
    "engine.namespaces.ai": "AI",
    "engine.namespaces.amd": "AMD",
    "engine.namespaces.applicationstorage": "ApplicationStorage",
    "engine.namespaces.calllist": "CallList",
    "engine.namespaces.ccai": "CCAI",
    "engine.namespaces.crypto": "Crypto",
    "engine.namespaces.helpers": (
        "base64_decode base64_encode bytes2hex bytes2str get_local_time hex2bytes levenshtein_distance require "
        "str2bytes trace uuidgen"
    ),
    "engine.namespaces.ivr": "IVR",
    "engine.namespaces.logger": "Logger",
    "engine.namespaces.measurementprotocol": "MeasurementProtocol",
    "engine.namespaces.net": "Net",
    "engine.namespaces.phonenumber": "PhoneNumber",
    "engine.namespaces.speaking": "Google VoxTTS XAI",
    "engine.namespaces.timers": "clear_interval clear_timeout now outside set_interval set_timeout sleep",
    "engine.namespaces.voxengine": "VoxEngine",
    "engine.namespaces.voximplantapi": "VoximplantAPI",
    "engine.connectors.detectors": "Pipecat Silero",
    "engine.connectors.mcp": "MCP",
    "engine.http": "HttpRequestOptions HttpRequestResult",
    "engine.namespaces.voximplantavatar": "VoximplantAvatar",
    "engine.net": "SendMailResult",
    "engine.units.acd": "ACDEvents ACDRequest",
    "engine.units.asr": "ASR ASREvents",
    "engine.services": "StorageKey StoragePage",
    "engine.units.call": "Call",
    "engine.units.callevents": "CallEvents",
    "engine.units.conference": "Conference",
    "engine.units.conferenceevents": "ConferenceEvents",
    "engine.units.endpoint": "Endpoint",
    "engine.units.ivr": "IVRState",
    "engine.units.player": "BasePlayer Player PlayerEvents SequencePlayer SequencePlayerEvents",
    "engine.units.recorder": "ConferenceRecorder Recorder RecorderEvents",
    "engine.units.smartqueue": "SmartQueueEvents SmartQueueTask",
    "engine.units.socketevents": "WebSocketEvents",
    "engine.units.streamingagent": "StreamingAgent StreamingAgentEvents",
    "engine.units.websocket": "WebSocket",
    "vocabulary.constants": (
        "ASRDictionary ASRLanguage ASRModel ASRModelList ASRProfile ASRProfileList ConferenceDirection "
        "ConferenceMode DialogflowLanguage DialogflowModel DialogflowModelVariant "
        "DialogflowSsmlVoiceGender Language RecorderDirection RecorderLabelFont RecorderLabelPosition "
        "RecorderLabelTextAlign RecorderLayout RecorderObjectFit RecorderProfile RecordExpireTime "
        "SmartQueueOperatorSettingsMode TaskWaitingCode TerminationStatus TranscriptionProvider "
        "TTSEffectsProfile Voice VoiceList VoxTTSModelList VoxTTSVoiceList"
    ),
    "vocabulary.enums": (
        "CallAudioQuality CallState DTMFType Modules URLPlayerRequestMethod WebSocketAudioEncoding "
        "WebSocketCloseCode WebSocketReadyState"
    ),
    "vocabulary.errors": (
        "BadArgument CallEnded ConnectionFailed LimitExceeded NotAllowed NotEmulated PlaybackStopped "
        "RecognitionStopped SessionEnded SocketClosed TaskEnded UnknownName VoxsimError"
    ),
    "vocabulary.limits": "Limits",
}

_EXPORTS = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [*sorted(_EXPORTS), "random"]  # noqa: PLE0604 - the names stand in the table above


def __getattr__(name: str) -> Any:
    if name == "random":
        from voxsim.engine.namespaces.timers import random_source

        return random_source()
    if name in _EXPORTS:
        value = getattr(import_module(f"voxsim.{_EXPORTS[name]}"), name)
        globals()[name] = value
        return value
    if name.startswith("__"):
        raise AttributeError(name)
    from voxsim.vocabulary.errors import UnknownName
    from voxsim.vocabulary.shapes import is_shape, shape

    if is_shape(name):
        return shape(name)
    raise UnknownName.on("voxsim", name, __all__)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]

"""CCAI: the classes, events and constants of Google's Contact Center AI."""

from __future__ import annotations

from typing import ClassVar

from voxsim.engine.namespaces.base import Namespace
from voxsim.engine.units import ccai, ccaievents, ccaiparticipant
from voxsim.vocabulary.declare import namespace


class CCAIEvents(Namespace):
    """The enumerations of events."""

    NAME: ClassVar = "CCAI.Events"
    Agent = ccaievents.AgentEvents
    Conversation = ccaievents.ConversationEvents
    Participant = ccaievents.ParticipantEvents


class CCAIVendor(Namespace):
    """Shapes and constants as the vendor has them, such as `CCAI.Vendor.Role`."""

    NAME: ClassVar = "CCAI.Vendor"


@namespace("CCAI")
class CCAINamespace(Namespace):
    """Conversations with agents of Contact Center AI. Offline a scripted dialog answers for them."""

    NAME: ClassVar = "CCAI"
    Agent = ccai.Agent
    Conversation = ccai.Conversation
    Participant = ccaiparticipant.Participant
    Events = CCAIEvents()
    Vendor = CCAIVendor()


CCAI = CCAINamespace()

"""What the realtime clients of OpenAI's protocol share: OpenAI itself, and Grok, Inworld and Yandex after its pattern.

A method is one message of that protocol, with the object that the vendor documents.
"""

from __future__ import annotations

from voxsim.engine.connectors.base import sends
from voxsim.engine.connectors.voice import VoiceConnector


class RealtimeConnector(VoiceConnector):
    """A voice client with a session, a conversation of items, and responses."""

    __slots__ = ()

    session_update = sends("sessionUpdate", "Change the session: instructions, tools, voice, turn detection.")
    conversation_item_create = sends(
        "conversationItemCreate", "Put an item into the conversation: a text, or the output of a tool call."
    )
    response_create = sends("responseCreate", "Let the model answer now.")


class ItemsConnector(RealtimeConnector):
    """One whose items can be read, cut and deleted, and whose responses can be cancelled."""

    __slots__ = ()

    conversation_item_retrieve = sends("conversationItemRetrieve", "Ask for an item as the service has it.")
    conversation_item_truncate = sends("conversationItemTruncate", "Forget what a caller did not hear of an answer.")
    conversation_item_delete = sends("conversationItemDelete", "Take an item out of the conversation.")
    response_cancel = sends("responseCancel", "Give up the answer that is being made.")

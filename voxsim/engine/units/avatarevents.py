"""Events of avatars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voxsim.vocabulary.declare import Event, EventNames, event, payload

if TYPE_CHECKING:
    from voxsim.engine.units.avatar import Avatar


@payload
class AvatarEvent(Event):
    """What every event of an avatar carries."""

    avatar: Avatar


@payload
class AvatarFinishEvent(AvatarEvent):
    """The dialog is over; `custom_data` is what the avatar found out."""

    current_state: str
    utterance: str | None = None
    custom_data: Any = None
    channel_parameters: dict[str, Any] | None = None


@payload
class AvatarUtteranceEvent(AvatarEvent):
    """What the caller said was understood.

    `visits_counter` counts how often the dialog came to this state, `utterance_counter` what was said in it since.
    `intents` and `entities` come for an avatar that was made with `extended`.
    """

    text: str
    intent: str
    current_state: str
    visits_counter: int
    utterance_counter: int
    response: str
    confidence: float | None = None
    intents: list[dict[str, Any]] | None = None
    entities: dict[str, Any] | None = None


@payload
class AvatarReplyEvent(AvatarEvent):
    """The avatar says something, waits for the caller (`listen`), or both; times are milliseconds."""

    current_state: str
    utterance: str | None = None
    next_state: str | None = None
    listen: bool | None = None
    custom_data: Any = None
    interruptable_after: int | None = None
    is_final: bool | None = None
    listen_timeout: int | None = None
    channel_parameters: dict[str, Any] | None = None


@payload
class AvatarErrorEvent(AvatarEvent):
    """The avatar could not answer."""

    reason: str


class AvatarEvents(EventNames, documented="VoximplantAvatar.Events"):
    """Events of an avatar; a voice avatar has them, too."""

    Loaded = event("AvatarEvents.Loaded", AvatarEvent)
    Finish = event("AvatarEvents.Finish", AvatarFinishEvent)
    UtteranceParsed = event("AvatarEvents.UtteranceParsed", AvatarUtteranceEvent)
    Reply = event("AvatarEvents.Reply", AvatarReplyEvent)
    Error = event("AvatarEvents.Error", AvatarErrorEvent)

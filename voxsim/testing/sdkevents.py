"""The events of the Web SDK's Client, as its stand-in for tests has them: a class each, with documented parameters.

Codes are those of the SDK; parameters that an event does not carry are None.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

if TYPE_CHECKING:
    from voxsim.testing.sdkcall import SdkCallHandle


@attrs.frozen(kw_only=True)
class ClientEvent:
    """Something that happened to a client.

    Attributes:
        at: when, in seconds since the run's epoch.
    """

    name: ClassVar[str] = ""
    at: float = 0

    def __init_subclass__(cls) -> None:
        cls.name = cls.__name__


@attrs.frozen
class LoginTokens:
    """What a log-in gives to log in again without a password; how long each is good, in seconds."""

    access_token: str
    access_expire: int
    refresh_token: str
    refresh_expire: int

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> LoginTokens:
        """From what the platform sends."""
        return cls(given["accessToken"], given["accessExpire"], given["refreshToken"], given["refreshExpire"])


@attrs.frozen
class MediaStream:
    """Stands for the browser's stream of the microphone."""

    id: str
    active: bool = True


@attrs.frozen(kw_only=True)
class SDKReady(ClientEvent):
    """The SDK is initialised; `version` is its own."""

    version: str


@attrs.frozen(kw_only=True)
class ConnectionEstablished(ClientEvent):
    """The platform is connected."""


@attrs.frozen(kw_only=True)
class ConnectionFailed(ClientEvent):
    """The platform could not be connected; `message` says why."""

    message: str


@attrs.frozen(kw_only=True)
class ConnectionClosed(ClientEvent):
    """The connection is closed: by `disconnect`, by the platform, or lost for good."""


@attrs.frozen(kw_only=True)
class Reconnecting(ClientEvent):
    """The connection is lost, and the SDK tries to get it back."""


@attrs.frozen(kw_only=True)
class Reconnected(ClientEvent):
    """The connection is back; the log-in and the calls were kept."""


@attrs.frozen(kw_only=True)
class AuthResult(ClientEvent):
    """What a log-in came to.

    Attributes:
        result: whether it worked.
        code: why not: 302 a one-time key was asked for and is in `key`, 401 wrong password or token, 402 no more
            monthly users, 403 frozen, 404 no such user, 409 the connection was closed, 491 logged in already, 500, 701
            the token has expired.
        display_name: the user's.
        key: for the hash of `login_with_one_time_key`.
        tokens: for later log-ins.
    """

    result: bool
    code: int | None = None
    display_name: str | None = None
    key: str | None = None
    tokens: LoginTokens | None = None


@attrs.frozen(kw_only=True)
class RefreshTokenResult(ClientEvent):
    """What the exchange of a refresh token came to: new tokens, or a code as of AuthResult."""

    result: bool
    code: int | None = None
    tokens: LoginTokens | None = None


@attrs.frozen(kw_only=True)
class IncomingCall(ClientEvent):
    """Somebody calls.

    Attributes:
        call: answer, decline or reject it.
        headers: its `X-…` headers; custom data is in `VI-CallData`.
        video: whether it comes with video.
    """

    call: SdkCallHandle
    headers: Mapping[str, str]
    video: bool = False


@attrs.frozen(kw_only=True)
class MicAccessResult(ClientEvent):
    """The person let the page use the microphone (`stream`), or did not.

    Attributes:
        fallback: whether only sound is used although video was asked for.
    """

    result: bool
    stream: MediaStream | None = None
    fallback: bool | None = None


@attrs.frozen(kw_only=True)
class PlaybackFinished(ClientEvent):
    """A tone script has been played, or was stopped."""


@attrs.frozen(kw_only=True)
class PlaybackError(ClientEvent):
    """What was to be played cannot be."""


@attrs.frozen(kw_only=True)
class ACDStatusUpdated(ClientEvent):
    """The user's ACD status is another one, whoever changed it; `id` is the connection that did."""

    id: str
    status: str
    description: str = ""


@attrs.frozen(kw_only=True)
class SQMessagingStatusUpdated(ClientEvent):
    """The user's status for messages of smart queues is another one."""

    id: str
    status: str
    description: str = ""


@attrs.frozen(kw_only=True)
class ACDError(ClientEvent):
    """ACD was used wrongly.

    Attributes:
        code: 1 not logged in, 2 another status than the one asked for, 3 overtaken by a later request, 4 no answer in
            time, 5 a request before the last one was answered, 6 the same user elsewhere, 7 no such status, 8 the
            connection was closed.
        message: the code in words.
        action: `setStatus` or `getStatus`.
        status: the one that was asked for.
    """

    code: int
    message: str
    action: str
    status: str | None = None


@attrs.frozen(kw_only=True)
class SdkCallEvent:
    """Something that happened to a call.

    Attributes:
        name: its name in the SDK: `Connected`, `Failed`, `MessageReceived` …
        at: when, in seconds since the run's epoch.
        code, reason: of a failure.
        headers: those that came with it.
        text: a message, the body of an INFO, or what is heard.
        mime_type: of an INFO.
        answered_elsewhere: of Disconnected: another device took the call.
        result: of Updated: whether the new description was taken.
    """

    name: str
    at: float
    code: int | None = None
    reason: str = ""
    headers: Mapping[str, str] = attrs.field(factory=dict)
    text: str = ""
    mime_type: str = ""
    answered_elsewhere: bool = False
    result: bool | None = None

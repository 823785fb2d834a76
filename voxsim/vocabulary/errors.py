"""Every error that voxsim raises on purpose, under one root.

A message says what was given, what was expected, where, and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType

from voxsim.vocabulary.naming import did_you_mean


class VoxsimError(Exception):
    """The root of all errors that voxsim raises on purpose."""


class UnknownName(VoxsimError, AttributeError):
    """A name that the platform does not have; the message names the nearest one that it has."""

    @classmethod
    def on(cls, owner: str, name: str, candidates: Iterable[str]) -> UnknownName:
        """The error for `owner.name`, with the nearest of the candidates."""
        return cls(f"{owner} has no {name!r}.{did_you_mean(name, candidates)}", name=name)


def unknown_name(error: AttributeError) -> str | None:
    """What to say of a misspelt name: its owner, and the nearest name that the owner has; None when it is not known.

    It is asked when an error is reported. Catching unknown names where they are used would make every use of a known
    one slower.
    """
    owner, name = error.obj, error.name
    if isinstance(error, UnknownName | NotEmulated) or owner is None or not name or isinstance(owner, ModuleType):
        return None
    known = [one for one in dir(owner) if not one.startswith("_")]
    title = owner.__name__ if isinstance(owner, type) else getattr(owner, "NAME", None) or type(owner).__name__
    return str(UnknownName.on(title, name, known))


class BadArgument(VoxsimError, TypeError, ValueError):
    """An argument of the wrong kind or outside its documented range."""


class NotAllowed(VoxsimError):
    """An operation that the session's state forbids, such as a new call while it is terminating."""


class LimitExceeded(VoxsimError):
    """A documented limit of the platform was reached; the message gives the figure."""


class NotEmulated(VoxsimError, NotImplementedError):
    """A member of the platform that voxsim does not emulate; the message says what to use instead."""


class NoSession(VoxsimError):
    """A scenario name such as `VoxEngine` was used where no session is running."""


class CallEnded(VoxsimError):
    """What was awaited can no longer come, because the call has ended."""


class PlaybackStopped(VoxsimError):
    """The playback that was awaited was stopped or replaced before its end."""


class RecognitionStopped(VoxsimError):
    """What was awaited can no longer come, because the recogniser has been stopped, or has failed."""


class SocketClosed(VoxsimError):
    """What was awaited can no longer come, because the WebSocket has closed."""


class ConnectionFailed(VoxsimError):
    """A client of an outside service could not be connected; the message says why."""


class TaskEnded(VoxsimError):
    """What was awaited can no longer come, because the place in the queue is given up, refused or used."""


class SessionEnded(VoxsimError):
    """What was awaited can no longer come, because the session has ended."""


class BadBehaviour(VoxsimError, ValueError):
    """A party's behaviour that cannot be read; the message shows the place and the nearest key."""


class ConfigurationError(VoxsimError, ValueError):
    """A setting, an option or a configuration file that cannot be used."""


class ScenarioError(VoxsimError):
    """A failure of the scenario's own code.

    Attributes:
        message: what went wrong, in one line.
        where: `file:line` in the scenario, or an empty string when no line is to blame.
        frames: the scenario's own stack, innermost last, as `file:line in function`.
        fatal: whether the platform ends the session for it (load errors, time, memory, a handler that is no function).
    """

    def __init__(self, message: str, *, where: str = "", frames: tuple[str, ...] = (), fatal: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.frames = frames
        self.fatal = fatal

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class ScenarioTimeout(BaseException):
    """Raised inside a scenario's handler that used up its run time.

    A BaseException, so that a scenario's own `except Exception` cannot swallow it.
    """

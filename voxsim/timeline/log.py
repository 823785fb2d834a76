"""Log: a session as the platform's own session log, a plain-text file in UTC.

It shows what the platform writes down: the scenarios loaded, every event when it is queued (`Sent event to JS …`),
every command that reaches the media server (`Executing JS command: …`), warnings, the scenario's own lines as bare
text, and the end. Requests, timers and what happens at the far ends are not in it. Which command of a scenario the
platform knows by which name, and with which keys, stands in `COMMANDS`; names that no real log has shown are
capitalised documented ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from voxsim.engine.journal import Record
from voxsim.timeline.logcommands import COMMANDS, NOT_LOGGED
from voxsim.timeline.logevents import event_line
from voxsim.timeline.logvalues import printed, params

ENGINE_VERSION: Final = "7.35.0"
"""The engine version that the log claims."""

_STACK: Final = "VoxEngine.terminate@/voxengine.js:73:51"
_QUEUED_FIRST: Final = ("Application.Started", "Application.CallAlerting")

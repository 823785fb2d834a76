"""Logger: lines of the session log."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from voxsim.engine.command import command
from voxsim.engine.journal import plain
from voxsim.engine.lifecycle import Operation, check_allowed
from voxsim.engine.namespaces.base import Namespace
from voxsim.vocabulary.declare import namespace, signature


@namespace("Logger")
class LoggerNamespace(Namespace):
    """The session log."""

    NAME: ClassVar = "Logger"

    @signature("write(message)")
    def write(self, message: Any) -> None:
        """Write a line of at most 15000 characters; a longer one is cut. Objects are written as JSON."""
        session = self.session
        check_allowed(session.phase, Operation.LOG, "Logger.write")
        text = message if isinstance(message, str) else json.dumps(plain(message), ensure_ascii=False)
        limit = session.switch.limits.log_message_characters
        if len(text) > limit:
            session.limit("log_message_characters", limit)
            text = text[:limit]
        session.note("log", text)

    @command("hideTones(flag?)", Operation.LOG)
    def hide_tones(self, flag: bool = False) -> None:
        """Hide DTMF digits in the session log."""
        self.session.hide_tones = bool(flag)


Logger = LoggerNamespace()

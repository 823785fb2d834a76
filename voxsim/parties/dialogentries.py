"""DialogEntry: a scripted dialog as a configuration has it, `[[dialog]]` with a `[[dialog.turn]]` for each question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from voxsim.parties.dialogs import Dialog
from voxsim.parties.tables import Table
from voxsim.vocabulary.naming import did_you_mean

SERVICES: Final = ("Dialogflow", "CCAI", "Avatar")
"""What a dialog can play."""

_WHEN: Final = ("hears", "event", "enters", "begins", "hears_nothing")
_FACTS: Final[dict[str, type]] = {
    "intent": str,
    "action": str,
    "confidence": float,
    "parameters": dict,
    "complete": bool,
    "payload": dict,
    "ends": bool,
    "next_state": str,
    "listen": bool,
    "listen_timeout": int,
    "interruptable_after": int,
    "custom_data": dict,
}


@attrs.frozen(kw_only=True)
class DialogTurnEntry:
    """What is answered to one kind of question.

    Attributes:
        when: `hears`, `event`, `enters`, `begins` or `hears_nothing`.
        value: the words, the event's or the state's name; empty for the last two.
        state: the state of the dialog in which it is answered, or None for any.
        slow: seconds that it takes longer than usual.
        fails: why it fails instead of answering, or None.
        replies: what is said; empty for nothing.
        facts: all else of the reply.
    """

    when: str
    value: str = ""
    state: str | None = None
    slow: float = 0.0
    fails: str | None = None
    replies: str = ""
    facts: Mapping[str, Any] = attrs.field(factory=dict)

    def write(self, dialog: Dialog) -> None:
        """Write the turn into a dialog's script."""
        match self.when:
            case "hears":
                dialog.hears(self.value, state=self.state)
            case "event":
                dialog.gets_event(self.value)
            case "enters":
                dialog.enters(self.value)
            case "begins":
                dialog.begins()
            case "hears_nothing":
                dialog.hears_nothing(state=self.state)
        if self.slow:
            dialog.slow(self.slow)
        if self.fails is not None:
            dialog.fails(self.fails)
        else:
            dialog.replies(self.replies, **self.facts)


@attrs.frozen(kw_only=True)
class DialogEntry:
    """Who answers for a dialog service.

    Attributes:
        service: `Dialogflow`, `CCAI` or `Avatar`.
        agent: the id of the agent or avatar; empty for all.
        turns: what is answered to what.
        otherwise: what is said to all else, or None for the usual.
        profiles: the names of a CCAI agent's conversation profiles.
    """

    service: str
    agent: str = ""
    turns: tuple[DialogTurnEntry, ...] = ()
    otherwise: str | None = None
    profiles: tuple[str, ...] = ()

    def dialog(self) -> Dialog:
        """The dialog, which remembers nothing: a server runs for weeks."""
        dialog = Dialog(self.service, self.agent)
        dialog.remembers = False
        for turn in self.turns:
            turn.write(dialog)
        if self.otherwise is not None:
            dialog.otherwise().replies(self.otherwise)
        for name in self.profiles:
            dialog.has_profile(name)
        return dialog


def read_dialog(table: Table) -> DialogEntry:
    """`[[dialog]]`.

    Raises:
        ConfigurationError: a key or value cannot be used; the message names the line.
    """
    table.only("service", "agent", "turn", "otherwise", "profiles")
    service = table.need("service", str)
    if service not in SERVICES:
        hint = did_you_mean(service, SERVICES)
        raise table.wrong(f"'service' is one of {', '.join(SERVICES)}, got {service!r}.{hint}", "service")
    return DialogEntry(
        service=service,
        agent=table.take("agent", str) or "",
        turns=tuple(_read_turn(turn) for turn in table.tables("turn")),
        otherwise=table.take("otherwise", str),
        profiles=table.texts("profiles") or (),
    )


def _read_turn(table: Table) -> DialogTurnEntry:
    table.only(*_WHEN, "state", "slow", "fails", "replies", *_FACTS)
    when = [key for key in _WHEN if key in table.values]
    if len(when) != 1:
        raise table.wrong(f"[[{table.title}]] needs one of the keys {', '.join(_WHEN)}.")
    value = ""
    if when[0] in ("begins", "hears_nothing"):
        if not table.need(when[0], bool):
            raise table.wrong(f"{when[0]!r} is true, or is left out.", when[0])
    else:
        value = table.need(when[0], str)
    return DialogTurnEntry(
        when=when[0],
        value=value,
        state=table.take("state", str),
        slow=table.seconds("slow", 0.0),
        fails=table.take("fails", str),
        replies=table.take("replies", str) or "",
        facts={name: table.take(name, kind) for name, kind in _FACTS.items() if name in table.values},
    )

"""Feed: happenings into events for domains. The fold, with who receives what of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from voxsim.protocols.callevents.feeds import Setting
from voxsim.protocols.callevents.happenings import Happening
from voxsim.protocols.callevents.people import People
from voxsim.protocols.ccsevents.domains import Domains
from voxsim.protocols.ccsevents.ending import GRACE
from voxsim.protocols.ccsevents.events import Event, Message
from voxsim.protocols.ccsevents.fold import HANDLERS, Fold

if TYPE_CHECKING:
    from voxsim.engine.switch import Switch

Deliver = Callable[[Sequence[Message]], None]


class CcsEvents(Fold):
    """The feed.

    Args:
        people: who is who; where it is known, and there is one domain alone, that is told of everything at less cost.
        failure_on_no_answer: tell of a `connection_failure`, too, when calls were rung and none was answered.

    Attributes:
        on_events: called with all events, whoever receives them.
    """

    def __init__(self, people: People | None = None, *, failure_on_no_answer: bool = False) -> None:
        super().__init__(failure_on_no_answer=failure_on_no_answer)
        self._domains = Domains(people.tenants if people is not None else (), self._wait)
        self.on_events: Callable[[list[Event]], None] | None = None

    @property
    def wants(self) -> Collection[type[Happening]]:
        """The happenings that mean something."""
        return HANDLERS.keys()

    @property
    def waits(self) -> bool:
        """Whether something is kept back."""
        return bool(self._kept) or self._domains.waits

    def take(self, happening: Happening) -> Sequence[Message]:
        """The events that one more happening means, in order, each for one domain."""
        events: list[Event] = []
        self._out = events
        self._at = happening.at
        if self._kept:
            self._hurry(happening)
        HANDLERS[type(happening)](self, happening)
        if self.on_events is not None:
            self.on_events(events)
        return self._domains.send(events) if events else events

    def flush(self, now: int) -> Sequence[Message]:
        """What has been kept back for long enough, at this moment in unix milliseconds."""
        messages = self._domains.flush(now)
        events: list[Event] = []
        self._out = events
        self._at = now
        self._catch_up()
        if self.on_events is not None:
            self.on_events(events)
        if events:
            messages.extend(self._domains.send(events))
        if self.waits:
            self._wait()
        return messages

    def flush_by(self, switch: Switch, deliver: Deliver, trouble: Callable[[Exception], None] | None = None) -> None:
        """Let what is kept back go by a switch's clock when its time has come, and nothing else has happened.

        Args:
            switch: whose calls these are.
            deliver: takes the messages.
            trouble: is told of an error, which then harms nobody else.
        """
        waiting = False

        def wait() -> None:
            nonlocal waiting
            if not waiting:
                waiting = True
                switch.later(GRACE + 1, flush)

        def flush() -> None:
            nonlocal waiting
            waiting = False
            switch.catch_up()
            try:
                deliver(self.flush(switch.epoch * 1000 + switch.now // 1000))
            except Exception as error:
                if trouble is None:
                    raise
                trouble(error)

        self.on_wait = wait


def make(setting: Setting) -> CcsEvents:
    """The feed as it is configured."""
    return CcsEvents(setting.people, failure_on_no_answer=setting.configuration.ccsevents.failure_on_no_answer)

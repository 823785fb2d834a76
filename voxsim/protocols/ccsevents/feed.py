"""Feed: happenings into events for domains. The fold, and who receives what of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
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

Deliver = Callable[[Message], None]


class CcsEvents:
    """The feed.

    Args:
        people: who is who; where it is known, and there is one domain alone, that is told of everything at less cost.
        failure_on_no_answer: tell of a `connection_failure`, too, when calls were rung and none was answered.

    Attributes:
        fold: the calls, connections and seances that are alive.
        on_wait: called when something is kept back for a moment; `flush` is to be called a little later.
        on_events: called with all events, whoever receives them.
    """

    def __init__(self, people: People | None = None, *, failure_on_no_answer: bool = False) -> None:
        self.fold = Fold(failure_on_no_answer=failure_on_no_answer)
        self._domains = Domains(people.tenants if people is not None else ())
        self.on_wait: Callable[[], None] | None = None
        self.on_events: Callable[[list[Event]], None] | None = None

    @property
    def wants(self) -> Collection[type[Happening]]:
        """The happenings that mean something."""
        return HANDLERS.keys()

    def take(self, happening: Happening) -> Iterable[Message]:
        """The events that one more happening means, in order, each for one domain."""
        events = self.fold.take(happening)
        messages = self._send(events) if events else ()
        if self.on_wait is not None and (self.fold.waits or self._domains.waits):
            self.on_wait()
        return messages

    def flush(self, now: int) -> Iterable[Message]:
        """What has been kept back for long enough, at this moment in unix milliseconds."""
        messages = [*self._domains.flush(now), *self._send(self.fold.flush(now))]
        if self.on_wait is not None and (self.fold.waits or self._domains.waits):
            self.on_wait()
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
            try:
                for message in self.flush(switch.epoch * 1000 + switch.now // 1000):
                    deliver(message)
            except Exception as error:
                if trouble is None:
                    raise
                trouble(error)

        self.on_wait = wait

    def _send(self, events: list[Event]) -> Sequence[Message]:
        if self.on_events is not None:
            self.on_events(events)
        return self._domains.send(events) if events else ()


def make(setting: Setting) -> CcsEvents:
    """The feed as it is configured."""
    return CcsEvents(setting.people, failure_on_no_answer=setting.configuration.ccsevents.failure_on_no_answer)

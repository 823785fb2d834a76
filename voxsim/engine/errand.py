"""Errands: requests that a scenario makes to the platform itself. They are HTTP requests to every rule of the platform.

So they count among the session's requests, wait in their queue, hold its end back, and one of them is all that a
Terminating handler may make; but nothing leaves the platform.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final, cast

from voxsim.engine.emitter import BareCommand
from voxsim.engine.http import HttpRequest, HttpRequestResult
from voxsim.engine.net import Exchange, Net, net_of
from voxsim.vocabulary.codes import HttpCode

if TYPE_CHECKING:
    from voxsim.engine.services import Answer
    from voxsim.engine.session import Session

Work = Callable[[], Coroutine[Any, Any, "Answer"]]

_JSON: Final = (("Content-Type", "application/json"),)


class Errand(Exchange):
    """One request to the platform."""

    __slots__ = ("_milliseconds", "_work")

    def __init__(
        self, net: Net, request: HttpRequest, work: Work, milliseconds: float, done: Callable[[HttpRequestResult], None]
    ) -> None:
        super().__init__(net, request, False, done)
        self._work = work
        self._milliseconds = milliseconds

    @property
    def malformed(self) -> bool:
        """It always can be sent."""
        return False

    def _attempt(self) -> None:
        session = self.session
        switch = session.switch
        session.note("http", "sent", None, {"method": self.request.method, "url": self.request.url})
        due = switch.now + round(self._milliseconds * 1000)

        def done(answer: Any, error: BaseException | None) -> None:
            switch.at(due, self._answered, answer, error)

        # Of no session: what was asked for is done, even when the session ends meanwhile.
        switch.tasks.start(None, self._work(), done)

    def _answered(self, answer: Answer, error: BaseException | None) -> None:
        if error is not None:
            self.fail(HttpCode.INTERNAL, str(error))
        else:
            self.respond(answer.status, _JSON, json.dumps(answer.value, ensure_ascii=False).encode("utf-8", "replace"))


def run_errand(
    session: Session,
    name: str,
    url: str,
    body: str,
    work: Work,
    milliseconds: float,
    done: Callable[[HttpRequestResult], None],
) -> None:
    """Ask the platform for something.

    Args:
        name: the command, as errors name it.
        url: what stands for the platform's door in the timeline.
        body: what is asked, as text.
        work: does it.
        milliseconds: how long the answer takes.
        done: gets the result.

    Raises:
        LimitExceeded: too many requests are active or queued.
        NotAllowed: the session is ending.
    """
    net = net_of(session)
    net.admit(name)
    limits = session.switch.limits
    request = HttpRequest(
        "POST", url, _JSON, body.encode("utf-8", "replace"), limits.http_total_seconds, limits.http_connect_seconds
    )
    net.enter(Errand(net, request, work, milliseconds, done))


def calling(session: Session, callback: Callable[[HttpRequestResult], Any] | None) -> Callable[[Any], None]:
    """What gives a result to a scenario's callback. A command such as `VoxEngine.terminate` is called without it."""
    if callback is None:
        return lambda _: None
    if getattr(callback, "__signature_of__", None) is not None:
        bare = BareCommand(cast("Callable[[], Any]", callback))
        return lambda result: session.run(bare, result)
    return lambda result: session.run(callback, result)

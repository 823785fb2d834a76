"""CallList: what a session that a call list started tells the list of its attempt.

A session that tells nothing counts as a success. Reports are requests over HTTP, each with a callback or to be awaited.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from voxsim.engine.command import command
from voxsim.engine.errand import calling, run_errand
from voxsim.engine.future import Future
from voxsim.engine.http import HttpRequestResult
from voxsim.engine.journal import plain
from voxsim.engine.lifecycle import Operation
from voxsim.engine.namespaces.base import Namespace
from voxsim.engine.services import ReportKind
from voxsim.engine.session import Session
from voxsim.vocabulary.declare import namespace

Callback = Callable[[HttpRequestResult], Any] | None
Data = str | Mapping[str, Any] | list[Any] | None


@namespace("CallList")
class CallListNamespace(Namespace):
    """The call list that started the running session. The result's code is 200 when the list took the report."""

    NAME: ClassVar = "CallList"

    @command("reportProgress(progress, callback?)", Operation.HTTP)
    def report_progress(self, progress: Data, callback: Callback = None) -> None:
        """Store something about the attempt while it goes on: a text, or data that goes as JSON."""
        self._report(ReportKind.PROGRESS, progress, callback)

    @command("reportProgressAsync(progress)", Operation.HTTP)
    def report_progress_async(self, progress: Data) -> Future[HttpRequestResult]:
        """`report_progress`, to be awaited."""
        return self._report_async(ReportKind.PROGRESS, progress)

    @command("reportResult(result, callback?)", Operation.HTTP)
    def report_result(self, result: Data, callback: Callback = None) -> None:
        """The task succeeded: the result is stored, and no further attempt is made."""
        self._report(ReportKind.RESULT, result, callback)

    @command("reportResultAsync(result)", Operation.HTTP)
    def report_result_async(self, result: Data) -> Future[HttpRequestResult]:
        """`report_result`, to be awaited."""
        return self._report_async(ReportKind.RESULT, result)

    @command("reportError(error, callback?)", Operation.HTTP)
    def report_error(self, error: Data, callback: Callback = None) -> None:
        """The attempt failed: while attempts are left, the list makes another one after its interval."""
        self._report(ReportKind.ERROR, error, callback)

    @command("reportErrorAsync(error)", Operation.HTTP)
    def report_error_async(self, error: Data) -> Future[HttpRequestResult]:
        """`report_error`, to be awaited."""
        return self._report_async(ReportKind.ERROR, error)

    @command("requestNextAttempt(data, callback?)", Operation.HTTP)
    def request_next_attempt(self, data: Mapping[str, Any] | None = None, callback: Callback = None) -> None:
        """Ask for another attempt, which implies that this one failed.

        Args:
            data: what the next attempt is to be, all of it optional: `start_at` or `next_attempt_time`
                (`YYYY-MM-DD HH:MM:SS`, or unix seconds), `start_execution_time` and `end_execution_time` (`HH:MM:SS`,
                each day), `attempts_left` in all, and `custom_data`. All times are UTC.
            callback: gets the result.
        """
        self._report(ReportKind.NEXT_ATTEMPT, data, callback)

    @command("requestNextAttemptAsync(data)", Operation.HTTP)
    def request_next_attempt_async(self, data: Mapping[str, Any] | None = None) -> Future[HttpRequestResult]:
        """`request_next_attempt`, to be awaited."""
        return self._report_async(ReportKind.NEXT_ATTEMPT, data)

    def _report(self, kind: ReportKind, data: Data, callback: Callback) -> None:
        session = self.session
        _send(session, kind, data, calling(session, callback))

    def _report_async(self, kind: ReportKind, data: Data) -> Future[HttpRequestResult]:
        session = self.session
        future: Future[HttpRequestResult] = Future(session.switch, f"the answer of CallList.{kind.value}")
        _send(session, kind, data, future.set)
        return future


def _send(session: Session, kind: ReportKind, data: Data, done: Callable[[HttpRequestResult], None]) -> None:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, default=_as_data)
    told = data if isinstance(data, str) else json.loads(text)
    services = session.switch.services
    run_errand(
        session,
        f"CallList.{kind.value}",
        f"voximplant://call-list/{kind.value}",
        text,
        lambda: services.report(session, kind, told),
        session.switch.timing.report,
        done,
    )


def _as_data(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else plain(value)


CallList = CallListNamespace()

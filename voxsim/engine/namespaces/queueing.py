"""The queues that VoxEngine puts callers into: requests of ACD (the first version) and tasks of SmartQueue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from voxsim.engine.command import Options, command
from voxsim.engine.lifecycle import Operation
from voxsim.engine.namespaces.base import Namespace
from voxsim.engine.ports import Headers
from voxsim.engine.queues import DEFAULT_PRIORITY
from voxsim.engine.wishes import Wish, headers_of, priority_of, wish_of
from voxsim.vocabulary.errors import BadArgument

if TYPE_CHECKING:
    from voxsim.engine.units.acd import ACDRequest
    from voxsim.engine.units.call import Call
    from voxsim.engine.units.smartqueue import SmartQueueTask


class Queueing(Namespace):
    """The part of VoxEngine that puts callers into queues."""

    @command("enqueueACDRequest(queueName, callerid, {parameters}?)", Operation.CREATE, ignored="video customData")
    def enqueue_acd_request(
        self,
        queue_name: str,
        callerid: str = "",
        parameters: Options = None,
        *,
        priority: int = DEFAULT_PRIORITY,
        headers: Headers | None = None,
    ) -> ACDRequest:
        """Ask for an agent of a queue, as the first version of queues does: ACDEvents follow on the request.

        `video` and `customData` are accepted, and have no effect here.

        Args:
            queue_name: the queue.
            callerid: what the agent sees.
            parameters: options under their documented names.
            priority: from 1, served first, to 100.
            headers: `X-…` headers for the agent, and `VI-CallTimeout`: seconds (10 to 400, by default 60) after which
                the next agent is called.

        Raises:
            BadArgument: the priority is out of its range, or the headers are no mapping.
        """
        from voxsim.engine.units.acd import ACDRequest

        self.session.needs("ACD")
        wish = Wish(
            queue_name=str(queue_name),
            priority=priority_of("enqueueACDRequest", priority),
            stays=True,
            callerid="" if callerid is None else str(callerid),
            headers=headers_of("enqueueACDRequest", headers),
        )
        return ACDRequest(self.session, wish)

    @command("enqueueTask({parameters})", Operation.CREATE, ignored="video scheme maxVideoBitrate")
    def enqueue_task(
        self,
        parameters: Options = None,
        *,
        call: Call | None = None,
        operator_settings: Mapping[str, Any] | None = None,
        timeout: float | None = None,
        priority: int = DEFAULT_PRIORITY,
        skills: Sequence[Mapping[str, Any]] | None = None,
        queue: Mapping[str, Any] | None = None,
        custom_data: str | None = None,
        extra_headers: Headers | None = None,
    ) -> SmartQueueTask:
        """Put a client into a smart queue: SmartQueueEvents follow on the task.

        `video`, `scheme` and `maxVideoBitrate` are accepted, and have no effect here.

        Args:
            parameters: options under their documented names.
            call: the client's call; without one nobody can hang up while waiting.
            operator_settings: `{operatorId, mode, timeout}`: this operator first. With the mode `SMART` others may come
                when this one has not after so many seconds, with `STRICT` nobody else.
            timeout: seconds after which the task ends with TIMEOUT_REACHED.
            priority: from 1, served first, to 100.
            skills: `{name, level}` of each skill that the agent needs; a level, from 1 to 5, is the least that will do,
                a list of levels names those that will.
            queue: `{id}` or `{name}` of the queue.
            custom_data: told in the task's settings.
            extra_headers: `X-…` headers for the agent, and `VI-CallTimeout`, as of `enqueue_acd_request`.

        Raises:
            BadArgument: an option cannot be read; the message says which.
        """
        from voxsim.engine.units import smartqueue
        from voxsim.engine.units.call import Call

        self.session.needs("SmartQueue")
        if call is not None and not isinstance(call, Call):
            raise BadArgument(f"enqueueTask: `call` is the client's Call, got {type(call).__name__}.")
        given = {
            "call": call,
            "operatorSettings": operator_settings,
            "timeout": timeout,
            "priority": priority,
            "skills": skills,
            "queue": queue,
            "customData": custom_data,
            "extraHeaders": headers_of("enqueueTask", extra_headers),
        }
        settings = {name: value for name, value in given.items() if value is not None}
        return smartqueue.SmartQueueTask(self.session, call, settings, wish_of(settings))

"""The queues that VoxEngine puts callers into: requests of ACD (the first version) and tasks of SmartQueue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from voxsim.engine.command import Options, command
from voxsim.engine.lifecycle import Operation
from voxsim.engine.namespaces.base import Namespace
from voxsim.engine.ports import Headers
from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.naming import python_name

if TYPE_CHECKING:
    from voxsim.engine.units.acd import ACDRequest
    from voxsim.engine.units.call import Call
    from voxsim.engine.units.smartqueue import SmartQueueTask

_PRIORITY = 50


class Queueing(Namespace):
    """The part of VoxEngine that puts callers into queues."""

    @command("enqueueACDRequest(queueName, callerid, {parameters}?)", Operation.CREATE, ignored="video customData")
    def enqueue_acd_request(
        self,
        queue_name: str,
        callerid: str = "",
        parameters: Options = None,
        *,
        priority: int = _PRIORITY,
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
        from voxsim.engine.tickets import Wish, priority_of
        from voxsim.engine.units.acd import ACDRequest

        self.session.needs("ACD")
        wish = Wish(
            queue_name=str(queue_name),
            priority=priority_of("enqueueACDRequest", priority),
            stays=True,
            callerid="" if callerid is None else str(callerid),
            headers=_headers("enqueueACDRequest", headers),
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
        priority: int = _PRIORITY,
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
            "extraHeaders": _headers("enqueueTask", extra_headers),
        }
        settings = {name: value for name, value in given.items() if value is not None}
        return smartqueue.SmartQueueTask(self.session, call, settings, _wish(settings))


def _wish(settings: Mapping[str, Any]) -> Any:
    """What the settings of a task ask for."""
    from voxsim.engine.queues import Demand
    from voxsim.engine.tickets import Wish, priority_of, timeout_seconds

    name, number = _queue(settings.get("queue"))
    demand = Demand(_skills(settings.get("skills")))
    operator, strict, patience = _operator(settings.get("operatorSettings"))
    call = settings.get("call")
    return Wish(
        queue_name=name,
        queue_id=number,
        demand=demand if operator is None else Demand(operator=operator),
        otherwise=demand,
        priority=priority_of("enqueueTask", settings["priority"]),
        timeout=timeout_seconds("enqueueTask", settings.get("timeout")),
        operator_seconds=patience,
        strict=strict,
        callerid=call.callerid() if call is not None else "",
        display_name=call.display_name() if call is not None else "",
        headers=settings.get("extraHeaders"),
    )


def _fields(what: str, given: object) -> dict[str, Any]:
    """An inner object of options, by PEP 8 names."""
    if not isinstance(given, Mapping):
        raise BadArgument(f"enqueueTask: {what}, got {given!r}.")
    return {python_name(str(key)): value for key, value in given.items()}


def _queue(given: object) -> tuple[str, int | None]:
    fields = _fields("`queue` is an object with `name` or `id`", given)
    name, number = fields.get("name"), fields.get("id")
    if number is None and not name:
        raise BadArgument(f"enqueueTask: `queue` is an object with `name` or `id`, got {given!r}.")
    if number is not None and (isinstance(number, bool) or not isinstance(number, int | float)):
        raise BadArgument(f"enqueueTask: the `id` of a queue is a number, got {number!r}.")
    return str(name or ""), None if number is None else int(number)


def _skills(given: object) -> tuple[tuple[str, frozenset[int]], ...]:
    if given is None:
        return ()
    if isinstance(given, str | Mapping) or not isinstance(given, Sequence):
        raise BadArgument(f"enqueueTask: `skills` is a list of objects with `name` and `level`, got {given!r}.")
    found: dict[str, frozenset[int]] = {}
    for one in given:
        fields = _fields("a skill is an object with `name` and `level`", one)
        if not fields.get("name"):
            raise BadArgument(f"enqueueTask: a skill is an object with `name` and `level`, got {one!r}.")
        found[str(fields["name"])] = _levels(fields.get("level", 1))
    return tuple(sorted(found.items()))


def _levels(given: object) -> frozenset[int]:
    """The levels that will do: those of a list, or all from a number on."""
    listed: list[Any] = list(given) if isinstance(given, list | tuple) else [given]
    if not listed or any(isinstance(one, bool) or one not in (1, 2, 3, 4, 5) for one in listed):
        raise BadArgument(f"enqueueTask: the level of a skill is a number from 1 to 5, got {given!r}.")
    return frozenset(listed) if isinstance(given, list | tuple) else frozenset(range(int(listed[0]), 6))


def _operator(given: object) -> tuple[int | None, bool, float | None]:
    """The operator that is asked for, whether it has to be that one, and for how many seconds to wait for it."""
    from voxsim.engine.tickets import timeout_seconds
    from voxsim.vocabulary.constants import constant_set

    if given is None:
        return None, False, None
    fields = _fields("`operatorSettings` is an object with `operatorId`", given)
    number, mode = fields.get("operator_id"), fields.get("mode", "STRICT")
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise BadArgument(f"enqueueTask: `operatorId` is a number, got {number!r}.")
    if mode not in constant_set("SmartQueueOperatorSettingsMode"):
        raise BadArgument(f"enqueueTask: the `mode` of operatorSettings is STRICT or SMART, got {mode!r}.")
    return int(number), mode == "STRICT", timeout_seconds("enqueueTask", fields.get("timeout"))


def _headers(name: str, given: object) -> Headers | None:
    if given is not None and not isinstance(given, Mapping):
        raise BadArgument(f"{name}: headers are given as a mapping of names to values, got {type(given).__name__}.")
    return given

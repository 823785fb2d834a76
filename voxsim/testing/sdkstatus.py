"""AcdRequests: how the Web SDK's Client asks for ACD statuses, and what it makes of the answers: each of its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from voxsim.engine.agents import AgentStatus
from voxsim.engine.future import Future
from voxsim.testing.sdkevents import ACDError, ACDStatusUpdated
from voxsim.vocabulary.errors import VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.switch import Timer
    from voxsim.testing.sdkclient import SdkClient

TIMEOUT_SECONDS: Final = 58
"""How long the SDK waits for an answer."""

MESSAGES: Final = {
    1: "The client is not logged in.",
    2: "Another status than the one that was asked for is set.",
    3: "A later request was answered first; this one is dropped.",
    4: "No answer came in time.",
    5: "There is a request that is not answered yet.",
    6: "The same user is logged in elsewhere.",
    7: "There is no such status.",
    8: "The connection was closed before the answer.",
}
"""The errors by their codes, in words of our own."""


@attrs.define(eq=False)
class _Request:
    """One request that is not answered yet; `status` is None when it asks for the status."""

    id: str
    status: str | None
    future: Future[str]
    timer: Timer | None = None

    @property
    def action(self) -> str:
        return "getStatus" if self.status is None else "setStatus"


class AcdRequests:
    """The requests of one client, in order."""

    def __init__(self, client: SdkClient) -> None:
        self._client = client
        self._requests: list[_Request] = []

    def choose(self, status: str) -> Future[str]:
        """Ask for another status."""
        return self._ask(str(status))

    def ask(self) -> Future[str]:
        """Ask for the status."""
        return self._ask(None)

    def _ask(self, status: str | None) -> Future[str]:
        client = self._client
        switch = client.vox.world.switch
        request = _Request("", status, Future(switch, f"the ACD status of {client!r}"))
        if client.connection_id is None:
            return self._failed(request, 1)
        if self._requests:
            self._error(request, 5)
        if status is not None and status not in AgentStatus.__members__:
            return self._failed(request, 7)
        request.id = f"{switch.ids.uuid()}_{client.connection_id}"
        request.timer = switch.after(TIMEOUT_SECONDS, self._too_late, request)
        self._requests.append(request)
        if status is None:
            client.wire.send("getOperatorACDStatus", request.id)
        else:
            client.wire.send("setOperatorACDStatus", {"status": status, "uuid": request.id, "permanent": False})
        return request.future

    def updated(self, status: str, identity: str, description: str) -> None:
        """The platform tells a status: the answer to a request, or a change of its own."""
        client = self._client
        owner = identity.rpartition("_")[2]
        if owner != client.connection_id:
            self._tell(6, "setStatus", status)
        index = next((number for number, one in enumerate(self._requests) if one.id == identity), None)
        if index is not None:
            *overtaken, request = self._requests[: index + 1]
            del self._requests[: index + 1]
            for one in overtaken:
                self._failed(one, 3)
            if request.status in (None, status):
                self._stop(request)
                request.future.set(status)
            else:
                self._failed(request, 2)
        client.tell(ACDStatusUpdated(id=owner, status=status, description=description, at=client.vox.now))

    def failed(self, identity: str) -> None:
        """The platform refuses a status."""
        for request in [one for one in self._requests if one.id == identity]:
            self._requests.remove(request)
            self._failed(request, 7)

    def connection_closed(self) -> None:
        """Nothing will be answered any more."""
        requests, self._requests = self._requests, []
        for request in requests:
            self._failed(request, 8)

    def _too_late(self, request: _Request) -> None:
        if request in self._requests:
            self._requests.remove(request)
            self._failed(request, 4)

    def _failed(self, request: _Request, code: int) -> Future[str]:
        self._stop(request)
        self._error(request, code)
        request.future.fail(VoxsimError(f"ACDError {code}: {MESSAGES[code]}"))
        return request.future

    def _stop(self, request: _Request) -> None:
        if request.timer is not None:
            request.timer.cancel()

    def _error(self, request: _Request, code: int) -> None:
        self._tell(code, request.action, request.status)

    def _tell(self, code: int, action: str, status: str | None) -> None:
        client = self._client
        client.tell(ACDError(code=code, message=MESSAGES[code], action=action, status=status, at=client.vox.now))

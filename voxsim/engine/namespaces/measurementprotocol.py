"""MeasurementProtocol: hits for the older Google Analytics, which exists no more.

Nothing is sent anywhere: every hit is written to the timeline, with all that was set before it, as it would have gone
out. The functions can be chained, as documented.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from voxsim.engine.command import Options, command
from voxsim.engine.future import Future
from voxsim.engine.namespaces.base import Namespace
from voxsim.vocabulary import official
from voxsim.vocabulary.declare import namespace
from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.naming import python_name


@namespace("MeasurementProtocol")
class MeasurementProtocolNamespace(Namespace):
    """Hits of the running session; it needs no `require`."""

    NAME: ClassVar = "MeasurementProtocol"

    @command("setup(trackingId, debug, dataSource)")
    def setup(self, tracking_id: str, debug: bool = False, data_source: str = "") -> Self:
        """Say where hits go: a property's `UA-…` id; `debug` checks them only."""
        return self._set({"trackingId": str(tracking_id), "debug": bool(debug), "dataSource": str(data_source)})

    @command("startSession(options)")
    def start_session(self, options: Options = None, **given: Any) -> Self:
        """Begin a session: `clientID` is needed."""
        return self._hit("startSession", "StartSessionOptions", options, given)

    @command("endSession()")
    def end_session(self) -> Self:
        """End it."""
        return self._hit("endSession", "", None, {})

    @command("setSessionByCallerId(options)")
    def set_session_by_caller_id(self, options: Options = None, **given: Any) -> Future[Self]:
        """Use the caller's id as the client's; to be awaited."""
        self._hit("setSessionByCallerId", "SetSessionByCallerIdOptions", options, given)
        future: Future[Self] = Future(self.session.switch, "the session by caller id")
        future.set(self)
        return future

    @command("setApplicationInfo(options)")
    def set_application_info(self, options: Options = None, **given: Any) -> Self:
        """Tell of the application: `name`, `id`, `version`, `installerID`."""
        return self._set(self._read("setApplicationInfo", "SetApplicationInfoOptions", options, given))

    @command("setTrafficSource(options)")
    def set_traffic_source(self, options: Options = None, **given: Any) -> Self:
        """Tell where the caller comes from: referrer and campaign."""
        return self._set(self._read("setTrafficSource", "SetTrafficSourceOptions", options, given))

    @command("sendEvent(options)")
    def send_event(self, options: Options = None, **given: Any) -> Self:
        """An event: `category` and `action` are needed."""
        return self._hit("sendEvent", "SendEventOptions", options, given)

    @command("sendException(options)")
    def send_exception(self, options: Options = None, **given: Any) -> Self:
        """An exception: `description`, `isFatal`."""
        return self._hit("sendException", "SendExceptionOptions", options, given)

    @command("sendItem(options)")
    def send_item(self, options: Options = None, **given: Any) -> Self:
        """An item of a transaction: `transactionId`, `name`, `price` and `quantity` are needed."""
        return self._hit("sendItem", "SendItemOptions", options, given)

    @command("sendSocial(options)")
    def send_social(self, options: Options = None, **given: Any) -> Self:
        """A social interaction: `network`, `action`, `trigger`."""
        return self._hit("sendSocial", "SendSocialOptions", options, given)

    @command("sendTiming(options)")
    def send_timing(self, options: Options = None, **given: Any) -> Self:
        """A timing: `category`, `name`, `time` in milliseconds."""
        return self._hit("sendTiming", "SendTimingOptions", options, given)

    @command("sendTransaction(options)")
    def send_transaction(self, options: Options = None, **given: Any) -> Self:
        """A transaction: `id` and `revenue` are needed."""
        return self._hit("sendTransaction", "SendTransactionOptions", options, given)

    # --- inside ---

    def _set(self, values: Mapping[str, Any]) -> Self:
        self.session.note("analytics", "set", None, dict(values))
        return self

    def _hit(self, name: str, shape: str, options: Options, given: Mapping[str, Any]) -> Self:
        values = self._read(name, shape, options, given) if shape else {}
        self.session.note("analytics", name, None, values)
        return self

    def _read(self, name: str, shape: str, options: Options, given: Mapping[str, Any]) -> dict[str, Any]:
        """The options by their documented names.

        Raises:
            BadArgument: one that is needed is missing, or one is not known.
        """
        fields = official.api()["shapes"][f"{self.NAME}.{shape}"]["fields"]
        spelt = {python_name(one.rstrip("?")): one.rstrip("?") for one in fields}
        if options is not None and not isinstance(options, Mapping):
            raise BadArgument(f"{name} takes an object with {', '.join(spelt.values())}, got {options!r}.")
        values = {str(key): value for key, value in (options or {}).items()}
        values |= {spelt.get(key, key): value for key, value in given.items()}
        unknown = [key for key in values if key not in spelt.values()]
        if unknown:
            raise BadArgument(f"{name} has no option {', '.join(unknown)}; there are {', '.join(spelt.values())}.")
        lacking = [one for one in fields if not one.endswith("?") and one not in values]
        if lacking:
            raise BadArgument(f"{name} needs {', '.join(lacking)}.")
        return values


MeasurementProtocol = MeasurementProtocolNamespace()

"""ConferenceEvents: every event of a conference, with its payload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voxsim.vocabulary.declare import Event, EventNames, event, payload

if TYPE_CHECKING:
    from voxsim.engine.units.conference import Conference
    from voxsim.engine.units.endpoint import Endpoint


@payload
class ConferenceEvent(Event):
    """What every event of a conference carries."""

    conference: Conference


@payload
class ConferenceErrorEvent(ConferenceEvent):
    """Something was refused; `code` is 102 when the session's rule serves no video conferences."""

    error: str
    code: int
    endpoint_id: str | None = None


@payload
class ConferenceEndpointEvent(ConferenceEvent):
    """Something happened to an endpoint; `mode` is a ConferenceMode, `direction` a ConferenceDirection."""

    mode: str
    direction: str
    endpoint_id: str
    endpoint: Endpoint


class ConferenceEvents(EventNames):
    """Events of a conference: `conference.add_event_listener(ConferenceEvents.Started, handler)`."""

    ConferenceError = event("Conference.Error", ConferenceErrorEvent)
    Started = event("Conference.Started", ConferenceEvent)
    Stopped = event("Conference.Stopped", ConferenceEvent)
    EndpointAdded = event("Conference.EndpointAdded", ConferenceEndpointEvent)
    EndpointUpdated = event("Conference.EndpointUpdated", ConferenceEndpointEvent)
    EndpointRemoved = event("Conference.EndpointRemoved", ConferenceEndpointEvent)
    EndpointManaged = event("Conference.EndpointManaged", ConferenceEndpointEvent)

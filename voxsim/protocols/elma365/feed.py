"""Feed: the webhooks that a provider sends of simulated calls, to each of those who want to be told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import Any, Final

import attrs

from voxsim.parties.telephonyentries import ElmaEntry, ModuleEntry, WebhookEntry
from voxsim.protocols.callevents.feeds import Setting
from voxsim.protocols.callevents.happenings import Happening
from voxsim.protocols.elma365.calls import HANDLERS, Calls
from voxsim.protocols.elma365.dialects import DIALECTS, Speech, Told

WEBHOOK: Final = "/voip/webhook/"
"""What the path of a module's webhook begins with; the module's name follows, and the token in the query."""

NOWHERE: Final = f"http://localhost{WEBHOOK}pbx"
"""Where webhooks would go when nobody has said where to."""


@attrs.frozen(kw_only=True)
class Subscriber:
    """Somebody who is told of all calls: where, which may change, and how."""

    where: Callable[[], str]
    speech: Speech = attrs.field(factory=Speech)


@attrs.define(eq=False, kw_only=True)
class Webhook:
    """One request as it is to be made.

    Attributes:
        at: the unix milliseconds of the happening.
        call: the call's id: requests of one call are made in order.
        url: where to, with the token of whoever is told.
        told: what it says.
    """

    at: int
    call: str
    url: str
    told: Told

    @property
    def method(self) -> str:
        """`POST`, always."""
        return "POST"

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The request's own headers."""
        return self.told.headers

    @property
    def body(self) -> bytes:
        """The body: JSON, or a form."""
        return self.told.body

    @property
    def fields(self) -> dict[str, Any]:
        """What it says, by name."""
        return self.told.fields

    def shown(self) -> list[str]:
        """The request as lines: where to, further headers, the body."""
        more = [f"{name}: {value}" for name, value in self.headers if name != "Content-Type"]
        return [f"POST {self.url.partition('?')[0]}", *more, self.body.decode("utf-8", "replace")]


class Webhooks:
    """The fold.

    Attributes:
        subscribers: who is told; they may change at any time.
    """

    def __init__(self, subscribers: Iterable[Subscriber] = ()) -> None:
        self.subscribers = list(subscribers)
        self._calls = Calls()

    @property
    def wants(self) -> Collection[type[Happening]]:
        """The happenings that mean something."""
        return HANDLERS.keys()

    def take(self, happening: Happening) -> Sequence[Webhook]:
        """The webhooks that one more happening means, in order."""
        moments = self._calls.take(happening)
        if not moments:
            return ()
        return [
            Webhook(at=moment.at, call=moment.part.call_id, url=one.where(), told=told)
            for moment in moments
            for one in self.subscribers
            for told in DIALECTS[one.speech.dialect](moment, one.speech)
        ]


def make(setting: Setting) -> Webhooks:
    """The feed as it is configured; without anybody to tell, somebody is made up to look at."""
    entry = setting.configuration.elma365
    told = subscribers(entry)
    for module in entry.modules:
        url = webhook_url("http://localhost", module.name, module.token)
        told.append(Subscriber(where=partial(str, url), speech=speech_of(module)))
    return Webhooks(told or [Subscriber(where=partial(str, NOWHERE))])


def subscribers(entry: ElmaEntry) -> list[Subscriber]:
    """Who is configured to be told elsewhere."""
    return [Subscriber(where=partial(str, one.url), speech=speech_of(one)) for one in entry.webhooks]


def speech_of(entry: WebhookEntry | ModuleEntry) -> Speech:
    """How somebody is told."""
    return Speech(dialect=entry.dialect, token=entry.key, secret=entry.secret)


def webhook_url(server: str, module: str, token: str) -> str:
    """The link that a module's page shows."""
    return f"{server}{WEBHOOK}{module}?token={token}"

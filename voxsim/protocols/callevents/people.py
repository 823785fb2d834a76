"""People: who is who. From a number, user name or SIP address to a party with its extension, domain and tenant.

Extensions, domains, public numbers and groups are what the configuration says of users, parties and rules. Where it
says nothing at all, everybody who calls or is called has an extension, so that there is something to see at once.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Protocol

import attrs

from voxsim.parties.directory import normal
from voxsim.parties.entries import Configuration
from voxsim.parties.identity import Identity
from voxsim.protocols.callevents.model import Party, PartyKind, Tenant

DOMAIN: Final = "app.account.voximplant.com"
"""The domain of those of whom no domain is known."""

_FIRST: Final = 101
_FIRST_MENU: Final = 901
_SHORT: Final = re.compile(r"\d{3}", re.ASCII)
_PUBLIC_DIGITS: Final = 7
_REMEMBERED: Final = 800
"""How many parties that nobody configured keep their extension; the one that was seen longest ago loses it."""


class Named(Protocol):
    """Somebody who has a name here: how it is called, and who it is for systems that follow calls."""

    @property
    def kind(self) -> str:
        """`pstn`, `user`, `sip` or `wab`."""

    @property
    def address(self) -> str:
        """The number, user name or SIP address."""

    @property
    def display_name(self) -> str:
        """What others see beside it."""

    @property
    def identity(self) -> Identity:
        """Its extension, domain, public numbers and groups."""


@attrs.frozen(kw_only=True)
class Person:
    """Somebody whom the configuration names."""

    kind: str
    address: str
    display_name: str = ""
    identity: Identity


@attrs.frozen(kw_only=True)
class Menu:
    """A rule whose scenario has an extension of its own."""

    application: str
    rule: str
    identity: Identity


class People:
    """Who is who.

    Args:
        persons: whom the configuration names, in order.
        menus: the rules whose scenarios have an extension.
        numbers: the platform's public numbers, digits alone.
        domain: of those who name none.
        everybody: whether everybody has an extension; by default when nobody else has one.

    Attributes:
        tenants: those there are, by their domain.
    """

    def __init__(
        self,
        persons: Iterable[Named] = (),
        menus: Iterable[Menu] = (),
        numbers: Iterable[str] = (),
        *,
        domain: str = DOMAIN,
        everybody: bool | None = None,
    ) -> None:
        persons, menus = tuple(persons), tuple(menus)
        self._domain = domain
        self.tenants: dict[str, Tenant] = {}
        self._taken: set[tuple[str, str]] = set()
        self._next: dict[tuple[str, int], int] = {}
        self._known: dict[str, Party] = {}
        self._by_short: dict[str, Party] = {}
        self._menus: dict[tuple[str, str], Party] = {}
        self._applications = tuple(dict.fromkeys(menu.application for menu in menus))
        self._met: OrderedDict[str, Party] = OrderedDict()
        identities = [*(one.identity for one in persons), *(one.identity for one in menus)]
        self.everybody = not any(identities) if everybody is None else everybody
        self._claim(identities)
        for person in persons:
            self._add(person)
        for menu in menus:
            if menu.identity:
                party = self._inside(PartyKind.SCENARIO, menu.rule, "", menu.identity)
                self._menus[menu.application, menu.rule] = party
        self.dids = {*numbers, *(did for identity in identities for did in identity.dids)}

    @classmethod
    def of(cls, configuration: Configuration) -> People:
        """Those whom a configuration names."""
        account = configuration.account.name
        first = next((one.name for one in configuration.applications), "app")
        persons = [
            Person(kind="user", address=one.name, display_name=one.display_name, identity=one.identity)
            for one in configuration.users
        ]
        persons += [
            Person(kind=one.kind, address=one.address, display_name=one.display_name, identity=one.identity)
            for one in configuration.parties
            if one.identity
        ]
        menus = [
            Menu(application=application.name, rule=rule.name, identity=rule.identity)
            for application in configuration.applications
            for rule in application.rules
        ]
        numbers = (one.number for one in configuration.numbers)
        return cls(persons, menus, numbers, domain=f"{first}.{account}.voximplant.com")

    @property
    def inside(self) -> tuple[Party, ...]:
        """All users that the configuration names, in order."""
        return tuple(dict.fromkeys(self._known.values()))

    def has(self, extension: str) -> bool:
        """Whether there can be such an extension, in extended form; while nobody has one, everybody may."""
        return self.everybody or any(party.extended == extension for party in (*self.inside, *self._menus.values()))

    def caller(self, kind: str, number: str, display_name: str = "") -> Party:
        """Who calls in with this number or name."""
        return self._party(kind, number, "" if display_name == number else display_name)

    def callee(self, kind: str, number: str) -> Party:
        """Who is called by this number or name."""
        return self._party(kind, number, "")

    def scenario(self, rule: str, application: str, dialled: str) -> Party:
        """The scenario of a rule; it has an extension when the configuration gives it one, or nobody has any."""
        party = None
        if self._menus:
            # A rule that runs by itself belongs to an application that the configuration does not name.
            ours = [application] if application in self._applications else self._applications
            party = next((found for one in ours if (found := self._menus.get((one, rule))) is not None), None)
        if party is None and self.everybody:
            return self._met.get(f"rule {rule}") or self._meet(f"rule {rule}", rule, PartyKind.SCENARIO)
        return party or _nobody(PartyKind.SCENARIO, dialled or rule, rule)

    def conference(self, name: str) -> Party:
        """The far end of a leg that joins a conference, or of one that comes into it."""
        return _nobody(PartyKind.SCENARIO, name, "")

    def did(self, number: str) -> str:
        """The public number that a dialled one is, in digits; empty when it is none.

        While nobody has a public number, every phone number is taken for one.
        """
        digits = _digits(number)
        if self.dids:
            return digits if digits in self.dids else ""
        return digits if len(digits) >= _PUBLIC_DIGITS else ""

    def tenant(self, domain: str = "") -> Tenant:
        """The tenant of a domain, of the one for those who name none when empty; made when there is none yet."""
        domain = domain or self._domain
        if domain not in self.tenants:
            used = {one.client for one in self.tenants.values()}
            free = (f"{number:04d}" for number in range(1, 10_000))
            self.tenants[domain] = Tenant(domain, next(client for client in free if client not in used))
        return self.tenants[domain]

    # --- inside ---

    def _claim(self, identities: Iterable[Identity]) -> None:
        """What the configuration gives by number is given to nobody else."""
        for identity in identities:
            domain = identity.domain or self._domain
            if identity.client:
                self.tenants[domain] = Tenant(domain, identity.client)
            if identity.short:
                self._taken.add((domain, identity.short))

    def _add(self, person: Named) -> None:
        party = self._inside(PartyKind.USER, person.address, person.display_name, person.identity, person.kind)
        self._known[_key(person.kind, person.address)] = party
        for name in (party.address, f"{party.number}@{party.domain}"):
            self._known.setdefault(name.lower(), party)
        self._by_short.setdefault(party.short, party)

    def _inside(self, kind: PartyKind, number: str, name: str, identity: Identity, way: str = "user") -> Party:
        tenant = self.tenant(identity.domain)
        short = identity.short or self._free(tenant, number, _FIRST)
        return Party(
            kind=kind,
            number=_plain(way, number),
            short=short,
            tenant=tenant,
            display_name=name,
            dids=identity.dids,
            groups=identity.groups,
        )

    def _free(self, tenant: Tenant, wish: str, first: int) -> str:
        """An extension that nobody has: the wish, when it looks like one, or the next from the first on."""
        domain, taken = tenant.domain, self._taken
        if _SHORT.fullmatch(wish) and (domain, wish) not in taken:
            short = wish
        else:
            # On from the last one given: the lower ones are taken, or were, and need not be gone through again.
            begin = self._next.get((domain, first), first)
            shorts = (f"{number % 1000:03d}" for number in range(begin, begin + 1000))
            short = next((one for one in shorts if (domain, one) not in taken), "000")
            self._next[domain, first] = int(short) + 1
        taken.add((domain, short))
        return short

    def _party(self, kind: str, number: str, display_name: str) -> Party:
        key = _key(kind, number)
        party = self._known.get(key) or self._met.get(key)
        if party is None and kind in ("user", "sip"):
            party = self._by_short.get(key)
        if party is None and (self.everybody or kind == "user"):
            party = self._meet(key, _plain(kind, number), PartyKind.USER)
        if party is None:
            return _nobody(PartyKind.OUTSIDE, _plain(kind, number), display_name)
        if key in self._met:
            self._met.move_to_end(key)
        if display_name and not party.display_name:
            party = _named(party, display_name)
        return party

    def _meet(self, key: str, number: str, kind: PartyKind) -> Party:
        """An extension for somebody who is seen for the first time."""
        if len(self._met) >= _REMEMBERED:
            _, gone = self._met.popitem(last=False)
            self._taken.discard((gone.domain, gone.short))
        tenant = self.tenant()
        short = self._free(tenant, *((number, _FIRST) if kind is PartyKind.USER else ("", _FIRST_MENU)))
        party = self._met[key] = Party(kind=kind, number=number, short=short, tenant=tenant, assumed=True)
        return party


@lru_cache(_REMEMBERED)
def _nobody(kind: PartyKind, number: str, display_name: str) -> Party:
    """Somebody without an extension."""
    return Party(kind=kind, number=number, display_name=display_name)


@lru_cache(_REMEMBERED)
def _named(party: Party, display_name: str) -> Party:
    return attrs.evolve(party, display_name=display_name)


@lru_cache(_REMEMBERED)
def _digits(number: str) -> str:
    """A phone number in digits; empty when it is none."""
    return normal("pstn", number) if number.lstrip("+").isdigit() else ""


@lru_cache(_REMEMBERED)
def _key(kind: str, address: str) -> str:
    """One form for all ways to write an address."""
    text: str = normal(kind, address)
    return text.removeprefix("sips:").removeprefix("sip:").partition(";")[0] if kind == "sip" else text


@lru_cache(_REMEMBERED)
def _plain(kind: str, number: str) -> str:
    """An address as feeds show it: numbers without their plus, SIP addresses without their scheme."""
    return number.lstrip("+") if kind in ("pstn", "wab") else _key(kind, number) if kind == "sip" else number

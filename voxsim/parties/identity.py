"""Identity: who somebody is for systems that follow calls. An extension, a domain, public numbers, groups."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import attrs

from voxsim.vocabulary.errors import ConfigurationError

EXTENSION: Final = re.compile(r"(?:(\d{4})\*)?(\d{3,5})", re.ASCII)
"""An extension: 3 to 5 digits, with or without the four digits of its client before them: `201`, `0003*201`."""

EXTENSION_RULE: Final = "an extension of 3 to 5 digits such as '201', or with its client's four as in '0003*201'"

KEYS: Final = ("extension", "domain", "dids", "groups")
"""The keys that say it, in files and as keyword arguments."""

_DOMAIN: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", re.ASCII)


@attrs.frozen(kw_only=True)
class Identity:
    """Who somebody is for systems that follow calls. False when nothing was said.

    Attributes:
        short: the extension, 3 to 5 digits.
        client: the four digits before it in the extended form `0003*201`, when they were given.
        domain: whose extension it is; empty for the domain of those who name none.
        dids: public numbers that reach it, digits alone.
        groups: names of groups that it belongs to.
    """

    short: str = ""
    client: str = ""
    domain: str = ""
    dids: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.short or self.domain or self.dids or self.groups)

    @classmethod
    def of(
        cls, extension: str = "", domain: str = "", dids: Iterable[str] = (), groups: Iterable[str] = ()
    ) -> Identity:
        """An identity from its parts as people write them.

        Raises:
            ConfigurationError: one of them cannot be.
        """
        match = EXTENSION.fullmatch(extension)
        if extension and match is None:
            raise ConfigurationError(f"'extension' is {EXTENSION_RULE}, got {extension!r}.")
        if domain and not _DOMAIN.fullmatch(domain):
            raise ConfigurationError(f"'domain' is a name such as 'alpha.test', got {domain!r}.")
        return cls(
            short=match[2] if match else "",
            client=(match[1] or "") if match else "",
            domain=domain.lower(),
            dids=tuple(map(_digits, dids)),
            groups=tuple(groups),
        )


UNNAMED: Final = Identity()
"""Of somebody of whom nothing was said."""


def _digits(number: str) -> str:
    digits = "".join(filter(str.isdigit, number))
    if not digits:
        raise ConfigurationError(f"'dids' are phone numbers such as '+15550100', got {number!r}.")
    return digits


def contradiction(named: Iterable[tuple[str, Identity]]) -> str | None:
    """What cannot be about the identities of these (each with a name for people), or None when all is well."""
    owners: dict[tuple[str, str], str] = {}
    clients: dict[str, tuple[str, str]] = {}
    domains: dict[str, tuple[str, str]] = {}
    for name, identity in named:
        domain, client, short = identity.domain, identity.client, identity.short
        if short and (domain, short) in owners:
            return f"{name} has the extension {short!r} of {owners[domain, short]}: give it another one."
        owners[domain, short] = name
        if not client:
            continue
        other, known = clients.setdefault(domain, (name, client))
        if known != client:
            return f"{name}'s '{client}*' and {other}'s '{known}*' are of one domain: a domain has one client."
        other, known = domains.setdefault(client, (name, domain))
        if known != domain:
            return f"{name}'s '{client}*' is of the domain {domain!r}, and {other}'s of {known!r}: a client has one."
    return None

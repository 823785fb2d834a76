"""Gate: which requests a server on a developer's machine lets in, by their Host and their Origin.

A web page of another site can make the browser send requests to this machine, and with a name of its own that points
here (DNS rebinding) it can even read the answers. So every request must name a host that is known, and a request from
a page must come from a page of this server, wherever knowing a secret does not settle it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

import attrs

LOCAL_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
"""The names by which this machine knows itself."""

CLIENT_HOSTS: Final = frozenset({"api.voximplant.com"})
"""The names that official clients ask for, through a proxy, on the management API alone."""


@attrs.frozen
class Gate:
    """The names of this server.

    Attributes:
        names: host names and addresses, without ports, that requests may be for.
    """

    names: frozenset[str] = LOCAL_NAMES

    @classmethod
    def of(cls, more: Iterable[str] = ()) -> Gate:
        """The local names, and more of them."""
        return cls(LOCAL_NAMES | {name.lower() for name in more})

    def knows(self, authority: str, also: frozenset[str] = frozenset()) -> bool:
        """Whether a request for this host (with or without a port) is for this server.

        An address is: only names can be made to point here by somebody else.
        """
        name = host_of(authority)
        return name in self.names or name in also or _is_address(name)

    def admits(self, origin: str, authority: str) -> bool:
        """Whether a page of this origin may ask: there is no page, or it is this very server's."""
        return not origin or origin.partition("://")[2].lower() == authority.lower()


@lru_cache(maxsize=1024)
def host_of(authority: str) -> str:
    """The host of `host:port`, in lower case, without the brackets of an IPv6 address."""
    text = authority.lower().strip()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    if text.count(":") == 1:
        text = text.partition(":")[0]
    return text.rstrip(".")


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine reach this address."""
    return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)


@lru_cache(maxsize=1024)
def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True

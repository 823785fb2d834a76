"""Managing URLs: what a path on the server says of a session, and whether its secret is the right one.

The URL of a session is a capability: whoever knows it may send requests and open WebSockets, nobody else. Secrets are
compared in constant time, and a session that does not exist is answered like a secret that is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from voxsim.engine.session import Session

PREFIX: Final = "/request/"

_NOBODYS: Final = "0" * 16


@attrs.frozen
class Address:
    """What a managing URL names.

    Attributes:
        key: the session's id.
        secret: what makes the URL a capability.
        suffix: what follows the secret: more of the path, and the query with its question mark.
    """

    key: str
    secret: str
    suffix: str

    @classmethod
    def parse(cls, target: str) -> Address | None:
        """Read `/request/<session>/<secret>…`; None when it is none."""
        if not target.startswith(PREFIX):
            return None
        path, question, query = target[len(PREFIX) :].partition("?")
        key, _, rest = path.partition("/")
        secret, slash, more = rest.partition("/")
        if not key or not secret:
            return None
        return cls(key, secret, f"{slash}{more}{question}{query}")

    def find(self, sessions: Mapping[str, Session]) -> Session | None:
        """The session, when there is one and the secret is its own."""
        session = sessions.get(self.key)
        known = session.secret if session is not None else _NOBODYS
        right = compare_digest(known.encode(), self.secret.encode())
        return session if right else None

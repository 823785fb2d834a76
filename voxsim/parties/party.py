"""Party: somebody outside the platform. A phone, a user with devices, a SIP peer, and how each behaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from voxsim.parties.behaviour import Behaviour
from voxsim.parties.identity import UNNAMED, Identity

KINDS: Final = ("pstn", "user", "sip", "wab")
"""What somebody can be reached by: a number, a user name, a SIP address, a WhatsApp number."""

NUMBER_SIGNS: Final = frozenset("+0123456789*?[]-() ")
"""The characters of a number, and of a pattern of numbers."""


def kind_of(address: str) -> str:
    """What an address most likely is when nobody says: `sip`, `pstn` or `user`."""
    if "@" in address or address.startswith(("sip:", "sips:")):
        return "sip"
    return "pstn" if address and NUMBER_SIGNS.issuperset(address) else "user"


@attrs.define(eq=False, kw_only=True)
class Party:
    """Somebody outside.

    Attributes:
        kind: `pstn`, `user`, `sip` or `wab`.
        address: the number, user name or SIP address, or a pattern with `*`.
        behaviour: what it does with a call.
        display_name: what others see beside its number.
        devices: a user's devices by name, each with its behaviour; all ring together.
        online: whether a user is logged in; nobody reaches one who is not.
        identity: who it is for systems that follow calls.
    """

    kind: str
    address: str
    behaviour: Behaviour = attrs.field(factory=Behaviour)
    display_name: str = ""
    devices: dict[str, Behaviour] = attrs.field(factory=dict)
    online: bool = True
    identity: Identity = UNNAMED

    def device_behaviours(self) -> list[tuple[str, Behaviour]]:
        """Each device and what it does; a party without devices is one device."""
        return list(self.devices.items()) or [("", self.behaviour)]

    @classmethod
    def make(
        cls,
        kind: str,
        address: str,
        behaviour: Behaviour | str | None = None,
        *,
        devices: Mapping[str, Behaviour | str] | int | None = None,
        display_name: str = "",
        online: bool = True,
        extension: str = "",
        domain: str = "",
        dids: tuple[str, ...] = (),
        groups: tuple[str, ...] = (),
        **keys: Any,
    ) -> Party:
        """A party from what a test, a file or a command line says of it; further keywords are behaviour.

        Raises:
            BadBehaviour: the behaviour cannot be read.
            ConfigurationError: the extension, the domain or a public number cannot be.
        """
        own = Behaviour.of(behaviour, **keys)
        if isinstance(devices, int):
            named = {f"device {index + 1}": own for index in range(devices)}
        else:
            named = {name: Behaviour.of(given) for name, given in (devices or {}).items()}
        return cls(
            kind=kind,
            address=address,
            behaviour=own,
            display_name=display_name,
            devices=named,
            online=online,
            identity=Identity.of(extension, domain, dids, groups),
        )

"""The clients of a test: who logs in through the Web SDK, and by which media they hear and speak in virtual time."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast

from voxsim.engine.media import Sound
from voxsim.platform.account import User, password_hash, password_sha256
from voxsim.protocols.websdk import Gateway, MediaLink, MediaNear
from voxsim.protocols.websdk.call import SdkCall
from voxsim.protocols.websdk.media import SignallingOnly

if TYPE_CHECKING:
    from voxsim.parties.world import World
    from voxsim.testing.sdkcall import SdkCallHandle
    from voxsim.testing.sdkclient import SdkClient
    from voxsim.testing.vox import Vox

PASSWORD = "password"  # noqa: S105 - of users that exist in tests


class Clients:
    """A part of the fixture."""

    world: World

    @cached_property
    def clients(self) -> list[SdkClient]:
        """All clients so far."""
        return []

    @cached_property
    def gateway(self) -> Gateway:
        """Where Web SDK clients are connected; from its making on, calls to users find those who are logged in."""
        gateway = self.world.directory.presence = Gateway(self.world.platform, media=_Ears(self.clients))
        return gateway

    def client(self, name: str, password: str = PASSWORD, display_name: str = "") -> SdkClient:
        """A stand-in for the Web SDK's Client, in a browser tab of its own; several may be one user's.

        It is not connected yet: `await vox.client("alice").online()` does all that is needed.

        Args:
            name: the user's; the account gets one when there is none of this name.
            password: what the user logs in with.
            display_name: what others see; made of the name when empty.
        """
        from voxsim.testing.sdkclient import SdkClient

        account = self.world.platform.account
        user = account.user(name=name)
        if user is None:
            user = User(
                id=max(account.users, default=0) + 1,
                name=name,
                display_name=display_name or name.title(),
                password_hash=password_hash(name, password),
                password_sha256=password_sha256(name, password),
                applications=tuple(one.id for one in account.applications),
            )
            account.users[user.id] = user
        client = SdkClient(cast("Vox", self), user, password)
        self.clients.append(client)
        return client


class _Ears:
    """The media of virtual time: what the platform plays is heard by the client whose call it is."""

    def __init__(self, clients: list[SdkClient]) -> None:
        self._clients = clients
        self._silent = SignallingOnly()

    def open(self, near: MediaNear) -> MediaLink:
        """The media of a new call."""
        return _Ear(self._clients, cast("SdkCall", near), self._silent.open(near))


class _Ear:
    """The media of one call."""

    def __init__(self, clients: list[SdkClient], end: SdkCall, descriptions: MediaLink) -> None:
        self._clients = clients
        self._end = end
        self._descriptions = descriptions
        self.answer = self.renewed = descriptions.renewed
        self.offer = descriptions.offer
        self.accepted = descriptions.accepted
        self.candidates = descriptions.candidates
        self.close = descriptions.close

    def hear(self, sound: Sound | None) -> None:
        """Sound begins to arrive at the client, or is cut."""
        if (call := self._call()) is not None:
            call.hear(sound)

    def digits(self, digits: str) -> None:
        """DTMF digits arrive at the client."""
        if (call := self._call()) is not None:
            call.hear_digits(digits)

    def _call(self) -> SdkCallHandle | None:
        owner = self._end.connection.id
        client = next((one for one in self._clients if one.connection_id == owner), None)
        return client.calls.get(self._end.id) if client is not None else None

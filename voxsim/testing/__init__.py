"""Testing: call flows as tests. The `vox` fixture, parties to act with, and expectations in order.

pytest finds the fixture by itself once voxsim is installed; nothing has to be configured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voxsim.testing.agents import AgentHandle as AgentHandle
    from voxsim.testing.calls import CallHandle as CallHandle
    from voxsim.testing.expect import ExpectationFailed as ExpectationFailed
    from voxsim.testing.handles import PartyHandle as PartyHandle
    from voxsim.testing.handles import SessionHandle as SessionHandle
    from voxsim.testing.handles import SocketHandle as SocketHandle
    from voxsim.testing.sdkcall import SdkCallHandle as SdkCallHandle
    from voxsim.testing.sdkclient import SdkClient as SdkClient
    from voxsim.testing.vox import Vox as Vox

__all__ = [
    "AgentHandle",
    "CallHandle",
    "ExpectationFailed",
    "PartyHandle",
    "SdkCallHandle",
    "SdkClient",
    "SessionHandle",
    "SocketHandle",
    "Vox",
]


def __getattr__(name: str) -> Any:
    # pytest imports this package at every start, with or without tests of ours: it must cost nothing.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from voxsim.testing import agents, calls, expect, handles, sdkcall, sdkclient, vox

    modules = (agents, calls, expect, handles, sdkcall, sdkclient, vox)
    return next(getattr(module, name) for module in modules if hasattr(module, name))

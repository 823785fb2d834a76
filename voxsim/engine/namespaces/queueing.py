"""The queues that VoxEngine puts callers into."""

from __future__ import annotations

from voxsim.engine.namespaces.base import Namespace


class Queueing(Namespace):
    """The part of VoxEngine that puts callers into queues."""

"""VoximplantAPI: the management API for scenarios. Its one class is `VoximplantAPI.Client`."""

from __future__ import annotations

from typing import ClassVar

from voxsim.engine.namespaces.base import Namespace
from voxsim.engine.units import managementclient
from voxsim.vocabulary.declare import namespace


@namespace("VoximplantAPI", module="VoximplantAPI")
class VoximplantAPINamespace(Namespace):
    """The management API: `client = VoximplantAPI.Client()`."""

    NAME: ClassVar = "VoximplantAPI"

    Client = managementclient.Client


VoximplantAPI = VoximplantAPINamespace()

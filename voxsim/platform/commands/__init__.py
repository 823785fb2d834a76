"""The commands of the management API, a module for each group; importing them declares them."""

from voxsim.platform.commands import applications, calllists, history, keyvalue, secrets, sessions, users
from voxsim.platform.commands.context import Context
from voxsim.platform.commands.declare import COMMANDS, ManagementError
from voxsim.platform.commands.names import NAMES

__all__ = [
    "COMMANDS",
    "NAMES",
    "Context",
    "ManagementError",
    "applications",
    "calllists",
    "history",
    "keyvalue",
    "secrets",
    "sessions",
    "users",
]

"""Values as the platform's session log prints them: `{k = v ; }`, `[a ;  b ;  ]`, bare strings, `NULL`, `true`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def printed(value: Any) -> str:
    """One value in the log's notation. Strings are bare, so a line is for people, not to be parsed."""
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case Mapping():
            return "{" + "".join(f"{key} = {printed(item)} ; " for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + "".join(f"{printed(item)} ;  " for item in value) + "]"
    return str(value)

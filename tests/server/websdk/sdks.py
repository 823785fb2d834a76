"""The versions of the official Web SDK that are tested, where they are, and the password of the tests' users."""

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "node" / "node_modules"

OLD, NEW = "voximplant-websdk-4.3", "voximplant-websdk-4.13"
"""4.3 speaks version 3 of the protocol, 4.13 version 5."""

PASSWORD = "correct horse"  # noqa: S105 - of users that exist in tests

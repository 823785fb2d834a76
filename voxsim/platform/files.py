"""Files that are kept beside the scenarios: written as a whole or not at all, by one process at a time.

A process that is killed in the middle leaves the old content behind, never half of the new one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


def write_whole(file: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Replace a file's content at one blow.

    Args:
        mode: the file's permissions; the content is never readable by more than them.

    Raises:
        OSError: it cannot be written; the file is as it was.
    """
    descriptor, temporary = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        os.replace(temporary, file)  # noqa: PTH105 - of two paths as text
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let no other process that asks for the same into this folder meanwhile; it waits for its turn.

    The system lets go of the lock when the process ends, however it does.

    Raises:
        OSError: there is no such folder, or it cannot be locked.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

"""Module: a telephony module hosted here. One of its functions is called, and what it returns comes as a future.

Each call begins with the file's own top level, so nothing that a module keeps in variables lasts from one to the next,
and a call that goes wrong harms no other. `python` and `javascript` run the two kinds of files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import attrs

from voxsim.engine.future import Future
from voxsim.engine.ports import Fetcher
from voxsim.vocabulary.errors import ConfigurationError, VoxsimError

if TYPE_CHECKING:
    from voxsim.engine.switch import Switch

FUNCTIONS: Final = (
    "VoipTestConnection",
    "VoipParseWebhookRequest",
    "VoipGetMembers",
    "VoipGenerateCall",
    "VoipGetCallLink",
)
"""The functions that a module has to have."""

OPTIONAL: Final = "VoipOnWebhookUpdated"
"""The one that it may have."""

ENDINGS: Final = (".py", ".js", ".ts")
"""The endings of modules' files."""

SECONDS: Final = 30.0
"""How long a function may take, in scenario time."""


class ModuleFailed(VoxsimError):
    """A function of a module threw, took too long, or could not be loaded; the message says where."""


class NoFunction(ModuleFailed):
    """The module does not have the function."""


@attrs.frozen(kw_only=True)
class Surroundings:
    """What a module's code is given.

    Attributes:
        switch: its clock is the module's.
        web: where the module's requests go; a function, since a world's web may change.
        params: the module's settings as they are now, `Namespace.params.data`.
        log: is given each line that the module writes.
        seconds: how long a function may take.
    """

    switch: Switch
    web: Callable[[], Fetcher]
    params: Callable[[], Mapping[str, Any]] = dict
    log: Callable[[str], None] = print
    seconds: float = SECONDS


class Runner(Protocol):
    """What runs modules of one language."""

    def call(self, name: str, args: tuple[Any, ...]) -> Future[Any]:
        """Call a function. The future fails with ModuleFailed, and with NoFunction when there is none of this name."""


def open_module(file: str | Path, given: Surroundings) -> Runner:
    """The module in a file; it is read anew whenever it has changed.

    Raises:
        ConfigurationError: there is no such file, it is of no language of modules, or nothing is installed to run it.
    """
    path = Path(file)
    if path.suffix not in ENDINGS:
        raise ConfigurationError(
            f"A telephony module is a file with the ending {', '.join(ENDINGS)}; got {str(file)!r}."
        )
    if not path.is_file():
        raise ConfigurationError(f"There is no telephony module {str(file)!r}.")
    if path.suffix == ".py":
        from voxsim.protocols.elma365.python import PythonModule

        return PythonModule(str(file), given)
    from voxsim.protocols.elma365.javascript import JavaScriptModule

    return JavaScriptModule(str(file), given)

"""The command `voxsim`: reads the command line and hands over to one subcommand.

What a subcommand needs (trio, the engine) is imported when it runs: `voxsim --help` costs next to nothing.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from typing import Final

from voxsim import __version__
from voxsim.cli.arguments import (
    Options,
    Parser,
    add_call,
    add_check,
    add_coverage,
    add_credentials,
    add_events,
    add_new,
    add_run,
    add_serve,
)

INTERRUPTED = 130
"""The exit status after Ctrl-C."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status: 0 well, 1 the scenario failed, 2 the command cannot be used.

    Args:
        argv: the arguments after the program's name; those of this process when None.
    """
    if argv is None:
        # Nothing that is imported becomes garbage: to look for some costs a tenth of a short run.
        gc.disable()
    try:
        options = _parser().parse(argv)
        return _COMMANDS[options.command or ""](options)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        print(f"voxsim: the output cannot be written: {error.strerror}.", file=sys.stderr)
        return 1


def _run(options: Options) -> int:
    from voxsim.cli import run

    if not gc.isenabled():
        gc.freeze()
        gc.enable()
    return run.run(options)


def _events(options: Options) -> int:
    from voxsim.cli import events

    return events.events(options)


def _new(options: Options) -> int:
    from voxsim.cli import new

    return new.new(options)


def _serve(options: Options) -> int:
    from voxsim.cli import serve

    gc.enable()
    return serve.serve(options)


def _call(options: Options) -> int:
    from voxsim.cli import call

    gc.enable()
    return call.call(options)


def _credentials(options: Options) -> int:
    from voxsim.cli import credentials

    return credentials.credentials(options)


def _check(options: Options) -> int:
    from voxsim.cli import check

    return check.check(options)


def _coverage(options: Options) -> int:
    from voxsim.cli import coverage

    return coverage.coverage(options)


_COMMANDS: Final[dict[str, Callable[[Options], int]]] = {
    "run": _run,
    "events": _events,
    "new": _new,
    "serve": _serve,
    "call": _call,
    "credentials": _credentials,
    "check": _check,
    "coverage": _coverage,
}


def _parser() -> Parser:
    parser = Parser(
        prog="voxsim",
        description="The Voximplant platform on one laptop: run call scenarios offline, in virtual time.",
        epilog="'voxsim COMMAND --help' tells more of each.",
    )
    parser.add_argument("--version", action="version", version=f"voxsim {__version__}")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", prog="voxsim")
    add_run(commands.add_parser("run", help="run a scenario against a simulated caller and show what happened"))
    add_events(commands.add_parser("events", help="run a scenario and show what systems that follow calls are told"))
    help_text = "tell what is wrong with scenarios, without running them"
    add_check(commands.add_parser("check", help=help_text))
    add_new(commands.add_parser("new", help="write a first scenario and its test"))
    add_serve(commands.add_parser("serve", help="serve the platform on this machine to real clients"))
    add_call(commands.add_parser("call", help="place a simulated call into a running voxsim serve"))
    add_credentials(commands.add_parser("credentials", help="write a key for the management API's official clients"))
    add_coverage(commands.add_parser("coverage", help="show what of the official API is emulated"))
    return parser

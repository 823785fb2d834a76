"""The command line's grammar: every option of every subcommand.

It knows no engine. What cannot be read ends in one line on stderr and status 2.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NoReturn

from voxsim.cli import terminal
from voxsim.cli.values import (
    SERVER,
    Address,
    Request,
    address,
    answer,
    behaviour,
    duration,
    header,
    pace,
    port,
    presses,
    request,
    rule,
    says,
    serving_pace,
)

if TYPE_CHECKING:
    from voxsim.parties.behaviour import Act, Behaviour

OUTPUTS: Final = ("ladder", "jsonl", "mermaid", "svg", "log")
"""The forms in which a run can be shown."""

FEEDS: Final = ("ccsevents", "elma365", "voipnow")
"""The systems that `voxsim events` knows, as the package of call events has them."""

_RUN_EPILOG: Final = """\
A behaviour says what somebody does with a call, in seconds:
  busy · reject:603 · silent · answer:3 · ring:1,answer:3,press:1@2,say:yes@4,hangup:20
  (ring, answer and reject count from the call's arrival; @t and hangup from the moment when it is connected)

A voxsim.toml beside the scenario is read, too: its parties, users, queues, agents and web services are there, and its
limits, sounds and secrets count. What the command line says comes first.

Examples:
  voxsim run menu.py
  voxsim run menu.py --press "1@3s,2@5s" --answer "+15550100=busy"
  voxsim run join.py --rule "room-.*=room.py"
  voxsim run my-voxengine-ci-project --rule sales
  voxsim run callback.py --custom-data '{"number": "+15550100"}' --http "POST:stop@30" --trace callback.jsonl

Exit status: 0 the run ended well, 1 the scenario failed or never ended, 2 the command cannot be used."""


_EVENTS_EPILOG: Final = """\
Examples:
  voxsim events voipnow forward.py --from 201 --to 202
  voxsim events voipnow forward.py --to 202 --answer "202=ring:1,reject:486@3"
  voxsim events elma365 forward.py --from +15550001 --to 202 --hangup 20

Exit status: 0 the run ended well, 1 the scenario failed or never ended, 2 the command cannot be used."""


_CALL_EPILOG: Final = """\
Examples:
  voxsim call --to 100
  voxsim call --to 100 --press "1@3s,2@5s" --header X-Source=web
  voxsim call --to 100 --behaviour "say:yes@4,transfer:+15550100@8" --output log

Exit status: 0 the session ended well, 1 the scenario failed, 2 the call could not be placed."""


class Options(argparse.Namespace):
    """What the command line says; a subcommand's options are set when it was chosen."""

    command: str | None
    parser: Parser

    system: str
    scenarios: list[str]
    rules: list[tuple[str, str]]
    caller: str
    destination: str
    press: list[Act]
    say: list[Act]
    hangup: float | None
    answer: list[tuple[str, Behaviour]]
    http: list[Request]
    custom_data: str | None
    time: str
    until: float
    seed: int
    trace: str | None
    output: str

    behaviour: str | None
    header: list[tuple[str, str]]
    application: str | None
    server: Address
    no_wait: bool

    places: list[str]
    format: str
    strict: bool

    file: str | None
    force: bool
    markdown: bool

    place: str
    host: str
    port: int | None
    secure_port: int | None
    names: list[str]
    tls: bool
    network: bool
    record: str | None
    replay: str | None
    web_sdk: str | None
    memory: bool
    quiet: bool


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, and name the option that was probably meant."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("formatter_class", _formatter)
        super().__init__(allow_abbrev=False, **settings)
        self.set_defaults(parser=self)

    def parse(self, argv: Sequence[str] | None) -> Options:
        """Read the arguments. Ends the process, status 2, when they cannot be used or name no subcommand."""
        options, unknown = self.parse_known_args(argv, Options())
        if unknown:
            options.parser.refuse(unknown[0])
        if options.command is None:
            self.print_help(sys.stderr)
            self.exit(2)
        return options

    def refuse(self, unknown: str) -> NoReturn:
        """End with the message for an argument that has no place."""
        from voxsim.vocabulary.naming import did_you_mean

        if not unknown.startswith("-"):
            self.error(f"there is no place for the argument {unknown!r}")
        name = unknown.partition("=")[0]
        self.error(f"there is no option {name!r}.{did_you_mean(name, self._option_string_actions)}")

    def error(self, message: str) -> NoReturn:
        """End with one line on stderr and status 2."""
        self.exit(2, f"{self.prog}: error: {message}\n")


def _formatter(prog: str) -> argparse.HelpFormatter:
    # argparse makes a formatter for every argument it adds; without a width each would import shutil and ask for one.
    return argparse.RawDescriptionHelpFormatter(prog, max_help_position=32, width=min(terminal.width(sys.stdout), 110))


# --- options ---


def add_run(parser: argparse.ArgumentParser) -> None:
    """The options of `voxsim run`."""
    parser.description = "Run a scenario against a simulated caller, and show what happened."
    parser.epilog = _RUN_EPILOG
    help_text = "%(choices)s (default %(default)s)"
    parser.add_argument("--output", metavar="FORM", choices=OUTPUTS, default="ladder", help=help_text)
    _add_running(parser)


def add_events(parser: argparse.ArgumentParser) -> None:
    """The options of `voxsim events`."""
    parser.description = (
        "Run a scenario against a simulated caller, and show what a system that follows calls is told of them. Who has "
        "which extension, and who asked for what, stands in the voxsim.toml beside the scenario; without one everybody "
        "has an extension, and everything is told."
    )
    parser.epilog = _EVENTS_EPILOG
    parser.add_argument("system", metavar="SYSTEM", choices=FEEDS, help="which system is told: %(choices)s")
    _add_running(parser)


def _add_running(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    help_text = (
        "scenario file (.py, .js, .ts); several make one rule and share their globals; or one folder that voxsim serve "
        "could serve, such as a project of voxengine-ci"
    )
    add("scenarios", metavar="SCENARIO", nargs="+", help=help_text)
    add("--trace", metavar="FILE", help="write all that happened to this file, as JSON Lines")
    help_text = "seed of ids and chance; the same one gives the same run (default 0)"
    add("--seed", metavar="N", type=int, default=0, help=help_text)
    help_text = "auto: at once (default); real: as the clock; x10: ten times as fast as that"
    add("--time", metavar="PACE", type=pace, default="auto", help=help_text)
    help_text = "give the run up after this time of its own: 90s, 5m, 2h (default 24h)"
    add("--until", metavar="TIME", type=duration, default=86_400.0, help=help_text)
    _add_caller(parser.add_argument_group("the caller"))
    add = parser.add_argument_group("others").add_argument
    help_text = (
        "what somebody does whom the scenario calls; PATTERN is a number, user name or SIP address, with * for "
        "anything; the first that matches counts (repeatable; all others answer after 2 s)"
    )
    add("--answer", metavar="PATTERN=BEHAVIOUR", type=answer, action="append", default=[], help=help_text)
    help_text = "send the session a managing HTTP request t seconds after the beginning (repeatable)"
    add("--http", metavar="METHOD[:BODY]@t", type=request, action="append", default=[], help=help_text)
    help_text = (
        "a further scenario, for the conferences and transfers whose destination matches PATTERN, by default the "
        "file's name (repeatable; the first that matches counts, all others run SCENARIO). With a folder: the NAME "
        "of its rule that takes the call, by default the one that --to leads to"
    )
    add("--rule", metavar="[PATTERN=]FILE", dest="rules", type=rule, action="append", default=[], help=help_text)
    add("--application", metavar="NAME", help="the application of a folder whose rules are meant (default: all)")


def _add_caller(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--from", metavar="NUMBER", dest="caller", default="+15550001", help="who calls: a number, user or SIP address")
    add("--to", metavar="DESTINATION", dest="destination", default="100", help="what is called (default %(default)s)")
    add("--press", metavar="KEYS@t,…", type=presses, action="extend", default=[], help="keys to press: 1@3s,2@5s")
    add("--say", metavar="WORDS@t,…", type=says, action="extend", default=[], help="words to say: yes@4s")
    help_text = "hang up this long after the call is connected (default 30s, or 10s after the last key or word)"
    add("--hangup", metavar="TIME", type=duration, help=help_text)
    add("--custom-data", metavar="TEXT", help="custom data, of the call or of a session that starts without one")


def add_call(parser: argparse.ArgumentParser) -> None:
    """The options of `voxsim call`."""
    parser.description = "Place a simulated call into a running `voxsim serve`, and show what happened."
    parser.epilog = _CALL_EPILOG
    add = parser.add_argument
    help_text = "the server's address (default http://%(default)s)"
    add("--server", metavar="URL", type=address, default=SERVER, help=help_text)
    add("--output", metavar="FORM", choices=OUTPUTS, default="ladder", help="%(choices)s (default %(default)s)")
    add("--no-wait", action="store_true", help="do not wait for the session's end: write its timeline's URL")
    group = parser.add_argument_group("the caller")
    _add_caller(group)
    add = group.add_argument
    help_text = "what the caller does, as in 'voxsim run --answer'; --press, --say and --hangup add to it"
    add("--behaviour", metavar="TEXT", type=behaviour, help=help_text)
    help_text = "a header of the call (repeatable)"
    add("--header", metavar="X-NAME=VALUE", type=header, action="append", default=[], help=help_text)
    add("--application", metavar="NAME", help="the application that is called, when the server has several")


_CHECK_EPILOG: Final = """\
Examples:
  voxsim check scenario.js
  voxsim check .                     every scenario of this folder and of those inside it
  voxsim check voxfiles --strict     a project with its rules, in CI

Files of one rule share their globals: which belong together is read from voxsim.toml or rules.config.json where there
is one, and told by the names that they use of each other where there is none.

Exit status: 0 clean, 1 there are errors (with --strict: or warnings), 2 the command cannot be used."""


def add_check(parser: argparse.ArgumentParser) -> None:
    """The options of `voxsim check`."""
    parser.description = "Tell what is wrong with scenarios, without running them."
    parser.epilog = _CHECK_EPILOG
    add = parser.add_argument
    add("places", metavar="FILE", nargs="+", help="scenario files (*.js, *.ts, *.py), folders or projects")
    add("--format", choices=("text", "json"), default="text", help="%(choices)s (default %(default)s)")
    add("--strict", action="store_true", help="let warnings fail, too")


def add_new(parser: argparse.ArgumentParser) -> None:
    """The options of `voxsim new`."""
    parser.description = "Write a first scenario, its test and a short README."
    help_text = "a directory, made when it does not exist, or a scenario's name such as menu.js (.py, .js, .ts)"
    parser.add_argument("place", metavar="PLACE", help=help_text)


_SERVE_EPILOG: Final = """\
The scenarios' folder may hold a voxsim.toml with the account, its applications, rules, users, numbers, parties and
limits. Without one, every scenario file gets a rule of its own, which takes the calls to the file's name. A project of
voxengine-ci is served as it lies on disk: its applications, their rules in order, and the scenarios' sources.

What has to last (call history, timelines, key-value items, secrets, the certificate) is kept in .voxsim beside the
scenarios. Clients trust the certificate when they are told of .voxsim/ca/ca.pem, as with
  curl --cacert .voxsim/ca/ca.pem · SSL_CERT_FILE=.voxsim/ca/ca.pem · NODE_EXTRA_CA_CERTS=.voxsim/ca/ca.pem"""


def add_serve(parser: argparse.ArgumentParser) -> None:
    """The options of `voxsim serve`."""
    parser.description = "Serve the platform on this machine: managing URLs, WebSockets, the management API."
    parser.epilog = _SERVE_EPILOG
    add = parser.add_argument
    help_text = "a folder of scenarios or project, its voxsim.toml, or one scenario file (default: this folder)"
    add("place", metavar="PLACE", nargs="?", default=".", help=help_text)
    help_text = "real: as the clock (default); x10: scenario time goes ten times as fast as that"
    add("--time", metavar="PACE", type=serving_pace, default=None, help=help_text)
    add("--network", action="store_true", help="let scenarios make real HTTP requests, WebSockets and mails")
    add("--record", metavar="FILE", help="keep what the network answers in this file (needs --network)")
    add("--replay", metavar="FILE", help="answer scenarios' requests from such a file, offline")
    add("--memory", action="store_true", help="keep nothing: history and items are gone when the server ends")
    add("--web-sdk", metavar="FOLDER", help="where npm has put the Web SDK for the page /phone (default: found beside)")
    add("--quiet", action="store_true", help="say nothing of sessions while they come and go")
    add = parser.add_argument_group("addresses").add_argument
    help_text = "the address to listen on (default 127.0.0.1); any other lets other machines in"
    add("--host", metavar="ADDRESS", default="127.0.0.1", help=help_text)
    add("--port", metavar="N", type=port, help="for HTTP and ws (default 12092; 0 for any free one)")
    add("--secure-port", metavar="N", type=port, help="for HTTPS and wss (default 12093; 0 for any free one)")
    help_text = "a further host name by which clients ask for this server (repeatable)"
    add("--name", metavar="NAME", dest="names", action="append", default=[], help=help_text)
    add("--no-tls", dest="tls", action="store_false", help="serve no HTTPS")


def add_credentials(parser: argparse.ArgumentParser) -> None:
    """The options of `voxsim credentials`."""
    parser.description = "Write a service-account key for the official clients of the management API."
    add = parser.add_argument
    help_text = "where to (default: vox_credentials.json in this folder)"
    add("file", metavar="FILE", nargs="?", help=help_text)
    help_text = "what is served, as 'voxsim serve' is told of it (default: this folder)"
    add("--place", metavar="PLACE", default=".", help=help_text)
    add("--force", action="store_true", help="replace a file that exists")


def add_coverage(parser: argparse.ArgumentParser) -> None:
    """The options of `voxsim coverage`."""
    parser.description = (
        "Hold the official API's list against what is emulated. The status is 1 when something is missing."
    )
    parser.add_argument("--markdown", action="store_true", help="as a Markdown page")

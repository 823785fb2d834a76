"""`voxsim events`: what a system that follows calls would be told of a run. Nothing is sent anywhere.

The messages go to stdout, each with its moment; what a scenario prints, and the run's ending, go to stderr.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voxsim.cli import run, terminal
from voxsim.parties import FILE
from voxsim.parties.configuration import load_configuration
from voxsim.parties.entries import Configuration
from voxsim.protocols.callevents.feeds import Feeds, KeepsBack, Setting, make
from voxsim.protocols.callevents.people import People
from voxsim.timeline.words import clock, printable
from voxsim.vocabulary.errors import ConfigurationError

if TYPE_CHECKING:
    from voxsim.cli.arguments import Options
    from voxsim.parties.world import World

_INDENT = " " * 12
_MOMENT_MS = 1000


def events(options: Options) -> int:
    """Run the scenarios, show the messages, and return the exit status."""
    try:
        configuration = _configured(Path(options.scenarios[0]))
    except ConfigurationError as error:
        options.parser.error(str(error))
    return run.perform(options, lambda world: _told(world, options.system, configuration))


def _configured(place: Path) -> Configuration:
    """What a folder or its file says, or of a scenario what stands beside it; nothing where there is none."""
    if place.is_dir() or place.suffix == ".toml":
        return load_configuration(place)
    file = place.parent / FILE
    return load_configuration(file) if file.exists() else Configuration()


def _told(world: World, system: str, configuration: Configuration) -> Iterator[str]:
    people, epoch = People.of(configuration), world.switch.epoch
    feed = make(system, Setting(people, configuration, epoch))
    messages: list[Any] = []
    feeds = Feeds(people, epoch, {system: (feed, messages.extend)})
    for record in world.journal:
        feeds.see(record)
    if isinstance(feed, KeepsBack):
        # In a run that was given up nothing may have happened since: what waits would still be sent a moment later.
        messages.extend(feed.flush(epoch * 1000 + world.switch.now // 1000 + _MOMENT_MS))
    for message in messages:
        moment = clock((message.at - epoch * 1000) * 1000)
        first, *more = map(printable, message.shown())
        yield f"{moment:<10}  {first}"
        yield from (f"{_INDENT}{line}" for line in more)
    if not messages:
        terminal.tell(f"{system} is told nothing: nobody with an extension had a part in a call.")

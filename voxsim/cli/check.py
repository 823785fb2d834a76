"""`voxsim check`: what is wrong with scenarios, found without running them, for people, editors and CI."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from voxsim.cli import terminal
from voxsim.vocabulary.errors import ConfigurationError

if TYPE_CHECKING:
    from voxsim.cli.arguments import Options
    from voxsim.cli.places import Work
    from voxsim.languages.checking.findings import Finding, Level


def check(options: Options) -> int:
    """Check files and folders, print what was found, and return the exit status."""
    from voxsim.cli import places
    from voxsim.languages.checking.findings import Level

    try:
        work = places.work(options.places)
        findings = sorted({finding for one in work for finding in _look(one)})
    except ConfigurationError as error:
        options.parser.error(str(error))
    files = len({file for one in work for file in one.files})
    counts = {level: sum(finding.level is level for finding in findings) for level in Level}
    if options.format == "json":
        numbers = {f"{level}s": number for level, number in counts.items()}
        data = {"findings": [finding.data() for finding in findings], **numbers, "files": files}
        terminal.show([json.dumps(data, indent=2, ensure_ascii=False)])
    else:
        terminal.show([*map(str, findings), _summary(counts, files)])
    return int(bool(counts[Level.ERROR] or (options.strict and counts[Level.WARNING])))


def _look(work: Work) -> Sequence[Finding]:
    from voxsim.languages.checking import linking

    if work.rule:
        return linking.check_rule(work.files)
    found: list[Finding] = []
    for python in (True, False):
        files = [file for file in work.files if (Path(file).suffix == ".py") is python]
        if files:
            found += linking.check_alone(files, [] if python else work.neighbours)
    return found


def _summary(counts: dict[Level, int], files: int) -> str:
    parts = [_number(number, str(level)) for level, number in counts.items() if number]
    return f"{', '.join(parts) or 'Nothing to remark'} in {_number(files, 'file')}."


def _number(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"

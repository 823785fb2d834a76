"""The rules: names, members, events, handlers, arguments and options of a scenario, held against the catalogue.

Each rule looks at what is sure alone. What a scenario asks for before it uses it (`typeof X`, `if (A.b)`, `A.b || …`)
is its own business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from voxsim.languages.checking import catalogue
from voxsim.languages.checking.findings import Level
from voxsim.languages.checking.inference import Code, Happening, Inference, Path, Plain, Promised, Thing
from voxsim.languages.checking.tree import Call, Literal, Member, Node, Options, Place, Source, dotted
from voxsim.vocabulary import legacy
from voxsim.vocabulary.declare import manifest
from voxsim.vocabulary.naming import did_you_mean, python_name

_STARTING: Final = frozenset({"setTimeout", "setInterval"})
_ADDING: Final = frozenset({"addEventListener", "add_event_listener"})
_TIMERS: Final = frozenset({"setTimeout", "setInterval", "clearTimeout", "clearInterval"})


@attrs.frozen
class Remark:
    """What a rule found, at a place of the file."""

    at: Place
    level: Level
    rule: str
    message: str


@attrs.define(eq=False)
class Around:
    """What the rules know of the files around: what is asked for, and which members are written."""

    inference: Inference
    tested: set[str]
    assigned: set[str]

    def excused(self, node: Member, name: str) -> bool:
        """Whether a member that is not there is meant not to be: it is asked for, or made."""
        return node.written or node.optional or name in self.tested or name in self.assigned


def remarks(source: Source, around: Around) -> Iterator[Remark]:
    """All that the rules have to say of one file, in no order."""
    for member in source.members:
        yield from _member(source, member, around)
    for call in source.calls:
        yield from _call(source, call, around)


# --- members ---


def _member(source: Source, node: Member, around: Around) -> Iterator[Remark]:
    owner = around.inference.of(node.object)
    name = node.name
    if name is None:
        return
    if isinstance(owner, Path):
        yield from _member_of_path(source, node, name, owner, around)
    elif isinstance(owner, Thing):
        if any(catalogue.has(unit, name, python=source.python) for unit in owner.units):
            return
        if around.excused(node, dotted(node) or "") or name in around.assigned:
            return
        if not node.called and any(catalogue.holds(unit, name) for unit in owner.units):
            return
        known = [one for unit in sorted(owner.units) for one in catalogue.names(unit, python=source.python)]
        level = Level.ERROR if node.called or source.python else Level.WARNING
        kind = "method" if node.called else "property"
        yield Remark(
            node.name_at,
            level,
            "unknown-method",
            f"{_article(_words(owner.units))} has no {kind} {name!r}.{_near(name, known)}",
        )


def _member_of_path(source: Source, node: Member, name: str, owner: Path, around: Around) -> Iterator[Remark]:
    whole = f"{owner.dotted}.{name}"
    today = catalogue.today(whole)
    if today != whole:
        yield _old(node.name_at, whole, today)
    elif name in legacy.VALUES.get(owner.dotted, {}):
        yield Remark(node.name_at, Level.NOTE, "old-name", f"{whole} is an old name; the typings have it no more.")
    elif owner.dotted in legacy.OPEN_SETS:
        hint = " Today's voices are in VoiceList." if owner.dotted == "Language" else ""
        text = f"{owner.dotted} is an old list; the typings have it no more.{hint}"
        yield Remark(node.name_at, Level.NOTE, "old-name", text)
    elif catalogue.is_open(owner.dotted) or (not source.python and name in catalogue.OBJECT):
        return
    elif around.inference.step(owner, name) is None and not around.excused(node, dotted(node) or whole):
        if owner.dotted == "Modules":
            yield _module(node.name_at, name)
        elif not (source.python and catalogue.has_in_python(owner.dotted, name)):
            known = sorted(catalogue.members(owner.dotted))
            if source.python and owner.dotted in manifest.units:
                known = list(map(python_name, known))
            kind = "unknown-event" if owner.dotted in manifest.events else "unknown-member"
            thing = "event " if kind == "unknown-event" else ""
            near = _named_by_value(owner.dotted, name) or _near(name, known)
            yield Remark(node.name_at, Level.ERROR, kind, f"{owner.dotted} has no {thing}{name!r}.{near}")


def _named_by_value(enum: str, name: str) -> str:
    """The member that is meant when an event is called by what stands in its value, which is not always its name."""
    events = manifest.events[enum].members if enum in manifest.events else {}
    found = next((one for one, event in events.items() if event.plain.rpartition(".")[2] == name), None)
    return f" Did you mean {found!r}?" if found is not None else ""


def _module(at: Place, name: str) -> Remark:
    if name in legacy.MODULES:
        text = f"Modules.{name} is no module any more: nothing has to be required for it."
        return Remark(at, Level.NOTE, "old-name", text)
    return Remark(
        at, Level.ERROR, "unknown-member", f"Modules has no {name!r}.{_near(name, catalogue.members('Modules'))}"
    )


def _old(at: Place, old: str, today: str) -> Remark:
    return Remark(at, Level.NOTE, "old-name", f"{old} is an old name; it is {today} today.")


# --- calls ---


def _call(source: Source, call: Call, around: Around) -> Iterator[Remark]:
    inference = around.inference
    name = call.callee.name if isinstance(call.callee, Member) else None
    listening = name in _ADDING or (name == "on" and source.python)
    if listening:
        yield from _listener(call, around)
    elif name == "wait_for" and source.python:
        yield from _waiting(call, around)
    if source.python and call.dropped:
        yield from _unawaited(call, inference)
    kind = inference.of(call.callee)
    if call.made:
        if isinstance(kind, Path):
            yield from _made(call, kind)
        return
    callee = inference.callee(call)
    if callee is None:
        return
    if callee.name not in _TIMERS:
        yield from _arguments(call, callee, listening=listening)
    yield from _options(call, callee)
    if callee.name in _STARTING and call.args:
        wrong = _no_function(call.args[0], around)
        if wrong:
            yield Remark(call.args[0].at, Level.ERROR, "handler", f"{callee.name} takes a function, got {wrong}.")


def _unawaited(call: Call, inference: Inference) -> Iterator[Remark]:
    """A coroutine that is made and left: Python runs none of it."""
    callee = call.callee
    kind = inference.of(callee)
    waits = isinstance(kind, Code) and kind.function.waits and not kind.function.generates
    if isinstance(callee, Member) and callee.name is not None:
        owner = inference.of(callee.object)
        name = callee.name
        waits = waits or (isinstance(owner, Thing) and all(catalogue.waits(unit, name) for unit in owner.units))
    if waits:
        name = dotted(callee) or "it"
        yield Remark(
            call.at, Level.ERROR, "not-awaited", f"{name}() does nothing unless it is awaited: `await {name}(…)`."
        )


def _made(call: Call, kind: Path) -> Iterator[Remark]:
    declared = manifest.units.get(kind.dotted)
    if declared is not None and not (declared.kind == "class" and catalogue.made_with_new(kind.dotted)):
        if kind.dotted == "WebSocket":
            text = "`new WebSocket` is of older scenarios; today it is VoxEngine.createWebSocket."
            yield Remark(call.at, Level.WARNING, "constructor", text)
        else:
            text = f"{kind.dotted} is not made with `new`: the platform makes it."
            yield Remark(call.at, Level.ERROR, "constructor", text)


def _arguments(call: Call, callee: catalogue.Callee, *, listening: bool) -> Iterator[Remark]:
    if call.spread is not None:
        return
    given = len(call.args)
    named = {name for name, _, _ in call.keywords}
    if given < callee.least and not listening:
        missing = [one.name for one in callee.signature.parameters[given : callee.least] if one.python not in named]
        if missing:
            text = f"{callee.name} needs {', '.join(f'`{name}`' for name in missing)}."
            yield Remark(call.at, Level.ERROR, "arguments", text)
    if callee.most is not None and given > callee.most:
        takes = f"takes {callee.most or 'no'} argument{'' if callee.most == 1 else 's'}"
        text = f"{callee.name} {takes}, got {given}; the platform ignores the others."
        yield Remark(call.args[callee.most].at, Level.WARNING, "arguments", text)
    for name, at, _ in call.keywords:
        known = callee.keywords | (callee.options or frozenset())
        if (callee.options_at is None or callee.options is not None) and name not in known:
            text = f"{callee.name} has no option {name!r}.{_near(name, known)}"
            yield Remark(at, Level.ERROR, "unknown-option", text)


def _options(call: Call, callee: catalogue.Callee) -> Iterator[Remark]:
    if callee.options is None or callee.options_at is None or call.spread is not None:
        return
    first = callee.options_at
    given = call.args[1:] if callee.most is None else call.args[first : first + 1]
    for one in given:
        if not isinstance(one, Options):
            continue
        for name, at, _ in one.entries:
            if python_name(name) not in callee.options and not (callee.most is None and name == "callback"):
                known = map(callee.signature.wire_name, callee.options)
                text = f"{callee.name} has no option {name!r}: the platform ignores it.{_near(name, known)}"
                yield Remark(at, Level.WARNING, "unknown-option", text)


# --- listeners ---


def _listener(call: Call, around: Around) -> Iterator[Remark]:
    if call.spread is not None or not isinstance(call.callee, Member):
        return
    inference = around.inference
    owner = inference.of(call.callee.object)
    units: frozenset[str] = frozenset()
    if isinstance(owner, Thing):
        units = owner.units
    elif isinstance(owner, Path) and owner.dotted == "VoxEngine":
        units = frozenset({"VoxEngine"})
    event = inference.event(call.args[0]) if call.args else None
    if not units and event is None:
        return
    if not call.args:
        yield Remark(call.at, Level.ERROR, "arguments", "addEventListener needs an event and a handler.")
        return
    if units:
        yield from _event(call.args[0], units, around)
    if len(call.args) < 2 and not call.keywords:
        yield Remark(call.at, Level.ERROR, "handler", "addEventListener needs a handler: a function, given second.")
    elif len(call.args) > 1:
        wrong = _no_function(call.args[1], around)
        if wrong:
            yield Remark(call.args[1].at, Level.ERROR, "handler", f"the handler is no function, but {wrong}.")


def _waiting(call: Call, around: Around) -> Iterator[Remark]:
    owner = around.inference.of(call.callee.object) if isinstance(call.callee, Member) else None
    for node in call.args if isinstance(owner, Thing) and call.spread is None else ():
        if isinstance(owner, Thing):
            yield from _event(node, owner.units, around)


def _event(node: Node, units: frozenset[str], around: Around) -> Iterator[Remark]:
    """What is wrong with the event that a listener is added for."""
    event = around.inference.event(node)
    owners = _words(units)
    theirs = catalogue.enumeration_of(units)
    if event is not None:
        if any(catalogue.fires(unit, event.plain) for unit in units):
            return
        spelt = f"{event.enum}.{event.member}"
        same = [one for one in catalogue.events_of(units) if one.rpartition(".")[2] == event.member]
        hint = f" Did you mean {same[0]!r}?" if same else ""
        text = f"{_article(owners)} never fires {spelt}: its events are those of {theirs or 'no enumeration'}.{hint}"
        yield Remark(node.at, Level.ERROR, "wrong-event", text)
        return
    kind = around.inference.of(node)
    if isinstance(node, Literal) and node.kind == "string" and node.text is not None:
        if not any(catalogue.fires(unit, node.text) for unit in units):
            values = {event.plain for unit in units for enum in catalogue.enumerations(unit) for event in enum}
            text = f"{_article(owners)} has no event {node.text!r}.{_near(node.text, values)}"
            yield Remark(node.at, Level.ERROR, "unknown-event", text)
    elif isinstance(kind, Path | Code | Plain | Thing) and not (isinstance(kind, Plain) and kind.kind == "string"):
        text = f"an event of {theirs} is needed, got {_what(kind, node)}."
        yield Remark(node.at, Level.ERROR, "unknown-event", text)


def _no_function(node: Node, around: Around) -> str:
    """What is given in place of a function, in words; empty when it is one, or may be one."""
    kind = around.inference.of(node)
    nothing = isinstance(kind, Promised) or (isinstance(kind, Plain) and kind.kind == "undefined")
    if isinstance(node, Call) and not node.made and nothing:
        name = dotted(node.callee)
        what = f"{name}()" if name else "the call"
        gives = "a promise" if isinstance(kind, Promised) else "nothing"
        meant = f" ({name!r} without brackets is the function itself)" if name and not node.args else ""
        return f"what {what} gives: {gives}{meant}"
    if isinstance(kind, Path):
        if catalogue.event_type(kind.dotted) is not None:
            return f"the event {kind.dotted}"
        return ""
    if isinstance(kind, Plain | Thing | Promised | Happening):
        return _what(kind, node)
    return ""


def _what(kind: object, node: Node) -> str:
    """What something is, in words."""
    if isinstance(kind, Path):
        return kind.dotted
    if isinstance(kind, Thing):
        return _article(_words(kind.units))
    if isinstance(kind, Code):
        return "a function"
    if isinstance(kind, Promised):
        return "a promise"
    if isinstance(kind, Happening):
        return "an event"
    if isinstance(kind, Plain):
        if kind.kind in ("undefined", "null"):
            return kind.kind
        return f"an {kind.kind}" if kind.kind[0] in "aeiou" else f"a {kind.kind}"
    return "something else"


def _article(words: str) -> str:
    return words if words == "VoxEngine" else f"{'an' if words[0] in 'AEIO' else 'a'} {words}"


def _words(units: Iterable[str]) -> str:
    return " or ".join(sorted(unit.rpartition(".")[2] for unit in units))


def _near(name: str, known: Iterable[str]) -> str:
    return did_you_mean(name, known)

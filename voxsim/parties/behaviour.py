"""Behaviour: what a party does with a call, in one description that text, TOML and Python share.

As text: `ring:2,answer:3,press:1@2,say:yes@4,hangup:20`, `busy`, `reject:603@2`, `silent`. As TOML and as keyword
arguments: the same names. `@t` counts seconds from the leg's Connected; ring, early, answer, reject and cancel count
from the offer, hangup from Connected. `machine:2.5` is an answering machine that speaks so long and beeps, `mimic` one
that sounds like a person, `quiet` somebody who says nothing, `noise:0.3` a noisy place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from voxsim.vocabulary.codes import FAILURES, reason_text
from voxsim.vocabulary.errors import BadBehaviour
from voxsim.vocabulary.naming import did_you_mean

DEFAULT_ANSWER: Final = 2.0
"""Seconds after which somebody answers of whom nothing is said."""

DEFAULT_GREETING: Final = 4.0
"""Seconds for which an answering machine speaks of which nothing is said."""

_PATIENCE: Final = 30.0
"""Seconds after which a caller hangs up of whom nothing is said."""

_LAST_WORD: Final = 10.0
"""Seconds for which such a caller listens at least after the last thing it does."""

_ACTS: Final[dict[str, bool]] = {
    "press": True,
    "say": True,
    "message": True,
    "info": True,
    "transfer": True,
    "hold": False,
    "resume": False,
    "mute": False,
    "unmute": False,
    "beep": False,
}
"""What a party can do at a moment of the call, and whether it takes a value."""

_TIMES: Final = ("ring", "forward", "early", "answer", "cancel", "hangup", "wakes")
_WORDS: Final = ("silent", *FAILURES)
_NATURES: Final = ("machine", "mimic", "quiet", "noise", "video")
KEYS: Final = (*_TIMES, "reject", *_ACTS, *_WORDS, *_NATURES, "takes_transfer", "takes_reinvite", "no_ring")
"""Every key of a behaviour."""
_RINGS_FIRST: Final = frozenset({408, 487, 603})
"""The refusals that come from a phone that rings; one that comes at once is of the network, and nothing rings."""
_LATEST: Final = 10**9
"""No moment of a call is later than this many seconds, some thirty years."""
_NUMBER: Final = re.compile(r"\d+(\.\d+)?")
_STATUS: Final = re.compile(r"\d{3}")


@attrs.frozen
class Act:
    """One thing that a party does: `what` it is, its `value`, and `at` how many seconds after Connected."""

    what: str
    value: str
    at: float


@attrs.frozen(kw_only=True)
class Behaviour:
    """What a party does with a call. Times are seconds.

    Attributes:
        ring: when it rings, from the offer; None for not at all.
        forward: when it tells that it forwards the call (181), from the offer; None for never.
        early: when it opens early media, from the offer; None for never.
        answer: when it answers, from the offer; None for never.
        reject: the SIP status with which it refuses, or None.
        reject_at: when it refuses, from the offer.
        reason: the reason text of the refusal; the usual one when empty.
        cancel: when a caller gives up an unanswered call, from the offer; None for never.
        wakes: when a user who is not logged in logs in, from a push notification; None when none can be sent.
        hangup: when it hangs up, from Connected; None for never.
        acts: what it does in between.
        machine: it is an answering machine, whose greeting lasts so long; a beep follows. None for a person.
        mimic: the machine sounds like a person.
        noise: how much noise there is behind what it says, from 0 to 1; recognition is less sure by as much.
        video: it sends a picture, too, where the call has one.
        quiet: whoever answers says nothing by itself, not even hello.
        takes_transfer: the status with which it answers a transfer request.
        takes_reinvite: the status with which it answers a re-INVITE.
    """

    ring: float | None = 0.0
    forward: float | None = None
    early: float | None = None
    answer: float | None = DEFAULT_ANSWER
    reject: int | None = None
    reject_at: float = 0.0
    reason: str = ""
    cancel: float | None = None
    wakes: float | None = None
    hangup: float | None = None
    acts: tuple[Act, ...] = ()
    machine: float | None = None
    mimic: bool = False
    quiet: bool = False
    video: bool = False
    noise: float = 0.0
    takes_transfer: int = 200
    takes_reinvite: int = 200
    plan: tuple[Act, ...] = attrs.field(init=False, eq=False, repr=False)
    """All that it does once connected, in order of time, hanging up included."""

    @plan.default
    def _plan(self) -> tuple[Act, ...]:
        end = () if self.hangup is None else (Act("hangup", "", self.hangup),)
        return tuple(sorted((*self.acts, *end), key=lambda act: act.at))

    @classmethod
    def parse(cls, text: str) -> Behaviour:
        """Read a behaviour written as text.

        Raises:
            BadBehaviour: a part cannot be read; the message shows it and the nearest key.
        """
        parts = [part for part in _split(text) if part]
        if not parts:
            raise BadBehaviour(f"The behaviour {text!r} says nothing; try 'answer:3', 'busy' or 'silent'.")
        return cls._build(_read(part, text) for part in parts)

    @classmethod
    def of(cls, given: Behaviour | str | None = None, /, **keys: Any) -> Behaviour:
        """A behaviour from text, from another one, and from keyword arguments, which win.

        `press="1@2"`, `press=["1@2", "2@5"]`, `press=[("1", 2)]`, `hold=3`, `busy=True`, `reject=603` and the like.

        Raises:
            BadBehaviour: a key is not known, or its value cannot be read.
        """
        base = given if isinstance(given, Behaviour) else cls.parse(given) if given else cls()
        if not keys:
            return base
        try:
            return cls._build(_from_keys(keys), base)
        except OverflowError:
            raise BadBehaviour(f"A number in the behaviour is too large: {', '.join(keys)}.") from None

    @classmethod
    def _build(cls, items: Iterable[tuple[str, str, float | None]], base: Behaviour | None = None) -> Behaviour:
        fields: dict[str, Any] = {}
        if base:
            fields = {field.name: getattr(base, field.name) for field in attrs.fields(cls) if field.init}
        acts = list(base.acts) if base else []
        for key, value, at in items:
            if key in _ACTS:
                acts.append(_act(key, value, at))
            elif key == "silent":
                fields.update(ring=None, answer=None)
            elif key == "no_answer":
                fields.update(answer=None)
            elif key == "no_ring":
                fields.update(ring=None)
            elif key in FAILURES or key == "reject":
                code = _status(value) if key == "reject" else FAILURES[key]
                reason = "User Offline" if key == "offline" else ""
                fields.update(reject=code, reject_at=at or 0.0, reason=reason, answer=None)
                if code not in _RINGS_FIRST and not at:
                    fields.setdefault("ring", None)
            elif key in _NATURES:
                fields.update(_nature(key, value))
            elif key in ("takes_transfer", "takes_reinvite"):
                fields[key] = _status(value, lowest=200)
            elif key in _TIMES:
                fields[key] = _seconds(key, value) if value else (at if at is not None else 0.0)
        times = ((key, fields.get(key)) for key in (*_TIMES, "reject_at"))
        for key, moment in (*((act.what, act.at) for act in acts), *times):
            if moment is not None and not 0 <= moment < _LATEST:
                raise BadBehaviour(f"{key!r} takes seconds from 0 to {_LATEST}, got {moment:g}.")
        fields["acts"] = tuple(sorted(acts, key=lambda act: act.at))
        return cls(**fields)

    @property
    def answerer(self) -> str:
        """Who answers, as detectors of answering machines find it: `human`, `machine`, `mimic` or `nobody`."""
        if self.machine is not None:
            return "mimic" if self.mimic else "machine"
        return "nobody" if self.quiet else "human"

    def with_patience(self) -> Behaviour:
        """The same, and it hangs up if nothing was said of that: a caller who stays for ever shows nobody a whole call.

        It hangs up 30 seconds after Connected, and 10 seconds after the last thing it does at the earliest.
        """
        if self.hangup is not None:
            return self
        return attrs.evolve(self, hangup=max([_PATIENCE, *(act.at + _LAST_WORD for act in self.acts)]))

    def __str__(self) -> str:
        if self.reject is not None:
            return f"refuses with {self.reject} {self.reason or reason_text(self.reject)}"
        if self.answer is None:
            return "never answers"
        words = [f"answers after {self.answer:g} s"]
        words += [f"{act.what} {act.value}".strip() + f" at {act.at:g} s" for act in self.acts]
        if self.hangup is not None:
            words.append(f"hangs up after {self.hangup:g} s")
        return ", ".join(words)


def moments(text: str, key: str) -> tuple[Act, ...]:
    """Read `1@3s,2@5s`: values of one kind of act with their moments."""
    return tuple(Act(key, value, at or 0.0) for _, value, at in (_read(f"{key}:{part}", text) for part in _split(text)))


def _split(text: str) -> list[str]:
    """The parts between commas; a comma inside quotes belongs to its part."""
    return [part.strip() for part in re.split(r",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", text)]


def _read(part: str, whole: str) -> tuple[str, str, float | None]:
    key, colon, rest = part.partition(":")
    if not colon:
        key, _, at = part.partition("@")
        rest = f"@{at}" if at else ""
    key = key.strip().replace("-", "_")
    if key not in KEYS:
        raise BadBehaviour(f"{key!r} in the behaviour {whole!r} is not known.{did_you_mean(key, KEYS)}")
    value, at_sign, moment = rest.rpartition("@")
    if not at_sign or not _NUMBER.fullmatch(moment.strip().rstrip("s")):
        value, moment = rest, ""
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    if _ACTS.get(key) and not value:
        raise BadBehaviour(f"{key!r} in the behaviour {whole!r} needs a value, as in '{key}:1@2'.")
    return key, value, float(moment.strip().rstrip("s")) if moment else None


def _from_keys(keys: Mapping[str, Any]) -> Iterable[tuple[str, str, float | None]]:
    for key, value in keys.items():
        if key not in KEYS:
            raise BadBehaviour(f"A party has no behaviour {key!r}.{did_you_mean(key, KEYS)}")
        if value is None or value is False:
            yield from ((("no_answer", "", None),) if key == "answer" and value is False else ())
        elif key in _ACTS:
            yield from _acts(key, value)
        elif value is True:
            yield key, "", None
        elif isinstance(value, str):
            yield _read(f"{key}:{value}", value)
        elif isinstance(value, int | float):
            yield (key, "", float(value)) if key in FAILURES or key == "silent" else (key, _written(value), None)
        else:
            raise BadBehaviour(f"The behaviour {key!r} cannot be a {type(value).__name__}.")


def _acts(key: str, value: Any) -> Iterable[tuple[str, str, float | None]]:
    if isinstance(value, int | float) and not isinstance(value, bool) and not _ACTS[key]:
        yield key, "", float(value)
    elif isinstance(value, str):
        yield from (_read(f"{key}:{part}", value) for part in _split(value))
    elif isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], int | float):
        yield key, _written(value[0]), float(value[1])
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _acts(key, item)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield key, _written(value), 0.0
    elif value is True and not _ACTS[key]:
        yield key, "", 0.0
    else:
        raise BadBehaviour(f"The behaviour {key!r} cannot be a {type(value).__name__}; write it as '{key}=\"1@2\"'.")


def _written(value: object) -> str:
    """A value as text. Python refuses to write whole numbers of thousands of digits."""
    if isinstance(value, int) and value.bit_length() > 64:
        raise OverflowError
    return str(value)


def _act(key: str, value: str, at: float | None) -> Act:
    if key == "beep" and value:
        _seconds(key, value, "hertz")
    return Act(key, value, at if at is not None else 0.0)


def _nature(key: str, value: str) -> dict[str, Any]:
    """The fields of a behaviour that say who is there."""
    if key == "quiet":
        return {"quiet": True}
    if key == "video":
        return {"video": True}
    if key == "noise":
        return {"noise": _fraction(key, value)}
    return {"machine": _seconds(key, value) if value else DEFAULT_GREETING, "mimic": key == "mimic"}


def _fraction(key: str, value: str) -> float:
    if not _NUMBER.fullmatch(value) or float(value) > 1:
        raise BadBehaviour(f"{key!r} takes a number from 0 to 1, got {value!r}.")
    return float(value)


def _seconds(key: str, value: str, unit: str = "seconds") -> float:
    text = value.rstrip("s")
    if not _NUMBER.fullmatch(text):
        raise BadBehaviour(f"{key!r} takes {unit}, got {value!r}.")
    return float(text)


def _status(value: str, lowest: int = 300) -> int:
    name = value.replace("-", "_")
    if name in FAILURES:
        return FAILURES[name]
    if not _STATUS.fullmatch(value) or not lowest <= int(value) <= 699:
        raise BadBehaviour(f"A SIP status from {lowest} to 699 is needed, got {value!r}.")
    return int(value)

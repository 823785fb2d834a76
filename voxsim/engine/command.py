"""What every command of a scenario goes through: is it allowed now, are its options known, write it down, do it.

The decorator carries the documented signature, so a method is declared, checked and recorded in one place.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar, cast

from voxsim.engine.lifecycle import RUNNING, Operation, check_allowed
from voxsim.vocabulary.declare import Signature, unknown_option
from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.naming import did_you_mean, documented_name, python_name

F = TypeVar("F", bound=Callable[..., Any])

Options = Mapping[str, Any] | str | bool | None
"""What may stand for an object of options: a mapping with documented names, or an older script's bare first option."""


def command(
    text: str,
    needs: Operation = Operation.CONTROL,
    *,
    positional: str = "",
    ignored: str = "",
    older: Callable[[tuple[Any, ...]], tuple[Any, ...]] | None = None,
) -> Callable[[F], F]:
    """Declare a documented command of a unit or namespace.

    Args:
        text: the documented signature, such as `say(text, {parameters}?)`.
        needs: the group of operations that it belongs to, which the session's phase allows or forbids.
        positional: options that older scripts pass one by one in place of the object, by documented name.
        ignored: documented options that shape the real platform's media and have no effect here: taken, and dropped.
        older: puts the arguments of older scripts, given in another order, into the documented one.
    """
    without_effect = frozenset(map(python_name, ignored.split()))
    signature = Signature.parse(text, positional)
    at = signature.options_at

    def declare(function: F) -> F:
        kinds = {parameter.name: parameter.kind for parameter in inspect.signature(function).parameters.values()}
        known = [name for name, kind in kinds.items() if kind is inspect.Parameter.KEYWORD_ONLY]
        anything = inspect.Parameter.VAR_KEYWORD in kinds.values()
        most = sum(kind is inspect.Parameter.POSITIONAL_OR_KEYWORD for kind in kinds.values()) - 1
        accepted = frozenset(known) | {parameter.python for parameter in signature.parameters}
        options_name = signature.parameters[at].python if at is not None else ""

        @functools.wraps(function)
        def run(self: Any, *args: Any, **options: Any) -> Any:
            session = self.session
            if session.phase is not RUNNING:
                check_allowed(session.phase, needs, signature.name)
            if older is not None:
                args = older(args)
            if at is not None and (len(args) > at or options_name in options):
                args, options, documented = signature.spread(args, options)
                if documented and not anything:
                    options = _known_only(session, signature, options, accepted | without_effect)
            if without_effect and options:
                options = {name: value for name, value in options.items() if name not in without_effect}
            if options and not anything and not options.keys() <= accepted:
                unknown = next(key for key in options if key not in accepted)
                raise unknown_option(signature.name, unknown, known)
            if len(args) > most:
                session.warn(
                    f"{signature.name} takes {most} arguments, got {len(args)}; the last are ignored.", self._id
                )
                args = args[:most]
            session.note("command", signature.name, self._id, (signature, args, options) if args or options else None)
            try:
                return function(self, *args, **options)
            except TypeError as error:
                if error.__traceback__ is not None and error.__traceback__.tb_next is None:
                    # Raised by the call itself, not inside: the arguments do not fit.
                    raise BadArgument(str(error).replace(function.__qualname__, signature.name)) from None
                raise

        run.__signature_of__ = signature  # type: ignore[attr-defined]
        run.__ignored__ = without_effect  # type: ignore[attr-defined]
        run.__older__ = older is not None  # type: ignore[attr-defined]
        return cast("F", run)

    return declare


def known_fields(session: Any, owner: str, given: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """The fields of an object that a scenario gives to a class it makes, under Python names and without those of None.

    What the platform does not have is dropped with a warning: it ignores it, too.
    """
    fields = {python_name(str(key)): value for key, value in given.items() if value is not None}
    for name in [name for name in fields if name not in known]:
        told, near = documented_name(name), did_you_mean(documented_name(name), map(documented_name, known))
        session.warn(f"{owner}: the platform has no option {told!r}; ignored.{near}")
        del fields[name]
    return fields


def _known_only(
    session: Any, signature: Signature, options: dict[str, Any], accepted: frozenset[str]
) -> dict[str, Any]:
    """Drop options that the platform does not have, with a warning: it ignores them too."""
    unknown = [key for key in options if key not in accepted]
    if unknown:
        names = ", ".join(repr(documented_name(key)) for key in unknown)
        session.warn(f"{signature.name}: the platform has no option {names}; ignored.")
    return {key: value for key, value in options.items() if key in accepted}

"""The declaration machinery: how a unit's module says which events, methods and payloads it has.

Every declaration carries the documented name. The manifest collects them all, so that Python, JavaScript and the
timeline are three views of one vocabulary: adding a method or an event is one edit, in the module of its unit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast, dataclass_transform

import attrs

from voxsim.vocabulary import legacy
from voxsim.vocabulary.errors import BadArgument
from voxsim.vocabulary.naming import did_you_mean, documented_name, python_name

_DOCUMENTED = "documented"

T = TypeVar("T")


def documented(name: str, default: Any = attrs.NOTHING) -> Any:
    """A payload field whose documented name cannot be derived from its Python name, such as `fromURI`."""
    return attrs.field(default=default, metadata={_DOCUMENTED: name})


def hidden() -> Any:
    """A field that a payload needs for itself and that is no part of what the platform sends."""
    return attrs.field(metadata={_DOCUMENTED: ""}, repr=False)


class Derived(Generic[T]):
    """A part of a payload that is worked out when somebody asks for it; the timeline asks only when it is written."""

    def __init__(self, documented: str, function: Callable[[Any], T]) -> None:
        self.documented = documented
        self.__doc__ = function.__doc__
        self._function = function

    def __get__(self, event: Any, owner: type) -> T:
        return self._function(event)


def derived(documented: str) -> Callable[[Callable[[Any], T]], Derived[T]]:
    """Declare a part of a payload that is worked out on demand, under its documented name; a decorator."""

    def declare(function: Callable[[Any], T]) -> Derived[T]:
        return Derived(documented, function)

    return declare


C = TypeVar("C", bound=type)


def _refuse(event: Event, name: str, value: Any = None) -> None:
    raise BadArgument(f"The event {event.name} cannot be changed: its {name!r} is what the timeline tells.")


@dataclass_transform(field_specifiers=(attrs.field,))
def payload(cls: C) -> C:
    """Declare the payload of an event.

    An event is sealed when it is handed out: from then on it cannot be changed, because the timeline keeps it. To seal
    it is to make it an instance of a twin of its class; refusing from the start would double the cost of making it.
    """
    made = attrs.define(cls, eq=False)
    names = {"__module__": cls.__module__, "__qualname__": cls.__qualname__, "__doc__": cls.__doc__}
    refusing = {"__slots__": (), "__setattr__": _refuse, "__delattr__": _refuse}
    made.sealed = type(cls.__name__, (made,), {**names, **refusing})  # type: ignore[attr-defined]
    return made


@payload
class Event:
    """What a handler is called with: one happening, with its payload as attributes.

    `name` is the documented name of the event, such as `Call.Connected`.
    """

    name: str

    sealed: ClassVar[type[Event]]


def seal(event: Event) -> None:
    """From now on the event cannot be changed."""
    sealed = event.sealed
    if event.__class__ is not sealed:
        event.__class__ = sealed


_fields: dict[type, tuple[tuple[str, str], ...]] = {}


def payload_fields(payload: type[Event]) -> tuple[tuple[str, str], ...]:
    """The fields of a payload as (Python name, documented name), the event's own name left out."""
    if payload not in _fields:
        _fields[payload] = _read_fields(payload)
    return _fields[payload]


def _read_fields(payload: type[Event]) -> tuple[tuple[str, str], ...]:
    stored = [
        (field.name, field.metadata.get(_DOCUMENTED, documented_name(field.name)))
        for field in attrs.fields(cast("type[attrs.AttrsInstance]", payload))
        if field.name != "name"
    ]
    worked_out = [
        (name, value.documented)
        for base in reversed(payload.__mro__)
        for name, value in vars(base).items()
        if isinstance(value, Derived)
    ]
    return tuple((name, wire) for name, wire in (*worked_out, *stored) if wire)


P = TypeVar("P", bound=Event)


class EventType(str, Generic[P]):  # noqa: SLOT000 - its slots stand below, hidden from type checkers
    """One member of an event enumeration: equal to its documented value, and the maker of its payload.

    Called with the payload's fields, it makes the event object that handlers receive.
    """

    if TYPE_CHECKING:
        payload: type[P]
        enum: str
        member: str
        owner: _EventNamesMeta
        plain: str

        def __call__(self, *args: Any, **fields: Any) -> P:
            """Make the event object that handlers receive."""

    else:
        # The call is a slot that holds a partial: a method of Python's own would double the cost of every event.
        __slots__ = ("__call__", "enum", "member", "owner", "payload", "plain")

    def __new__(cls, value: str, payload: type[P]) -> EventType[P]:
        """Make a member with this documented value and payload; its enumeration names it."""
        self = super().__new__(cls, value)
        self.payload = payload
        self.plain = value
        self.enum = self.member = ""
        self.__call__ = partial(payload, value)  # type: ignore[method-assign]
        return self

    def __repr__(self) -> str:
        return f"{self.enum}.{self.member}"


def event(value: str, payload: type[P]) -> EventType[P]:
    """Declare a member of an event enumeration: its documented value and the class of its payload."""
    return EventType(value, payload)


class _EventNamesMeta(type):
    """Collects the members of an event enumeration, and answers an unknown one with the nearest."""

    members: dict[str, EventType[Event]]
    documented: str

    def __new__(
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], *, documented: str = ""
    ) -> _EventNamesMeta:
        cls = super().__new__(mcs, name, bases, namespace)
        cls.documented = documented or name
        cls.members = {}
        for member, value in namespace.items():
            if isinstance(value, EventType):
                value.enum, value.member, value.owner = cls.documented, member, cls
                cls.members[member] = value
        if cls.members:
            manifest.events[cls.documented] = cls
        return cls

    def __getattr__(cls, member: str) -> EventType[Any]:
        if member.startswith("__"):
            raise AttributeError(member)
        current = legacy.current_name(f"{cls.documented}.{member}").rpartition(".")[2]
        if current in cls.members:
            return cls.members[current]
        # Whoever reports it says which is the nearest (`unknown_name`).
        raise AttributeError(f"{cls.documented} has no {member!r}", name=member, obj=cls)

    def __iter__(cls) -> Iterator[EventType[Event]]:
        return iter(cls.members.values())

    def find(cls, value: str) -> EventType[Event] | None:
        """The member with this documented value, or None."""
        return next((member for member in cls.members.values() if member == value), None)


@attrs.frozen
class Parameter:
    """One documented parameter of a method."""

    name: str
    optional: bool = False
    default: str | None = None

    @property
    def python(self) -> str:
        """Its name in Python."""
        return python_name(self.name)


@attrs.frozen
class Signature:
    """A documented method: its name, its parameters, and where its options object stands among them.

    Attributes:
        options_at: the index of the parameter that takes an object of options, or None. Its options are keyword
            arguments in Python; an object with documented names is spread into them.
        positional: the options that older scripts pass one by one in place of the object, in their order.
    """

    name: str
    parameters: tuple[Parameter, ...]
    options_at: int | None = None
    positional: tuple[str, ...] = ()

    def wire_name(self, python: str) -> str:
        """The documented name of a parameter or option given by its Python name."""
        for parameter in self.parameters:
            if parameter.python == python:
                return parameter.name
        for name in self.positional:
            if python_name(name) == python:
                return name
        return documented_name(python)

    @classmethod
    def parse(cls, text: str, positional: str = "") -> Signature:
        """Read `say(text, {parameters}?)`: `?` marks what may be left out, braces the object of options."""
        name, _, rest = text.partition("(")
        options_at = None
        parameters = []
        for index, part in enumerate(filter(None, (p.strip() for p in rest.rstrip(")").split(",")))):
            word, _, default = part.partition("=")
            optional = word.endswith("?")
            word = word.rstrip("?")
            if word.startswith("{"):
                options_at = index
                word = word.strip("{}")
            parameters.append(Parameter(word, optional or bool(default), default or None))
        return cls(name, tuple(parameters), options_at, tuple(positional.split()))

    def spread(
        self, args: tuple[Any, ...], options: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any], list[str]]:
        """Turn an object of options, or older one-by-one arguments, into keyword arguments.

        Returns the remaining positional arguments, the keyword arguments, and the documented names that were given
        but are not among the known ones (the caller decides what becomes of them).
        """
        at = cast("int", self.options_at)
        parameter = self.parameters[at].python
        given = args[at] if len(args) > at else options.pop(parameter, None)
        rest = args[at + 1 :]
        args = args[:at]
        if given is None and not (rest and self.positional):
            return args, options, []
        if attrs.has(type(given)):
            return args, {**attrs.asdict(given, recurse=False), **options}, []
        if isinstance(given, Mapping):
            spelt = {python_name(str(key)): value for key, value in given.items() if value is not None}
            return args, {**spelt, **options}, [str(key) for key in given]
        old_style = (given, *rest)
        if len(old_style) > len(self.positional):
            raise BadArgument(
                f"{self.name}: {self.parameters[at].name!r} takes options by name, as keywords or as an object, "
                f"got {type(given).__name__}."
            )
        named = dict(zip(map(python_name, self.positional), old_style, strict=False))
        return args, {**{key: value for key, value in named.items() if value is not None}, **options}, []


@attrs.define
class UnitDeclaration:
    """One documented class or namespace: its methods by documented name, and its events."""

    name: str
    python: type
    kind: str
    module: str | None = None
    events: type | None = None
    methods: dict[str, tuple[str, Signature]] = attrs.field(factory=dict)


@attrs.define
class Manifest:
    """All that has been declared: classes and namespaces by documented name, event enumerations, global functions."""

    units: dict[str, UnitDeclaration] = attrs.field(factory=dict)
    events: dict[str, _EventNamesMeta] = attrs.field(factory=dict)
    functions: dict[str, tuple[Callable[..., Any], Signature]] = attrs.field(factory=dict)


manifest = Manifest()
"""The one collection of declarations of this process."""


class EventNames(metaclass=_EventNamesMeta):
    """Base of the event enumerations. Members are `EventType`s, equal to their documented string values.

    One that stands in a namespace says so: `class Events(EventNames, documented="AMD.Events")`.
    """


def event_table(
    documented: str, prefix: str, payload: type[P], members: str, irregular: Mapping[str, str] | None = None
) -> _EventNamesMeta:
    """An event enumeration whose members all have one payload, such as a connector's: a table of names.

    Args:
        documented: its dotted name, such as `OpenAI.RealtimeAPIEvents`.
        prefix: what the members' values begin with; a dot and the member's name follow.
        payload: the class of their payload.
        members: the members' names, with blanks between them.
        irregular: the values of those members that do not follow the rule.
    """
    values = {member: f"{prefix}.{member}" for member in members.split()} | dict(irregular or {})
    namespace = {member: event(value, payload) for member, value in values.items()}
    name = documented.rpartition(".")[2]
    doc = {"__doc__": f"Events of {documented.rpartition('.')[0]}.", "__module__": payload.__module__}
    return _EventNamesMeta(name, (EventNames,), {**doc, **namespace}, documented=documented)


F = TypeVar("F", bound=Callable[..., Any])


def unit(name: str, *, events: type | None = None, module: str | None = None, kind: str = "class") -> Callable[[C], C]:
    """Declare the class below as the documented class `name`."""

    def declare(cls: C) -> C:
        declaration = UnitDeclaration(name, cls, kind, module, events)
        for base in reversed(cls.__mro__):
            for attribute, value in vars(base).items():
                signature = getattr(value, "__signature_of__", None)
                if signature is not None:
                    declaration.methods[signature.name] = (attribute, signature)
        manifest.units[name] = declaration
        return cls

    return declare


def namespace(name: str, *, module: str | None = None, events: type | None = None) -> Callable[[C], C]:
    """Declare the class below as the documented namespace `name`."""
    return unit(name, events=events, module=module, kind="namespace")


def signature(text: str, positional: str = "") -> Callable[[F], F]:
    """Declare a method that only reads, such as a getter: documented, but not written to the timeline."""
    parsed = Signature.parse(text, positional)

    def declare(function: F) -> F:
        function.__signature_of__ = parsed  # type: ignore[attr-defined]
        return function

    return declare


def unknown_option(owner: str, option: str, known: list[str]) -> BadArgument:
    """The error for a keyword argument that a method does not have."""
    return BadArgument(f"{owner}() has no option {option!r}.{did_you_mean(option, known)}")

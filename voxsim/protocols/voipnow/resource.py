"""Resource: the REST interface to the rules, `…/extensions/{user}/{extension}/phoneCallEvents[/{type}[/{id}]]`.

It reads requests and makes answers; sockets, tokens and storage are elsewhere. Values come as JSON numbers or as texts
of digits, and go out as texts. Every mistake has a code of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, unquote

import attrs

from voxsim.parties.feedentries import is_url
from voxsim.protocols.voipnow.rules import EventType, Method, Rule, Rules

PREFIX: Final = "/uapi/"
"""What the path of every request to it begins with."""

_PATH: Final = re.compile(r"/uapi/extensions/([^/]+)/([^/]+)/phoneCallEvents((?:/[^/]+){0,2})/?")
_USER: Final = re.compile(r"@me|@viewer|@owner|[A-Za-z0-9_.-]{1,128}", re.ASCII)
_EXTENSION: Final = re.compile(r"(?:\d{4}\*)?\d{3,5}", re.ASCII)
_ID: Final = re.compile(r"[A-Za-z0-9]{1,255}", re.ASCII)
_FIELDS: Final = ("type", "id", "url", "method", "status", "note", "modified", "links")
_MOST_RULES: Final = 1000
_MOST_NOTE: Final = 1024
_MOST_URL: Final = 2048
_COUNT: Final = 20
_MOST_START: Final = 5000


class Refused(Exception):
    """A request that cannot be carried out.

    Attributes:
        status: the HTTP status.
        code: the error's own code, for programs.
        allow: the methods that there are, when it was about that.
    """

    def __init__(self, code: str, message: str, status: int = 400, allow: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.allow = allow


@attrs.frozen
class Answer:
    """What goes back: the status, the JSON value, and further headers."""

    status: int
    value: Any
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def body(self) -> bytes:
        """The value in bytes."""
        return json.dumps(self.value).encode()


class _Place(NamedTuple):
    """Which rules a path means: of an extension, of one event of it, or one alone."""

    extension: str
    event: EventType | None
    id: str | None
    base: str


@attrs.define
class PhoneCallEvents:
    """The resource.

    Attributes:
        rules: what it manages.
        admits: whether a bearer token may.
        extended: the extended form of an extension that may have been given without its client.
        exists: whether there is such an extension (in extended form).
        new_id: makes an id that nobody can guess.
        now: the present, in unix seconds.
    """

    rules: Rules
    admits: Callable[[str], bool]
    extended: Callable[[str], str]
    exists: Callable[[str], bool]
    new_id: Callable[[], str]
    now: Callable[[], float]

    def answer(self, method: str, path: str, query: str, authorization: str, body: bytes, url: str) -> Answer:
        """Answer one request; what a client does wrong is answered, not raised.

        Args:
            method: the HTTP method.
            path: the path, still percent-encoded.
            query: what follows the question mark.
            authorization: the header of this name, or an empty text.
            body: the body's bytes.
            url: how the server is called from outside, for links: `http://host:port`.
        """
        try:
            self._check(authorization)
            place = self._place(path, url, "pce_type_invalid" if method == "PUT" else "pcet_type_invalid")
            return Answer(200, self._carry_out(method, place, query, body))
        except Refused as error:
            headers = (("allow", error.allow),) if error.allow else ()
            if error.status == 401:
                headers = (("www-authenticate", "Bearer"),)
            return Answer(error.status, {"error": {"code": error.code, "message": str(error)}}, headers)

    def _check(self, authorization: str) -> None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Refused("token_missing", "Send the header 'Authorization: Bearer TOKEN'.", 401)
        if not self.admits(token.strip()):
            raise Refused("token_invalid", "The token is not known.", 401)

    def _place(self, path: str, url: str, bad_type: str) -> _Place:
        match = _PATH.fullmatch(path)
        if match is None:
            raise Refused("path_invalid", "The path is /uapi/extensions/USER/EXTENSION/phoneCallEvents/TYPE/ID.", 404)
        user, extension = unquote(match[1]), unquote(match[2])
        if not _USER.fullmatch(user):
            raise Refused("user_invalid", f"The user is @me, @viewer, @owner or an id, got {user[:80]!r}.")
        if not _EXTENSION.fullmatch(extension):
            text = f"The extension is a number such as '0003*201' or '201', got {extension[:80]!r}."
            raise Refused("extension_invalid", text)
        full = self.extended(extension)
        if not self.exists(full):
            raise Refused("extension_invalid", f"There is no extension {full!r}.")
        _, *rest = map(unquote, match[3].split("/"))
        event = _number(rest[0], EventType, bad_type, "type") if rest else None
        identity = rest[1] if len(rest) > 1 else None
        if identity is not None and not _ID.fullmatch(identity):
            raise Refused("pce_id_invalid", f"An id has 1 to 255 letters and digits, got {identity[:80]!r}.")
        return _Place(full, event, identity, f"{url}/uapi/extensions/{match[1]}/{match[2]}/phoneCallEvents")

    def _carry_out(self, method: str, place: _Place, query: str, body: bytes) -> Any:
        match method:
            case "GET" | "HEAD":
                return self._list(place, query)
            case "POST" if place.event is None:
                return self._create(place, _fields(body))
            case "PUT" if place.event is not None and place.id is not None:
                return self._update(place, _fields(body))
            case "DELETE":
                for rule in self._found(place):
                    self.rules.remove(rule)
                return {}
            case "PUT":
                raise Refused("pce_id_invalid", "A change needs the rule's type and id in the path.")
        allow = "GET, DELETE, PUT" if place.id else "GET, DELETE" if place.event is not None else "GET, POST, DELETE"
        raise Refused("method_not_allowed", f"{method[:20]} is not answered here.", 405, allow)

    def _found(self, place: _Place) -> list[Rule]:
        rules = self.rules.of(place.extension, place.event)
        if place.id is None:
            return rules
        found = [rule for rule in rules if rule.id == place.id]
        if not found:
            raise Refused("pce_id_invalid", f"The extension has no rule {place.id[:80]!r} of this type.")
        return found

    # --- each method ---

    def _create(self, place: _Place, fields: Mapping[str, Any]) -> Any:
        event = _number(fields.get("type"), EventType, "pcet_type_invalid", "type")
        method = _number(fields.get("method"), Method, "pce_method_invalid", "method")
        if len(self.rules.of(place.extension)) >= _MOST_RULES:
            raise Refused("pce_limit_reached", f"An extension has at most {_MOST_RULES} rules.", 403)
        now = self.now()
        rule = Rule(
            id=self.new_id(),
            extension=place.extension,
            event=event,
            method=method,
            url=_url(fields.get("url")),
            enabled=_enabled(fields.get("status", 1)),
            note=_note(fields.get("note", "")),
            created=now,
            modified=now,
        )
        self.rules.put(rule)
        return self._written(rule, place.base)

    def _update(self, place: _Place, fields: Mapping[str, Any]) -> Any:
        (rule,) = self._found(place)
        if "type" in fields and _number(fields["type"], EventType, "pce_type_invalid", "type") is not rule.event:
            raise Refused("pce_type_invalid", "The type of a rule cannot be changed; make another one.")
        changes: dict[str, Any] = {}
        if "method" in fields:
            changes["method"] = _number(fields["method"], Method, "pce_method_invalid", "method")
        if "url" in fields:
            changes["url"] = _url(fields["url"])
        if "status" in fields:
            changes["enabled"] = _enabled(fields["status"])
        if "note" in fields:
            changes["note"] = _note(fields["note"])
        rule = attrs.evolve(rule, modified=self.now(), **changes)
        self.rules.put(rule)
        return self._written(rule, place.base)

    def _list(self, place: _Place, query: str) -> Any:
        asked = _asked(query)
        count = _amount(asked.get("count", str(_COUNT)), "count", _MOST_START)
        start = _amount(asked.get("startIndex", "0"), "startIndex", _MOST_START)
        order = asked.get("sortOrder") or asked.get("sortOder") or "ascending"
        if order not in ("ascending", "descending"):
            raise Refused("sort_order_invalid", f"'sortOrder' is ascending or descending, got {order[:80]!r}.")
        wanted = [name for name in asked.get("fields", "").split(",") if name]
        for name in (*wanted, *filter(None, [asked.get("filterBy", "")])):
            if name not in _FIELDS:
                raise Refused("field_invalid", f"A rule has no field {name[:80]!r}; it has {', '.join(_FIELDS)}.")
        rules = [self._written(rule, place.base) for rule in self._found(place)]
        if field := asked.get("filterBy"):
            value = asked.get("filterValue", "")
            rules = [rule for rule in rules if rule[field] == value]
        rules.sort(key=lambda rule: rule["url"], reverse=order == "descending")
        entry = rules[start : start + count]
        if wanted:
            entry = [{name: rule[name] for name in wanted} for rule in entry]
        return {"totalResults": len(rules), "startIndex": start, "itemsPerPage": count, "entry": entry}

    def _written(self, rule: Rule, base: str) -> dict[str, Any]:
        modified = datetime.fromtimestamp(int(rule.modified), UTC).isoformat()
        return {
            "type": str(int(rule.event)),
            "id": rule.id,
            "url": rule.url,
            "method": str(int(rule.method)),
            "status": "1" if rule.enabled else "0",
            "note": rule.note,
            "modified": modified,
            "links": {"self": f"{base}/{int(rule.event)}/{rule.id}"},
        }


# --- values ---


def _fields(body: bytes) -> Mapping[str, Any]:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("body_invalid", "The body is no JSON.") from None
    if not isinstance(fields, dict):
        raise Refused("body_invalid", "The body is a JSON object with the rule's fields.")
    return fields


def _asked(query: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(query, keep_blank_values=True, max_num_fields=100))
    except ValueError:
        raise Refused("query_invalid", "The query cannot be read.") from None


def _number(value: Any, kind: type[Any], code: str, name: str) -> Any:
    """A member of a numbered enumeration, from a number or a text of digits."""
    known = {str(int(member)): member for member in kind}
    if isinstance(value, bool) or not isinstance(value, int | str) or str(value)[:9] not in known:
        shown = "nothing" if value is None else repr(value)[:80]
        raise Refused(code, f"'{name}' is missing or invalid: it is one of {', '.join(known)}, got {shown}.")
    return known[str(value)[:9]]


def _amount(text: str, name: str, most: int) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) > most:
        raise Refused(f"{name}_invalid", f"'{name}' is a number from 0 to {most}, got {text[:80]!r}.")
    return int(text)


def _url(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _MOST_URL or not is_url(value):
        text = f"'url' is an http or https URL of at most {_MOST_URL} characters, encoded as RFC 3986 says"
        raise Refused("pce_url_invalid", f"{text}, got {repr(value)[:120]}.")
    return value


def _enabled(value: Any) -> bool:
    if isinstance(value, bool) or str(value) not in ("0", "1"):
        raise Refused("pce_status_invalid", f"'status' is 0 (disabled) or 1 (enabled), got {repr(value)[:80]}.")
    return str(value) == "1"


def _note(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _MOST_NOTE or not value.isprintable():
        raise Refused("pce_note_invalid", f"'note' is a line of text of at most {_MOST_NOTE} characters.")
    return value

"""The management API's wire: from a request's parts to a command, and from its reply to bytes.

A command comes by GET or POST, named in the path (`/platform_api/GetRules/`) or by `cmd`; its parameters stand in the
query, in a form, or in a multipart form. Errors are answered with status 200 and `{"error": {"code", "msg"}}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.parser import BytesParser
from email.policy import HTTP
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import parse_qsl, unquote

import attrs

from voxsim.platform.commands import COMMANDS, NAMES, Context, ManagementError
from voxsim.platform.commands.declare import (
    AUTHORIZATION_FAILED,
    INVALID_ARGUMENTS,
    MISSING_COMMAND,
    UNKNOWN_COMMAND,
    not_emulated,
)
from voxsim.platform.commands.sessions import TOO_MANY

if TYPE_CHECKING:
    from voxsim.platform.account import Account

PREFIX: Final = "/platform_api"
JSON: Final = "application/json"

_FORM: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"
_MOST_FIELDS: Final = 1000


class Verifier(Protocol):
    """What knows the service accounts' keys."""

    def verify(self, token: str, now: float) -> int:
        """The account that a token speaks for; raises an error with a `code` when it speaks for none."""


@attrs.frozen
class Answer:
    """What goes back: the HTTP status, the content type and the body."""

    status: int
    content_type: str
    body: bytes


def decode(method: str, path: str, query: str, content_type: str, body: bytes) -> tuple[str, dict[str, str]]:
    """The command and its parameters, as text.

    Raises:
        ManagementError: there is no command, or the form cannot be read.
    """
    fields = dict(_pairs(query))
    if method == "POST":
        fields.update(_form(content_type, body))
    named = unquote(path[len(PREFIX) :]).strip("/")
    command = named or fields.pop("cmd", "")
    fields.pop("cmd", None)
    if not command:
        raise ManagementError(MISSING_COMMAND, "Missing 'cmd' parameter.")
    return command, fields


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise ManagementError(INVALID_ARGUMENTS, "The parameters cannot be read.") from None


def _form(content_type: str, body: bytes) -> list[tuple[str, str]]:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == _MULTIPART:
        return _multipart(content_type, body)
    if kind in (_FORM, ""):
        return _pairs(body.decode("utf-8", "replace"))
    if body:
        raise ManagementError(INVALID_ARGUMENTS, f"A form is needed, {_FORM} or {_MULTIPART}; got {kind[:80]!r}.")
    return []


def _multipart(content_type: str, body: bytes) -> list[tuple[str, str]]:
    head = b"content-type: " + content_type.encode("latin-1", "replace").replace(b"\n", b" ") + b"\r\n\r\n"
    try:
        message = BytesParser(policy=HTTP).parsebytes(head + body)
        parts = list(message.iter_parts())
        named = [
            (part.get_param("name", header="content-disposition"), part.get_payload(decode=True)) for part in parts
        ]
    except Exception:  # noqa: BLE001 - the parser of the standard library fails in many ways on what is no form
        raise ManagementError(INVALID_ARGUMENTS, "The multipart form cannot be read.") from None
    if not named or len(named) > _MOST_FIELDS:
        raise ManagementError(INVALID_ARGUMENTS, "The multipart form cannot be read.")
    return [
        (str(name), value.decode("utf-8", "replace"))
        for name, value in named
        if isinstance(name, str) and isinstance(value, bytes)
    ]


def authenticate(account: Account, keys: Verifier | None, token: str, fields: Mapping[str, str], now: float) -> None:
    """Check that a request may give commands to the account.

    Args:
        token: the bearer token, or empty.
        fields: the request's parameters, with the account and its api_key when there is no token.
        now: the present, in unix seconds of the wall.

    Raises:
        ManagementError: it may not.
    """
    if token:
        if keys is None:
            raise ManagementError(AUTHORIZATION_FAILED, "Authorization failed: no service account is known.")
        try:
            known = keys.verify(token, now)
        except Exception as error:
            code = getattr(error, "code", None)
            if not isinstance(code, int):
                raise
            raise ManagementError(code, str(error)) from None
        if known != account.id:
            raise ManagementError(AUTHORIZATION_FAILED, "Authorization failed: the key belongs to another account.")
        return
    who = (
        fields.get("account_id") == str(account.id)
        or fields.get("account_name") == account.name
        or fields.get("account_email") == account.email
    )
    secret = fields.get("api_key", "")
    if not (compare_digest(secret.encode(), account.api_key.encode()) and secret and who):
        raise ManagementError(AUTHORIZATION_FAILED, "Authorization failed: give account_id and api_key, or a token.")


@attrs.frozen
class Management:
    """The management API of one account."""

    context: Context
    keys: Verifier | None = None

    async def answer(
        self, method: str, path: str, query: str, content_type: str, token: str, body: bytes, now: float
    ) -> Answer:
        """Answer one request. What a client does wrong is answered, not raised.

        Args:
            token: the bearer token of the Authorization header, or empty.
            now: the present, in unix seconds of the wall.
        """
        try:
            reply = await self._carry_out(method, path, query, content_type, token, body, now)
        except ManagementError as error:
            status = TOO_MANY if error.code == TOO_MANY else 200
            return Answer(status, JSON, _json({"error": {"code": error.code, "msg": str(error)}}))
        content = reply.get("file_content")
        if isinstance(content, bytes):
            return Answer(200, "application/octet-stream", content)
        return Answer(200, JSON, _json(reply))

    async def _carry_out(
        self, method: str, path: str, query: str, content_type: str, token: str, body: bytes, now: float
    ) -> dict[str, Any]:
        name, fields = decode(method, path, query, content_type, body)
        declared = COMMANDS.get(name)
        if name not in NAMES:
            raise ManagementError(UNKNOWN_COMMAND, f"Unknown command {name[:80]!r}.")
        authenticate(self.context.account, self.keys, token, fields, now)
        if declared is None:
            raise not_emulated(name)
        return await declared.run(self.context, declared.convert(fields))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")

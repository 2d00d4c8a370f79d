"""The only place that reads and writes JSON: bytes in, commands out; events in, bytes out."""

import re
import typing
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET

from chat.answers import HistoryPage, Identity, Problem, Publish, Published, Rooms
from chat.errors import BadCommand, BadCursor, BadJson, BadText, BinaryRefused
from chat.message import (
    Ack,
    Batch,
    Closed,
    Cursor,
    Delete,
    Edit,
    Error,
    Frame,
    Gap,
    Goodbye,
    Heartbeat,
    Message,
    Opened,
    PingMe,
    PingWatched,
    Presence,
    Record,
    Rename,
    Say,
    Welcome,
)

SUBPROTOCOL = "broadcaster.v1.json"
CURSOR = r"([A-Za-z0-9_-]{1,64}):([0-9]{1,16})"
HTTP = (HistoryPage, Publish, Published, Problem, Rooms, Identity)
"""What is asked and answered by HTTP."""

T = TypeVar("T")
MemberCommand = Say | Edit | Delete | Rename | PingMe

_member: msgspec.json.Decoder[MemberCommand] = msgspec.json.Decoder(MemberCommand)
_watcher = msgspec.json.Decoder(PingWatched)
_publish = msgspec.json.Decoder(Publish)
_encode = msgspec.json.Encoder().encode


def parse(frame: str | bytes) -> MemberCommand:
    """Turns what a JSON member sent into the command it holds, or raises a `Refusal`."""
    return _checked(_member.decode, frame)


def parse_watcher(frame: str | bytes) -> PingWatched:
    """Turns what a watcher sent into the command it holds, or raises a `Refusal`."""
    return _checked(_watcher.decode, frame)


def parse_publish(body: bytes) -> Publish:
    """Turns the body of a POST into what it publishes, or raises a `Refusal`."""
    try:
        return _checked(_publish.decode, body.decode())
    except UnicodeDecodeError:
        raise BadText from None


def parse_cursor(text: str) -> Cursor:
    """Turns "epoch:id", or "0" for the beginning, into a cursor, or raises `BadCursor`."""
    if text == "0":
        return Cursor("", 0)
    if not (parts := re.fullmatch(CURSOR, text)):
        raise BadCursor
    return Cursor(parts[1], int(parts[2]))


def encode(event: msgspec.Struct) -> bytes:
    """What travels as one JSON object in UTF-8."""
    return _encode(event)


def to_read(document: dict[str, Any]) -> bytes:
    """A document about all this, set out for people as well."""
    return msgspec.json.format(_encode(document))


def weight(record: Record) -> int:
    """About how many bytes a record takes in memory, and never fewer than as a `message`.

    Counted as it is written, because a single character may be six bytes there.
    """
    return 200 + len(_encode((record.body, record.key, record.sender.name)))


def message(record: Record) -> Message:
    """The event that tells JSON members of a record."""
    at = datetime.fromtimestamp(record.at / 1000, UTC).isoformat(timespec="milliseconds")
    return Message(
        id=record.id,
        at=at.replace("+00:00", "Z"),
        sender=record.sender,
        key=record.key,
        text=record.body if isinstance(record.body, str) else UNSET,
        data=record.body if isinstance(record.body, bytes) else UNSET,
        edits=record.edits,
        deletes=record.deletes,
        deleted=record.deleted,
        edited=record.edited,
    )


def schema() -> bytes:
    """Everything in JSON that the server takes and says, as JSON Schema 2020-12.

    It is made from the types that commands are validated with, so it cannot drift.
    """
    kinds = {
        "client": typing.get_args(MemberCommand),
        "server": (Welcome, Gap, Batch, Message, Ack, Error, Presence, Heartbeat, Goodbye),
        "watcher": (PingWatched,),
        "tap": (Opened, Frame, Closed, Error),
        "http": HTTP,
    }
    every = list(dict.fromkeys(kind for group in kinds.values() for kind in group))
    refs, parts = msgspec.json.schema_components(every, ref_template="#/$defs/{name}")
    named = dict(zip(every, refs, strict=True))
    ends = {end: {"oneOf": [named[kind] for kind in group]} for end, group in kinds.items()}
    return to_read(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": SUBPROTOCOL,
            "description": "What the client and the server of this subprotocol send:"
            " #/$defs/client, server. Who watches a connection, and what they see: watcher,"
            " tap. What is asked and answered by HTTP: http.",
            "$defs": {**ends, **parts},
        }
    )


def http_schemas(ref_template: str) -> dict[str, Any]:
    """What is asked and answered by HTTP in JSON, and all that it is made of, by its name."""
    return msgspec.json.schema_components((*HTTP, Message), ref_template=ref_template)[1]


def _checked(decode: Callable[[str], T], frame: str | bytes) -> T:
    if isinstance(frame, bytes):
        raise BinaryRefused
    try:
        return decode(frame)
    except msgspec.ValidationError as error:
        raise BadCommand(why=error) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadJson(why=error) from None

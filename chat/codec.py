"""The only place that reads and writes JSON: bytes in, commands out; events in, bytes out."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from chat.errors import BadCommand, BadJson, BinaryRefused
from chat.message import Event, Message, PingMe, PingWatched, Record, Rename, Say

T = TypeVar("T")

_member: msgspec.json.Decoder[Say | Rename | PingMe] = msgspec.json.Decoder(Say | Rename | PingMe)
_watcher = msgspec.json.Decoder(PingWatched)
_encode = msgspec.json.Encoder().encode


def parse(frame: str | bytes) -> Say | Rename | PingMe:
    """Turns what a JSON member sent into the command it holds, or raises a `Refusal`."""
    return _checked(_member.decode, frame)


def parse_watcher(frame: str | bytes) -> PingWatched:
    """Turns what a watcher sent into the command it holds, or raises a `Refusal`."""
    return _checked(_watcher.decode, frame)


def encode(event: Event) -> bytes:
    """The event as one JSON object in UTF-8."""
    return _encode(event)


def message(record: Record) -> Message:
    """The event that tells JSON members of a record."""
    at = record.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(record.body, str):
        return Message(record.id, at, record.sender, record.key, text=record.body)
    return Message(record.id, at, record.sender, record.key, data=record.body)


def _checked(decode: Callable[[str], T], frame: str | bytes) -> T:
    if isinstance(frame, bytes):
        raise BinaryRefused
    try:
        return decode(frame)
    except msgspec.ValidationError as error:
        raise BadCommand(why=error) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadJson(why=error) from None

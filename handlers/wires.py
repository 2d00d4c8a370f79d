"""The ways of writing for members; one object a way, so that who shares it shares the bytes.

A way is a format and, where a member's client agreed to compression, the size of its
window. What is said to all is compressed once for each; what is said to one is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from chat.codec import encode, message
from chat.message import Batch, Event, Person, Record
from handlers.engine.crowd import Crowd
from handlers.engine.deflate import squeezed
from handlers.engine.frames import BINARY, TEXT, frame
from handlers.engine.line import Line


class HasLine(Protocol):
    line: Line


class JsonWire:
    """For the page and rich clients: one JSON object a text frame."""

    def __init__(self, window: int | None) -> None:
        self._window = window

    def records(self, records: Sequence[Record], epoch: str) -> bytes:
        return b"".join(squeezed(TEXT, encode(message(record)), self._window) for record in records)

    def backfill(self, records: Sequence[Record], epoch: str) -> bytes:
        return self.event(Batch([message(record) for record in records]))

    def event(self, event: Event) -> bytes:
        return frame(TEXT, encode(event))

    def gather(self, members: Iterable[HasLine]) -> Crowd:
        return Crowd(member.line for member in members)


class PlainWire(JsonWire):
    """Messages alone, as they were sent; neither edits nor deletes, which have no place here."""

    def records(self, records: Sequence[Record], epoch: str) -> bytes:
        return b"".join(
            squeezed(*self.said(record.sender, record.body), self._window)
            for record in records
            if record.body is not None and record.edits is None
        )

    def said(self, sender: Person, body: str | bytes) -> tuple[int, bytes]:
        """The opcode and the payload that say this."""
        return (BINARY, body) if isinstance(body, bytes) else (TEXT, body.encode())

    def event(self, event: Event) -> bytes:
        return b""


class NamedWire(PlainWire):
    """For people at a terminal (`?names`): text with who said it before it."""

    def said(self, sender: Person, body: str | bytes) -> tuple[int, bytes]:
        named = f"{sender.name}: {body}" if isinstance(body, str) else body
        return super().said(sender, named)


_wires: dict[tuple[type[JsonWire], int | None], JsonWire] = {}


def wire(kind: type[JsonWire], window: int | None) -> JsonWire:
    """The one object for this way of writing."""
    return _wires.setdefault((kind, window), kind(window))

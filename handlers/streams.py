"""The ways of writing for members who hold an answer open instead of a socket.

The same bytes for all who share a way, as on sockets; and since each is the same for
every member, what is said once is encoded once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chat.codec import encode, message
from chat.message import Cursor, Error, Event, Gap, Heartbeat, Record
from handlers.as_text import as_text, gap_as_text
from handlers.engine.crowd import Crowd
from handlers.wires import HasLine


class LinesWire:
    """A line of JSON for each event, as on the socket (`application/x-ndjson`)."""

    type = "application/x-ndjson"
    shown = 0
    """How many messages come first when no cursor says where to begin."""
    says_where = False
    """Whether a client can tell from what comes first where it begins; else by the welcome."""

    def begin(self, cursor: Cursor, retry: int) -> bytes:
        """What comes before all else: where the stream goes on from, and after how many
        milliseconds to come back once it ends."""
        return b""

    def records(self, records: Sequence[Record], epoch: str) -> bytes:
        return b"".join(encode(message(record)) + b"\n" for record in records)

    def backfill(self, records: Sequence[Record], epoch: str) -> bytes:
        return self.records(records, epoch)

    def event(self, event: Event) -> bytes:
        return encode(event) + b"\n"

    def gather(self, members: Iterable[HasLine]) -> Crowd:
        return Crowd(member.line for member in members)


class EventsWire(LinesWire):
    """Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

    The cursor is the `id` of messages, and of nothing else, so that a client which comes
    back by itself comes back to the right place.
    """

    type = "text/event-stream"
    says_where = True

    def begin(self, cursor: Cursor, retry: int) -> bytes:
        # No event, since it has no data: but who is cut off before the first message comes
        # back to here.
        return f"retry: {retry}\nid: {cursor}\n\n".encode()

    def records(self, records: Sequence[Record], epoch: str) -> bytes:
        return b"".join(
            b"id: %b\n" % str(Cursor(epoch, record.id)).encode() + _event(message(record))
            for record in records
        )

    def event(self, event: Event) -> bytes:
        if isinstance(event, Heartbeat):
            return b": heartbeat\n\n"
        return _event(event)


class TextWire(LinesWire):
    """For a person at a terminal: what was said, and what is missing of it."""

    type = "text/plain; charset=utf-8"
    shown = 50
    says_where = True

    def records(self, records: Sequence[Record], epoch: str) -> bytes:
        return "".join(as_text(message(record)) for record in records).encode()

    def event(self, event: Event) -> bytes:
        if isinstance(event, Gap):
            return gap_as_text(event).encode()
        return f"-- {event.message} --\n".encode() if isinstance(event, Error) else b""


def _event(event: Event) -> bytes:
    # JSON has no line ends of its own, so it is one line of data.
    return b"event: %b\ndata: %b\n\n" % (_name(event), encode(event))


def _name(event: Event) -> bytes:
    return str(event.__struct_config__.tag).encode()


LINES, EVENTS, TEXT = LinesWire(), EventsWire(), TextWire()

"""What travels. Everything here is frozen: once said, it is never changed.

A *command* comes from a member, an *event* goes to members, a *record* is a
message that has its place in the log. Commands and events are JSON objects on
the wire and their field `type` says which; docs/protocol.md shows each one.
"""

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType, field

# -- positions ---------------------------------------------------------------


class Person(Struct, frozen=True):
    """Somebody who takes part: the id says who, the name is only what they are called."""

    id: str
    name: str


class Draft(Struct, frozen=True):
    """A message that has been checked and waits for its place in the log.

    `body` is text, or bytes from a plain member that sent a binary frame. `key`
    is the sender's own name for it, by which a resend is recognised; None when
    the sender gave none.
    """

    room: str
    sender: Person
    body: str | bytes
    key: str | None = None


class Record(Struct, frozen=True):
    """A message in the log of its room; ids are contiguous from 1."""

    id: int
    at: datetime
    sender: Person
    body: str | bytes
    key: str | None = None


# -- commands: from a member to the server -----------------------------------


class Command(Struct, frozen=True, tag_field="type"):
    """The base of what a JSON member may send; unknown fields are ignored."""


class Say(Command, frozen=True, tag="say"):
    """Says something to the room; sent again under the same key it is kept once."""

    key: str
    text: str


class Rename(Command, frozen=True, tag="rename"):
    """From now on this member is called `name`."""

    name: str


class PingMe(Command, frozen=True, tag="ping_me"):
    """Asks for a WebSocket ping now, so that its pong can be watched."""


class PingWatched(Command, frozen=True, tag="ping"):
    """From a watcher: pings the connection that it watches, now."""


# -- events: from the server to members --------------------------------------


class Event(Struct, frozen=True, omit_defaults=True, tag_field="type"):
    """The base of what a JSON member receives; it ignores types it does not know."""


class Limits(Struct, frozen=True):
    """`message`: bytes in one frame; `name`: characters in a name."""

    message: int
    name: int


class Welcome(Event, frozen=True, tag="welcome"):
    """The first event on every connection: where the log stands, and who is here.

    The log is kept from `oldest` to `head`; `oldest` is `head + 1` when it is
    empty. `people` lists at most 50 of the `count` people in the room, as of
    version `presence`. `heartbeat` is the seconds between two pings.
    """

    room: str
    epoch: str
    head: int
    oldest: int
    you: Person
    count: int
    people: list[Person]
    presence: int
    limits: Limits
    heartbeat: float


class Message(Event, frozen=True, tag="message"):
    """One record, to everybody; a binary body travels as base64 in `data`.

    `at` is when it was stored: RFC 3339, UTC, to the millisecond.
    """

    id: int
    at: str
    sender: Person = field(name="from")
    key: str | None = None
    text: str | UnsetType = UNSET
    data: bytes | UnsetType = UNSET


class Ack(Event, frozen=True, tag="ack"):
    """To the sender alone, behind its own copy: the message under `key` is number `id`."""

    key: str
    id: int
    duplicate: bool = False


class Error(Event, frozen=True, tag="error"):
    """To one member: what was refused and why; the connection goes on.

    With `retry_after` (seconds) the same command will be taken later, without
    it never.
    """

    code: str
    message: str
    key: str | None = None
    retry_after: float | None = None


class Presence(Event, frozen=True, tag="presence"):
    """Who came, went or changed their name since version - 1; at most once a second.

    In a crowd (over 200 people) only the version and the count are told.
    """

    version: int
    count: int
    joined: list[Person] = []
    left: list[str] = []
    renamed: list[Person] = []


class Goodbye(Event, frozen=True, tag="goodbye"):
    """The server is about to close: come back after a random moment in the window (seconds)."""

    code: int
    retry_between: tuple[float, float]


# -- the wire made visible: from the server to whoever watches a connection ---


class Opened(Event, frozen=True, tag="open"):
    """A watched connection began."""

    connection: str
    at: datetime
    path: str
    subprotocol: str | None = None


class Frame(Event, frozen=True, tag="frame"):
    """One frame of a watched connection as the server saw it.

    `sender` is "client" or "server", `size` is the payload's bytes, `text` and
    `hex` show its beginning, `round_trip` (on a pong) is in milliseconds.
    """

    connection: str
    at: datetime
    sender: str = field(name="from")
    opcode: str
    size: int
    text: str | None = None
    hex: str | None = None
    code: int | None = None
    reason: str | None = None
    round_trip: float | None = None


class Closed(Event, frozen=True, tag="closed"):
    """A watched connection ended; 1006 when it broke off without a close frame."""

    connection: str
    at: datetime
    code: int
    reason: str = ""

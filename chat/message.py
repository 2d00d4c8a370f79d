"""What travels. Everything here is frozen: once said, it is never changed.

A *command* comes from a member, an *event* goes to members, a *record* is a
message that has its place in the log. Commands and events are JSON objects on
the wire and their field `type` says which; docs/protocol.md shows each one.
"""

from typing import Annotated, NamedTuple

from msgspec import UNSET, Meta, Struct, UnsetType, field
from msgspec.structs import replace

from chat.names import LONGEST

# -- positions ---------------------------------------------------------------


class Person(Struct, frozen=True):
    """Somebody who takes part: the id says who, the name is only what they are called."""

    id: str
    name: str


class Cursor(NamedTuple):
    """How far somebody has read: up to `id`, under `epoch`.

    The epoch is a token that changes whenever the end of the log may be gone, so
    that no id is ever used twice under one. An empty epoch, which is any, is only there
    at the beginning.
    """

    epoch: str
    id: int

    def __str__(self) -> str:
        return f"{self.epoch}:{self.id}" if self.epoch else "0"


class Position(NamedTuple):
    """Where the log of a room stands: it holds `oldest` to `head`, under one `epoch`."""

    epoch: str
    head: int
    oldest: int


class Draft(Struct, frozen=True):
    """What has been checked and waits for its place in the log.

    `body` is text, or bytes from a plain member that sent a binary frame. `key`
    is the sender's own name for it, by which a resend is recognised; None when
    the sender gave none. `edits` or `deletes` is the id of an earlier message
    that this one changes; a delete has no body.
    """

    room: str
    sender: Person
    body: str | bytes | None
    key: str | None = None
    edits: int | None = None
    deletes: int | None = None


class Record(Struct, frozen=True):
    """An entry in the log of its room; ids are contiguous from 1.

    `at` is in milliseconds since 1970. A message that was deleted, and every edit
    of it, keeps its place and loses its body.
    """

    id: int
    at: int
    sender: Person
    body: str | bytes | None
    key: str | None = None
    edits: int | None = None
    deletes: int | None = None
    edited: bool = False

    @property
    def deleted(self) -> bool:
        return self.body is None and self.deletes is None

    def blanked(self) -> "Record":
        """This entry without its words."""
        return replace(self, body=None)

    def reworded(self, body: str | bytes | None) -> "Record":
        """This message as its last edit left it."""
        return replace(self, body=body, edited=True)


# -- commands: from a member to the server -----------------------------------


Id = Annotated[int, Meta(ge=1, le=2**53)]

# What follows is told in the schema and left to the room to check, which refuses it in words and
# by the key that it is about.
LONGEST_KEY = 64
Key = Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": LONGEST_KEY})]
Text = Annotated[str, Meta(extra_json_schema={"pattern": r"\S"})]
Name = Annotated[str, Meta(extra_json_schema={"pattern": r"\S", "maxLength": LONGEST})]


class Command(Struct, frozen=True, tag_field="type"):
    """The base of what a JSON member may send; unknown fields are ignored."""


class Say(Command, frozen=True, tag="say"):
    """Says something to the room; sent again under the same key it is kept once."""

    key: Key
    text: Text


class Edit(Command, frozen=True, tag="edit"):
    """Gives one's own message `id` new words; a record of its own, under a key of its own."""

    key: Key
    id: Id
    text: Text


class Delete(Command, frozen=True, tag="delete"):
    """Takes one's own message `id` back: its words are gone for everybody, and from the disk."""

    key: Key
    id: Id


class Rename(Command, frozen=True, tag="rename"):
    """From now on this member is called `name`."""

    name: Name


class PingMe(Command, frozen=True, tag="ping_me"):
    """Asks for a WebSocket ping now, so that its pong can be watched."""


# -- events: from the server to members --------------------------------------


class Event(Struct, frozen=True, omit_defaults=True, tag_field="type"):
    """The base of what a JSON member receives; it ignores types it does not know."""


class Limits(Struct, frozen=True):
    """`message`: bytes in one frame; `name`: characters in a name; `key_days`: for how many
    days a key is known again."""

    message: int
    name: int
    key_days: float


class Welcome(Event, frozen=True, tag="welcome"):
    """The first event on every connection: where the log stands, and who is here.

    The log is kept from `oldest` to `head`; `oldest` is `head + 1` when it is
    empty. `people` lists at most 50 of the `count` people in the room, as of
    version `presence`. `heartbeat` is the seconds between two of them, 0 for none.
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

    `at` is when it was stored: RFC 3339, UTC, to the millisecond. With `edits` it
    gives message `edits` new words, with `deletes` it takes message `deletes`
    away. `deleted`: it was taken away since, and has no words any more. `edited`,
    in a page of history: these are the words of its last edit.
    """

    id: int
    at: str
    sender: Person = field(name="from")
    key: str | None = None
    text: str | UnsetType = UNSET
    data: bytes | UnsetType = UNSET
    edits: int | None = None
    deletes: int | None = None
    deleted: bool = False
    edited: bool = False


class Batch(Event, frozen=True, tag="batch"):
    """What a member missed, in order, before anything live."""

    messages: list[Message]


class Gap(Event, frozen=True, tag="gap"):
    """In its place in the stream: messages `lost[0]` to `lost[1]` are no longer kept.

    `lost` is null when the log is not the one that the cursor came from, and
    nobody knows what is missing. What follows starts at `oldest`.
    """

    lost: tuple[int, int] | None
    epoch: str
    oldest: int
    head: int


class Heartbeat(Event, frozen=True, tag="heartbeat"):
    """The last id delivered to the room, behind it on the same stream.

    Silence means that the connection is dead, a head above one's own that
    something was lost: reconnect with the cursor.
    """

    head: int


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

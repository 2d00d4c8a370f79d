"""What travels between the tap of a connection and whoever watches it; frozen, as in message.py.

A watcher holds the secret that the connection was made with, so it may also act on it.
"""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, field

from chat.message import Command, Event

Header = tuple[str, str | None]
"""A header's name and value; None for one that nobody is shown, only that it was there."""

# -- commands: from a watcher ------------------------------------------------

MOST_FRAGMENTS = 100


class Ping(Command, frozen=True, tag="ping"):
    """Pings what is watched, now: one `connection`, or all that the secret was used for."""

    connection: str | None = None


class Send(Command, frozen=True, tag="send"):
    """Sends the client a message: `text`, or bytes as `hex` or `base64`, in so many fragments."""

    connection: str | None = None
    text: str | None = None
    hex: str | None = None
    base64: str | None = None
    fragments: Annotated[int, Meta(ge=1, le=MOST_FRAGMENTS)] = 1


class Close(Command, frozen=True, tag="close"):
    """Closes what is watched with this code, or none, and reason."""

    connection: str | None = None
    code: int | None = None
    reason: str = ""


# -- events: to a watcher ----------------------------------------------------


class Opened(Event, frozen=True, tag="open"):
    """A watched connection began: what its client asked for, and what was answered.

    Values that give somebody rights are None in `headers` and an ellipsis in `query`.
    """

    connection: str
    at: datetime
    path: str
    query: str = ""
    subprotocol: str | None = None
    extensions: str | None = None
    headers: tuple[Header, ...] = ()
    answer: tuple[Header, ...] = ()


class Frame(Event, frozen=True, tag="frame"):
    """One frame of a watched connection as the server saw it.

    `sender` is "client" or "server", `size` is the payload's bytes on the wire and `head`
    what stood before it, the frame's header. `text` and `hex` show the beginning of the
    payload (as it reads, where it was `compressed` and whole), and `cut` says that there
    is more; `wire` is, in hex, the beginning of what was compressed as it stood on the wire.
    `round_trip` (on a pong) is in milliseconds.
    """

    connection: str
    at: datetime
    sender: str = field(name="from")
    opcode: str
    size: int
    head: str
    fin: bool = True
    compressed: bool = False
    masked: bool = False
    text: str | None = None
    hex: str | None = None
    wire: str | None = None
    cut: bool = False
    code: int | None = None
    reason: str | None = None
    round_trip: float | None = None


class Closed(Event, frozen=True, tag="closed"):
    """A watched connection ended; 1005 when the close frame had no code, 1006
    when it broke off without one."""

    connection: str
    at: datetime
    code: int
    reason: str = ""

"""What is asked and answered by HTTP, in JSON."""

from msgspec import Struct

from chat.message import Gap, Key, Message, Name, Text

# -- publishing, by HTTP --------------------------------------------------------


class Publish(Struct, frozen=True):
    """What is published as JSON: `key` as of `Say`, `name` what its author is called."""

    text: Text
    key: Key | None = None
    name: Name | None = None


class Published(Struct, frozen=True):
    """Where it ended up; `duplicate` when it had been there already."""

    id: int
    url: str
    duplicate: bool


class Problem(Struct, frozen=True):
    """What was refused and why (RFC 9457); `code` as of `Error`."""

    title: str
    status: int
    detail: str
    code: str
    type: str = "about:blank"


# -- pages, by HTTP -------------------------------------------------------------


class HistoryPage(Struct, frozen=True, omit_defaults=True):
    """A stretch of a room's log for somebody who reads, oldest first.

    Everything from `first` up to `cursor` is in it. What comes before is to be had by
    `before=<first>`, until `first` is `oldest`; what comes after, by `since=<cursor>`.
    With `since` the messages are the log as it is, edits and deletes in their places, and
    `gap` says what of it is no longer kept; else edits are folded into what they edit.
    """

    room: str
    epoch: str
    head: int
    oldest: int
    first: int
    cursor: str
    messages: list[Message]
    gap: Gap | None = None


class RoomHere(Struct, frozen=True):
    """A room that is alive: its name, the path of its page, and how many people are in it."""

    name: str
    url: str
    count: int


class Rooms(Struct, frozen=True):
    """The rooms that are alive, most people first."""

    rooms: list[RoomHere]


class Identity(Struct, frozen=True):
    """Lets one tab be the person `id`, by `?as=<token>`."""

    token: str
    id: str

"""What members write down during a run, for the checker to read: no more than they were sent."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Place(NamedTuple):
    """An id and the epoch that it counts in: a cursor, or where an ack says a message is."""

    epoch: str
    id: int


NOWHERE = Place("", 0)
"""The cursor of who has read nothing, and wants all."""


@dataclass(frozen=True)
class Said:
    """An entry of the log as a member was sent it; `text` is None where there were no words."""

    epoch: str
    id: int
    person: str
    key: str | None
    text: str | None
    edits: int | None = None
    deletes: int | None = None
    deleted: bool = False


@dataclass(frozen=True)
class Gap:
    """What a member was told is missing: ids from and to, or None for nobody knows."""

    lost: tuple[int, int] | None
    epoch: str
    oldest: int
    head: int


@dataclass
class Connection:
    """One connection of a member with a cursor: what it asked for, and what it got, in order.

    `epoch` and `head` are from the welcome; without one nothing was got. Each answer to
    somebody who asks again and again is one of its own.
    """

    member: str
    cursor: Place | None
    epoch: str = ""
    head: int = 0
    events: list[Said | Gap] = field(default_factory=list)


@dataclass
class Publish:
    """Something a member wanted kept: each answer that came, over all its tries.

    Without acks and not refused, it was never answered: it may be there once or not at all.
    """

    person: str
    key: str
    text: str | None
    edits: int | None = None
    deletes: int | None = None
    acks: list[Place] = field(default_factory=list)
    refused: str = ""
    tries: int = 0


@dataclass
class Run:
    """One connection of a plain member, which has no cursor: the texts that it got, in order."""

    member: str
    texts: list[str] = field(default_factory=list)


@dataclass
class Recording:
    """All of a run.

    `log` is what somebody new was sent at the very end, from the beginning, under `epoch` and
    from `oldest` to `head`; `keep` is how many messages the server was told to keep.
    """

    publishes: list[Publish] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    log: list[Said] = field(default_factory=list)
    epoch: str = ""
    oldest: int = 1
    head: int = 0
    keep: int = 100_000

"""What a room asks of its members, and of the way they are written for.

The handlers have both: a member is a connection, a wire writes frames for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from chat.errors import Refusal
from chat.message import Event, Person, Record


class Crowd(Protocol):
    """Members who get the same bytes."""

    def send(self, data: bytes) -> None:
        """Sends to all of them; neither waits nor raises."""


class Wire(Protocol):
    """One way of writing for members: the same bytes for all who share it."""

    def records(self, records: Sequence[Record], epoch: str) -> bytes:
        """A batch of the log as it goes to members; empty where this wire carries none of it."""

    def backfill(self, records: Sequence[Record], epoch: str) -> bytes:
        """A page of the log as it goes to a member that was away."""

    def event(self, event: Event) -> bytes:
        """Any other event, ready to be sent; empty where this wire does not carry it."""

    def gather(self, members: Iterable[Any]) -> Crowd:
        """Members who share this wire, to be sent to at once; good until one comes or goes."""


class Member(Protocol):
    """Who gets this room's messages. Sending neither waits nor raises nor leaves the room."""

    person: Person

    @property
    def wire(self) -> Wire:
        """How it is written for; one object for all who share it."""

    def send(self, data: bytes) -> None:
        """Sends, or closes the member when too much waits for it already."""

    def send_behind_next(self, data: bytes) -> None:
        """Sends this behind what is sent next, in the same write."""

    def hint(self, data: bytes) -> None:
        """Sends what a member that is behind may do without."""

    async def drained(self) -> None:
        """Waits until the member has taken what it was sent."""

    def refuse(self, refusal: Refusal) -> None:
        """Tells the member what it does not get."""

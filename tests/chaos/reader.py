"""A member that has a cursor, and comes back with it whenever it is cut off."""

import asyncio
from typing import Any

from chaos.members import Member
from chaos.recording import NOWHERE, Connection, Gap, Place, Said


class Reader(Member):
    """Begins at the head, or `from_start`; what it gets is written down, each connection apart."""

    def __init__(self, *seat: Any, from_start: bool = False, **more: Any) -> None:
        super().__init__(*seat, **more)
        self.cursor = NOWHERE if from_start else None
        self.epoch, self.oldest, self.head = "", 1, 0
        self._moved = asyncio.Event()

    async def reaches(self, place: Place) -> None:
        """Returns when it has come to this place."""
        while self.cursor is None or self.cursor.epoch != place.epoch or self.cursor.id < place.id:
            self._moved.clear()
            await self._moved.wait()

    def connected(self) -> None:
        self._connection = Connection(self.name, self.cursor)
        self._recording.connections.append(self._connection)

    def got_event(self, event: dict) -> None:
        match event["type"]:
            case "welcome":
                self._welcomed(event)
            case "message":
                self._said(event)
            case "batch":
                for message in event["messages"]:
                    self._said(message)
            case "gap":
                self._gap(event)

    def move(self, cursor: Place) -> None:
        """From here on it goes on when it comes back."""
        self.cursor = cursor
        self._moved.set()

    def _welcomed(self, event: dict) -> None:
        self.epoch, self.oldest, self.head = event["epoch"], event["oldest"], event["head"]
        self._connection.epoch, self._connection.head = self.epoch, self.head
        if self.cursor is None or (self.cursor == NOWHERE and not self.head):
            self._go_to(self.head)

    def _said(self, event: dict) -> None:
        said = Said(
            self._connection.epoch,
            event["id"],
            event["from"]["id"],
            event.get("key"),
            event.get("text"),
            event.get("edits"),
            event.get("deletes"),
            event.get("deleted", False),
        )
        self._connection.events.append(said)
        self.messages += 1
        same_log = self.cursor and self.cursor.epoch in ("", said.epoch)
        self._go_to(max(said.id, self.cursor.id) if same_log else said.id)

    def _gap(self, event: dict) -> None:
        lost = tuple(event["lost"]) if event["lost"] else None
        gap = Gap(lost, event["epoch"], event["oldest"], event["head"])
        self._connection.events.append(gap)
        self._go_to(gap.oldest - 1)

    def _go_to(self, id: int) -> None:
        """What it got has brought it here."""
        self.move(Place(self._connection.epoch, id))


def written(cursor: Place) -> str:
    """As the server reads it."""
    return f"{cursor.epoch}:{cursor.id}" if cursor.epoch else "0"


def read(cursor: str) -> Place:
    epoch, _, id = cursor.rpartition(":")
    return Place(epoch, int(id))

"""The rooms that are alive in this process: made by going there, gone when empty."""

import asyncio
from collections.abc import Sequence

from chat.history import History, Page, Stored
from chat.member import Member
from chat.message import Draft, Person, Position, Record
from chat.room import Later, Room, Terms, check


class Hub:
    """Knows the rooms by name and passes on what the history delivers."""

    def __init__(self, history: History, later: Later, terms: Terms) -> None:
        self._history = history
        self._later = later
        self._terms = terms
        self._rooms: dict[str, Room] = {}

    def enter(self, name: str, member: Member) -> Room:
        """Counts a member into a room, which is made if need be; it then has to `join`."""
        if name not in self._rooms:
            self._rooms[name] = Room(name, self._history, self._later, self._terms)
        self._rooms[name].arrive(member)
        return self._rooms[name]

    def leave(self, room: Room, member: Member) -> None:
        room.leave(member)
        if not len(room):
            room.close()
            del self._rooms[room.name]

    def publish(
        self, name: str, sender: Person, text: str, key: str | None
    ) -> "asyncio.Future[Stored]":
        """Stores what somebody says who is no member; raises a `Refusal`, or the future does."""
        check(key, text)
        return self._history.append(Draft(name, sender, text, key))

    def deliver(self, name: str, records: Sequence[Record], position: Position) -> None:
        if room := self._rooms.get(name):
            room.deliver(records, position)

    async def page(self, name: str, before: int | None, limit: int) -> Page:
        """The last messages of a room, below an id; raises a store's `Refusal`."""
        return await self._history.read(name, before=before, limit=limit)

    def alive(self) -> list[tuple[str, int]]:
        """The rooms with somebody in them and how many that is, most people first."""
        rooms = [(room.name, room.people.count) for room in self._rooms.values()]
        return sorted(rooms, key=lambda room: (-room[1], room[0]))

"""The rooms that are alive in this process: made by going there, gone when empty."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from functools import partial
from weakref import WeakValueDictionary

from chat.errors import TooManyRooms
from chat.history import History, Page, Stored
from chat.member import Member
from chat.message import Cursor, Draft, Gap, Person, Position, Record
from chat.resume import page_after
from chat.room import Later, Room, Terms, check


class Hub:
    """Knows the rooms by name and passes on what the history delivers."""

    def __init__(self, history: History, later: Later, terms: Terms) -> None:
        self._history = history
        self._later = later
        self._terms = terms
        self._rooms: dict[str, Room] = {}
        self._visits: Counter[str] = Counter()
        """In how many rooms each person is."""
        self.awaited: WeakValueDictionary[str, asyncio.Future[bool]] = WeakValueDictionary()
        """By room, what resolves with its next delivery; gone with the last who waits for it."""

    def enter(self, name: str, member: Member) -> Room:
        """Counts a member into a room, which is made if need be; it then has to `join`.

        Raises a `Refusal` when the room is full, or the person is in too many others.
        """
        who, room = member.person.id, self._rooms.get(name)
        comes = room is None or who not in room.people
        if comes and self._terms.rooms and self._visits[who] >= self._terms.rooms:
            raise TooManyRooms(limit=self._terms.rooms)
        if room is None:
            room = self._rooms[name] = Room(name, self._history, self._later, self._terms)
        room.arrive(member)
        self._visits[who] += comes
        return room

    def leave(self, room: Room, member: Member) -> None:
        room.leave(member)
        if (who := member.person.id) not in room.people:
            self._visits[who] -= 1
            if not self._visits[who]:
                del self._visits[who]
        if not len(room):
            room.close()
            del self._rooms[room.name]

    def publish(
        self, name: str, sender: Person, text: str, key: str | None
    ) -> asyncio.Future[Stored]:
        """Stores what somebody says who is no member; raises a `Refusal`, or the future does."""
        check(key, text)
        return self._history.append(Draft(name, sender, text, key))

    def deliver(self, name: str, records: Sequence[Record], position: Position) -> None:
        if room := self._rooms.get(name):
            room.deliver(records, position)
        if news := self.awaited.pop(name, None):
            news.set_result(True)

    async def page(self, name: str, before: int | None, limit: int) -> Page:
        """The last messages of a room, below an id; raises a store's `Refusal`."""
        return await self._history.read(name, before=before, limit=limit)

    async def page_after(
        self, name: str, cursor: Cursor, limit: int, patience: float
    ) -> tuple[int, Gap | None, Page]:
        """What follows a cursor, where that begins, and the gap before it if there is one.

        If there is nothing it waits for something, up to `patience` seconds.
        """
        read = partial(self._history.read, name)
        ends = asyncio.get_running_loop().time() + patience
        while True:
            # Asked for before reading, or what comes in between would be missed.
            news = self._next(name)
            found = await page_after(cursor, read, limit)
            if found[1] or found[2].records or not await _comes(news, ends):
                return found

    def send_home(self) -> None:
        """Who waits for news gets none any more."""
        for news in self.awaited.values():
            news.set_result(False)
        self.awaited.clear()

    def _next(self, name: str) -> asyncio.Future[bool]:
        """Resolves with the next delivery to a room; one for all who wait for it."""
        if name not in self.awaited:
            news = asyncio.get_running_loop().create_future()
            self.awaited[name] = news
            return news
        return self.awaited[name]

    def alive(self) -> list[tuple[str, int]]:
        """The rooms with somebody in them and how many that is, most people first."""
        rooms = [(room.name, room.people.count) for room in self._rooms.values()]
        return sorted(rooms, key=lambda room: (-room[1], room[0]))


async def _comes(news: asyncio.Future[bool], ends: float) -> bool:
    """Whether it came before this moment on the loop's clock."""
    patience = ends - asyncio.get_running_loop().time()
    done, _ = await asyncio.wait([news], timeout=max(0, patience))
    return bool(done) and news.result()

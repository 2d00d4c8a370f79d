"""The rooms that are alive in this process: made by going there, gone when empty."""

from collections.abc import Sequence

from chat.history import History
from chat.message import Limits, Record
from chat.room import Later, Member, Room

LOBBY = "lobby"


class Hub:
    """Knows the rooms by name and passes on what the history delivers."""

    def __init__(self, history: History, later: Later, limits: Limits, heartbeat: float) -> None:
        self._history = history
        self._later = later
        self._limits = limits
        self._heartbeat = heartbeat
        self.rooms: dict[str, Room] = {}

    def join(self, name: str, member: Member) -> Room:
        """Lets a member into a room, which is made if need be."""
        if name not in self.rooms:
            self.rooms[name] = Room(name, self._history, self._later, self._limits, self._heartbeat)
        room = self.rooms[name]
        room.join(member)
        return room

    def leave(self, room: Room, member: Member) -> None:
        room.leave(member)
        if not len(room):
            del self.rooms[room.name]

    def deliver(self, name: str, records: Sequence[Record]) -> None:
        if room := self.rooms.get(name):
            room.deliver(records)

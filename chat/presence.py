"""Who is in a room: people, not connections; somebody with three tabs is here once.

What changed is told as the net difference since it was last told, so somebody
who reloads a page neither left nor came.
"""

from chat.message import Person, Presence

LISTED = 50
CROWD = 200


class People:
    """The people of one room, each with a count of their connections."""

    def __init__(self) -> None:
        self.version = 0
        self._here: dict[str, Person] = {}
        self._connections: dict[str, int] = {}
        self._told: dict[str, Person] = {}
        self._touched: dict[str, None] = {}

    @property
    def count(self) -> int:
        return len(self._here)

    def __contains__(self, person_id: str) -> bool:
        return person_id in self._here

    def listed(self) -> list[Person]:
        """The first people here, as many as a welcome may carry."""
        return [person for person, _ in zip(self._here.values(), range(LISTED), strict=False)]

    def current(self, person_id: str) -> Person:
        """Somebody who is here, as they are called now."""
        return self._here[person_id]

    def arrive(self, person: Person) -> None:
        """One more connection of this person; the newest one says what they are called."""
        self._connections[person.id] = self._connections.get(person.id, 0) + 1
        self.rename(person)

    def rename(self, person: Person) -> None:
        self._here[person.id] = person
        self._touched[person.id] = None

    def depart(self, person_id: str) -> None:
        """One connection less; with the last one the person is gone."""
        self._connections[person_id] -= 1
        if not self._connections[person_id]:
            del self._connections[person_id], self._here[person_id]
            self._touched[person_id] = None

    def news(self) -> Presence | None:
        """What changed since this was last asked, or None when nothing did."""
        joined, left, renamed = [], [], []
        for id in self._touched:
            before, now = self._told.get(id), self._here.get(id)
            if now is None:
                if self._told.pop(id, None):
                    left.append(id)
                continue
            if before is None:
                joined.append(now)
            elif before != now:
                renamed.append(now)
            self._told[id] = now
        self._touched.clear()
        if not (joined or left or renamed):
            return None
        self.version += 1
        if self.count > CROWD:
            return Presence(self.version, self.count)
        return Presence(self.version, self.count, joined, left, renamed)

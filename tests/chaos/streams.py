"""What each member with a cursor got, on one connection and from one to the next."""

from collections.abc import Iterator

from chaos.findings import DISORDER, DUPLICATE, HOLE, Finding
from chaos.recording import Connection, Gap, Place, Recording, Said


class Stream:
    """Follows the places that one connection gets, from `expected` on."""

    def __init__(self, member: str, expected: int) -> None:
        self.expected = expected
        self._member = member
        self._missing: set[int] = set()
        self._findings: list[Finding] = []

    def got(self, place: int) -> None:
        if place in self._missing:
            self._missing.discard(place)
            self.note(DISORDER, f"got {place} after {self.expected - 1}")
        elif place < self.expected:
            self.note(DUPLICATE, f"got {place} again, after {self.expected - 1}")
        else:
            self.passed_over(place)
            self.expected = place + 1

    def passed_over(self, place: int) -> None:
        """Goes on from `place`; what lies before it may still come late."""
        self._missing.update(range(self.expected, place))

    def note(self, kind: str, words: str) -> None:
        self._findings.append(Finding(kind, f"{self._member} {words}"))

    def findings(self) -> list[Finding]:
        for place in sorted(self._missing):
            self.note(HOLE, f"never got {place}")
        return self._findings


def findings(recording: Recording) -> Iterator[Finding]:
    stood: dict[str, tuple[Place, Place]] = {}
    for connection in recording.connections:
        if connection.epoch:
            yield from _stream(connection, recording.epoch, recording.head - recording.keep)
            yield from _comes_back(connection, stood.get(connection.member))
            stood[connection.member] = _stands(connection)


def _stream(connection: Connection, epoch: str, let_go: int) -> list[Finding]:
    cursor = connection.cursor
    stream = Stream(connection.member, cursor.id + 1 if cursor else connection.head + 1)
    foreign = is_foreign(connection)
    for event in connection.events:
        if isinstance(event, Said):
            if foreign:
                stream.note(HOLE, "was not told that its cursor is of another log")
                stream.expected, foreign = event.id, False
            stream.got(event.id)
        else:
            _over_the_gap(stream, event, foreign, let_go if event.epoch == epoch else event.head)
            foreign = False
    return stream.findings()


def is_foreign(connection: Connection) -> bool:
    """Whether the cursor means nothing in this log: of another epoch, or beyond the head."""
    cursor = connection.cursor
    if cursor is None or not cursor.epoch:
        return False
    return cursor.epoch != connection.epoch or cursor.id > connection.head


def _over_the_gap(stream: Stream, gap: Gap, foreign: bool, let_go: int) -> None:
    """A gap must be true: from the next expected id to the last that was let go of."""
    if gap.lost is None:
        if not foreign:
            stream.note(HOLE, "was told that its log is gone, and it is not")
        stream.expected = gap.oldest
        return
    first, last = gap.lost
    if last > let_go:
        stream.note(HOLE, f"was told that {first} to {last} are gone; {let_go} is the last that is")
    if first != stream.expected or last != gap.oldest - 1:
        stream.note(
            HOLE, f"was told of {first} to {last}, not {stream.expected} to {gap.oldest - 1}"
        )
    stream.expected = last + 1


# -- from one connection to the next ---------------------------------------------------------


def _stands(connection: Connection) -> tuple[Place, Place]:
    """Where a member stands after a connection: at the last that it was sent, and at the
    end of what it was told is gone behind that, which it may be told again."""
    sent = told = connection.cursor or Place(connection.epoch, connection.head)
    for event in connection.events:
        if isinstance(event, Gap):
            told = Place(event.epoch, event.oldest - 1)
        else:
            same_log = told.epoch in ("", event.epoch)
            sent = told = Place(event.epoch, max(event.id, told.id) if same_log else event.id)
    return sent, told


def _comes_back(connection: Connection, stood: tuple[Place, Place] | None) -> Iterator[Finding]:
    """A cursor that the server gives out is that of what went with it."""
    member, cursor = connection.member, connection.cursor
    if not stood or cursor is None or any(_same(cursor, place) for place in stood):
        return
    sent, told = stood
    if cursor.id > told.id:
        yield Finding(HOLE, f"{member} came back behind {cursor.id}, and had got {sent.id}")
    else:
        yield Finding(DUPLICATE, f"{member} came back behind {cursor.id}, and had got {sent.id}")


def _same(one: Place, other: Place) -> bool:
    return one.id == other.id and (one.epoch == other.epoch or "" in (one.epoch, other.epoch))

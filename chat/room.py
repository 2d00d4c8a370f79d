"""A room: its members, and the one road that a message takes to them.

Fan-out is synchronous: a batch is encoded once per wire and the same bytes are
handed to every member; nothing here waits, and a member that cannot keep up is
its handler's business. The order in which members see messages is the order of
the log, because only the history calls `deliver`.

Whoever joins is welcomed, then catches up (chat/resume.py), and in one turn, with
nothing in between, becomes a member: it misses nothing and sees nothing twice.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from chat import names
from chat.errors import BadKey, EmptyText, Refusal, RoomFull, StoreFailed
from chat.history import History, Stored
from chat.member import Crowd, Member, Wire
from chat.message import (
    LONGEST_KEY,
    Ack,
    Cursor,
    Delete,
    Draft,
    Edit,
    Event,
    Heartbeat,
    Limits,
    Person,
    Position,
    Record,
    Say,
    Welcome,
)
from chat.presence import People
from chat.resume import Ring, catch_up

log = logging.getLogger("broadcaster")

PRESENCE_EVERY = 1.0
"""Seconds between two tellings of who came and went."""


class Timer(Protocol):
    """A call that is still to come; once cancelled it does not, and holds nothing."""

    def cancel(self) -> None: ...


Later = Callable[[float, Callable[[], None]], Timer]
"""later(seconds, call): calls once, that much later, on the loop."""


@dataclass(frozen=True)
class Terms:
    """What a room holds to: `limits` and `heartbeat` (seconds) are told in the welcome,
    `ring` is how many bytes of the newest messages it keeps at hand. There may be `members` in a
    room, and a person in `rooms` at once; 0 is as many as they like."""

    limits: Limits
    heartbeat: float
    ring: int
    members: int = 0
    rooms: int = 0


def check(key: str | None, text: str | None) -> None:
    """Raises a `Refusal` for a key or a text that nothing can be said by."""
    if key is not None and not 1 <= len(key) <= LONGEST_KEY:
        raise BadKey(longest=LONGEST_KEY, length=len(key))
    if text is not None and not text.strip():
        raise EmptyText(key=key)


class Room:
    """One room while anybody is in it; `later` calls it back."""

    def __init__(self, name: str, history: History, later: Later, terms: Terms) -> None:
        self.name = name
        self.people = People()
        self._history = history
        self._later = later
        self._terms = terms
        self._ring = Ring(terms.ring)
        self._members: dict[Wire, set[Member]] = {}
        self._crowds: dict[Wire, Crowd] = {}
        self._joining: dict[Member, list[bytes]] = {}
        self._senders: dict[tuple[str, str], Member] = {}
        self._position: Position | None = None
        self._telling: Timer | None = None
        self._beating: Timer | None = None
        self._beat()

    def __len__(self) -> int:
        return len(self._joining) + sum(map(len, self._members.values()))

    def close(self) -> None:
        """Nobody is here any more, and no timer knows this room: it is gone with its ring."""
        for timer in (self._telling, self._beating):
            if timer:
                timer.cancel()

    # -- coming and going ------------------------------------------------------

    def arrive(self, member: Member) -> None:
        """Counts a member in; it gets nothing before `join`. Raises `RoomFull`."""
        if self._terms.members and len(self) >= self._terms.members:
            raise RoomFull(limit=self._terms.members)
        self._joining[member] = []
        self.people.arrive(member.person)
        self._presence_changed()

    async def join(self, member: Member, cursor: Cursor | None) -> None:
        """Welcomes a member that has arrived, catches it up from its cursor, lets it in.

        Without a cursor it begins at the head. May be cancelled at any time; raises a
        store's `Refusal` when the log cannot be read.
        """
        if self._position is None:
            page = await self._history.read(self.name, after=0, limit=0)
            self._position = self._position or page.position
        member.send(member.wire.event(self._welcome(member, self._position)))
        after = self._position.head
        if cursor is not None:
            read = partial(self._history.read, self.name)
            after = await catch_up(member, cursor, read, self._ring, lambda: self._here)
        self._let_in(member, after)

    def leave(self, member: Member) -> None:
        """Counts a member out, wherever it stood."""
        self._joining.pop(member, None)
        members = self._members.get(member.wire, set())
        members.discard(member)
        self._crowds.pop(member.wire, None)
        if not members:
            self._members.pop(member.wire, None)
        self.people.depart(member.person.id)
        self._presence_changed()

    def rename(self, member: Member, name: str) -> None:
        """The member's person is called `name` from now on, on all their connections."""
        self.people.rename(Person(member.person.id, names.checked(name)))
        self._presence_changed()

    def _let_in(self, member: Member, after: int) -> None:
        """In one turn: what came since, the acks that waited for it, and a member."""
        acks = self._joining.pop(member)
        missed = member.wire.records(self._ring.after(after), self._here.epoch)
        data = missed + b"".join(acks)
        if data:
            member.send(data)
        self._members.setdefault(member.wire, set()).add(member)
        self._crowds.pop(member.wire, None)

    @property
    def _here(self) -> Position:
        assert self._position
        return self._position

    def _welcome(self, member: Member, position: Position) -> Welcome:
        return Welcome(
            room=self.name,
            epoch=position.epoch,
            head=position.head,
            oldest=position.oldest,
            you=self.people.current(member.person.id),
            count=self.people.count,
            people=self.people.listed(),
            presence=self.people.version,
            limits=self._terms.limits,
            heartbeat=self._terms.heartbeat,
        )

    # -- from a member ---------------------------------------------------------

    def say(self, member: Member, command: Say | Edit | Delete) -> "asyncio.Future[Stored]":
        """Stores what a member says or changes, under its key; acked behind its own copy."""
        check(command.key, None if isinstance(command, Delete) else command.text)
        self._senders.setdefault((member.person.id, command.key), member)
        return self._append(member, self._draft(member, command))

    def relay(self, member: Member, body: str | bytes) -> "asyncio.Future[Stored]":
        """Stores what a plain member sent, as it is."""
        return self._append(member, Draft(self.name, self._person(member), body))

    def _draft(self, member: Member, command: Say | Edit | Delete) -> Draft:
        who = self._person(member)
        match command:
            case Say(key, text):
                return Draft(self.name, who, text, key)
            case Edit(key, id, text):
                return Draft(self.name, who, text, key, edits=id)
            case Delete(key, id):
                return Draft(self.name, who, None, key, deletes=id)

    def _person(self, member: Member) -> Person:
        return self.people.current(member.person.id)

    def _append(self, member: Member, draft: Draft) -> "asyncio.Future[Stored]":
        future = self._history.append(draft)
        future.add_done_callback(partial(self._settled, member, draft.key))
        return future

    def _settled(self, member: Member, key: str | None, future: "asyncio.Future[Stored]") -> None:
        """Answers what no delivered copy has answered: a refusal, or a resend."""
        if key is not None and self._senders.get((member.person.id, key)) is member:
            del self._senders[member.person.id, key]
        error = future.exception()
        if error is not None:
            member.refuse(error if isinstance(error, Refusal) else StoreFailed(key=key))
        elif key is not None and future.result().duplicate:
            self._ack(member, Ack(key, future.result().id, duplicate=True))

    def _ack(self, member: Member, ack: Ack) -> None:
        """An ack never comes before the copy that a joining member will yet be sent."""
        data = member.wire.event(ack)
        if member in self._joining:
            self._joining[member].append(data)
        else:
            member.send(data)

    # -- to the members --------------------------------------------------------

    def deliver(self, records: Sequence[Record], position: Position) -> None:
        """Hands a batch of the log to every member, to its sender with the ack behind it."""
        self._position = position
        self._ring.add(records)
        acks = self._acks(records)
        for wire, members in self._members.items():
            data = wire.records(records, position.epoch)
            for member in acks.keys() & members:
                member.send_behind_next(acks[member])
            if data:
                self._crowd(wire, members).send(data)

    def _crowd(self, wire: Wire, members: set[Member]) -> Crowd:
        if wire not in self._crowds:
            self._crowds[wire] = wire.gather(members)
        return self._crowds[wire]

    def tell(self, event: Event) -> None:
        """Hands an event that is no part of the log to every member whose wire carries it."""
        for wire, members in self._members.items():
            if data := wire.event(event):
                for member in members:
                    member.hint(data)

    def _acks(self, records: Sequence[Record]) -> dict[Member, bytes]:
        acks: dict[Member, bytes] = {}
        for record in records:
            sender = self._senders.pop((record.sender.id, record.key or ""), None)
            if sender is None or record.key is None:
                continue
            ack = Ack(record.key, record.id)
            if sender in self._joining:
                self._ack(sender, ack)
            else:
                acks[sender] = acks.get(sender, b"") + sender.wire.event(ack)
        return acks

    # -- from time to time -----------------------------------------------------

    def _presence_changed(self) -> None:
        if not self._telling:
            self._telling = self._later(PRESENCE_EVERY, self._tell_presence)

    def _tell_presence(self) -> None:
        self._telling = None
        if news := self.people.news():
            self.tell(news)

    def _beat(self) -> None:
        if self._terms.heartbeat:
            self._beating = self._later(self._terms.heartbeat, self._beat)
            if self._position:
                self.tell(Heartbeat(self._position.head))

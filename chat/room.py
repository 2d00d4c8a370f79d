"""A room: its members, and the one road that a message takes to them.

Fan-out is synchronous: a batch is encoded once per wire and the same bytes are
handed to every member; nothing here waits, and a member that cannot keep up is
its handler's business. The order in which members see messages is the order of
the log, because only the history calls `deliver`.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from chat import names
from chat.errors import BadKey, EmptyText, Refusal
from chat.history import History, Stored
from chat.message import Ack, Draft, Event, Limits, Person, Record, Say, Welcome
from chat.presence import People

LONGEST_KEY = 64
PRESENCE_EVERY = 1.0
"""Seconds between two tellings of who came and went."""

Later = Callable[[float, Callable[[], None]], object]
"""later(seconds, call): calls once, that much later, on the loop."""


class Wire(Protocol):
    """One way of writing for members: the same bytes for all who share it."""

    def records(self, records: Sequence[Record]) -> bytes:
        """A batch of the log, ready to be sent."""

    def event(self, event: Event) -> bytes:
        """Any other event, ready to be sent; empty where this wire does not carry it."""


class Member(Protocol):
    """Who gets this room's messages. `send` neither waits nor raises nor leaves the room."""

    person: Person
    wire: Wire

    def send(self, data: bytes) -> None: ...

    def refuse(self, refusal: Refusal) -> None: ...


class Room:
    """`limits` and `heartbeat` are what members are welcomed with."""

    def __init__(
        self, name: str, history: History, later: Later, limits: Limits, heartbeat: float
    ) -> None:
        self.name = name
        self.people = People()
        self._history = history
        self._later = later
        self._limits = limits
        self._heartbeat = heartbeat
        self._members: dict[Wire, set[Member]] = {}
        self._senders: dict[tuple[str, str], Member] = {}
        self._telling = False

    def __len__(self) -> int:
        return sum(map(len, self._members.values()))

    # -- coming and going ------------------------------------------------------

    def join(self, member: Member) -> None:
        """Welcomes a member; from here on it gets all that is delivered."""
        self.people.arrive(member.person)
        member.send(member.wire.event(self._welcome(member)))
        self._members.setdefault(member.wire, set()).add(member)
        self._presence_changed()

    def leave(self, member: Member) -> None:
        self._members[member.wire].remove(member)
        if not self._members[member.wire]:
            del self._members[member.wire]
        self.people.depart(member.person.id)
        self._presence_changed()

    def rename(self, member: Member, name: str) -> None:
        """The member's person is called `name` from now on, on all their connections."""
        self.people.rename(Person(member.person.id, names.checked(name)))
        self._presence_changed()

    def _welcome(self, member: Member) -> Welcome:
        epoch, head, oldest = self._history.position(self.name)
        return Welcome(
            room=self.name,
            epoch=epoch,
            head=head,
            oldest=oldest,
            you=member.person,
            count=self.people.count,
            people=self.people.listed(),
            presence=self.people.version,
            limits=self._limits,
            heartbeat=self._heartbeat,
        )

    # -- from a member ---------------------------------------------------------

    def say(self, member: Member, say: Say) -> "asyncio.Future[Stored]":
        """Stores what a member says under its key; acked behind its own copy."""
        if not 1 <= len(say.key) <= LONGEST_KEY:
            raise BadKey(longest=LONGEST_KEY, length=len(say.key))
        if not say.text.strip():
            raise EmptyText(key=say.key)
        self._senders.setdefault((member.person.id, say.key), member)
        return self._append(member, say.text, say.key)

    def relay(self, member: Member, body: str | bytes) -> "asyncio.Future[Stored]":
        """Stores what a plain member sent, as it is."""
        return self._append(member, body, None)

    def _append(
        self, member: Member, body: str | bytes, key: str | None
    ) -> "asyncio.Future[Stored]":
        sender = self.people.current(member.person.id)
        future = self._history.append(Draft(self.name, sender, body, key))
        future.add_done_callback(partial(self._settled, member, key))
        return future

    def _settled(self, member: Member, key: str | None, future: "asyncio.Future[Stored]") -> None:
        """Answers what no delivered copy has answered: a refusal, or a resend."""
        if key is not None and self._senders.get((member.person.id, key)) is member:
            del self._senders[member.person.id, key]
        refusal = future.exception()
        if isinstance(refusal, Refusal):
            member.refuse(refusal)
        elif key is not None and future.result().duplicate:
            member.send(member.wire.event(Ack(key, future.result().id, duplicate=True)))

    # -- to the members --------------------------------------------------------

    def deliver(self, records: Sequence[Record]) -> None:
        """Hands a batch of the log to every member, to its sender with the ack behind it."""
        acks = self._acks(records)
        for wire, members in self._members.items():
            data = wire.records(records)
            for member in members:
                member.send(data + acks[member] if member in acks else data)

    def tell(self, event: Event) -> None:
        """Hands an event that is no part of the log to every member whose wire carries it."""
        for wire, members in self._members.items():
            if data := wire.event(event):
                for member in members:
                    member.send(data)

    def _acks(self, records: Sequence[Record]) -> dict[Member, bytes]:
        acks: dict[Member, bytes] = {}
        for record in records:
            sender = self._senders.pop((record.sender.id, record.key or ""), None)
            if sender is not None and record.key is not None:
                ack = sender.wire.event(Ack(record.key, record.id))
                acks[sender] = acks.get(sender, b"") + ack
        return acks

    def _presence_changed(self) -> None:
        if not self._telling:
            self._telling = True
            self._later(PRESENCE_EVERY, self._tell_presence)

    def _tell_presence(self) -> None:
        self._telling = False
        if news := self.people.news():
            self.tell(news)

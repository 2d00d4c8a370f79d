"""A room with hand-written members: who gets what, in which order, in how many writes."""

import asyncio
import json
import weakref

import pytest

from chat.codec import encode, message
from chat.history import MemoryHistory
from chat.hub import Hub
from chat.message import Batch, Cursor, Event, Limits, Message, Person, Say
from chat.room import PRESENCE_EVERY, Terms


class Recorder:
    """A member that keeps what it is sent, one list of events a write."""

    def __init__(self, name, wire):
        self.person = Person(name.lower(), name)
        self.wire = wire
        self.writes = []
        self.behind = b""
        self.refusals = []

    def send(self, data):
        data, self.behind = data + self.behind, b""
        self.writes.append([json.loads(line) for line in data.splitlines()])

    hint = send

    def send_behind_next(self, data):
        self.behind = data

    async def drained(self):
        await asyncio.sleep(0)

    def refuse(self, refusal):
        self.refusals.append(refusal)

    def events(self, type):
        return [event for events in self.writes for event in events if event["type"] == type]


class Crowd(list):
    def send(self, data):
        for member in self:
            member.send(data)


class Events:
    """A wire of JSON lines, which counts how often it encodes a batch."""

    def __init__(self):
        self.encoded = 0

    def records(self, records, epoch):
        self.encoded += 1
        return b"".join(self.event(message(record)) for record in records)

    def backfill(self, records, epoch):
        return self.event(Batch([message(record) for record in records]))

    def event(self, event: Event):
        return encode(event) + b"\n"

    def gather(self, members):
        return Crowd(members)


class MessagesAlone(Events):
    def event(self, event):
        return super().event(event) if isinstance(event, Message) else b""


class Later(list):
    """Calls that are to be made later, with the seconds, which the test makes itself."""

    def __call__(self, seconds, call):
        self.append((seconds, call))
        return self

    def cancel(self):
        self.clear()


@pytest.fixture
def turns():
    """Calls that wait for the next turn of the loop, which the test makes itself."""
    return []


@pytest.fixture
def hub(turns):
    history = MemoryHistory(soon=turns.append)
    later = Later()
    terms = Terms(Limits(1, 1, 1), heartbeat=0, ring=100_000)
    hub = Hub(history, later, terms)
    hub.later = later
    history.open(hub.deliver)
    return hub


@pytest.fixture
def room(hub, io_loop):
    keeper = Recorder("Keeper", MessagesAlone())
    return io_loop.run_sync(lambda: enter(hub, "lobby", keeper))


async def enter(hub, name, member, cursor=None):
    """The room, with the member in it."""
    room = hub.enter(name, member)
    await room.join(member, cursor)
    return room


async def into(room, member, cursor=None):
    room.arrive(member)
    await room.join(member, cursor)


def turn(turns):
    while turns:
        turns.pop(0)()


async def test_the_messages_of_one_turn_are_one_write_a_member_with_the_acks_behind(room, turns):
    wire = Events()
    ada, bob = Recorder("Ada", wire), Recorder("Bob", wire)
    await into(room, ada)
    await into(room, bob)
    before = len(ada.writes)
    for number in range(3):
        room.say(ada, Say(f"k{number}", str(number)))
    room.say(bob, Say("k", "from bob"))
    turn(turns)
    assert [len(member.writes) - before for member in (ada, bob)] == [1, 1]
    assert [event["type"] for event in ada.writes[-1]] == ["message"] * 4 + ["ack"] * 3
    assert [event["type"] for event in bob.writes[-1]] == ["message"] * 4 + ["ack"]
    assert [ack["id"] for ack in ada.events("ack")] == [1, 2, 3]


async def test_a_batch_is_encoded_once_per_wire_however_many_members(room, turns):
    one, other = Events(), MessagesAlone()
    for number in range(10):
        await into(room, Recorder(f"A{number}", one))
        await into(room, Recorder(f"B{number}", other))
    sender = Recorder("Ada", one)
    await into(room, sender)
    one.encoded = other.encoded = 0
    room.say(sender, Say("k", "x"))
    turn(turns)
    assert (one.encoded, other.encoded) == (1, 1)


async def test_two_tabs_that_send_one_key_get_one_message_and_each_its_own_ack(room, turns):
    tab, other = Recorder("Ada", Events()), Recorder("Ada", Events())
    await into(room, tab)
    await into(room, other)
    futures = [room.say(tab, Say("k", "x")), room.say(other, Say("k", "x"))]
    turn(turns)
    for future in futures:
        await future
    await nothing_left()
    assert tab.events("ack") == [{"type": "ack", "key": "k", "id": 1}]
    assert other.events("ack") == [{"type": "ack", "key": "k", "id": 1, "duplicate": True}]


async def test_a_refusal_by_the_history_is_told_to_its_sender_alone(room, turns):
    ada, bob = Recorder("Ada", Events()), Recorder("Bob", Events())
    await into(room, ada)
    await into(room, bob)
    room.say(ada, Say("k", "x"))
    room.say(ada, Say("k", "y"))
    turn(turns)
    await nothing_left()
    assert [(type(refusal).code, refusal.key) for refusal in ada.refusals] == [("key_reused", "k")]
    assert not bob.refusals


async def test_a_member_that_left_gets_nothing_more_and_its_message_still_comes(room, turns):
    ada, bob = Recorder("Ada", Events()), Recorder("Bob", Events())
    await into(room, ada)
    await into(room, bob)
    room.say(ada, Say("k", "last words"))
    room.leave(ada)
    turn(turns)
    assert [message["text"] for message in bob.events("message")] == ["last words"]
    assert not ada.events("message")


async def test_presence_is_told_once_however_many_come_and_go_meanwhile(room, hub):
    members = [Recorder(f"M{number}", Events()) for number in range(5)]
    for member in members:
        await into(room, member)
    assert [seconds for seconds, _ in hub.later] == [PRESENCE_EVERY]
    hub.later.pop()[1]()
    told = members[0].writes[-1][0]
    assert (told["version"], told["count"], len(told["joined"])) == (1, 6, 6)


async def test_whoever_is_a_little_behind_is_served_from_the_ring(room, turns, hub, monkeypatch):
    ada = Recorder("Ada", Events())
    await into(room, ada)
    for number in range(1, 6):
        room.say(ada, Say(f"k{number}", str(number)))
    turn(turns)
    monkeypatch.setattr(hub._history, "read", lambda *_, **__: pytest.fail("it was read"))
    bob = Recorder("Bob", Events())
    await into(room, bob, Cursor("", 2))
    assert [message["id"] for message in bob.events("message")] == [3, 4, 5]


async def test_a_welcome_comes_first(room):
    ada = Recorder("Ada", Events())
    await into(room, ada)
    assert ada.writes[0][0]["type"] == "welcome"


async def test_a_room_is_gone_with_its_last_member(hub):
    ada = Recorder("Ada", Events())
    room = await enter(hub, "den", ada)
    assert ("den", 1) in hub.alive()
    hub.leave(room, ada)
    assert "den" not in dict(hub.alive())


async def nothing_left():
    """Lets callbacks of resolved futures run."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_a_room_that_nobody_is_in_is_gone_at_once_with_what_was_said_in_it(turns):
    history = MemoryHistory(soon=turns.append)
    terms = Terms(Limits(1, 1, 1), heartbeat=60, ring=100_000)
    hub = Hub(history, asyncio.get_running_loop().call_later, terms)
    history.open(hub.deliver)
    ada = Recorder("Ada", Events())
    room = await enter(hub, "attic", ada)
    room.say(ada, Say("k", "x" * 1000))
    turn(turns)
    await nothing_left()
    hub.leave(room, ada)
    remembered = weakref.ref(room)
    del room
    assert remembered() is None

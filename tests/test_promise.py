"""The promise, held against any interleaving: says, resends, joins, leaves, trims and resumes.

Members come and go with their cursors while others talk; whatever the order, each
ends up with the whole log, every id once and in order, or told exactly which ids are
no longer kept. Over each store, through the real room.
"""

import asyncio
import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from chat.codec import encode, message
from chat.history import Retention
from chat.hub import Hub
from chat.message import Batch, Cursor, Event, Limits, Person, Say
from chat.room import Terms
from test_history import STORES, Clock

TERMS = Terms(Limits(1, 1, 1), heartbeat=0, ring=2000)


class Crowd(list):
    def send(self, data):
        for member in self:
            member.send(data)


class Lines:
    """A wire of JSON lines."""

    def records(self, records, epoch):
        return b"".join(self.event(message(record)) for record in records)

    def backfill(self, records, epoch):
        return self.event(Batch([message(record) for record in records]))

    def event(self, event: Event):
        return encode(event) + b"\n"

    def gather(self, members):
        return Crowd(members)


WIRE = Lines()


class Returning:
    """Somebody who keeps a cursor and comes back with it, as docs/protocol.md says."""

    def __init__(self, name):
        self.person = Person(name, name)
        self.wire = WIRE
        self.epoch, self.id = "", 0
        self.log = []
        self.acks = {}
        self.behind = b""
        self.room = None

    async def come(self, hub):
        self.room = hub.enter("lobby", self)
        self.joining = asyncio.ensure_future(self.room.join(self, Cursor(self.epoch, self.id)))

    async def go(self, hub):
        self.joining.cancel()
        with suppress(asyncio.CancelledError):
            await self.joining
        hub.leave(self.room, self)
        self.room = None

    def send(self, data):
        data, self.behind = data + self.behind, b""
        for line in data.splitlines():
            self.got(json.loads(line))

    hint = send

    def send_behind_next(self, data):
        self.behind = data

    async def drained(self):
        await asyncio.sleep(0)

    def refuse(self, refusal):
        raise AssertionError(refusal)

    def got(self, event):
        match event:
            case {"type": "welcome", "epoch": epoch}:
                self.epoch = epoch
            case {"type": "gap", "lost": [first, last], "oldest": oldest}:
                assert (first, last) == (self.id + 1, oldest - 1)
                self.log += [(id, None) for id in range(first, last + 1)]
                self.id = last
            case {"type": "batch", "messages": messages}:
                for one in messages:
                    self.got(one)
            case {"type": "message", "id": id, "text": text}:
                assert id == self.id + 1, f"{self.person.name}: {id} after {self.id}"
                self.log.append((id, text))
                self.id = id
            case {"type": "ack", "key": key, "id": id}:
                assert self.acks.setdefault(key, id) == id


STEPS = some.lists(
    some.one_of(
        some.tuples(some.just("say"), some.sampled_from("abc"), some.integers(0, 30)),
        some.tuples(some.just("toggle"), some.sampled_from("abc"), some.none()),
        some.tuples(some.just("turn"), some.integers(1, 4), some.none()),
    ),
    max_size=60,
)


@pytest.mark.parametrize("store", STORES)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, keep=some.sampled_from([4, 1000]))
def test_any_interleaving_keeps_the_promise(store, steps, keep, tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "log.db"
    asyncio.run(keeps_it(STORES[store](path, Retention(messages=keep), Clock()), steps))


async def keeps_it(history, steps):
    hub = Hub(history, asyncio.get_running_loop().call_later, TERMS)
    history.open(hub.deliver)
    keeper, members = Returning("keeper"), {name: Returning(name) for name in "abc"}
    await keeper.come(hub)
    await keeper.joining
    for step, what, number in steps:
        if step == "turn":
            for _ in range(what):
                await asyncio.sleep(0)
        elif step == "toggle":
            member = members[what]
            await (member.go(hub) if member.room else member.come(hub))
        elif members[what].room:
            key = f"k{number}"  # the same number again is a resend
            members[what].room.say(members[what], Say(key, f"{what} {key}"))
    for member in members.values():
        if not member.room:
            await member.come(hub)
        await member.joining
    last = members["a"].room.say(members["a"], Say("last", "last"))
    await last
    await asyncio.sleep(0)
    check(keeper, members.values())
    await history.close()


def check(keeper, members):
    assert [id for id, _ in keeper.log] == list(range(1, keeper.id + 1))
    texts = [text for _, text in keeper.log]
    assert len(set(texts)) == len(texts), "something was stored twice"
    for member in members:
        assert [id for id, _ in member.log] == [id for id, _ in keeper.log]
        for (_, got), (_, said) in zip(member.log, keeper.log, strict=True):
            assert got in (said, None)
        for key, id in member.acks.items():
            assert keeper.log[id - 1] == (
                id,
                f"{member.person.name} {key}" if key != "last" else key,
            )


class Trimming(Returning):
    """Somebody slow: while they take a page, much is said and the oldest is let go of."""

    def __init__(self, name, meanwhile):
        super().__init__(name)
        self.meanwhile = meanwhile

    async def drained(self):
        await self.meanwhile()


@pytest.mark.parametrize("store", STORES)
async def test_what_is_let_go_of_while_one_catches_up_is_declared_in_its_place(store, tmp_path):
    history = STORES[store](tmp_path / "log.db", Retention(messages=300), Clock())
    hub = Hub(history, asyncio.get_running_loop().call_later, TERMS)
    history.open(hub.deliver)
    talker, rounds = Returning("talker"), iter(range(2))
    await talker.come(hub)
    await talker.joining

    async def talk(count=350):
        said = [talker.room.say(talker, Say(f"{talker.id} {n}", "x")) for n in range(count)]
        await asyncio.gather(*said)

    async def meanwhile():
        if next(rounds, None) is not None:
            await talk()

    await talk()
    slow = Trimming("slow", meanwhile)
    await slow.come(hub)
    await slow.joining
    assert [id for id, _ in slow.log] == list(range(1, 1051))
    gaps = [id for id, text in slow.log if text is None]
    assert gaps
    assert gaps[0] == 1
    assert any(id > 251 for id in gaps), "nothing was let go of while it caught up"
    await history.close()

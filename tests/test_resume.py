"""Whoever returns with a cursor gets exactly what they missed, in order, before anything live."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chat.codec import encode, message, weight
from chat.message import Person, Record
from chat.resume import PAGE, Ring
from handlers.socket import SocketHandler


def cursor(member, id=None):
    """A cursor as a client keeps it."""
    return f"{member.welcome['epoch']}:{member.welcome['head'] if id is None else id}"


async def said(member, *texts):
    for text in texts:
        await member.say(text)
        await member.event("ack")


async def returned(clients, since, name="Bob", room="/ws"):
    """A member that comes with a cursor, and its welcome."""
    socket = await clients.plain(f"{room}?name={name}&since={since}", "broadcaster.v1.json")
    socket.welcome = await socket.event("welcome")
    return socket


async def caught_up(member, head):
    """What a member is sent up to the head: gaps as tuples, messages as (id, text)."""
    got, last = [], None
    while last != head:
        event = json.loads(await member.receive())
        if event["type"] == "gap":
            got.append(("gap", event["lost"], event["oldest"], event["head"]))
            last = event["oldest"] - 1 if event["lost"] is None else event["lost"][1]
        elif event["type"] in ("batch", "message"):
            messages = event["messages"] if event["type"] == "batch" else [event]
            got += [(message["id"], message.get("text")) for message in messages]
            last = messages[-1]["id"]
    return got


async def test_a_member_gets_what_it_missed_and_then_what_is_new(clients):
    ada = await clients.json("Ada")
    await said(ada, "one", "two", "three")
    bob = await returned(clients, cursor(ada, 1))
    assert await caught_up(bob, 3) == [(2, "two"), (3, "three")]
    await said(ada, "four")
    assert (await bob.event("message"))["id"] == 4


async def test_without_a_cursor_it_begins_at_the_head(clients):
    ada = await clients.json("Ada")
    await said(ada, "one")
    bob = await clients.json("Bob")
    assert bob.welcome["head"] == 1
    await said(ada, "two")
    assert (await bob.event("message"))["id"] == 2


async def test_a_cursor_at_the_head_brings_nothing_old(clients):
    ada = await clients.json("Ada")
    await said(ada, "one")
    bob = await returned(clients, cursor(ada, 1))
    await said(ada, "two")
    assert (await bob.event("message"))["id"] == 2


async def test_zero_is_the_beginning(clients):
    ada = await clients.json("Ada")
    await said(ada, "one", "two")
    assert await caught_up(await returned(clients, "0"), 2) == [(1, "one"), (2, "two")]


@pytest.mark.options("--keep-messages=5")
async def test_what_is_no_longer_kept_is_declared_with_exact_numbers(clients):
    ada = await clients.json("Ada")
    await said(ada, *map(str, range(1, 13)))
    bob = await returned(clients, cursor(ada, 3))
    assert bob.welcome["oldest"] == 8
    assert await caught_up(bob, 12) == [
        ("gap", [4, 7], 8, 12),
        *[(id, str(id)) for id in range(8, 13)],
    ]


@pytest.mark.parametrize("since", ["another:2", "another:99", "{epoch}:99"])
async def test_a_cursor_of_another_log_is_never_trusted(clients, since):
    ada = await clients.json("Ada")
    await said(ada, "one", "two")
    bob = await returned(clients, since.format(**ada.welcome))
    assert await caught_up(bob, 2) == [("gap", None, 1, 2), (1, "one"), (2, "two")]


async def test_a_cursor_of_an_empty_room_that_was_reset_is_a_gap_too(clients):
    bob = await returned(clients, "another:7")
    gap = await bob.event("gap")
    assert (gap["lost"], gap["oldest"], gap["head"]) == (None, 1, 0)


@pytest.mark.parametrize("since", ["x", "a:b", ":1", "a:-1", "a:1:2", "1", "a:99999999999999999"])
async def test_what_is_no_cursor_is_refused_before_the_handshake(clients, since):
    client = await clients.raw(f"/ws?since={since}")
    assert " 400 " in client.head.splitlines()[0]


async def test_far_behind_is_caught_up_in_batches(clients):
    ada = await clients.json("Ada")
    count = 3 * PAGE + 7
    for number in range(1, count + 1):
        await ada.say(str(number))
    await until_acked(ada, count)
    await empty(clients, ada)
    bob = await returned(clients, "0")
    assert await caught_up(bob, count) == [(id, str(id)) for id in range(1, count + 1)]


@pytest.mark.parametrize("text", ["\x01" * 65_536, '"' * 65_536, "é" * 32_768])
async def test_no_batch_is_larger_than_clients_take_whatever_is_in_it(clients, text):
    plain = await clients.plain()
    for _ in range(4):
        await plain.send(text)
        assert await plain.receive() == text
    await empty(clients, plain)
    bob, ids = await returned(clients, "0"), []
    while ids != [1, 2, 3, 4]:
        frame = await bob.receive()
        assert len(frame.encode()) < 2**20 / 2
        ids += [said["id"] for said in json.loads(frame).get("messages", [])]


TEXT = some.text(max_size=50) | some.text('\x00"\\\x7f\x80\u2028👋', max_size=50)


@given(
    some.builds(
        Record,
        some.integers(1, 2**53),
        some.integers(0, 2**42),
        some.builds(Person, some.just("HnYv07oHwOM6"), TEXT),
        TEXT | some.binary(max_size=50) | some.none(),
        TEXT | some.none(),
        some.none() | some.integers(1, 2**53),
        some.none() | some.integers(1, 2**53),
        some.booleans(),
    )
)
def test_no_record_takes_more_on_the_wire_than_its_weight(record):
    assert len(encode(message(record))) + 1 <= weight(record)


async def until_acked(member, id):
    while (await member.event("ack"))["id"] != id:
        pass


async def empty(clients, *members):
    """The room is empty for a moment, so that its ring is gone."""
    for member in members:
        await member.close()
    while SocketHandler.waiters:
        await asyncio.sleep(0.005)


@pytest.mark.options("--rate=0")
async def test_whoever_joins_while_messages_pour_in_misses_none_and_sees_none_twice(clients):
    ada = await clients.json("Ada")
    count = 1500

    async def pour():
        for number in range(1, count + 1):
            await ada.say(str(number))
            if number % 50 == 0:
                await ada.event("ack")

    pouring = asyncio.ensure_future(pour())
    logs = []
    for _ in range(6):
        await asyncio.sleep(0.02)
        member = await returned(clients, cursor(ada, 0))
        logs.append(asyncio.ensure_future(caught_up(member, count)))
    await pouring
    for log in await asyncio.gather(*logs):
        assert log == [(id, str(id)) for id in range(1, count + 1)]


@pytest.mark.options("--member-budget=140000")
async def test_catching_up_is_outside_the_budget_and_at_the_members_own_pace(clients):
    ada = await clients.json("Ada")
    for number in range(1, 141):
        await said(ada, f"{number} " + "x" * 60_000)
    await empty(clients, ada)
    slow = await clients.raw(
        "/ws?since=0", "Sec-WebSocket-Protocol: broadcaster.v1.json\r\n", receive_buffer=4096
    )
    ids = []
    while len(ids) < 140:
        event = json.loads(await slow.until(1))
        ids += [message["id"] for message in event.get("messages", [])]
        assert all(waiter.line.waiting < 700_000 for waiter in SocketHandler.waiters)
    assert ids == list(range(1, 141))


async def test_a_member_that_vanishes_while_catching_up_leaves_nothing_behind(clients, services):
    ada = await clients.json("Ada")
    for number in range(40):
        await said(ada, f"{number} " + "x" * 60_000)
    gone = await clients.raw(
        "/ws?since=0", "Sec-WebSocket-Protocol: broadcaster.v1.json\r\n", receive_buffer=4096
    )
    while len(SocketHandler.waiters) < 2:
        await asyncio.sleep(0.005)
    gone.vanish()
    while len(SocketHandler.waiters) > 1:
        await asyncio.sleep(0.005)
    assert services.hub.alive() == [("lobby", 1)]
    assert len(services.hub._rooms["lobby"]) == 1


async def test_what_one_says_while_catching_up_is_acked_behind_its_own_copy(clients):
    ada = await clients.json("Ada")
    for number in range(1, 501):
        await ada.say(str(number))
    await until_acked(ada, 500)
    await empty(clients, ada)
    bob = await clients.plain("/ws?since=0", "broadcaster.v1.json")
    await bob.say("me too", key="k")
    seen = []
    while "ack" not in seen:
        event = json.loads(await bob.receive())
        if event["type"] == "batch":
            seen += [message["id"] for message in event["messages"]]
        elif event["type"] == "message":
            seen.append(event["id"])
        elif event["type"] == "ack":
            seen.append("ack")
            assert event["id"] == 501
    assert seen == [*range(1, 502), "ack"]


async def test_deleted_words_are_never_sent_again(clients):
    ada = await clients.json("Ada")
    await ada.say("secret", key="k")
    await ada.event("ack")
    await said(ada, "two")
    await ada.command("edit", key="e", id=1, text="secret too")
    await ada.event("ack")
    await ada.command("delete", key="d", id=1)
    assert (await ada.event("ack"))["id"] == 4
    for since in ("0", cursor(ada, 0)):
        bob = await returned(clients, since)
        batch = [await bob.receive() for _ in range(1)]
        while '"id":4' not in batch[-1]:
            batch.append(await bob.receive())
        assert "secret" not in "".join(batch)
        await bob.close()


async def test_edits_and_deletes_are_told_to_json_members_and_not_to_plain_ones(clients):
    ada, bob, plain = await clients.json("Ada"), await clients.json("Bob"), await clients.plain()
    await said(ada, "helo")
    await ada.command("edit", key="e", id=1, text="hello")
    await ada.command("delete", key="d", id=1)
    await said(ada, "next")
    told = [await bob.event("message") for _ in range(4)]
    assert [(m.get("text"), m.get("edits"), m.get("deletes")) for m in told] == [
        ("helo", None, None),
        ("hello", 1, None),
        (None, None, 1),
        ("next", None, None),
    ]
    assert [await plain.receive(), await plain.receive()] == ["helo", "next"]


@pytest.mark.options("--ping-interval=0.3")
async def test_a_heartbeat_tells_the_last_id_behind_it_on_the_same_stream(clients):
    ada = await clients.json("Ada")
    assert ada.welcome["heartbeat"] == 0.3
    assert (await ada.event("heartbeat"))["head"] == 0
    await ada.say("one")
    seen = 0
    while True:
        event = json.loads(await ada.receive())
        if event["type"] == "message":
            seen = event["id"]
        if event["type"] == "heartbeat":
            assert event["head"] == seen
            if seen:
                break


async def test_rooms_are_logs_of_their_own(clients):
    ada, bob = await clients.json("Ada", "/ws/one"), await clients.json("Bob", "/ws/two")
    await said(ada, "in one")
    await said(bob, "in two")
    assert (ada.welcome["room"], bob.welcome["room"]) == ("one", "two")
    assert await caught_up(await returned(clients, "0", room="/ws/one"), 1) == [(1, "in one")]
    assert await caught_up(await returned(clients, "0", room="/ws/two"), 1) == [(1, "in two")]


async def test_a_rooms_name_is_normalised_and_the_lobby_has_two_addresses(clients):
    one, other = await clients.json("A", "/ws/e%CC%81"), await clients.json("B", "/ws/%C3%A9")
    assert one.welcome["room"] == other.welcome["room"] == "é"
    assert other.welcome["count"] == 2
    assert (await clients.json("C", "/ws/lobby")).welcome["room"] == "lobby"


@pytest.mark.parametrize("room", ["%E2%80%8B", "a%00b", "x" * 65, "%20"])
async def test_a_bad_rooms_name_is_refused_in_words(clients, room):
    client = await clients.raw(f"/ws/{room}")
    assert " 400 " in client.head.splitlines()[0]


# -- the ring ------------------------------------------------------------------------


def record(id, body="x" * 100, **more):
    return Record(id, 0, Person("a", "Ada"), body, **more)


@given(some.lists(some.integers(1, 4), max_size=30), some.integers(0, 40))
def test_a_ring_holds_the_newest_without_a_hole(batches, after):
    ring, head = Ring(2000), 0
    for size in batches:
        ring.add([record(id) for id in range(head + 1, head + size + 1)])
        head += size
    if ring.holds_all_after(after, head):
        assert [kept.id for kept in ring.after(after)] == list(range(after + 1, head + 1))
    assert len(ring.after(0)) * 300 <= 2000
    assert ring.holds_all_after(max(head - 6, 0), head)


def test_a_ring_forgets_deleted_words():
    ring = Ring(10_000)
    ring.add([record(1), record(2, edits=1), record(3)])
    ring.add([record(4, None, deletes=1)])
    assert [kept.body is None for kept in ring.after(0)] == [True, True, False, True]

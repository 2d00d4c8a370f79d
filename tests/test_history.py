"""The log of a room: contiguous ids, delivery in log order, a resend kept once."""

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chat.errors import Closing, KeyReused
from chat.history import MemoryHistory, Position, Stored
from chat.message import Draft, Person

ADA, BOB = Person("a", "Ada"), Person("b", "Bob")
NOON = datetime(2026, 1, 2, 12, 0, 0, 123456, tzinfo=UTC)


class Log:
    """Records what a history delivers, batch by batch."""

    def __init__(self):
        self.batches = []

    def __call__(self, room, records):
        self.batches.append((room, list(records)))

    def of(self, room):
        return [record for name, batch in self.batches for record in batch if name == room]


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def history(log):
    history = MemoryHistory(now=lambda: NOON, token=lambda: "epoch")
    history.open(log)
    return history


def say(body, key=None, who=ADA, room="lobby"):
    return Draft(room, who, body, key)


async def test_ids_are_contiguous_from_1_in_each_room(history, log):
    stored = [await history.append(say("x", room=room)) for room in "aabab"]
    assert [id for id, _ in stored] == [1, 2, 1, 3, 2]
    assert [record.id for record in log.of("a")] == [1, 2, 3]


async def test_the_appends_of_one_turn_are_one_batch_a_room(history, log):
    futures = [history.append(say(str(n), room="ab"[n % 2])) for n in range(6)]
    await asyncio.gather(*futures)
    assert [(room, [record.body for record in batch]) for room, batch in log.batches] == [
        ("a", ["0", "2", "4"]),
        ("b", ["1", "3", "5"]),
    ]


async def test_an_append_resolves_after_its_delivery(history, log):
    future = history.append(say("x"))
    future.add_done_callback(lambda _: log.batches.append("resolved"))
    await future
    await asyncio.sleep(0)
    assert [entry[0] for entry in log.batches] == ["lobby", "r"]


async def test_a_resend_gets_the_same_id_and_is_delivered_once(history, log):
    first = await history.append(say("x", "k"))
    assert await history.append(say("x", "k")) == Stored(first.id, duplicate=True)
    assert len(log.of("lobby")) == 1


async def test_keys_belong_to_a_person_and_a_room(history):
    assert not (await history.append(say("x", "k"))).duplicate
    assert not (await history.append(say("x", "k", who=BOB))).duplicate
    assert not (await history.append(say("x", "k", room="other"))).duplicate


@pytest.mark.parametrize("other", ["y", b"x"])
async def test_other_content_under_a_known_key_is_refused(history, log, other):
    await history.append(say("x", "k"))
    with pytest.raises(KeyReused):
        await history.append(say(other, "k"))
    assert len(log.of("lobby")) == 1


async def test_the_position_tells_where_the_log_stands(history):
    assert history.position("lobby") == Position("epoch", 0, 1)
    await history.append(say("x"))
    assert history.position("lobby") == Position("epoch", 1, 2)


async def test_looking_into_a_room_makes_none(history):
    history.position("nowhere")
    assert not history._logs


async def test_the_time_is_the_stores_in_whole_milliseconds(history, log):
    await history.append(say("x"))
    assert log.of("lobby")[0].at == NOON.replace(microsecond=123000)


async def test_the_oldest_keys_are_forgotten_past_the_limit(log):
    history = MemoryHistory(keys=2)
    history.open(log)
    for key in "abc":
        await history.append(say("x", key))
    assert (await history.append(say("x", "c"))).duplicate
    assert not (await history.append(say("x", "a"))).duplicate


async def test_closing_delivers_what_was_taken_and_refuses_what_comes(history, log):
    taken = history.append(say("taken"))
    await history.close()
    assert [record.body for record in log.of("lobby")] == ["taken"]
    assert (await taken).id == 1
    with pytest.raises(Closing):
        await history.append(say("late"))


@given(
    some.lists(
        some.tuples(some.sampled_from("ab"), some.sampled_from("kl"), some.booleans()), max_size=30
    )
)
def test_any_interleaving_of_says_and_resends_keeps_the_promise(steps):
    async def run():
        log = Log()
        history = MemoryHistory()
        history.open(log)
        acked = {}
        for who, key, wait in steps:
            future = history.append(say(key, key, who=Person(who, who)))
            future.add_done_callback(
                lambda done, name=(who, key): acked.setdefault(name, set()).add(done.result().id)
            )
            if wait:
                await future
        await history.close()
        await asyncio.sleep(0)
        ids = [record.id for record in log.of("lobby")]
        assert ids == list(range(1, len(ids) + 1))
        assert {name: len(given) for name, given in acked.items()} == dict.fromkeys(acked, 1)
        assert len(ids) == len(acked)

    asyncio.run(run())

"""What every history keeps, held against each of them: the contract of chat/history.py."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from chat.codec import encode, message
from chat.errors import Closing, Gone, KeyReused, NotFound, NotYours, Refusal
from chat.history import DAY, DEFAULT, PAGE_BYTES, MemoryHistory, Retention, Stored
from chat.history_sqlite import SqliteHistory
from chat.message import Batch, Draft, Person

ADA, BOB = Person("a", "Ada"), Person("b", "Bob")
NOON = 1_767_355_200_123


class Log:
    """Records what a history delivers, batch by batch."""

    def __init__(self):
        self.batches = []
        self.positions = {}

    def __call__(self, room, records, position):
        self.batches.append((room, list(records)))
        self.positions[room] = position

    def of(self, room="lobby"):
        return [record for name, batch in self.batches for record in batch if name == room]


class Clock:
    """A clock that the test sets."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


def memory(path, retention, now):
    return MemoryHistory(retention, now=now, token=lambda: "epoch")


def sqlite(path, retention, now):
    return SqliteHistory(path, retention, "process", now=now, token=lambda: "epoch")


STORES = {"memory": memory, "sqlite": sqlite}


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def log():
    return Log()


@pytest.fixture(params=STORES)
def make(request, io_loop, tmp_path, clock, log):
    """Opens a history of each kind; they are closed at the end."""
    opened = []

    async def make(retention=DEFAULT):
        history = STORES[request.param](tmp_path / "log.db", retention, clock)
        history.open(log)
        opened.append(history)
        return history

    yield make
    for history in opened:
        io_loop.run_sync(history.close, timeout=10)


@pytest.fixture
def history(io_loop, make):
    return io_loop.run_sync(make)


def say(body, key=None, who=ADA, room="lobby"):
    return Draft(room, who, body, key)


def edit(id, body, key="e", who=ADA, room="lobby"):
    return Draft(room, who, body, key, edits=id)


def delete(id, key="d", who=ADA, room="lobby"):
    return Draft(room, who, None, key, deletes=id)


async def bodies(history, **how):
    page = await history.read("lobby", **{"limit": 100, **how})
    return [record.body for record in page.records]


# -- appending -----------------------------------------------------------------------


async def test_ids_are_contiguous_from_1_in_each_room(history, log):
    stored = [await history.append(say("x", room=room)) for room in "aabab"]
    assert [id for id, _ in stored] == [1, 2, 1, 3, 2]
    assert [record.id for record in log.of("a")] == [1, 2, 3]


async def test_the_appends_of_one_turn_are_one_batch_a_room(history, log):
    await asyncio.gather(*[history.append(say(str(n), room="ab"[n % 2])) for n in range(6)])
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


async def test_a_record_carries_who_when_and_what(history, log):
    await history.append(say(b"\x00\xff", "k"))
    record = log.of()[0]
    assert (record.at, record.sender, record.body, record.key) == (NOON, ADA, b"\x00\xff", "k")
    assert (await history.read("lobby", after=0, limit=10)).records == [record]


@pytest.mark.parametrize("body", ["", "\x00", "é👋", b"", "'; DROP TABLE messages; --"])
async def test_any_body_comes_back_as_it_was(history, body):
    await history.append(say(body))
    assert await bodies(history, after=0) == [body]


async def test_more_than_a_transaction_holds_is_taken_in_order(history, log):
    futures = [history.append(say(str(n), str(n))) for n in range(2500)]
    await asyncio.gather(*futures)
    assert [record.body for record in log.of()] == [str(n) for n in range(2500)]


# -- keys ----------------------------------------------------------------------------


async def test_a_resend_gets_the_same_id_and_is_delivered_once(history, log):
    first = await history.append(say("x", "k"))
    assert await history.append(say("x", "k")) == Stored(first.id, duplicate=True)
    assert len(log.of()) == 1


async def test_a_resend_in_the_same_batch_is_a_duplicate_too(history, log):
    stored = await asyncio.gather(history.append(say("x", "k")), history.append(say("x", "k")))
    assert stored == [Stored(1, False), Stored(1, True)]
    assert len(log.of()) == 1


async def test_keys_belong_to_a_person_and_a_room(history):
    assert not (await history.append(say("x", "k"))).duplicate
    assert not (await history.append(say("x", "k", who=BOB))).duplicate
    assert not (await history.append(say("x", "k", room="other"))).duplicate


@pytest.mark.parametrize(
    "other", [say("y", "k"), say(b"x", "k"), edit(1, "x", "k"), delete(1, "k")]
)
async def test_other_content_under_a_known_key_is_refused(history, log, other):
    await history.append(say("x", "k"))
    with pytest.raises(KeyReused) as refused:
        await history.append(other)
    assert refused.value.key == "k"
    assert len(log.of()) == 1


async def test_a_refusal_in_a_batch_is_nobody_elses(history, log):
    futures = [history.append(draft) for draft in (say("x", "k"), say("y", "k"), say("z"))]
    outcomes = await asyncio.gather(*futures, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Stored, KeyReused, Stored]
    assert [record.body for record in log.of()] == ["x", "z"]


async def test_a_key_is_known_long_after_its_message_was_let_go(make):
    history = await make(Retention(messages=10))
    first = await history.append(say("x", "k"))
    for number in range(50):
        await history.append(say(str(number)))
    assert (await history.read("lobby", after=0, limit=1)).position.oldest > first.id
    assert await history.append(say("x", "k")) == Stored(first.id, duplicate=True)


# -- reading -------------------------------------------------------------------------


async def test_pages_forward_are_whole_and_in_order(history):
    for number in range(25):
        await history.append(say(str(number)))
    got, after = [], 0
    while page := (await history.read("lobby", after=after, limit=10)).records:
        got += [record.body for record in page]
        after = page[-1].id
    assert got == [str(number) for number in range(25)]


async def test_a_page_back_is_the_last_messages_before_an_id(history):
    for number in range(1, 11):
        await history.append(say(str(number)))
    assert await bodies(history, limit=3) == ["8", "9", "10"]
    assert await bodies(history, before=8, limit=3) == ["5", "6", "7"]
    assert await bodies(history, before=2, limit=3) == ["1"]
    assert await bodies(history, before=1, limit=3) == []


async def test_a_page_is_bounded_in_bytes_but_never_empty(history):
    big = "x" * (PAGE_BYTES // 2)
    for _ in range(4):
        await history.append(say(big))
    await history.append(say(big * 3))
    assert len(await bodies(history, after=0)) == 1
    assert len(await bodies(history, after=4)) == 1
    assert len(await bodies(history, before=5)) == 1


@pytest.mark.parametrize("body", ["\x01" * 50_000, '"' * 50_000, "👋" * 30_000, b"\xff" * 99_000])
async def test_a_page_is_bounded_by_what_it_takes_on_the_wire(history, body):
    for _ in range(4):
        await history.append(say(body))
    for how in ({"after": 0}, {"before": None}):
        page = await history.read("lobby", limit=100, **how)
        batch = Batch([message(record) for record in page.records])
        assert len(page.records) == 1 or len(encode(batch)) < PAGE_BYTES + 100


async def test_nothing_lies_before_the_first_id(history):
    await history.append(say("x"))
    assert await bodies(history, before=0) == []
    assert await bodies(history, before=99) == ["x"]


async def test_looking_into_a_room_makes_none_and_tells_where_it_would_begin(history):
    page = await history.read("nowhere", after=0, limit=10)
    assert page == ([], ("epoch", 0, 1))
    await history.append(say("x", room="nowhere"))
    assert (await history.read("nowhere", after=0, limit=10)).position == ("epoch", 1, 1)


async def test_what_a_page_shows_has_been_delivered(history, log):
    async def reader():
        while len(log.of()) < 200:
            page = await history.read("lobby", after=0, limit=500)
            assert len(page.records) <= len(log.of())
            assert page.position.head <= len(log.of())
            await asyncio.sleep(0)

    reading = asyncio.ensure_future(reader())
    for number in range(200):
        await history.append(say(str(number)))
    await reading


# -- edits and deletes ---------------------------------------------------------------


async def test_an_edit_is_a_record_of_its_own_and_folded_into_pages_back(history, log):
    await history.append(say("helo"))
    await history.append(edit(1, "hello", "e1"))
    await history.append(edit(1, "hello!", "e2"))
    assert [(record.id, record.edits, record.body) for record in log.of()] == [
        (1, None, "helo"),
        (2, 1, "hello"),
        (3, 1, "hello!"),
    ]
    page = await history.read("lobby", limit=10)
    assert [(r.id, r.body, r.edited) for r in page.records] == [(1, "hello!", True)]


async def test_a_delete_takes_the_words_away_everywhere_and_keeps_the_places(history, log):
    await history.append(say("secret"))
    await history.append(edit(1, "more secret"))
    await history.append(delete(1))
    forward = (await history.read("lobby", after=0, limit=10)).records
    assert [(r.id, r.body, r.deleted, r.deletes) for r in forward] == [
        (1, None, True, None),
        (2, None, True, None),
        (3, None, False, 1),
    ]
    back = (await history.read("lobby", limit=10)).records
    assert [(r.id, r.body, r.deleted) for r in back] == [(1, None, True)]


async def test_what_is_said_and_deleted_in_one_batch_was_never_heard(history, log):
    await asyncio.gather(history.append(say("secret", "k")), history.append(delete(1)))
    assert [record.body for record in log.of()] == [None, None]
    assert await bodies(history, after=0) == [None, None]


async def test_pages_back_count_messages_not_changes(history):
    for number in range(1, 6):
        await history.append(say(str(number)))
    for number in range(10):
        await history.append(edit(5, f"5 {number}", str(number)))
    assert await bodies(history, limit=3) == ["3", "4", "5 9"]


@pytest.mark.parametrize("change", [edit, delete])
@pytest.mark.parametrize(
    ("id", "who", "refusal"),
    [
        (1, BOB, NotYours),
        (99, ADA, NotFound),
        (2, ADA, NotFound),
        (4, ADA, Gone),
        (7, ADA, NotFound),
    ],
)
async def test_only_ones_own_messages_that_are_there_can_be_changed(
    history, log, change, id, who, refusal
):
    await history.append(say("mine"))
    await history.append(edit(1, "mine!", "e1"))
    await history.append(say("theirs", who=BOB))
    await history.append(say("going"))
    await history.append(delete(4, "d1"))
    await history.append(say("x"))
    await history.append(say(b"binary"))
    before = len(log.of())
    draft = edit(id, "x", "k", who) if change is edit else delete(id, "k", who)
    with pytest.raises(refusal) as refused:
        await history.append(draft)
    assert refused.value.key == "k"
    assert str(id) in str(refused.value)
    assert len(log.of()) == before


async def test_what_is_no_longer_kept_cannot_be_changed(make):
    history = await make(Retention(messages=2))
    for number in range(10):
        await history.append(say(str(number)))
    with pytest.raises(Gone):
        await history.append(edit(1, "x"))


async def test_a_change_in_the_batch_of_its_message_finds_it(history):
    outcomes = await asyncio.gather(history.append(say("x", "k")), history.append(edit(1, "y")))
    assert outcomes == [Stored(1, False), Stored(2, False)]
    assert await bodies(history) == ["y"]


@pytest.mark.parametrize("together", [True, False])
async def test_a_change_in_the_batch_of_a_delete_comes_after_it(history, log, together):
    first = [say("x", "k"), edit(1, "y", "e1")]
    batch = [delete(1, "d1"), edit(1, "z", "e2"), delete(1, "d2"), edit(1, "z", "e3", BOB)]
    if not together:
        await asyncio.gather(*map(history.append, first))
    drafts = [*first, *batch] if together else batch
    outcomes = await asyncio.gather(*map(history.append, drafts), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes[-4:]] == [Stored, Gone, Gone, NotYours]
    assert [refused.key for refused in outcomes[-3:]] == ["e2", "d2", "e3"]
    assert [record.id for record in log.of()] == [1, 2, 3]
    assert await bodies(history, after=0) == [None, None, None]


# -- retention -----------------------------------------------------------------------


async def test_the_newest_are_kept_and_the_position_says_from_where(make, log):
    history = await make(Retention(messages=10))
    for number in range(1, 26):
        await history.append(say(str(number)))
    assert log.positions["lobby"] == ("epoch", 25, 16)
    page = await history.read("lobby", after=0, limit=100)
    assert page.position == ("epoch", 25, 16)
    assert [record.id for record in page.records] == list(range(16, 26))


async def test_ids_go_on_when_everything_was_let_go_of(make, clock):
    history = await make(Retention(days=1))
    await history.append(say("old"))
    clock.now += 2 * DAY
    assert (await history.append(say("new"))).id == 2


async def test_a_page_read_over_a_trim_starts_at_the_oldest_kept(make):
    history = await make(Retention(messages=5))
    for number in range(1, 11):
        await history.append(say(str(number)))
    page = await history.read("lobby", after=2, limit=100)
    assert [record.id for record in page.records] == [6, 7, 8, 9, 10]
    assert page.position.oldest == 6


# -- the end -------------------------------------------------------------------------


async def test_closing_delivers_what_was_taken_and_refuses_what_comes(history, log):
    taken = history.append(say("taken"))
    closing = asyncio.ensure_future(history.close())
    await asyncio.sleep(0)
    with pytest.raises(Closing):
        await history.append(say("late"))
    assert (await taken).id == 1
    assert [record.body for record in log.of()] == ["taken"]
    await closing


# -- any interleaving ----------------------------------------------------------------

STEPS = some.lists(
    some.one_of(
        some.tuples(some.just("say"), some.sampled_from("ab"), some.sampled_from("klmn")),
        some.tuples(some.just("edit"), some.sampled_from("ab"), some.integers(1, 12)),
        some.tuples(some.just("delete"), some.sampled_from("ab"), some.integers(1, 12)),
        some.tuples(some.just("wait"), some.none(), some.none()),
        some.tuples(some.just("resume"), some.sampled_from("xyz"), some.none()),
    ),
    max_size=40,
)


@pytest.mark.parametrize("store", STORES)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, keep=some.sampled_from([3, 1000]))
def test_any_interleaving_keeps_the_promise(store, steps, keep, tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "log.db"
    asyncio.run(keeps_the_promise(STORES[store], path, steps, Retention(messages=keep)))


async def keeps_the_promise(store, path: Path, steps, retention):
    log = Log()
    history = store(path, retention, Clock())
    history.open(log)
    readers = {name: [] for name in "xyz"}
    asked = []
    for number, (step, who, what) in enumerate(steps):
        match step:
            case "say":
                draft = say(what, what, Person(who, who))
                asked.append((draft, history.append(draft)))
            case "edit":
                draft = edit(what, "words", f"e{number}", Person(who, who))
                asked.append((draft, history.append(draft)))
            case "delete":
                draft = delete(what, f"d{number}", Person(who, who))
                asked.append((draft, history.append(draft)))
            case "wait":
                await asyncio.gather(*[f for _, f in asked], return_exceptions=True)
            case "resume":
                await read_on(history, readers[who])
    outcomes = await asyncio.gather(*[f for _, f in asked], return_exceptions=True)
    check_acks(asked, outcomes, log)
    for reader in readers.values():
        await read_on(history, reader)
        check_reader(reader, log)
    await history.close()


WHO, KEY, ID = some.sampled_from([ADA, ADA, BOB]), some.sampled_from("klmnop"), some.integers(1, 4)
DRAFTS = some.one_of(
    some.builds(say, some.sampled_from("xy"), KEY, WHO),
    some.builds(edit, ID, some.just("words"), KEY, WHO),
    some.builds(delete, ID, KEY, WHO),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    batches=some.lists(some.lists(DRAFTS, min_size=1, max_size=8), max_size=4),
    keep=some.sampled_from([4, 1000]),
)
def test_the_same_drafts_have_the_same_outcomes_in_every_store(batches, keep, tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "log.db"
    batches = [[say("x", "first"), say("y", "second"), say("z", "third", BOB)], *batches]
    one, other = (
        asyncio.run(outcomes(make(path, Retention(messages=keep), Clock()), batches))
        for make in STORES.values()
    )
    assert one == other


async def outcomes(history, batches):
    """What each draft comes to, batch by batch, and what the log is in the end."""
    history.open(Log())
    ended = []
    for batch in batches:
        ended += await asyncio.gather(*map(history.append, batch), return_exceptions=True)
    ended += [await history.read("lobby", before=id, limit=9) for id in (None, 0, 3)]
    ended.append(await history.read("lobby", after=0, limit=100))
    await history.close()
    return [(type(end), end.key) if isinstance(end, Refusal) else end for end in ended]


async def read_on(history, seen):
    """Catches a reader up: (id, None) for what it was told is no longer kept."""
    after = seen[-1][0] if seen else 0
    page = await history.read("lobby", after=after, limit=3)
    for lost in range(after + 1, page.position.oldest):
        seen.append((lost, None))
    seen += [(record.id, record) for record in page.records]
    if page.records:
        await read_on(history, seen)


def check_acks(asked, outcomes, log):
    ids = [record.id for record in log.of()]
    assert ids == list(range(1, len(ids) + 1))
    acked = {}
    for (draft, _), outcome in zip(asked, outcomes, strict=True):
        if isinstance(outcome, Refusal):
            continue
        assert acked.setdefault((draft.sender.id, draft.key), outcome.id) == outcome.id
    assert sorted(acked.values()) == ids


def check_reader(reader, log):
    assert [id for id, _ in reader] == [record.id for record in log.of()]
    deleted = {record.deletes for record in log.of() if record.deletes}
    for (_, got), said in zip(reader, log.of(), strict=True):
        if got is not None:
            assert (got.sender, got.key, got.edits) == (said.sender, said.key, said.edits)
            assert got.body in (said.body, None)
            if deleted & {said.id, said.edits}:
                assert said.body is None or got.body in (None, said.body)

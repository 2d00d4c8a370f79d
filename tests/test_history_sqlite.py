"""What the SQLite file adds to the contract: it lasts, and says so when it does not."""

import asyncio
import os
import pwd
import resource
import shutil
import signal
import sqlite3
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from chat import schema
from chat.errors import Closing, StoreDamaged, StoreFailed, StoreFull
from chat.history import DAY, DEFAULT, PAGE_BYTES, Retention, Stored, digest
from chat.history_sqlite import SqliteHistory
from chat.lock import Lock
from chat.schema import Unusable
from test_history import NOON, Clock, Log, bodies, delete, edit, say


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log.db"


@pytest.fixture
def make(io_loop, path):
    """Opens the file, again and again."""
    opened = []

    async def make(retention=DEFAULT, durability="process", now=None, log=None, path=path):
        history = SqliteHistory(path, retention, durability, now=now or Clock())
        history.open(log or Log())
        opened.append(history)
        return history

    yield make
    for history in opened:
        io_loop.run_sync(history.close, timeout=10)


# -- it lasts ------------------------------------------------------------------------


async def test_everything_is_there_when_the_file_is_opened_again(make):
    history = await make()
    first = await history.append(say("one", "k"))
    await history.append(say(b"\x00"))
    before = await history.read("lobby", after=0, limit=10)
    await history.close()
    again = await make()
    assert await again.read("lobby", after=0, limit=10) == before
    assert await again.append(say("one", "k")) == Stored(first.id, duplicate=True)
    assert (await again.append(say("two"))).id == 3


async def test_ids_are_not_used_twice_though_everything_was_let_go_of(make):
    clock = Clock()
    history = await make(Retention(days=1), now=clock)
    await history.append(say("old"))
    await history.close()
    clock.now += 3 * DAY
    log = Log()
    again = await make(Retention(days=1), now=clock, log=log)
    page = await again.read("lobby", after=0, limit=10)
    assert (page.records, page.position.head, page.position.oldest) == ([], 1, 2)
    assert log.positions["lobby"].oldest == 2
    assert (await again.append(say("new"))).id == 2


async def test_keys_are_forgotten_after_their_days(make):
    clock = Clock()
    history = await make(Retention(key_days=7), now=clock)
    await history.append(say("x", "k"))
    await history.close()
    clock.now += 6 * DAY
    again = await make(Retention(key_days=7), now=clock)
    assert (await again.append(say("x", "k"))).duplicate
    await again.close()
    clock.now += 2 * DAY
    later = await make(Retention(key_days=7), now=clock)
    assert not (await later.append(say("x", "k"))).duplicate


async def test_deleted_words_are_gone_from_the_disk(make, path):
    history = await make()
    await history.append(say("a secret " * 2000))
    await history.append(say("something else"))
    await history.append(delete(1))
    disk = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"something else" in disk
    assert b"a secret" not in disk


# -- epochs --------------------------------------------------------------------------


async def epoch_after(make, monkeypatch, *, durability, clean, boot):
    if not boot:
        monkeypatch.setattr(schema, "boot_id", lambda: "")
    history = await make(durability=durability)
    await history.append(say("x"))
    before = (await history.read("lobby", after=0, limit=1)).position.epoch
    if clean:
        await history.close()
    else:
        crash(history)
    monkeypatch.setattr(schema, "boot_id", lambda: boot)
    again = await make(durability=durability)
    page = await again.read("lobby", after=0, limit=1)
    assert page.position.head == 1
    assert (await again.read("nowhere", after=0, limit=1)).position.epoch == page.position.epoch
    return before, page.position.epoch


def crash(history):
    """Lets go of the file as a killed process does."""
    history._file._lock.close()
    history._closed = True
    history._timer.cancel()


@pytest.mark.parametrize(
    ("durability", "clean", "boot", "same"),
    [
        ("process", True, "another", True),
        ("process", False, schema.boot_id(), True),
        ("process", False, "another", False),
        ("process", False, "", False),
        ("power", False, "another", True),
    ],
)
async def test_a_new_epoch_begins_exactly_when_the_tail_may_be_gone(
    make, monkeypatch, durability, clean, boot, same
):
    before, after = await epoch_after(
        make, monkeypatch, durability=durability, clean=clean, boot=boot
    )
    assert (before == after) is same


# -- what was put in the place of the file -------------------------------------------


@pytest.fixture
def backup(path, tmp_path):
    """Takes a copy of the file, and puts it in the file's place in a folder of its own."""
    kept = tmp_path / "kept"

    def take():
        with sqlite3.connect(path) as db, sqlite3.connect(kept) as copy:
            db.backup(copy)
        db.close()
        copy.close()

    def put_back(keeping_lock=True):
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        shutil.copy(kept, folder / path.name)
        if keeping_lock:
            shutil.copy(f"{path}.lock", folder)
        return folder / path.name

    return SimpleNamespace(take=take, put_back=put_back)


async def epoch(history, room="lobby"):
    return (await history.read(room, after=0, limit=1)).position.epoch


async def close(history):
    await history.close()


async def kill(history):
    crash(history)


@pytest.mark.parametrize("durability", ["power", "process"])
@pytest.mark.parametrize("end", [close, kill])
@pytest.mark.parametrize("keeping_lock", [True, False])
@pytest.mark.parametrize("taken", ["from the run before", "from this run"])
async def test_a_backup_in_its_place_begins_a_new_epoch(
    make, backup, durability, end, keeping_lock, taken
):
    history = await make(durability=durability)
    await history.append(say("old"))
    if taken == "from the run before":
        await history.close()
        backup.take()
        history = await make(durability=durability)
    else:
        backup.take()
    before = await epoch(history)
    await history.append(say("lost"))
    await end(history)
    path = backup.put_back(keeping_lock)
    again = await make(durability=durability, path=path)
    after = await epoch(again)
    assert after != before
    assert await epoch(again, "nowhere") == after
    assert (await again.append(say("new"))).id == 2
    await end(again)
    assert await epoch(await make(durability=durability, path=path)) == after


async def test_a_new_epoch_is_begun_once_though_nothing_is_written_under_it(make, backup):
    history = await make()
    await history.append(say("old"))
    backup.take()
    await history.append(say("lost"))
    crash(history)
    path = backup.put_back()
    again = await make(path=path)
    after = await epoch(again)
    crash(again)
    assert await epoch(await make(path=path)) == after


async def test_a_backup_of_an_older_version_begins_a_new_epoch(make, path, backup):
    of_version(1, path)
    backup.take()
    history = await make()
    await history.append(say("lost"))
    await history.close()
    for keeping_lock in (True, False):
        again = await make(path=backup.put_back(keeping_lock))
        assert await epoch(again) != "of before"


def of_version(version, path):
    """The file and its lock as an older version left them, with one message in the lobby."""
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA application_id = {schema.APPLICATION}")
        for script in schema.MIGRATIONS[:version]:
            db.executescript(script)
        db.execute(f"PRAGMA user_version = {version}")
        db.execute("INSERT INTO rooms VALUES (1, 'lobby', 'of before', 1, 1)")
        db.execute(
            "INSERT INTO store (epoch, durability, boot, clean)"
            " VALUES ('of before', 'power', '', 0)"
        )
        db.execute(
            "INSERT INTO messages (room, id, at, person, name, body, key)"
            " VALUES (1, 1, ?, 'a', 'Ada', 'from before', 'k')",
            (NOON,),
        )
        known = digest(say("from before", "k"))
        db.execute("INSERT INTO keys VALUES (1, 'a', 'k', 1, ?, ?)", (known, NOON))
    db.close()
    path.with_name(f"{path.name}.lock").touch()


async def test_a_kill_at_any_moment_of_the_first_write_leaves_a_file_that_is_known(
    make, path, tmp_path, monkeypatch
):
    history = await make()
    await history.append(say("x"))
    before, moments = await epoch(history), []
    crash(history)

    def keep_moment():
        folder = tmp_path / f"moment {len(moments)}"
        folder.mkdir()
        for file in files(path):
            shutil.copy(file, folder)
        moments.append(folder / path.name)

    def watched(step):
        def watching(*arguments):
            keep_moment()
            step(*arguments)
            keep_moment()

        return watching

    for step in ("announce", "note"):
        monkeypatch.setattr(Lock, step, watched(getattr(Lock, step)))
    await (await make()).append(say("y"))
    monkeypatch.undo()
    assert len(moments) == 6
    for moment in moments:
        assert await epoch(await make(path=moment)) == before


async def test_a_lock_that_was_deleted_or_spoilt_begins_a_new_epoch(make, path):
    history = await make()
    await history.append(say("x"))
    lock, known = path.with_name(f"{path.name}.lock"), {await epoch(history)}
    await history.close()
    for spoil in (lock.unlink, lambda: lock.write_text("7\n")):
        spoil()
        again = await make()
        known.add(await epoch(again))
        await again.close()
    assert len(known) == 3


async def test_a_lock_that_there_was_no_room_for_is_not_left_empty(make, path):
    lock = path.with_name(f"{path.name}.lock")
    with full_disk(0), pytest.raises(Unusable, match="cannot be used"):
        await make()
    assert not lock.exists()
    await make()


async def test_a_file_moved_with_its_lock_goes_on_as_it_was(make, path, tmp_path):
    history = await make()
    await history.append(say("x"))
    before = await epoch(history)
    await history.close()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in (path.name, f"{path.name}.lock"):
        shutil.copy(path.with_name(name), elsewhere / name)
    assert await epoch(await make(path=elsewhere / path.name)) == before


async def test_a_file_that_nobody_writes_to_stays_as_it_is(make, path):
    history = await make()
    await history.append(say("x"))
    crash(history)
    there = {file: file.read_bytes() for file in files(path)}
    again = await make()
    await again.read("lobby", after=0, limit=9)
    await again.read("nowhere", after=0, limit=9)
    assert {file: file.read_bytes() for file in there} == there


def files(path):
    """The file and what lies beside it; the -shm is only what SQLite has in memory."""
    return [file for file in path.parent.glob(f"{path.name}*") if "-shm" not in file.name]


# -- what cannot be used ---------------------------------------------------------------


async def test_a_second_process_is_refused_in_words(make, path):
    await make()
    with pytest.raises(Unusable, match="in use by another server"):
        await make()


async def test_another_name_for_the_same_file_is_no_other_file(make, path):
    await make()
    alias = path.with_name("alias.db")
    alias.symlink_to(path)
    with pytest.raises(Unusable, match="in use by another server"):
        await make(path=alias)


async def test_a_file_of_a_newer_version_is_refused_in_words(make, path):
    await (await make()).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(Unusable, match="newer version"):
        await make()


async def test_a_file_of_another_program_is_refused_in_words(make, path):
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE theirs (x)")
    db.close()
    with pytest.raises(Unusable, match="another program"):
        await make()
    path.write_bytes(b"no database at all, but long enough to be read as one" * 10)
    with pytest.raises(Unusable, match="cannot be used"):
        await make()


@pytest.mark.parametrize("version", range(1, len(schema.MIGRATIONS)))
async def test_a_file_of_an_older_version_is_brought_up_to_date(make, path, version):
    of_version(version, path)
    again = await make()
    page = await again.read("lobby", after=0, limit=9)
    assert [record.body for record in page.records] == ["from before"]
    assert page.position.epoch == "of before"
    assert (await again.append(say("from before", "k"))).duplicate
    await again.append(say("new"))
    await again.close()
    assert await epoch(await make()) == "of before"
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == len(schema.MIGRATIONS)
    db.close()


async def test_a_damaged_file_is_said_to_be_damaged(make, path):
    history = await make()
    for number in range(400):
        await history.append(say(f"{number} " + "x" * 200))
    await history.close()
    data = bytearray(path.read_bytes())
    data[8192:16384] = os.urandom(8192)
    path.write_bytes(data)
    with pytest.raises(Unusable, match=r"damaged|malformed"):
        await make()


@pytest.fixture
def spoilt(make, path):
    """Ten messages, the fifth edited by the last one, after something was done to the file."""

    async def spoilt(*statement):
        history = await make()
        for number in range(1, 11):
            await history.append(say(str(number), f"k{number}"))
        await history.append(edit(5, "five"))
        await history.close()
        with sqlite3.connect(path) as db:
            assert db.execute(*statement).rowcount == 1
        db.close()
        return await make()

    return spoilt


async def ids(history, limit=100, **how):
    return [record.id for record in (await history.read("lobby", limit=limit, **how)).records]


async def test_a_hole_is_never_served_as_whole(spoilt):
    history = await spoilt("DELETE FROM messages WHERE id = 5")
    with pytest.raises(StoreDamaged):
        await ids(history, after=0)
    assert await ids(history, after=5) == [6, 7, 8, 9, 10, 11]
    for how in ({}, {"before": 7}, {"before": 6}, {"before": 6, "limit": 1}):
        with pytest.raises(StoreDamaged):
            await ids(history, **how)
    assert await ids(history, before=9, limit=3) == [6, 7, 8]
    assert await ids(history, before=5) == [1, 2, 3, 4]


@pytest.mark.parametrize("id", [1, 10, 11])
async def test_a_hole_at_either_end_is_one_too(spoilt, id):
    history = await spoilt("DELETE FROM messages WHERE id = ?", (id,))
    with pytest.raises(StoreDamaged):
        await ids(history)


async def test_what_was_let_go_of_is_no_hole(make):
    history = await make(Retention(messages=3))
    big = "x" * (PAGE_BYTES // 3)
    for number in range(1, 11):
        await history.append(say(f"{number}" if number < 8 else big))
    assert await ids(history) == [9, 10]
    assert await ids(history, before=9) == [8]
    assert await ids(history, before=8) == await ids(history, before=5) == []
    assert await ids(history, before=99) == [9, 10]


@pytest.mark.parametrize(
    "change",
    [
        "body = 'v'",
        "body = x'35'",
        "body = NULL",
        "name = 'Eva'",
        "person = 'b'",
        "at = at + 1",
        "key = 'k6'",
        "edits = 4",
    ],
)
async def test_a_changed_byte_is_never_served_as_what_was_said(spoilt, change):
    history = await spoilt("UPDATE messages SET " + change + " WHERE id = 5")  # noqa: S608
    with pytest.raises(StoreDamaged):
        await ids(history, after=0)
    with pytest.raises(StoreDamaged):
        await ids(history)
    assert await ids(history, after=5) == [6, 7, 8, 9, 10, 11]
    outcomes = await asyncio.gather(
        history.append(edit(5, "six", "another")), history.append(say("y")), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [StoreDamaged, Stored]
    assert outcomes[0].key == "another"


async def test_a_changed_byte_of_an_edit_is_not_served_as_its_message(spoilt):
    history = await spoilt("UPDATE messages SET body = 'six' WHERE id = 11")
    with pytest.raises(StoreDamaged):
        await ids(history, before=6)


async def test_a_flipped_bit_in_the_file_is_noticed(make, path):
    history = await make()
    await history.append(say("a word that stands out"))
    await history.close()
    data = path.read_bytes()
    assert data.count(b"stands out") == 1
    path.write_bytes(data.replace(b"stands out", b"stands oup"))
    with pytest.raises(StoreDamaged):
        await ids(await make())


# -- when the disk does not do what it should --------------------------------------------


@pytest.mark.expect_log("messages are refused (store_f")
async def test_a_full_disk_refuses_in_words_keeps_serving_and_recovers_by_itself(make, path):
    history = await make()
    await history.append(say("before", "k"))
    with full_disk():
        futures = [history.append(say("x" * 100_000, f"f{n}")) for n in range(3)]
        outcomes = await asyncio.gather(*futures, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} <= {StoreFull, StoreFailed}
        assert {outcome.key for outcome in outcomes} == {"f0", "f1", "f2"}
        page = await history.read("lobby", after=0, limit=10)
        assert [record.body for record in page.records] == ["before"]
    assert (await history.append(say("after"))).id == 2
    assert (await history.append(say("before", "k"))).duplicate


class full_disk:
    """No file may grow beyond a size, for as long as this lasts."""

    def __init__(self, size=4096):
        self.size = size

    def __enter__(self):
        self.limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, self.limits[1]))

    def __exit__(self, *_):
        resource.setrlimit(resource.RLIMIT_FSIZE, self.limits)


@pytest.mark.expect_log("messages are refused (store_f")
async def test_a_start_on_a_full_disk_serves_what_there_is(make):
    history = await make()
    await history.append(say("before"))
    crash(history)
    with full_disk(0):
        again = await make()
        page = await again.read("lobby", after=0, limit=10)
        assert [record.body for record in page.records] == ["before"]
        with pytest.raises((StoreFull, StoreFailed)):
            await again.append(say("refused"))
    assert (await again.append(say("after"))).id == 2


@pytest.mark.expect_log("messages are refused (store_f")
@pytest.mark.parametrize("end", [close, kill])
async def test_a_start_on_a_full_disk_that_has_no_room_for_the_shm(make, path, tmp_path, end):
    history = await make()
    await history.append(say("before"))
    await end(history)
    folder = tmp_path / "as it was left"
    folder.mkdir()
    for file in files(path):
        shutil.copy(file, folder)
    with full_disk(0):
        again = await make(path=folder / path.name)
        assert await bodies(again, after=0) == ["before"]
        with pytest.raises((StoreFull, StoreFailed)):
            await again.append(say("refused"))
    assert (await again.append(say("after"))).id == 2
    await again.close()
    assert await bodies(await make(path=folder / path.name)) == ["before", "after"]


@pytest.fixture
def unprivileged():
    """A folder of somebody whom the modes of files hold for; root is nobody meanwhile."""
    folder = Path(tempfile.mkdtemp())
    root = os.geteuid() == 0
    if root:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        os.seteuid(nobody.pw_uid)
    yield folder
    if root:
        os.seteuid(0)
    shutil.rmtree(folder)


@pytest.mark.expect_log("messages are refused (store_failed)")
@pytest.mark.parametrize("end", [close, kill])
async def test_a_start_on_a_file_that_cannot_be_written_recovers_once_it_can(
    make, unprivileged, end
):
    path = unprivileged / "log.db"
    history = await make(path=path)
    await history.append(say("before"))
    if end is kill:
        for file in files(path):
            shutil.copy(file, unprivileged / f"killed{file.name}")
        path = unprivileged / "killedlog.db"
    await history.close()
    path.chmod(0o444)
    again = await make(path=path)
    for _ in range(2):
        with pytest.raises(StoreFailed):
            await again.append(say("refused"))
        assert await bodies(again) == ["before"]
    path.chmod(0o644)
    assert (await again.append(say("after"))).id == 2
    await again.close()
    assert await bodies(await make(path=path)) == ["before", "after"]


async def test_whoever_asks_while_it_closes_is_told_so(make):
    history = await make()
    closing = asyncio.ensure_future(history.close())
    await asyncio.sleep(0)
    for _ in range(2):
        with pytest.raises(Closing):
            await history.read("lobby", after=0, limit=1)
        await closing


@pytest.mark.expect_log("messages are refused (store_failed)")
async def test_an_error_that_nobody_thought_of_refuses_its_batch_and_not_the_next(
    make, monkeypatch
):
    history = await make()
    monkeypatch.setattr(history._file, "commit", lambda drafts, now: 1 / 0)
    with pytest.raises(StoreFailed):
        await history.append(say("x"))
    monkeypatch.undo()
    assert (await history.append(say("y"))).id == 1


@pytest.mark.expect_log("a delivery failed")
async def test_a_delivery_that_fails_stops_nothing(make):
    class Broken(Log):
        def __call__(self, room, records, position):
            raise RuntimeError

    history = await make(log=Broken())
    assert (await history.append(say("x"))).id == 1
    assert (await history.append(say("y"))).id == 2


async def test_a_slow_disk_does_not_stop_the_loop_and_is_waited_for_as_one_batch(make, monkeypatch):
    log = Log()
    history = await make(log=log)
    commit, busy, done = history._file.commit, threading.Event(), threading.Event()

    def slow(drafts, now):
        busy.set()
        assert done.wait(10)
        return commit(drafts, now)

    monkeypatch.setattr(history._file, "commit", slow)
    futures = [history.append(say("first"))]
    while not busy.is_set():
        await asyncio.sleep(0)
    futures += [history.append(say(str(number))) for number in range(50)]
    for _ in range(100):
        await asyncio.sleep(0)
    assert not any(future.done() for future in futures)
    done.set()
    await asyncio.gather(*futures)
    assert [len(batch) for _, batch in log.batches] == [1, 50]

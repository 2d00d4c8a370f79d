"""A line on a real pair of sockets: order, budget, and what happens when the peer goes."""

import asyncio
import socket

import pytest
from tornado.iostream import IOStream

from handlers.engine.budget import Budget
from handlers.engine.crowd import Crowd
from handlers.engine.roads import Roads

BUDGET = 1_000_000
WHOLE = 1_500_000
ENGINES = ("auto", "iostream")


class Owner:
    """Keeps what it is told."""

    def __init__(self):
        self.got = b""
        self.ended = asyncio.Event()
        self.overruns = []

    def received(self, data):
        self.got += data

    def lost(self):
        assert not self.ended.is_set()
        self.ended.set()

    def overrun(self):
        self.overruns.append(self.line.waiting)
        self.line.send_last(b"last")


@pytest.fixture
def budget():
    return Budget(BUDGET, WHOLE)


@pytest.fixture(params=ENGINES)
def roads(request, io_loop, budget):
    async def make():
        return Roads(request.param, budget)

    roads = io_loop.run_sync(make)
    yield roads
    io_loop.run_sync(roads.close)


@pytest.fixture
def make(io_loop, roads, budget):
    """Makes lines, each with its owner and the socket at its other end."""
    made = []

    def line(begun=b""):
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        theirs.setblocking(False)
        theirs.send(begun) if begun else None
        owner = Owner()
        owner.line = roads.line(owner, Stream(ours))
        owner.line.start()
        made.append((owner.line, theirs))
        return owner.line, owner, theirs

    yield line

    async def end():
        for line, theirs in made:
            line.abort()
            theirs.close()
        await asyncio.sleep(0)
        assert budget.waiting == 0

    io_loop.run_sync(end)


class Stream(IOStream):
    """A pair of local sockets has no delays to switch off."""

    def set_nodelay(self, value):
        pass


async def read(sock, size):
    got = b""
    while len(got) < size:
        piece = await asyncio.get_running_loop().sock_recv(sock, 65536)
        assert piece, f"ended after {len(got)} of {size}"
        got += piece
    return got


async def until(holds):
    while not holds():
        await asyncio.sleep(0.001)


async def test_what_is_sent_arrives_in_order_whether_it_waits_or_not(make):
    line, _, theirs = make()
    sent = [b"%06d" % number * 1000 for number in range(100)]
    for data in sent:
        line.send(data)
    assert line.waiting
    assert await read(theirs, 600_000) == b"".join(sent)
    await until(lambda: not line.waiting)
    line.send(b"straight")
    assert theirs.recv(100) == b"straight"


async def test_many_get_the_same_bytes_and_one_that_is_stuck_delays_none(make):
    lines = [make() for _ in range(5)]
    stuck = lines[2]
    crowd = Crowd(line for line, _, _ in lines)
    for number in range(10):
        crowd.send(b"%d" % number * 20_000)
        for line, _, theirs in lines:
            if line is not stuck[0]:
                assert await read(theirs, 20_000) == b"%d" % number * 20_000
    assert stuck[0].waiting > 100_000
    whole = b"".join(b"%d" % number * 20_000 for number in range(10))
    assert await read(stuck[2], 200_000) == whole


async def test_a_line_that_is_over_is_written_to_no_more_whoever_has_its_descriptor_now(make):
    line, _, _ = make()
    other, _, others = make()
    crowd = Crowd([line, other])
    line.abort()
    heirs = [socket.socketpair() for _ in range(3)]
    crowd.send(b"to the other alone")
    assert others.recv(100) == b"to the other alone"
    ends = [end for pair in heirs for end in pair]
    for end in ends:
        end.setblocking(False)
        with pytest.raises(BlockingIOError):
            end.recv(1)
    for end in ends:
        end.close()


async def test_a_line_in_a_crowd_may_be_watched_fall_behind_and_come_back(make):
    (line, _, theirs), (other, _, others) = make(), make()
    crowd, seen = Crowd([line, other]), []
    sent = [b"%02d" % number * 10_000 for number in range(20)]
    for number, data in enumerate(sent):
        if number == 5:
            line.watch(seen.append)
        crowd.send(data)
        assert await read(others, 20_000) == data
    assert await read(theirs, 400_000) == b"".join(sent)
    await until(lambda: not line.waiting)
    crowd.send(b"straight")
    assert theirs.recv(100) == others.recv(100) == b"straight"
    assert seen == [*sent[5:], b"straight"]


async def test_what_goes_behind_the_next_is_one_write_with_it(make):
    line, _, theirs = make()
    other, _, others = make()
    crowd = Crowd([line, other])
    line.send_behind_next(b" and an ack")
    crowd.send(b"a message")
    assert theirs.recv(100) == b"a message and an ack"
    assert others.recv(100) == b"a message"
    crowd.send(b"next")
    assert theirs.recv(100) == b"next"


async def test_what_goes_behind_the_next_waits_with_it(make):
    line, _, theirs = make()
    line.send(bytes(300_000))
    line.send_behind_next(b" and an ack")
    line.send(b"a message")
    assert (await read(theirs, 300_020))[300_000:] == b"a message and an ack"


async def test_what_comes_is_told_even_if_it_came_before_the_line_was_there(make):
    _, owner, theirs = make(b"early ")
    theirs.send(b"and late")
    await until(lambda: owner.got == b"early and late")


async def test_whoever_pauses_hears_nothing_until_it_resumes(make):
    line, owner, theirs = make()
    line.pause()
    theirs.send(b"meanwhile")
    _, other_owner, other_theirs = make()
    other_theirs.send(b"x")
    await until(lambda: other_owner.got)
    # A stream may have begun to read before; what it brings by that is one piece.
    line.pause()
    before = owner.got
    theirs.send(b" more")
    for _ in range(5):
        await asyncio.sleep(0)
    assert owner.got in (before, b"meanwhile")
    line.resume()
    await until(lambda: owner.got == b"meanwhile more")


async def test_a_peer_that_is_gone_is_noticed_while_reading_is_paused(make, roads):
    line, owner, theirs = make()
    line.pause()
    theirs.close()
    if type(line).__name__ == "EpollLine":
        await owner.ended.wait()
    else:  # a stream that is not read learns of it by what it writes
        while not owner.ended.is_set():
            line.send(b"x")
            await asyncio.sleep(0.001)
    assert line.over


async def test_past_the_budget_it_overruns_once_and_its_last_words_follow_what_was_begun(make):
    line, owner, theirs = make()
    for _ in range(30):
        line.send(b"x" * 100_000)
    assert len(owner.overruns) == 1
    assert line.waiting < BUDGET
    line.finish()
    got = b""
    while piece := await asyncio.get_running_loop().sock_recv(theirs, 65536):
        got += piece
    assert got.endswith(b"last")
    # Begun pieces are whole, or what follows would be read as a part of them.
    assert got[:-4].strip(b"x") == b""
    assert len(got[:-4]) % 100_000 == 0
    await owner.ended.wait()


async def test_past_what_may_wait_for_all_who_falls_further_behind_is_cut_and_nobody_else(
    make, budget
):
    three = [make() for _ in range(3)]
    for _ in range(6):
        for line, _, _ in three[:2]:
            line.send(b"x" * 100_000)
    waited = three[1][0].waiting
    fine, owner, theirs = three[2]
    fine.send(b"who keeps up")
    assert budget.waiting == sum(line.waiting for line, _, _ in three) <= WHOLE
    for _ in range(4):
        three[0][0].send(b"x" * 100_000)
    assert len(three[0][1].overruns) == 1
    assert three[0][0].waiting < BUDGET - 100_000
    assert (three[1][0].waiting, three[1][1].overruns, owner.overruns) == (waited, [], [])
    assert await asyncio.get_running_loop().sock_recv(theirs, 64) == b"who keeps up"


async def test_last_words_go_behind_what_waits_and_nothing_follows_them(make):
    line, owner, theirs = make()
    for letter in (b"a", b"b", b"c"):
        line.send(letter * 100_000)
    line.send_last(b"bye")
    line.send(b"too late")
    line.send_last(b"again")
    line.finish()
    whole = b"a" * 100_000 + b"b" * 100_000 + b"c" * 100_000 + b"bye"
    assert await read(theirs, len(whole)) == whole
    await owner.ended.wait()
    assert theirs.recv(1) == b""


async def test_hanging_up_tells_the_peer_and_still_reads(make):
    line, owner, theirs = make()
    line.send_last(b"bye")
    line.hang_up()
    assert await read(theirs, 3) == b"bye"
    assert await asyncio.get_running_loop().sock_recv(theirs, 1) == b""
    theirs.send(b"what was on its way")
    await until(lambda: owner.got == b"what was on its way")
    theirs.close()
    await owner.ended.wait()


async def test_hanging_up_on_a_peer_that_is_gone_ends_it(make):
    line, owner, theirs = make()
    theirs.close()
    if stream := getattr(line, "_stream", None):
        stream.close()
    line.send_last(b"bye")
    line.hang_up()
    await owner.ended.wait()


@pytest.mark.parametrize("before", [b"", bytes(500_000)])
async def test_a_peer_that_is_gone_raises_nothing_and_ends_it_once(make, before):
    line, owner, theirs = make()
    line.send(before) if before else None
    theirs.close()
    for _ in range(3):
        line.send(b"x")
        await asyncio.sleep(0.01)
    await owner.ended.wait()
    assert line.over
    line.send(b"y")
    line.abort()


async def test_whoever_waits_for_it_to_be_drained_goes_on_when_it_is_or_ends(make):
    line, _, theirs = make()
    line.send(bytes(300_000))
    waiting = asyncio.ensure_future(line.drained())
    await read(theirs, 300_000)
    await waiting
    line.send(bytes(300_000))
    waiting = asyncio.ensure_future(line.drained())
    await asyncio.sleep(0)
    line.abort()
    await waiting


async def test_what_comes_is_a_sign_of_life(make):
    line, owner, theirs = make()
    assert not line.alive
    theirs.send(b"x")
    await until(lambda: owner.got)
    assert line.alive


async def test_all_who_wait_until_a_line_is_drained_are_told(make):
    line, _, _ = make()
    line.send(bytes(600_000))
    waiting = [asyncio.ensure_future(line.drained()) for _ in range(2)]
    await asyncio.sleep(0)
    line.abort()
    await asyncio.gather(*waiting)


async def test_a_peer_that_takes_what_waited_shows_that_it_is_there(make):
    line, _, theirs = make()
    line.send(b"straight")
    assert not line.alive
    await read(theirs, 8)
    line.send(bytes(300_000))
    assert not line.alive
    await read(theirs, 300_000)
    await until(lambda: line.alive)
    line.alive = False
    line.send(b"straight again")
    assert not line.alive


async def test_what_may_be_missed_has_room_only_while_less_than_half_the_budget_waits(make):
    line, _, _ = make()
    assert line.has_room
    while line.waiting <= BUDGET // 2:
        assert line.has_room
        line.send(bytes(100_000))
    assert not line.has_room


async def test_a_tap_sees_what_is_sent_once_however_it_goes(make):
    line, _, theirs = make()
    seen = []
    line.watch(seen.append)
    sent = [b"%02d" % number * 10_000 for number in range(20)]
    for data in sent:
        line.send(data)
    await read(theirs, 400_000)
    await until(lambda: not line.waiting)
    line.send(b"straight")
    line.send_last(b"bye")
    assert seen == [*sent, b"straight", b"bye"]


async def test_a_delivery_makes_no_future_and_no_task(make):
    lines = [make() for _ in range(20)]
    crowd = Crowd(line for line, _, _ in lines)
    tasks = asyncio.all_tasks()
    loop = asyncio.get_running_loop()
    made = []
    create = loop.create_future
    loop.create_future = lambda: made.append(1) or create()
    crowd.send(b"x")
    loop.create_future = create
    assert asyncio.all_tasks() == tasks
    assert not made

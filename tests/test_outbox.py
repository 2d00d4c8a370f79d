"""The outbox on a real pair of sockets: order, budget, and what happens when the peer goes."""

import asyncio
import socket

import pytest
from tornado.iostream import IOStream

from handlers.outbox import Outbox

BUDGET = 1_000_000


@pytest.fixture
def pair(io_loop):
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
    theirs.setblocking(False)
    stream = io_loop.run_sync(lambda: made(ours))
    yield stream, theirs
    stream.close()
    theirs.close()


async def made(sock):
    return IOStream(sock)


async def read(sock, size):
    got = b""
    while len(got) < size:
        got += await asyncio.get_running_loop().sock_recv(sock, 65536)
    return got


async def test_what_is_sent_arrives_in_order_whether_it_waits_or_not(pair):
    stream, theirs = pair
    outbox = Outbox(stream, BUDGET, pytest.fail)
    sent = [b"%06d" % number * 1000 for number in range(100)]
    for data in sent:
        outbox.send(data)
    assert outbox.waiting
    assert await read(theirs, 600_000) == b"".join(sent)
    while outbox.waiting:
        await asyncio.sleep(0)
    outbox.send(b"straight")
    assert theirs.recv(100) == b"straight"


async def test_what_tornado_still_has_to_write_goes_first(pair):
    stream, theirs = pair
    outbox = Outbox(stream, BUDGET, pytest.fail)
    _ = stream.write(b"a" * 500_000)
    await read(theirs, 100)
    theirs_has_room = await read(theirs, 8_000)
    assert theirs_has_room
    outbox.send(b"b")
    rest = await read(theirs, 500_001 - 100 - len(theirs_has_room) - 65_536)
    while b"b" not in rest:
        rest += await read(theirs, 1)
    assert rest.endswith(b"ab")


async def test_past_the_budget_it_overruns_once_and_sends_no_more(pair):
    stream, _ = pair
    overruns = []
    outbox = Outbox(stream, BUDGET, lambda: overruns.append(outbox.waiting))
    for _ in range(30):
        outbox.send(bytes(100_000))
    assert len(overruns) == 1
    assert overruns[0] <= BUDGET
    assert outbox.closed


async def test_closing_lets_go_first_what_was_kept(pair):
    stream, theirs = pair
    outbox = Outbox(stream, BUDGET, pytest.fail)
    for letter in (b"a", b"b", b"c"):
        outbox.send(letter * 100_000)
    outbox.close()
    outbox.send(b"too late")
    assert await read(theirs, 300_000) == b"a" * 100_000 + b"b" * 100_000 + b"c" * 100_000
    await asyncio.sleep(0)
    with pytest.raises(BlockingIOError):
        theirs.recv(1)


@pytest.mark.parametrize("before", [b"", bytes(500_000)])
async def test_a_peer_that_is_gone_raises_nothing_and_ends_it(pair, before):
    stream, theirs = pair
    outbox = Outbox(stream, BUDGET, pytest.fail)
    outbox.send(before)
    theirs.close()
    for _ in range(3):
        outbox.send(b"x")
        await asyncio.sleep(0.01)
    assert outbox.closed


async def test_what_may_be_missed_has_room_only_while_less_than_half_the_budget_waits(pair):
    stream, _ = pair
    outbox = Outbox(stream, BUDGET, pytest.fail)
    assert outbox.has_room
    while outbox.waiting <= BUDGET // 2:
        assert outbox.has_room
        outbox.send(bytes(100_000))
    assert not outbox.has_room

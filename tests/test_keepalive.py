"""Keepalive on real sockets."""

import asyncio
import time

import pytest

from chat.liveness import Verdict
from clients import PING, PONG, TEXT
from handlers import keepalive
from handlers.socket import SocketHandler

pytestmark = pytest.mark.every_road

quick = pytest.mark.options("--ping-interval=0.3", "--ping-timeout=0.3")


@pytest.fixture
def swept(io_loop, services):
    async def start():
        keepalive.keep_alive(services.liveness)

    io_loop.run_sync(start)


@quick
@pytest.mark.usefixtures("swept")
@pytest.mark.parametrize("path", ["/ws", "/-/echo/ws"])
async def test_whoever_answers_pings_stays(clients, path):
    client = await clients.raw(path)
    for _ in range(4):
        client.send(PONG, await client.until(PING))
    assert len(SocketHandler.waiters) == 1


@quick
@pytest.mark.usefixtures("swept")
async def test_whoever_stays_silent_is_closed_with_a_code_that_says_so(clients):
    client = await clients.raw()
    assert await client.closed() == (4408, "no answer to a ping")


@quick
@pytest.mark.usefixtures("swept")
async def test_whoever_talks_is_alive_even_without_a_pong(clients):
    client = await clients.raw()
    for _ in range(4):
        await client.until(PING)
        client.send(TEXT, b"I am busy")
        await client.until(TEXT)
    assert len(SocketHandler.waiters) == 1


@quick
async def test_whoever_takes_what_waited_is_alive_though_its_pong_is_far_behind(clients, services):
    await clients.raw()
    [waiter] = SocketHandler.waiters
    now = time.monotonic()
    waiter.pulse.ping(now - 10)
    waiter.pulse.look = now
    waiter.line.alive = True
    keepalive.sweep(services.liveness, now)
    assert waiter.ws_connection
    waiter.pulse.heard()
    waiter.pulse.ping(now - 10)
    waiter.pulse.look = now
    keepalive.sweep(services.liveness, now)
    assert not waiter.ws_connection


async def test_the_ping_carries_the_time_it_was_sent(clients):
    client = await clients.raw()
    next(iter(SocketHandler.waiters)).ping_now()
    assert float(await client.until(PING)) == pytest.approx(time.monotonic(), abs=1)


@pytest.mark.options("--ping-interval=10", "--ping-timeout=10")
async def test_the_pings_of_many_waiters_are_spread_over_the_interval(clients, services):
    for _ in range(40):
        await clients.raw()
    dues = sorted(waiter.pulse.due - time.monotonic() for waiter in SocketHandler.waiters)
    assert dues[0] < 4
    assert dues[-1] > 6
    verdicts = [services.liveness.verdict(w.pulse, time.monotonic()) for w in SocketHandler.waiters]
    assert verdicts.count(Verdict.PING) < 10


@pytest.mark.expect_log("Exception in callback")
@quick
async def test_a_sweep_that_fails_is_not_the_last(clients, services, monkeypatch):
    def fail(liveness, now):
        monkeypatch.undo()
        raise RuntimeError

    monkeypatch.setattr(keepalive, "sweep", fail)
    client = await clients.raw()
    asyncio.get_running_loop().call_soon(keepalive.keep_alive, services.liveness)
    assert await client.until(PING)

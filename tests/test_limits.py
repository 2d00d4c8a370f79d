"""At each limit: a clear answer, and everybody else is served as before."""

import asyncio
import json
import sqlite3
import time
from contextlib import closing

import pytest
from tornado.httpclient import HTTPClientError

from chat.errors import ServerFull, TooFast, TooManyOfYou
from chat.pace import BURST, MANY, PATIENCE, Pace
from clients import BINARY, PING, PONG, TEXT
from handlers.gate import Gate, GateTerms
from handlers.socket import SocketHandler

# -- how fast ---------------------------------------------------------------------


def test_a_burst_is_free_then_each_waits_its_turn_then_nothing_is_counted():
    pace = Pace(rate=2)
    waits = [pace.take("ada", now=100.0) for _ in range(int(2 * (BURST + PATIENCE)))]
    assert set(waits[: int(2 * BURST)]) == {0.0}
    assert waits[int(2 * BURST) :] == [0.5 * n for n in range(1, int(2 * PATIENCE) + 1)]
    for _ in range(3):
        with pytest.raises(TooFast) as refused:
            pace.take("ada", now=100.0)
        assert refused.value.retry_after == PATIENCE + 0.5
    assert pace.take("bob", now=100.0) == 0.0
    assert pace.take("ada", now=101.0) == PATIENCE - 0.5
    assert pace.take("ada", now=1000.0) == 0.0


def test_without_a_rate_nobody_waits():
    pace = Pace(rate=0)
    assert {pace.take("ada", now=1.0) for _ in range(10_000)} == {0.0}


def test_who_is_within_the_rate_is_forgotten_and_who_is_not_is_not():
    pace = Pace(rate=1)
    for _ in range(int(BURST + PATIENCE)):
        pace.take("ada", now=0.0)
    for number in range(3 * MANY):
        pace.take(f"passer-by {number}", now=5.0 + number / MANY)
    assert len(pace._due) <= 2 * MANY
    assert [pace.take("ada", now=8.0) for _ in range(4)][-1] > 0


@pytest.mark.options("--rate=10")
async def test_who_says_too_much_is_read_more_slowly_and_loses_nothing(clients):
    ada, bob = await clients.json("Ada"), await clients.plain()
    began = time.monotonic()
    for number in range(110):
        await ada.say(f"{number}")
    heard = [await bob.receive() for _ in range(110)]
    assert heard == [f"{number}" for number in range(110)]
    assert time.monotonic() - began > 0.9


@pytest.mark.options("--rate=10")
async def test_who_is_slowed_leaves_no_more_to_be_stored_than_anybody(clients, tmp_path):
    ada, big = await clients.raw(), bytes(60_000)
    for number in range(100):  # the burst is used up
        ada.send(TEXT, f"{number}".encode())
    for _ in range(100):
        await ada.until(TEXT)
    with closing(sqlite3.connect(*tmp_path.glob("*.db"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # nothing can be stored for the moment
        for _ in range(10):
            ada.send(BINARY, big)
        ada.send(PING, b"all of it was read")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ada.until(PONG), 3)
        other.execute("ROLLBACK")
    for _ in range(10):
        assert await ada.until(BINARY) == big


@pytest.mark.options("--rate=1")
async def test_who_says_far_too_much_is_refused_in_words_and_others_are_not(clients, token, ask):
    tabs = [await clients.json("Ada", f"/ws?as={token}") for _ in range(20)]
    bob = await clients.json("Bob")
    await asyncio.gather(*(tab.say("flood", key=f"k{n}") for n, tab in enumerate(tabs)))
    answers = await asyncio.gather(*(either(tab) for tab in tabs))
    refused = [one for one in answers if one["type"] == "error"]
    assert len(refused) == len(tabs) - int(BURST + PATIENCE)
    for error in refused:
        assert (error["code"], error["key"][0]) == ("too_fast", "k")
        assert PATIENCE < error["retry_after"] <= PATIENCE + 1
    posted = await ask("/", "me too", Authorization=f"Bearer {token}")
    assert (posted.code, posted.headers["Retry-After"]) == (429, "6")
    await bob.say("calm")
    assert (await bob.event("ack"))["key"] == "key calm"


@pytest.mark.options("--rate=1")
async def test_a_plain_member_that_is_far_too_fast_is_closed_with_the_reason(clients, token):
    tabs = [await clients.plain(f"/ws?as={token}") for _ in range(17)]
    for tab in tabs:
        await tab.send("flood")
    ends = await asyncio.gather(*(asyncio.wait_for(tab.closed(), 10) for tab in tabs[-2:]))
    assert ends == [(1013, "too_fast")] * 2


async def either(member):
    while True:
        event = json.loads(await member.receive())
        if event["type"] in ("ack", "error"):
            return event


# -- how many ---------------------------------------------------------------------


@pytest.mark.options("--max-members=2")
async def test_a_server_that_is_full_says_so_and_takes_the_next_when_one_leaves(
    clients, http_client, base_url
):
    ada, _ = await clients.json("Ada"), await clients.follow("/r/ops", "text/event-stream")
    for path in ("/ws", "/-/echo/ws", "/-/wire/a-secret-of-some-length"):
        with pytest.raises(HTTPClientError) as refused:
            await clients.plain(path)
        assert (refused.value.code, refused.value.response.headers["Retry-After"]) == (503, "10")
    followed = await http_client.fetch(
        f"{base_url}/r/ops", headers={"Accept": "text/event-stream"}, raise_error=False
    )
    assert followed.code == 503
    assert "There may be 2 connections" in followed.body.decode()
    page = await http_client.fetch(base_url, headers={"Accept": "text/html"})
    assert page.code == 200
    await ada.close()
    while len(SocketHandler.waiters):
        await asyncio.sleep(0.005)
    await clients.json("Bob")


@pytest.mark.options("--max-room-members=2")
async def test_a_room_that_is_full_says_so_and_others_are_open(clients):
    ada, _ = await clients.json("Ada", "/ws/ops"), await clients.plain("/ws/ops")
    late = await clients.plain("/ws/ops", "broadcaster.v1.json")
    error = await late.event("error")
    assert (error["code"], error["retry_after"]) == ("room_full", 10)
    assert await late.closed() == (1013, "room_full")
    plain = await clients.plain("/ws/ops")
    assert await plain.closed() == (1013, "room_full")
    await clients.json("Bob", "/ws/other")
    await ada.say("we are two")
    assert (await ada.event("message"))["text"] == "we are two"
    await ada.close()
    assert (await clients.json("Cyd", "/ws/ops")).welcome["count"] == 2


@pytest.mark.options("--max-rooms=2")
async def test_a_person_is_in_so_many_rooms_in_as_many_tabs_as_they_like(clients, token):
    here = [await clients.json("Ada", f"/ws/{room}?as={token}") for room in ("a", "a", "b", "b")]
    third = await clients.plain(f"/ws/c?as={token}", "broadcaster.v1.json")
    assert (await third.event("error"))["code"] == "too_many_rooms"
    assert await third.closed() == (1013, "too_many_rooms")
    await clients.json("Bob", "/ws/c")
    for tab in here[:2]:
        await tab.close()
    while len(SocketHandler.waiters) > 3:
        await asyncio.sleep(0.005)
    await clients.json("Ada", f"/ws/c?as={token}")


def test_an_address_has_its_share_and_this_machines_own_is_not_counted_by():
    gate = Gate(GateTerms(members=5, address_members=2, address_rate=1))
    for _ in range(2):
        gate.enter("192.0.2.1")
    with pytest.raises(TooManyOfYou):
        gate.check("192.0.2.1")
    for address in ("127.0.0.1", "::1", "192.0.2.2"):
        gate.check(address)
        gate.enter(address)
    with pytest.raises(ServerFull):
        gate.check("192.0.2.3")
    gate.leave("192.0.2.1")
    gate.check("192.0.2.1")
    assert {gate.wait(f"guest {n}", "127.0.0.1") for n in range(100)} == {0.0}
    waits = [gate.wait(f"guest {n}", "192.0.2.1") for n in range(int(BURST) + 2)]
    assert waits[-3:] == sorted(waits[-3:])
    assert waits[-1] > 0


# -- who is slow on purpose -----------------------------------------------------------


@pytest.fixture
def ask(http_client, base_url):
    async def ask(path, body, **headers):
        return await http_client.fetch(
            base_url + path, method="POST", body=body, headers=headers, raise_error=False
        )

    return ask


@pytest.fixture
def token(io_loop, ask):
    """Of somebody who is the same person on every connection."""

    async def get():
        return json.loads((await ask("/-/identity", "")).body)["token"]

    return io_loop.run_sync(get)

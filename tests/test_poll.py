"""Whoever asks again and again has a cursor too, and may wait for what comes."""

import asyncio
import json

import pytest

from test_resume import cursor, said

JSON = {"Accept": "application/json"}


@pytest.fixture
def ask(http_client, http_server, base_url):
    async def ask(query="", path="/", **headers):
        answer = await http_client.fetch(
            f"{base_url}{path}?{query}", headers={**JSON, **headers}, raise_error=False
        )
        return answer.code, json.loads(answer.body)

    return ask


def ids(page):
    return [message["id"] for message in page["messages"]]


async def test_each_page_says_where_the_next_goes_on_until_there_is_none(ask, clients):
    ada = await clients.json("Ada")
    await said(ada, *"abcde")
    since, seen = "0", []
    while True:
        _, page = await ask(f"since={since}&limit=2")
        if not page["messages"]:
            break
        assert page["first"] == len(seen) + 1
        since, seen = page["cursor"], seen + ids(page)
    assert seen == [1, 2, 3, 4, 5]
    assert since == cursor(ada, 5)


async def test_since_a_cursor_it_is_the_log_as_it_is(ask, clients):
    ada = await clients.json("Ada")
    await said(ada, "one")
    await ada.command("edit", key="k2", id=1, text="won")
    await ada.event("ack")
    _, page = await ask("since=0")
    assert [message.get("edits") for message in page["messages"]] == [None, 1]
    _, page = await ask()
    assert [message["text"] for message in page["messages"]] == ["won"]
    assert page["cursor"] == cursor(ada, 2)


@pytest.mark.options("--keep-messages=2")
async def test_what_is_no_longer_kept_is_said_with_exact_numbers(ask, clients):
    ada = await clients.json("Ada")
    await said(ada, *"abcde")
    _, page = await ask(f"since={cursor(ada, 1)}")
    assert page["gap"]["lost"] == [2, 3]
    assert ids(page) == [4, 5]
    _, page = await ask("since=another:1")
    assert page["gap"]["lost"] is None
    assert ids(page) == [4, 5]


async def test_who_waits_is_answered_as_soon_as_something_is_said(ask, clients):
    ada = await clients.json("Ada")
    await said(ada, "one")
    waiting = [asyncio.ensure_future(ask(f"since={cursor(ada, 1)}&wait=30")) for _ in range(5)]
    empty = await ask(f"since={cursor(ada, 1)}")
    assert ids(empty[1]) == []
    assert not any(answer.done() for answer in waiting)
    await said(ada, "two")
    assert [ids(page) for _, page in await asyncio.gather(*waiting)] == [[2]] * 5


async def test_without_a_cursor_it_is_the_next_thing_said_that_is_waited_for(
    ask, clients, services
):
    ada = await clients.json("Ada")
    await said(ada, "one")
    waiting = asyncio.ensure_future(ask("wait=30"))
    async with asyncio.timeout(10):
        while "lobby" not in services.hub.awaited:
            await asyncio.sleep(0.005)
    await said(ada, "two")
    assert ids((await waiting)[1]) == [2]


async def test_who_waits_in_vain_is_told_so_in_time(ask, clients):
    ada = await clients.json("Ada")
    began = asyncio.get_running_loop().time()
    _, page = await ask(f"since={cursor(ada)}&wait=1")
    assert 0.9 < asyncio.get_running_loop().time() - began < 5
    assert (ids(page), page["cursor"]) == ([], cursor(ada))


async def test_what_was_missed_is_not_waited_for(ask, clients):
    ada = await clients.json("Ada")
    await said(ada, "one")
    assert ids((await ask("since=0&wait=60"))[1]) == [1]


async def test_nobody_who_left_is_waited_for_any_longer(clients, services):
    impatient, other = await clients.follow("/nothing"), await clients.follow("/nothing")
    for room, client in (("soon", impatient), ("later", other)):
        client.writer.write(f"GET /r/{room}?wait=60 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    impatient.vanish()
    async with asyncio.timeout(10):
        while "later" not in services.hub.awaited:
            await asyncio.sleep(0.005)
        other.vanish()
        while services.hub.awaited:
            await asyncio.sleep(0.005)


async def test_a_terminal_may_wait_too(http_client, base_url, clients):
    ada = await clients.json("Ada")
    waiting = http_client.fetch(f"{base_url}/?since={cursor(ada)}&wait=15")
    await ada.say("hello")
    assert (await waiting).body.endswith(b"  Ada: hello\n")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("since=nonsense", "bad_cursor"),
        ("wait=soon", "bad_number"),
        ("wait=-1", "bad_number"),
        ("limit=1.5", "bad_number"),
        ("since=0&before=5", "bad_range"),
        ("since=%ff", "bad_query"),
    ],
)
async def test_what_cannot_be_asked_is_refused_in_words(ask, query, code):
    status, problem = await ask(query)
    assert (status, problem["code"]) == (400, code)

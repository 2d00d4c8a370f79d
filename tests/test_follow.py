"""Whoever holds an answer open is a member as well: the same messages, once, in order."""

import asyncio
import json
import re
import socket

import pytest

from chat.message import Person
from clients import EVENTS, LINES, PATIENCE
from handlers.follow import Follower
from test_resume import cursor, said

pytestmark = pytest.mark.every_road


async def numbers(follower, count, accept=LINES):
    """The ids of the next messages."""
    if accept == LINES:
        return [(await follower.event("message"))["id"] for _ in range(count)]
    return [(await follower.sse("message"))[1]["id"] for _ in range(count)]


# -- in every form -------------------------------------------------------------------------


async def test_an_event_stream_has_the_cursor_as_the_id_of_messages_and_of_nothing_else(clients):
    ada = await clients.json("Ada")
    await said(ada, "one")
    stream = await clients.follow("/", EVENTS)
    assert "Content-Type: text/event-stream\r\n" in stream.head
    assert "X-Accel-Buffering: no\r\n" in stream.head
    begin = await stream.block()
    assert 1000 <= int(begin.pop("retry")) <= 3000
    # Not an event, since it has no data: but whoever is cut off now comes back to here.
    assert begin == {"id": cursor(ada, 1)}
    await said(ada, "two")
    welcome = await stream.block()
    assert (welcome["event"], set(welcome)) == ("welcome", {"event", "data"})
    message = await stream.block()
    assert (message["id"], message["event"]) == (cursor(ada, 2), "message")
    assert json.loads(message["data"])["text"] == "two"


async def test_a_stream_of_lines_is_what_a_socket_gets(clients):
    stream = await clients.follow("/r/ops", LINES)
    assert "Content-Type: application/x-ndjson\r\n" in stream.head
    welcome = await stream.event("welcome")
    assert (welcome["room"], welcome["head"]) == ("ops", 0)
    ada = await clients.json("Ada", "/ws/ops")
    await ada.say("hello")
    assert await stream.event("message") == await ada.event("message")


@pytest.mark.parametrize("accept", ["*/*", "text/plain"])
async def test_a_terminal_sees_what_was_said_and_then_what_is_said(clients, accept):
    ada = await clients.json("Ada")
    await said(ada, "one", "two")
    stream = await clients.follow("/?follow", accept)
    assert "Content-Type: text/plain; charset=utf-8\r\n" in stream.head
    await ada.say("three\nlines")
    lines = [await stream.line() for _ in range(4)]
    assert [line[16:] for line in lines[:3]] == ["  Ada: one", "  Ada: two", "  Ada: three"]
    assert lines[3] == "    lines"


async def test_a_terminal_is_told_of_edits_and_deletes(clients):
    ada = await clients.json("Ada")
    await said(ada, "one")
    stream = await clients.follow("/?follow&since=0")
    await ada.command("edit", key="k2", id=1, text="won")
    await ada.command("delete", key="k3", id=1)
    lines = [await stream.line() for _ in range(3)]
    assert [line[18:] for line in lines] == [
        "Ada: one",
        "Ada: won (now says message 1)",
        "Ada: (deletes message 1)",
    ]


async def test_to_follow_in_json_is_a_stream_of_lines(clients):
    stream = await clients.follow("/?follow", "application/json")
    assert "Content-Type: application/x-ndjson\r\n" in stream.head


# -- the promise ---------------------------------------------------------------------------


@pytest.mark.parametrize("accept", [EVENTS, LINES])
async def test_who_comes_back_with_a_cursor_gets_what_it_missed_then_what_is_new(clients, accept):
    ada = await clients.json("Ada")
    await said(ada, *"abcde")
    stream = await clients.follow(f"/?since={cursor(ada, 2)}", accept)
    await said(ada, "f")
    assert await numbers(stream, 4, accept) == [3, 4, 5, 6]


async def test_what_an_event_source_says_it_had_last_goes_before_the_address(clients):
    ada = await clients.json("Ada")
    await said(ada, *"abc")
    last = {"Last_Event_ID": cursor(ada, 2)}
    stream = await clients.follow("/?since=0", EVENTS, **last)
    assert await numbers(stream, 1, EVENTS) == [3]


async def test_a_stream_of_lines_without_a_cursor_begins_where_its_welcome_says(clients, services):
    async def talk():
        while True:
            await services.hub.publish("lobby", Person("ada", "Ada"), "hello", None)

    talking = asyncio.create_task(talk())
    try:
        for _ in range(20):
            stream = await clients.follow("/", LINES)
            head = (await stream.event("welcome"))["head"]
            assert await numbers(stream, 1) == [head + 1]
            stream.vanish()
    finally:
        talking.cancel()


@pytest.mark.options("--keep-messages=2")
@pytest.mark.parametrize("accept", [EVENTS, LINES])
async def test_what_is_no_longer_kept_is_said_in_its_place_with_exact_numbers(clients, accept):
    ada = await clients.json("Ada")
    await said(ada, *"abcde")
    stream = await clients.follow(f"/?since={cursor(ada, 1)}", accept)
    gap = await stream.event("gap") if accept == LINES else (await stream.sse("gap"))[1]
    assert (gap["lost"], gap["oldest"], gap["head"]) == ([2, 3], 4, 5)
    assert await numbers(stream, 2, accept) == [4, 5]


@pytest.mark.options("--keep-messages=2")
async def test_a_terminal_reads_what_is_missing(clients):
    ada = await clients.json("Ada")
    await said(ada, *"abcde")
    stream = await clients.follow(f"/?follow&since={cursor(ada, 1)}")
    assert await stream.line() == "-- messages 2 to 3 are no longer kept --"
    stream = await clients.follow("/?follow&since=another:3")
    assert "was started anew" in await stream.line()


async def test_followers_of_every_form_and_sockets_have_one_log(clients):
    streams = [(await clients.follow("/?since=0", form), form) for form in (EVENTS, LINES)]
    members = [await clients.json(f"M{n}") for n in range(3)]
    for number in range(30):
        for member in members:
            await member.say(f"{number}")
    for stream, form in streams:
        assert await numbers(stream, 90, form) == list(range(1, 91))


# -- signs of life -------------------------------------------------------------------------


@pytest.mark.options("--ping-interval=0.2")
async def test_silence_is_broken_by_heartbeats(clients):
    events, lines = await clients.follow("/", EVENTS), await clients.follow("/", LINES)
    assert (await lines.event("heartbeat")) == {"type": "heartbeat", "head": 0}
    while "" not in (block := await events.block()):
        assert "data" in block or "retry" in block
    assert block == {"": "heartbeat"}


@pytest.mark.options("--ping-interval=0.2", "--ping-timeout=0.5")
@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="needs Linux")
async def test_the_kernel_ends_a_follower_that_takes_nothing_any_more(clients):
    stuck = await clients.follow("/", LINES, receive_buffer=4096)
    stuck.writer.transport.pause_reading()
    ada = await clients.json("Ada")
    await said(ada, *(f"{n}" + "x" * 60_000 for n in range(40)))
    async with asyncio.timeout(15):
        while Follower.followers:
            await asyncio.sleep(0.02)


# -- limits --------------------------------------------------------------------------------


@pytest.mark.options("--member-budget=200000", "--ping-interval=0")
async def test_who_does_not_read_is_cut_off_with_a_word_and_costs_nobody_anything(clients, caplog):
    slow = await clients.follow("/", LINES, receive_buffer=4096)
    ada = await clients.json("Ada")
    for number in range(400):
        await ada.say(f"{number} " + "x" * 60_000, key=str(number))
        assert (await ada.event("message"))["text"].startswith(f"{number} ")
        if "is too slow" in caplog.text:
            break
    rest = await asyncio.wait_for(slow.reader.read(), PATIENCE)
    assert json.loads(rest.splitlines()[-1])["code"] == 1013


async def test_what_comes_after_a_request_is_for_nobody_and_has_a_limit(clients):
    stream = await clients.follow("/", LINES)
    stream.writer.write(b"GET / HTTP/1.1\r\n\r\n")
    ada = await clients.json("Ada")
    await ada.say("hello")
    assert (await stream.event("message"))["text"] == "hello"
    stream.writer.write(b"x" * 100_000)
    await stream.gone()


async def test_a_follower_that_leaves_is_no_member_any_more(clients):
    stream = await clients.follow("/?name=Bob", LINES)
    ada = await clients.json("Ada")
    assert ada.welcome["count"] == 2
    stream.vanish()
    assert (await ada.event("presence"))["count"] == 1


async def test_who_hangs_up_right_after_asking_leaves_nothing_behind(clients):
    for _ in range(20):
        hasty = await clients.raw("/nothing")
        hasty.writer.write(f"GET / HTTP/1.1\r\nHost: x\r\nAccept: {LINES}\r\n\r\n".encode())
        hasty.vanish()
    ada = await clients.json("Ada")
    while ada.welcome["count"] > 1:
        ada.welcome = await ada.event("presence")
    assert not Follower.followers


@pytest.mark.parametrize("accept", [EVENTS, LINES])
@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("since=nonsense", 400, "A cursor looks like"),
        ("name=%E2%80%8B", 400, "A name is"),
        ("since=%ff", 400, "not UTF-8"),
    ],
)
async def test_what_cannot_be_followed_is_refused_before_it_begins(
    clients, accept, query, status, words
):
    refused = await clients.follow(f"/?{query}", accept)
    assert refused.head.startswith(f"HTTP/1.1 {status} ")
    length = int(re.search(r"Content-Length: (\d+)", refused.head)[1])
    assert words in (await refused.reader.readexactly(length)).decode()


async def test_a_token_says_who_follows(clients, services):
    ada = await clients.json("Ada")
    refused = await clients.follow("/", LINES, Authorization="Bearer forged")
    assert refused.head.startswith("HTTP/1.1 401 ")
    assert ada.welcome["count"] == 1

"""Who follows a room by HTTP alone does so behind nginx, HAProxy and Caddy as well."""

import asyncio
import json

import pytest
from fronts import IMPATIENT, PROMPT, SLOW_TO_SEE

from following import EVENTS, LINES, follow
from parts import needs_curl

FORMS = {"events": EVENTS, "lines": LINES, "text": ()}
SHORT = ("500ms", "--ping-interval=0.15")
IDLES = 1.3
"""Seconds; over twice the patience of a proxy that has little."""
pytestmark = needs_curl


@pytest.fixture
def curl(io_loop):
    """Follows a room by a port, in a form and from a cursor; all leave at the end."""
    all = []

    async def curl(port, room, form, since=""):
        query = f"?follow&since={since}" if since else "?follow"
        url = f"http://127.0.0.1:{port}{room}{query}"
        all.append(await follow("curl", "-sN", *FORMS[form], url))
        return all[-1]

    yield curl
    for each in all:
        io_loop.run_sync(each.leave)


@pytest.fixture
def poll(ask):
    """A page of what was said since a cursor, or an answer that is none."""

    async def poll(port, room, since, wait):
        path = f"{room}?since={since}&wait={wait}"
        answer = await ask(port, path, Accept="application/json")
        return json.loads(answer.body) if answer.code == 200 else answer

    return poll


async def cursor_of(ask, port, room):
    return (await ask(port, room, method="HEAD")).headers["Cursor"]


@pytest.mark.parametrize("form", FORMS)
async def test_what_is_said_is_there_at_once(front, ask, curl, form):
    room = f"/r/{front.name}-{form}"
    await ask(front.port, room, "before")
    following = await curl(front.port, room, form, since="0")
    await following.until("before")
    for number in range(20):
        await ask(front.port, room, f"message {number}")
        await following.until(f"message {number}")


async def test_a_long_poll_is_answered_when_something_is_said(front, ask, poll):
    room = f"/r/{front.name}-poll"
    await ask(front.port, room, "before")
    cursor = await cursor_of(ask, front.port, room)
    waiting = asyncio.ensure_future(poll(front.port, room, cursor, wait=15))
    await asyncio.wait([waiting], timeout=0.1)
    assert not waiting.done()
    await ask(front.port, room, "after")
    assert [message["text"] for message in (await waiting)["messages"]] == ["after"]


async def test_streams_go_on_from_their_cursor_after_a_restart(stand, ask, curl, again):
    stand = stand()
    port, room = stand.front.port, "/r/den"
    await ask(port, room, "one")
    cursor = await cursor_of(ask, port, room)
    before = [await curl(port, room, form, since="0") for form in FORMS]
    for following in before:
        await following.until("one")
    assert f"id: {cursor}" in before[0].lines
    await again(stand)
    for following in before:
        await following.end()
    await ask(port, room, "two")
    after = [await curl(port, room, form, since=cursor) for form in FORMS]
    for following in after:
        await following.until("two")
    await ask(port, room, "three")
    for following in after:
        await following.until("three")
        assert said(following) == ["two", "three"]
    assert [following.messages() for following in after[:2]] == [[(2, "two"), (3, "three")]] * 2


def said(following):
    """Which of the words were there, in whatever form, as often as they were."""
    words = ("one", "two", "three")
    return [word for line in following.lines for word in words if word in line]


async def test_a_long_poll_goes_on_from_its_cursor_after_a_restart(stand, ask, poll, again):
    stand = stand()
    port, room = stand.front.port, "/r/den"
    await ask(port, room, "one")
    cursor = await cursor_of(ask, port, room)
    waiting = asyncio.ensure_future(poll(port, room, cursor, wait=15))
    await asyncio.wait([waiting], timeout=0.1)
    await again(stand)
    cut = (await asyncio.gather(waiting, return_exceptions=True))[0]
    if isinstance(cut, dict):  # the server sent it home with what there was: nothing
        assert (cut["cursor"], cut["messages"]) == (cursor, [])
    await ask(port, room, "two")
    page = await poll(port, room, cursor, wait=15)
    assert [message["text"] for message in page["messages"]] == ["two"]


async def test_heartbeats_keep_idle_streams_open_past_a_proxys_patience(stand, ask, curl):
    port = stand(*SHORT).front.port
    streams = [await curl(port, "/r/den", form) for form in ("events", "lines")]
    await streams[0].until("event: welcome")
    await streams[1].until('"welcome"')
    await asyncio.sleep(IDLES)
    await ask(port, "/r/den", "still here")
    for stream in streams:
        await stream.until("still here")


@pytest.mark.parametrize("kind", IMPATIENT, indirect=True)
async def test_text_and_a_long_poll_have_no_heartbeat_and_are_cut(stand, ask, curl, poll):
    port = stand(*SHORT).front.port
    text = await curl(port, "/r/den", "text")
    assert (await poll(port, "/r/den", await cursor_of(ask, port, "/r/den"), 15)).code == 504
    await text.end()


async def test_the_patience_in_deploy_holds_what_has_no_heartbeat(stand, ask, curl, poll, through):
    port = stand("1h", "--ping-interval=0", around="500ms").front.port
    text, cursor = await curl(port, "/r/den", "text"), await cursor_of(ask, port, "/r/den")
    plain = await through(port).plain("/r/den")
    waiting = asyncio.ensure_future(poll(port, "/r/den", cursor, wait=15))
    await asyncio.wait([waiting], timeout=IDLES)
    await ask(port, "/r/den", "still here")
    await text.until("still here")
    assert await plain.receive() == "still here"
    assert [message["text"] for message in (await waiting)["messages"]] == ["still here"]


@pytest.mark.parametrize("kind", PROMPT, indirect=True)
@pytest.mark.parametrize("form", FORMS)
async def test_who_leaves_a_stream_is_gone_for_the_server_at_once(stand, curl, form):
    server, front = (stand := stand("1h", "--ping-interval=0")).server, stand.front
    following = await curl(front.port, "/r/den", form)
    await log_says(server, "f1 follower joins")
    await following.leave()
    await log_says(server, "f1 follower leaves")


@pytest.mark.parametrize("kind", SLOW_TO_SEE, indirect=True)
@pytest.mark.parametrize("form", FORMS)
async def test_behind_haproxy_who_leaves_is_gone_once_they_were_written_to(stand, ask, curl, form):
    server, front = (stand := stand("1h", "--ping-interval=0.3")).server, stand.front
    following = await curl(front.port, "/r/den", form)
    await log_says(server, "f1 follower joins")
    await following.leave()
    if form == "text":
        assert "f1 follower leaves" not in server.output
        for _ in range(2):
            await ask(front.port, "/r/den", "anybody there?")
    await log_says(server, "f1 follower leaves")


async def log_says(server, words):
    async with asyncio.timeout(10):
        while words not in server.output:
            await asyncio.sleep(0.01)

"""What the server promises holds behind nginx, HAProxy and Caddy, with the files in deploy/."""

import asyncio
import json

import pytest
from fronts import IMPATIENT
from tornado.httpclient import HTTPClientError

SECRET = "a-secret-that-nobody-may-log"


async def test_the_page_and_its_files_come_through(front, ask):
    page = await ask(front.port, "/r/%E2%98%95%2Ftea", Accept="text/html")
    assert page.code == 200
    assert b"\xe2\x98\x95/tea" in page.body
    script = page.body.decode().partition('<script type="module" src="')[2].partition('"')[0]
    assert (await ask(front.port, script)).headers["Content-Type"].startswith("text/javascript")


async def test_what_is_posted_can_be_read_as_text_and_as_json(front, ask):
    room = f"/r/{front.name}-read"
    posted = await ask(front.port, f"{room}?name=CI", "finished", Idempotency_Key="k1")
    assert (posted.code, posted.body, posted.headers["Location"]) == (201, b"1\n", f"{room}/1")
    assert (await ask(front.port, room, "finished", Idempotency_Key="k1")).code == 200
    assert (await ask(front.port, room)).body.decode().endswith("  CI: finished\n")
    page = json.loads((await ask(front.port, room, Accept="application/json")).body)
    assert [message["text"] for message in page["messages"]] == ["finished"]
    assert (await ask(front.port, room, method="HEAD")).headers["Cursor"] == f"{page['epoch']}:1"


async def test_a_body_as_large_as_the_server_takes_comes_through(front, ask):
    assert (await ask(front.port, f"/r/{front.name}-large", "x" * 65536)).code == 201
    assert (await ask(front.port, f"/r/{front.name}-large", "x" * 65537)).code == 413


async def test_a_socket_speaks_both_ways_as_json_and_plain(front, through):
    clients = through(front.port)
    room = f"/r/{front.name}-both"
    ada, plain = await clients.json("Ada", room), await clients.plain(room)
    await ada.say("from json")
    assert (await ada.event("ack"))["id"] == 1
    assert await plain.receive() == "from json"
    await plain.send(b"\x00binary")
    assert await plain.receive() == b"\x00binary"
    assert (await ada.event("message"))["data"] == "AGJpbmFyeQ=="
    await plain.send("x" * 65536)
    assert (await ada.event("message"))["text"] == "x" * 65536


async def test_a_page_on_an_odd_port_may_connect_and_post_and_others_may_not(front, ask, through):
    assert front.port not in (80, 443)
    clients = through(front.port)
    ours = f"http://127.0.0.1:{front.port}"
    await clients.json("Ada", f"/r/{front.name}-odd", Origin=ours)
    assert (await ask(front.port, f"/r/{front.name}-odd", "hello", Origin=ours)).code == 201
    for foreign in ("http://127.0.0.1", "http://evil.example"):
        with pytest.raises(HTTPClientError) as refused:
            await clients.json("Eve", f"/r/{front.name}-odd", Origin=foreign)
        assert refused.value.code == 403
        assert (await ask(front.port, f"/r/{front.name}-odd", "x", Origin=foreign)).code == 403


async def test_no_secret_is_in_a_proxys_log_whether_the_server_is_there_or_not(stand, ask, through):
    stand = stand()
    port = stand.front.port
    token = json.loads((await ask(port, "/-/identity", "")).body)["token"]
    asking = f"as={token}&wire={SECRET}"
    clients = through(port)
    watcher = await clients.plain(f"/-/wire/{SECRET}")
    ada = await clients.json("Ada", f"/r/den?{asking}")
    assert (await watcher.event("open"))["path"] == "/r/den"
    await asyncio.gather(asyncio.to_thread(stand.server.stop), ada.closed(), watcher.closed())
    paths = (f"/r/den?{asking}", f"/-/wire/{SECRET}")
    answers = [ask(port, path, Referer=f"http://127.0.0.1{path}") for path in paths]
    assert {answer.code for answer in await asyncio.gather(*answers)} <= {502, 503}
    stand.front.stop()
    logged = stand.front.logged()
    assert "/r/den" in logged
    assert "/-/wire/" in logged
    assert SECRET not in logged
    assert token not in logged


async def test_who_comes_back_after_the_server_restarted_gets_what_was_missed(
    stand, ask, through, again
):
    stand = stand()
    clients = through(stand.front.port)
    ada = await clients.json("Ada", "/r/den")
    await ada.say("before")
    cursor = f"{ada.welcome['epoch']}:{(await ada.event('ack'))['id']}"
    await ask(stand.front.port, "/r/den", "missed")
    await again(stand)
    await ada.closed()
    await ask(stand.front.port, "/r/den", "new")
    back = await clients.json("Ada", f"/r/den?since={cursor}")
    missed = (await back.event("batch"))["messages"]
    assert [message["text"] for message in missed] == ["missed", "new"]
    await back.say("live")
    assert (await back.event("message"))["id"] == 4


async def idle_sockets(clients):
    """One of each kind, in one room where nothing is said."""
    ada, plain = await clients.json("Ada", f"/r/den?wire={SECRET}"), await clients.plain("/r/den")
    return ada, plain, await clients.plain(f"/-/wire/{SECRET}"), await clients.plain("/-/echo/ws")


async def test_heartbeats_keep_idle_sockets_open_past_a_proxys_patience(stand, through):
    stand = stand("500ms", "--ping-interval=0.15")
    ada, plain, watcher, echo = await idle_sockets(through(stand.front.port))
    await asyncio.sleep(1.3)
    await ada.say("still here")
    assert await plain.receive() == "still here"
    assert "still here" in (await ada.event("message"))["text"]
    assert (await watcher.event("open"))["path"] == "/r/den"
    await echo.send("echo")
    assert await echo.receive() == "echo"


@pytest.mark.parametrize("kind", IMPATIENT, indirect=True)
async def test_without_heartbeats_a_proxy_cuts_what_is_idle(stand, through):
    stand = stand("500ms", "--ping-interval=0")
    idle = await idle_sockets(through(stand.front.port))
    await asyncio.gather(*(socket.closed() for socket in idle))

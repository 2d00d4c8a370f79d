"""The wire made visible to whoever holds the secret, and to nobody else."""

import json

import pytest

from clients import PONG, TEXT

pytestmark = pytest.mark.every_road

SECRET = "a-secret-of-some-length"
WIRE = f"/-/wire/{SECRET}"


async def frames(watcher, count):
    """The next `count` frames as (from, opcode, size)."""
    shown = [await watcher.event("frame") for _ in range(count)]
    return [(frame["from"], frame["opcode"], frame["size"]) for frame in shown]


@pytest.mark.parametrize("path", ["/ws", "/-/echo/ws"])
async def test_every_frame_is_shown_as_it_goes(clients, path):
    watcher = await clients.plain(WIRE)
    client = await clients.raw(f"{path}?wire={SECRET}")
    opened = await watcher.event("open")
    assert opened["path"] == path
    client.send(TEXT, b"hello")
    assert await frames(watcher, 2) == [("client", "text", 5), ("server", "text", 5)]


async def test_frames_carry_their_beginning_and_the_connection_they_belong_to(clients):
    watcher = await clients.plain(WIRE)
    client = await clients.plain(f"/-/echo/ws?wire={SECRET}")
    name = (await watcher.event("open"))["connection"]
    await client.send("é" * 1000)
    await client.send(bytes(1000))
    text, _, binary, _ = [await watcher.event("frame") for _ in range(4)]
    assert text["text"] == "é" * 200
    assert text["size"] == 2000
    assert binary["hex"] == " ".join(["00"] * 64)
    assert text["connection"] == binary["connection"] == name


async def test_what_is_compressed_is_shown_as_it_reads_with_its_size_on_the_wire(clients):
    watcher = await clients.plain(WIRE)
    client = await clients.raw(
        f"/-/echo/ws?wire={SECRET}", "Sec-WebSocket-Extensions: permessage-deflate\r\n"
    )
    client.send(TEXT, b"again and " * 100)
    await client.frame()
    sent, back = await watcher.event("frame"), await watcher.event("frame")
    assert sent["size"] == 1000
    assert "compressed" not in sent
    assert back["compressed"]
    assert back["size"] < 100
    assert back["text"] == sent["text"] == "again and " * 20


async def test_fragments_are_shown_as_they_come(clients):
    watcher = await clients.plain(WIRE)
    client = await clients.raw(f"/-/echo/ws?wire={SECRET}")
    client.send(TEXT, b"one ", fin=False)
    client.send(0, b"two")
    shown = await frames(watcher, 3)
    assert shown == [("client", "text", 4), ("client", "continuation", 3), ("server", "text", 7)]


async def test_a_ping_on_demand_and_its_pong_with_the_round_trip(clients):
    watcher = await clients.plain(WIRE)
    await clients.plain(f"/ws?wire={SECRET}")
    await watcher.event("open")
    await watcher.command("ping")
    ping, pong = await watcher.event("frame"), await watcher.event("frame")
    assert (ping["from"], ping["opcode"]) == ("server", "ping")
    assert float(ping["text"]) > 0
    assert ping["text"] == pong["text"]
    assert (pong["from"], pong["opcode"]) == ("client", "pong")
    assert 0 < pong["round_trip"] < 1000


async def test_a_pong_nobody_asked_for_has_no_round_trip(clients):
    watcher = await clients.plain(WIRE)
    client = await clients.raw(f"/ws?wire={SECRET}")
    client.send(PONG, b"1.0")
    assert "round_trip" not in await watcher.event("frame")


async def test_a_close_is_shown_with_its_code_in_both_directions(clients):
    watcher = await clients.plain(WIRE)
    client = await clients.plain(f"/ws?wire={SECRET}")
    client.socket.close(4001, "enough")
    shown = await watcher.event("frame")
    assert (shown["opcode"], shown["from"]) == ("close", "client")
    assert (shown["code"], shown["reason"]) == (4001, "enough")
    closed = await watcher.event("closed")
    assert (closed["code"], closed["reason"]) == (4001, "enough")


async def test_whoever_looks_late_sees_what_happened_lately(clients):
    client = await clients.plain(f"/-/echo/ws?wire={SECRET}")
    for number in range(60):
        await client.send(str(number))
        await client.receive()
    watcher = await clients.plain(WIRE)
    first = await watcher.event("frame")
    assert first["text"] == "10"


async def test_a_page_with_many_events_in_one_write_shows_each(clients):
    watcher = await clients.plain(WIRE)
    ada = await clients.json("Ada", f"/ws?wire={SECRET}")
    await ada.say("hello")
    shown = [await watcher.event("frame") for _ in range(4)]
    kinds = [(frame["from"], json.loads(frame["text"])["type"]) for frame in shown[1:]]
    assert kinds == [("client", "say"), ("server", "message"), ("server", "ack")]


async def test_without_the_secret_there_is_nothing_to_see(clients):
    client = await clients.plain(f"/-/echo/ws?wire={SECRET}")
    other = await clients.plain(WIRE[:-1])
    await client.send("private")
    await client.receive()
    await other.command("ping")
    await other.send("not a command")
    assert json.loads(await other.receive())["type"] == "error"


@pytest.mark.parametrize("secret", ["short", "x" * 65, "with%20space-and-length"])
async def test_what_is_no_secret_is_refused_before_the_handshake(clients, services, secret):
    client = await clients.raw(f"/ws?wire={secret}")
    assert " 400 " in client.head.splitlines()[0]
    assert services.taps._taps == {}


async def test_a_watcher_cannot_be_watched(clients, services):
    watcher = await clients.plain(f"{WIRE}?wire={SECRET}")
    await watcher.send("hello")
    assert json.loads(await watcher.receive())["type"] == "error"
    assert await no_more(watcher)


async def no_more(watcher):
    await watcher.send("again")
    return json.loads(await watcher.receive())["type"] == "error"


async def test_a_tap_is_forgotten_with_its_last_user(clients, services, io_loop):
    watcher = await clients.plain(WIRE)
    client = await clients.plain(f"/ws?wire={SECRET}")
    await client.close()
    await watcher.event("closed")
    assert services.taps._taps
    await watcher.close()
    await (await clients.json()).close()
    assert services.taps._taps == {}


async def test_no_secret_is_ever_logged(clients, http_client, base_url, caplog):
    watcher = await clients.plain(WIRE)
    client = await clients.plain(f"/ws?wire={SECRET}&name=Ada")
    await client.close()
    await watcher.event("closed")
    await http_client.fetch(f"{base_url}{WIRE}?x=1", raise_error=False)
    await http_client.fetch(f"{base_url}/ws?wire={SECRET}", raise_error=False)
    assert caplog.text
    assert SECRET not in caplog.text

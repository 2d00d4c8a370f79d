"""The wire made visible to whoever holds the secret, and to nobody else."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from clients import BINARY, CLOSE, CONTINUATION, PONG, TEXT
from handlers.engine.deflate import inflate
from handlers.socket import SocketHandler
from handlers.tap import MOST_UNUSED, Taps

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
    assert (text["text"], text["size"], "cut" in text) == ("é" * 1000, 2000, False)
    assert (binary["hex"], "cut" in binary) == (" ".join(["00"] * 1000), False)
    assert text["connection"] == binary["connection"] == name


async def test_a_close_without_a_code_is_told_as_that_and_not_as_a_loss(clients):
    watcher = await clients.plain(WIRE)
    for ends, code in (("close", 1005), ("vanish", 1006)):
        client = await clients.raw(f"/-/echo/ws?wire={SECRET}")
        client.send(CLOSE) if ends == "close" else client.vanish()
        assert (await watcher.event("closed"))["code"] == code


async def test_a_secret_that_is_none_is_refused_in_words_at_either_end(http_client, base_url):
    for path in ("/-/wire/short", "/-/wire/with%20spaces%20in%20it%20all", "/ws?wire=short"):
        answer = await http_client.fetch(base_url + path, raise_error=False)
        assert answer.code == 400
        assert "16 to 64 letters" in json.loads(answer.body)["detail"]


async def test_each_frame_is_told_to_the_last_bit(clients):
    watcher = await clients.plain(WIRE)
    client = await clients.raw(f"/-/echo/ws?wire={SECRET}")
    client.send(TEXT, b"one ", fin=False)
    client.send(CONTINUATION, bytes(200))
    first, last, back = [await watcher.event("frame") for _ in range(3)]
    assert (first["masked"], first["fin"]) == (True, False)
    assert first["head"].startswith("01 84 ")
    assert len(first["head"].split()) == 6
    assert last["head"].startswith("80 fe 00 c8 ")
    assert "fin" not in last
    assert back["head"] == "81 7e 00 cc"
    assert "masked" not in back
    times = [datetime.fromisoformat(frame["at"]) for frame in (first, last, back)]
    assert all(one <= other for one, other in pairwise(times))


async def test_of_a_long_payload_the_beginning_is_shown_and_that_there_is_more(clients):
    watcher = await clients.plain(WIRE)
    client = await clients.plain(f"/-/echo/ws?wire={SECRET}")
    await client.send("é" * 5000)
    await client.send(bytes(5000))
    text, _, binary, _ = [await watcher.event("frame") for _ in range(4)]
    assert (text["text"], text["cut"]) == ("é" * 4096, True)
    assert (binary["hex"], binary["cut"]) == (" ".join(["00"] * 1024), True)


async def test_what_calls_itself_text_and_is_none_is_shown_as_hex(clients):
    watcher = await clients.plain(WIRE)
    client = await clients.raw(f"/-/echo/ws?wire={SECRET}")
    client.send(TEXT, b"caf\xe9")
    shown = await watcher.event("frame")
    assert shown["hex"] == "63 61 66 e9"
    assert (await watcher.event("frame"))["code"] == 1007


RIGHTS = {
    "Cookie": "sid=forbidden",
    "Authorization": "Bearer forbidden",
    "X-Api-Key": "forbidden",
    "Referer": f"http://127.0.0.1/?wire={SECRET}",
}


async def test_the_handshake_is_shown_without_what_gives_rights(clients):
    watcher = await clients.plain(WIRE)
    head = "".join(f"{name}: {value}\r\n" for name, value in RIGHTS.items())
    await clients.raw(
        f"/ws/den?name=Ada%20L&as=&names&wire={SECRET}&token=forbidden",
        f"{head}User-Agent: by hand\r\nSec-WebSocket-Extensions: permessage-deflate\r\n",
    )
    told = await watcher.receive()
    opened = json.loads(told)
    headers = dict(opened["headers"])
    assert headers["User-Agent"] == "by hand"
    assert headers["Sec-Websocket-Key"]
    assert {name: headers[name] for name in RIGHTS} == dict.fromkeys(RIGHTS)
    assert (opened["path"], opened["query"]) == (
        "/ws/den",
        "name=Ada%20L&as=…&names=&wire=…&token=…",
    )
    assert opened["extensions"].startswith("permessage-deflate;")
    assert dict(opened["answer"])["Sec-WebSocket-Accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert "forbidden" not in told
    assert SECRET not in told


async def test_several_connections_are_told_apart(clients):
    watcher = await clients.plain(WIRE)
    await clients.plain(f"/-/echo/ws?wire={SECRET}")
    other = await clients.plain(f"/ws?wire={SECRET}")
    names = [(await watcher.event("open"))["connection"] for _ in range(2)]
    assert len(set(names)) == 2
    await other.send("hello")
    there_and_back = [(await watcher.event("frame"))["connection"] for _ in range(2)]
    assert there_and_back == [names[1]] * 2
    await watcher.command("ping", connection=names[0])
    pinged = await watcher.event("frame")
    assert (pinged["connection"], pinged["opcode"]) == (names[0], "ping")


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
    assert back["text"] == sent["text"] == "again and " * 100
    assert inflate(bytes.fromhex(back["wire"]), 2000) == b"again and " * 100
    assert "wire" not in sent


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


async def test_a_watcher_makes_the_server_say_anything(clients):
    watcher = await clients.plain(WIRE)
    client = await clients.raw(f"/-/echo/ws?wire={SECRET}")
    await watcher.command("send", text="héllo")
    assert await client.frame() == (TEXT, "héllo".encode())
    await watcher.command("send", hex="00 ff")
    assert await client.frame() == (BINARY, b"\x00\xff")
    await watcher.command("send", base64="AP8=", fragments=3)
    pieces = [await client.frame() for _ in range(3)]
    assert pieces == [(BINARY, b"\x00"), (CONTINUATION, b"\xff"), (CONTINUATION, b"")]
    await watcher.command("close", code=4123, reason="because")
    assert await client.closed() == (4123, "because")


@pytest.mark.parametrize("code", [None, 1000, 1001, 1003, 1008, 1012, 1014, 3000, 4999])
async def test_a_watcher_closes_with_every_code_that_there_is(clients, code):
    watcher = await clients.plain(WIRE)
    client = await clients.raw(f"/ws?wire={SECRET}")
    await watcher.command("close", **({"code": code} if code else {}))
    payload = await client.until(CLOSE)
    assert payload[:2] == (code.to_bytes(2) if code else b"")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ({"type": "close", "code": 1005}, "bad_close"),
        ({"type": "close", "code": 999}, "bad_close"),
        ({"type": "close", "code": 1000, "reason": "é" * 62}, "bad_close"),
        ({"type": "close", "reason": "no code"}, "bad_close"),
        ({"type": "close", "code": "1000"}, "bad_command"),
        ({"type": "send"}, "bad_payload"),
        ({"type": "send", "text": "a", "hex": "00"}, "bad_payload"),
        ({"type": "send", "hex": "0"}, "bad_payload"),
        ({"type": "send", "base64": "?"}, "bad_payload"),
        ({"type": "send", "text": "a", "fragments": 0}, "bad_command"),
        ({"type": "send", "text": "a", "fragments": 101}, "bad_command"),
        ({"type": "ping", "connection": "c0"}, "not_watched"),
        ({"type": "say", "key": "k", "text": "x"}, "bad_command"),
    ],
)
async def test_a_watcher_is_refused_in_words_and_the_watched_never_notices(clients, command, code):
    watcher = await clients.plain(WIRE)
    client = await clients.plain(f"/-/echo/ws?wire={SECRET}")
    await watcher.event("open")
    await watcher.send(json.dumps(command))
    assert json.loads(await watcher.receive())["code"] == code
    await client.send("still here")
    assert await client.receive() == "still here"


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


TRIES = [
    WIRE[:-1],
    f"{WIRE}x",
    f"/-/wire/{SECRET.upper()}",
    f"/-/wire/{SECRET[::-1]}",
    "/-/wire/another-secret-of-some-length",
    f"/-/wire/another-secret-of-some-length?wire={SECRET[:-1]}",
    "/-/wire/" + "-" * 16,
]


@pytest.mark.parametrize("path", TRIES)
async def test_without_the_secret_there_is_nothing_to_see_and_nothing_to_do(clients, path):
    client = await clients.plain(f"/-/echo/ws?wire={SECRET}")
    watcher = await clients.plain(WIRE)
    name = (await watcher.event("open"))["connection"]
    other = await clients.plain(path)
    for connection in (None, name):
        for act in ("ping", "send", "close"):
            given = {"connection": connection} if connection else {}
            await other.command(act, **given, **({"text": "intruder"} if act == "send" else {}))
    await client.send("private")
    assert await client.receive() == "private"
    await other.send("not a command")
    told = [json.loads(await other.receive())["code"] for _ in range(4)]
    assert told == ["not_watched"] * 3 + ["bad_json"]
    assert [(await watcher.event("frame"))["text"] for _ in range(2)] == ["private"] * 2


@pytest.mark.parametrize(
    "path",
    [
        "/-/wire/",
        "/-/wire/*",
        "/-/wire/.",
        "/-/wire/..%2f",
        f"/-/wire/../wire/{SECRET[:-1]}%00",
        f"/-/wire/{SECRET}/",
        f"/-/wire/{SECRET},{SECRET}",
        f"/-/wire/{SECRET}%0a",
        "/-/wire",
        "/-/wires",
        "/-/taps",
    ],
)
async def test_what_is_no_secret_leads_nowhere(clients, path):
    await clients.plain(f"/-/echo/ws?wire={SECRET}")
    assert " 101 " not in (await clients.raw(path)).head.splitlines()[0]


async def test_a_connection_without_a_secret_has_no_tap(clients, services):
    for path in ("/ws", "/-/echo/ws", "/ws?wire="):
        await clients.plain(path)
    assert services.taps._taps == {}
    assert all(waiter.tap is None for waiter in SocketHandler.waiters)


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


def test_a_secret_that_nobody_uses_is_forgotten_after_an_hour_with_all_that_was_seen():
    clock = Clock()
    taps = Taps(clock)
    taps.get(SECRET).closed("c1", 1000, "")
    taps.release(SECRET)
    clock.hours += 0.9
    assert replayed(taps) == 1
    taps.release(SECRET)
    clock.hours += 0.9
    assert replayed(taps) == 1
    clock.hours += 2
    assert replayed(taps) == 1, "it is in use"
    taps.release(SECRET)
    clock.hours += 1
    assert replayed(taps) == 0


def test_of_the_unused_only_so_many_are_kept():
    taps = Taps()
    for number in range(100):
        taps.get(f"{SECRET}{number}")
        taps.release(f"{SECRET}{number}")
    assert len(taps._taps) == MOST_UNUSED
    assert f"{SECRET}99" in taps._taps


class Clock:
    hours = 0.0

    def __call__(self):
        return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(hours=self.hours)


def replayed(taps):
    watcher = Recorder()
    taps.get(SECRET).watch(watcher)
    taps.get(SECRET).unwatch(watcher)
    return len(watcher.shown)


class Recorder:
    def __init__(self):
        self.shown = []

    def show(self, event):
        self.shown.append(event)


async def test_whoever_looks_afterwards_sees_how_it_ended(clients):
    client = await clients.plain(f"/ws?wire={SECRET}")
    client.socket.close(4000, "enough")
    await client.closed()
    watcher = await clients.plain(WIRE)
    assert (await watcher.event("closed"))["code"] == 4000


async def test_no_secret_is_ever_logged(clients, http_client, base_url, caplog):
    watcher = await clients.plain(WIRE)
    client = await clients.plain(f"/ws?wire={SECRET}&name=Ada")
    await client.close()
    await watcher.event("closed")
    await http_client.fetch(f"{base_url}{WIRE}?x=1", raise_error=False)
    await http_client.fetch(f"{base_url}/ws?wire={SECRET}", raise_error=False)
    assert caplog.text
    assert SECRET not in caplog.text

"""The echo that misbehaves on request: what is asked of it is what a socket sees."""

import asyncio
import json
import signal
import socket
import struct
import sys
import time
import zlib
from urllib.parse import quote

import pytest
import websockets

from chat.errors import BadEcho
from clients import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Raw
from handlers.echo import EchoHandler
from handlers.engine.deflate import TAIL
from handlers.engine.frames import frame
from handlers.keepalive import sweep
from handlers.misbehaviour import Misbehaviour, read
from handlers.parameters import NAMES, PARAMETERS, parameters
from handlers.socket import SocketHandler
from handlers.wayward import WaywardHandler
from process import ServerProcess
from test_socket import until

pytestmark = [
    pytest.mark.every_road,
    pytest.mark.filterwarnings("ignore:.*:DeprecationWarning:websockets"),
]

ECHO = "/-/echo/ws"
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
END = (TEXT, b"the end")


async def connect(clients, query, head="", **more):
    return await clients.raw(f"{ECHO}?{query}", head, **more)


async def echoes(client, *messages):
    """What comes back for these, and for one more that says where it ends."""
    for message in messages:
        client.send(TEXT, message)
    client.send(*END)
    got = []
    while (frame := await client.frame()) != END:
        got.append(frame[1])
    return got


def numbered(count):
    return [b"%d" % number for number in range(count)]


def the_waiter():
    [waiter] = SocketHandler.waiters
    return waiter


# -- each parameter, by what a raw socket sees ---------------------------------------


async def test_a_delay_keeps_each_echo_back_and_their_order(clients):
    client = await connect(clients, "delay=150")
    began = time.monotonic()
    client.send(TEXT, b"one")
    client.send(BINARY, b"two")
    assert [await client.frame(), await client.frame()] == [(TEXT, b"one"), (BINARY, b"two")]
    assert time.monotonic() - began >= 0.15


async def test_messages_are_delayed_side_by_side_not_one_after_the_other(clients):
    client = await connect(clients, "delay=300")
    client.send(TEXT, b"first")
    await until(lambda: the_waiter()._taken)
    client.send(TEXT, b"second")
    await until(lambda: the_waiter()._taken == 2)
    first, second = the_waiter()._holding._held
    assert second.due - first.due < 0.3


async def test_pings_are_answered_while_echoes_wait(clients):
    client = await connect(clients, "delay=60000")
    client.send(TEXT, b"later")
    client.send(PING, b"now")
    assert await client.frame() == (PONG, b"now")
    client.send(CLOSE, (1000).to_bytes(2))
    assert (await client.closed())[0] == 1000


async def test_jitter_waits_at_random_and_keeps_the_order(clients):
    client = await connect(clients, "jitter=100&seed=3")
    assert await echoes(client, *numbered(20)) == numbered(20)


@pytest.mark.parametrize(
    ("query", "copies"),
    [("drop=0", 1), ("drop=1", 0), ("duplicate=0", 1), ("duplicate=1", 2), ("mute=0", 1)],
)
async def test_chance_at_its_ends_leaves_nothing_to_chance(clients, query, copies):
    client = await connect(clients, f"{query}&close_after=20")
    for message in numbered(20):
        client.send(TEXT, message)
    expected = [(TEXT, message) for message in numbered(20) for _ in range(copies)]
    assert [await client.frame() for _ in expected] == expected
    assert await client.frame() == (CLOSE, (1000).to_bytes(2))


async def test_what_is_dropped_is_gone_and_the_rest_in_order(clients):
    client = await connect(clients, "drop=0.5&seed=1&close_after=200")
    for message in numbered(200):
        client.send(TEXT, message)
    got = []
    while (frame := await client.frame())[0] != CLOSE:
        got.append(int(frame[1]))
    assert got == sorted(set(got))
    assert 60 < len(got) < 140


@pytest.mark.parametrize(
    ("opcode", "message", "pieces"),
    [
        (TEXT, b"hello", [b"he", b"ll", b"o"]),
        (BINARY, b"abcd", [b"ab", b"cd"]),
        (TEXT, b"a", [b"a"]),
        (TEXT, b"", [b""]),
        (TEXT, "é".encode() * 2, [b"\xc3\xa9", b"\xc3\xa9"]),
    ],
)
async def test_an_echo_goes_in_fragments_of_that_size_at_most(clients, opcode, message, pieces):
    client = await connect(clients, "fragment=2")
    client.send(opcode, message)
    expected = b""
    for at, piece in enumerate(pieces):
        fin = 0x80 if piece is pieces[-1] and at == len(pieces) - 1 else 0
        expected += bytes([fin | (CONTINUATION if at else opcode), len(piece)]) + piece
    assert await client.reader.readexactly(len(expected)) == expected


async def test_a_ping_finds_its_way_between_many_fragments(clients):
    client = await connect(clients, "fragment=1&ping_every=10")
    client.send(BINARY, bytes(60_000))
    seen = [await client.frame() for _ in range(30_000)]
    begun = seen.index((BINARY, b"\0"))
    assert {opcode for opcode, _ in seen[:begun]} <= {PING}
    assert {opcode for opcode, _ in seen[begun + 1 :]} == {CONTINUATION, PING}


@pytest.mark.skipif(sys.platform != "linux", reason="TCP_INFO counts segments on Linux")
@pytest.mark.parametrize(("chunk", "at_least"), [(1, 102), (50, 3), (5000, 1)])
async def test_a_chunk_is_a_write_and_a_segment_of_its_own(clients, chunk, at_least):
    client = await connect(clients, f"chunk={chunk}")
    before = segments(client)
    client.send(BINARY, bytes(100))
    assert await client.frame() == (BINARY, bytes(100))
    assert at_least <= segments(client) - before <= at_least + 1


@pytest.mark.skipif(sys.platform != "linux", reason="TCP_INFO counts segments on Linux")
async def test_the_answer_to_the_handshake_goes_in_chunks_too(clients):
    client = await connect(clients, "chunk=10")
    assert segments(client) >= len(client.head) // 10


def segments(client):
    """How many segments with data have come (`tcpi_data_segs_in` of Linux's tcp.h)."""
    sock = client.writer.get_extra_info("socket")
    return struct.unpack_from("I", sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 192), 152)[
        0
    ]


async def test_much_in_small_chunks_comes_whole_and_a_close_behind_it(clients):
    client = await connect(clients, "chunk=700&close_after=3&duplicate=1")
    for byte in range(3):
        client.send(BINARY, bytes([byte]) * 65_536)
    for byte in range(3):
        for _ in range(2):
            assert await client.frame() == (BINARY, bytes([byte]) * 65_536)
    assert await client.closed() == (1000, "")


@pytest.mark.parametrize(
    ("query", "close"),
    [
        ("close_after=2", (1000, "")),
        ("close_after=2&code=1001", (1001, "")),
        ("close_after=2&code=1013&reason=try%20later", (1013, "try later")),
        ("close_after=2&code=4999&reason=", (4999, "")),
        (f"close_after=2&reason={quote('é' * 61)}", (1000, "é" * 61)),
    ],
)
async def test_it_closes_after_so_many_echoes_as_it_is_told(clients, query, close):
    client = await connect(clients, query)
    for message in (b"one", b"two", b"never taken"):
        client.send(TEXT, message)
    assert [await client.frame(), await client.frame()] == [(TEXT, b"one"), (TEXT, b"two")]
    assert await client.closed() == close
    client.send(CLOSE, close[0].to_bytes(2))
    await client.gone()


async def test_closing_after_none_is_closing_after_the_handshake(clients):
    client = await connect(clients, "close_after=0&code=1012")
    assert " 101 " in client.head
    assert await client.closed() == (1012, "")


@pytest.mark.parametrize(("query", "ponged"), [("no_pong=1", False), ("no_pong=0", True)])
async def test_a_ping_may_go_without_its_pong(clients, query, ponged):
    client = await connect(clients, query)
    client.send(PING, b"?")
    client.send(TEXT, b"after")
    got = {await client.frame() for _ in range(1 + ponged)}
    assert got == {(TEXT, b"after")} | ({(PONG, b"?")} if ponged else set())


async def test_the_server_pings_as_often_as_it_is_told(clients):
    client = await connect(clients, "ping_every=20")
    began = time.monotonic()
    for _ in range(5):
        payload = await client.until(PING)
        client.send(PONG, payload)
    assert time.monotonic() - began >= 0.08


@pytest.mark.parametrize(("longest", "fits"), [(0, b""), (5, b"12345"), (65_536, bytes(65_536))])
async def test_a_message_over_the_longest_closes_1009(clients, longest, fits):
    client = await connect(clients, f"max={longest}")
    client.send(BINARY, fits)
    assert await client.frame() == (BINARY, fits)
    client.send(BINARY, fits + b"6")
    assert await client.closed() == (1009, f"over {longest} bytes")


async def test_compression_may_be_turned_down(clients):
    client = await connect(clients, "compress=0", DEFLATE)
    assert "permessage-deflate" not in client.head
    client.send(TEXT, b"again and " * 100)
    assert await client.frame() == (TEXT, b"again and " * 100)
    assert not client.compressed


def inflated(payload):
    return zlib.decompressobj(-15).decompress(payload + TAIL)


@pytest.mark.parametrize("message", [b"", b"a", b"again and " * 100])
async def test_every_echo_may_be_compressed_however_short(clients, message):
    client = await connect(clients, "compress=1", DEFLATE)
    client.send(TEXT, message)
    opcode, payload = await client.frame()
    assert (opcode, client.compressed, inflated(payload)) == (TEXT, True, message)


async def test_nothing_is_compressed_for_a_client_that_did_not_offer_it(clients):
    client = await connect(clients, "compress=1")
    client.send(TEXT, b"a" * 1000)
    assert await client.frame() == (TEXT, b"a" * 1000)
    assert not client.compressed


@pytest.mark.parametrize(
    "status", [200, 201, 299, 301, 400, 401, 403, 404, 426, 429, 500, 503, 599]
)
async def test_the_handshake_is_answered_with_a_status_and_a_problem(clients, status):
    client = await connect(clients, f"handshake_status={status}")
    assert client.head.startswith(f"HTTP/1.1 {status} ")
    assert "Content-Type: application/problem+json\r\n" in client.head
    problem = json.loads(await client.reader.readexactly(length(client.head)))
    assert (problem["status"], problem["code"]) == (status, "as_asked")
    assert "handshake_status" in problem["detail"]
    assert not SocketHandler.waiters


@pytest.mark.parametrize("status", [204, 205, 304])
async def test_some_statuses_have_no_body(clients, status):
    client = await connect(clients, f"handshake_status={status}")
    assert client.head.startswith(f"HTTP/1.1 {status} ")
    assert length(client.head) == 0
    # And the connection is good for the next request.
    await client.handshake(ECHO)
    assert " 101 " in client.head


def length(head):
    fields = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    return int(fields.get("Content-Length", 0))


async def test_the_handshake_is_answered_late(clients):
    began = time.monotonic()
    client = await connect(clients, "handshake_delay=150")
    assert time.monotonic() - began >= 0.15
    assert await echoes(client, b"here") == [b"here"]


@pytest.mark.parametrize("asked", ["", "Sec-WebSocket-Protocol: other, chat.v2\r\n"])
async def test_a_subprotocol_is_agreed_to_offered_or_not(clients, asked):
    client = await connect(clients, "subprotocol=never.heard-of!", asked)
    assert "Sec-WebSocket-Protocol: never.heard-of!\r\n" in client.head


async def test_a_mute_echo_takes_everything_and_says_nothing(clients):
    client = await connect(clients, "mute=1")
    for message in numbered(50):
        client.send(TEXT, message)
    client.send(PING, b"still there?")
    assert await client.frame() == (PONG, b"still there?")
    await until(lambda: not the_waiter()._holding._held)
    client.send(CLOSE, (1000).to_bytes(2))
    assert await client.frame() == (CLOSE, (1000).to_bytes(2))


@pytest.mark.parametrize("after", [0, 1, 3])
async def test_after_so_many_messages_the_connection_is_reset(clients, after):
    client = await connect(clients, f"abort={after}")
    assert " 101 " in client.head
    for message in numbered(after):
        client.send(TEXT, message)
        assert await client.frame() == (TEXT, message)
    with pytest.raises(ConnectionResetError):
        await client.frame()
    await until(lambda: not SocketHandler.waiters)


async def test_hello_says_what_the_server_saw(clients, road):
    client = await connect(
        clients,
        "hello=1&seed=7&subprotocol=x&token=hidden",
        f"{DEFLATE}User-Agent: by hand\r\nCookie: sid=hidden\r\n",
    )
    opcode, said = await client.frame()
    hello = json.loads(inflated(said))
    headers = dict(hello.pop("headers"))
    tls = hello.pop("tls")
    assert (opcode, hello) == (
        TEXT,
        {
            "type": "hello",
            "address": "127.0.0.1",
            "path": ECHO,
            "query": "hello=1&seed=7&subprotocol=x&token=…",
            "subprotocol": "x",
            "extensions": "permessage-deflate; server_no_context_takeover;"
            " client_no_context_takeover",
            "seed": 7,
        },
    )
    assert (headers["User-Agent"], headers["Cookie"]) == ("by hand", None)
    assert tls["version"].startswith("TLS") if road == "tls" else tls is None
    assert await echoes(client, b"and then") == [b"and then"]


async def test_hello_without_anything_agreed_on_says_so(clients):
    hello = json.loads((await (await connect(clients, "hello=1")).frame())[1])
    assert hello["subprotocol"] is hello["extensions"] is None
    assert 0 <= hello["seed"] < 2**32


# -- chance that can be repeated -------------------------------------------------------


async def fates(clients, query):
    """What comes back of forty messages."""
    return await forty(await connect(clients, f"{query}&close_after=40"))


async def forty(client):
    for message in numbered(40):
        client.send(TEXT, message)
    got = []
    while (frame := await client.frame())[0] != CLOSE:
        got.append(frame[1])
    return got


async def test_the_same_seed_and_messages_have_the_same_fates_and_another_seed_others(clients):
    chances = "drop=0.3&duplicate=0.3&jitter=20"
    one, again, other, negative = [
        await fates(clients, f"{chances}&seed={seed}") for seed in (7, 7, 8, -7)
    ]
    assert one == again
    assert one not in (other, negative)


async def test_without_a_seed_chance_is_another_each_time(clients):
    assert len({tuple(await fates(clients, "drop=0.5")) for _ in range(5)}) > 1


async def test_the_seed_that_hello_tells_repeats_what_happened(clients):
    client = await connect(clients, "hello=1&drop=0.5&close_after=40")
    hello = json.loads((await client.frame())[1])
    assert await forty(client) == await fates(clients, f"seed={hello['seed']}&drop=0.5")


async def test_what_is_dropped_does_not_depend_on_what_else_is_asked(clients):
    alone = await fates(clients, "seed=5&drop=0.5")
    doubled = await fates(clients, "seed=5&drop=0.5&duplicate=1&jitter=5")
    assert doubled == [message for message in alone for _ in range(2)]


# -- what is asked together ------------------------------------------------------------


async def test_a_compressed_echo_in_fragments_says_so_in_its_first(clients):
    client = await connect(clients, "compress=1&fragment=4", DEFLATE)
    message = b"the quick brown fox"
    client.send(TEXT, message)
    heads, payload = [], b""
    while not heads or not heads[-1] & 0x80:
        first, size = await client.reader.readexactly(2)
        heads.append(first)
        payload += await client.reader.readexactly(size)
    assert heads == [0x41, *[0x00] * (len(heads) - 2), 0x80]
    assert inflated(payload) == message


async def test_what_would_be_compressed_anyway_is_in_fragments_too(clients):
    client = await connect(clients, "fragment=10", DEFLATE)
    client.send(TEXT, b"again and " * 100)
    opcode, payload = await client.frame()
    assert (opcode, len(payload), client.compressed) == (TEXT, 10, True)


async def test_a_close_comes_behind_the_last_delayed_echo(clients):
    client = await connect(clients, "delay=100&close_after=2&code=3000")
    client.send(TEXT, b"one")
    client.send(TEXT, b"two")
    assert [await client.frame(), await client.frame()] == [(TEXT, b"one"), (TEXT, b"two")]
    assert await client.closed() == (3000, "")


@pytest.mark.parametrize("end", ["close_after=1", "abort=1"])
async def test_what_comes_while_the_last_echo_waits_is_not_taken(clients, end):
    client = await connect(clients, f"delay=50&{end}")
    for message in numbered(3):
        client.send(TEXT, message)
    assert await client.frame() == (TEXT, b"0")
    if end == "abort=1":
        with pytest.raises(ConnectionResetError):
            await client.frame()
    else:
        assert await client.closed() == (1000, "")


@pytest.mark.parametrize("query", ["drop=1", "mute=1"])
async def test_messages_that_are_not_echoed_count_too(clients, query):
    client = await connect(clients, f"{query}&close_after=3")
    for message in numbered(3):
        client.send(TEXT, message)
    assert await client.frame() == (CLOSE, (1000).to_bytes(2))


async def test_one_that_is_echoed_twice_counts_once(clients):
    client = await connect(clients, "duplicate=1&close_after=1")
    client.send(TEXT, b"twice")
    assert [await client.frame(), await client.frame()] == [(TEXT, b"twice")] * 2
    assert (await client.closed())[0] == 1000


async def test_a_close_and_a_reset_after_the_same_message_come_in_that_order(clients):
    client = await connect(clients, "close_after=1&code=4000&abort=1")
    client.send(TEXT, b"one")
    assert await client.frame() == (TEXT, b"one")
    assert await client.closed() == (4000, "")
    with pytest.raises(ConnectionResetError):
        await client.frame()


@pytest.mark.parametrize(
    ("query", "end"),
    [("close_after=1&abort=2", b"\x88\x02\x03\xe8"), ("close_after=2&abort=1", b"")],
)
async def test_of_a_close_and_a_reset_the_first_is_what_happens(clients, query, end):
    client = await connect(clients, query)
    client.send(TEXT, b"one")
    assert await client.reader.readexactly(5) == b"\x81\x03one"
    assert end == (await client.reader.readexactly(4) if end else b"")
    if not end:
        with pytest.raises(ConnectionResetError):
            await client.frame()


async def test_hello_is_said_before_a_close_after_nothing_and_in_fragments(clients):
    client = await connect(clients, "hello=1&close_after=0&fragment=100&mute=1")
    said, opcodes = b"", []
    while (frame := await client.frame())[0] != CLOSE:
        opcodes.append(frame[0])
        said += frame[1]
    assert json.loads(said)["type"] == "hello"
    assert opcodes == [TEXT, *[CONTINUATION] * (len(opcodes) - 1)]


async def test_a_late_handshake_may_be_a_refusal(clients):
    began = time.monotonic()
    client = await connect(clients, "handshake_delay=100&handshake_status=503")
    assert client.head.startswith("HTTP/1.1 503 ")
    assert time.monotonic() - began >= 0.1


# -- what cannot be met ----------------------------------------------------------------

BAD = [
    *[
        ("delay", bad)
        for bad in ("", "-1", "60001", "1.5", "1e3", "abc", "1 ", "1_0", "\u0663", "+1")
    ],
    *[("jitter", bad) for bad in ("", "-1", "60001")],
    *[("drop", bad) for bad in ("", "-0.1", "1.01", "nan", "inf", "1e-1", "half", ".", "0,5")],
    *[("duplicate", bad) for bad in ("", "2")],
    *[("fragment", bad) for bad in ("", "0", "1048577")],
    *[("chunk", bad) for bad in ("", "0", "1048577")],
    *[("close_after", bad) for bad in ("", "-1", "1000001")],
    *[("code", bad) for bad in ("", "999", "1004", "1005", "1006", "1015", "2999", "5000", "1e3")],
    ("reason", "x" * 124),
    ("reason", "é" * 62),
    *[("no_pong", bad) for bad in ("", "2", "true", "yes", "01")],
    *[("ping_every", bad) for bad in ("", "9", "3600001")],
    *[("max", bad) for bad in ("", "-1", "65537")],
    *[("compress", bad) for bad in ("", "2")],
    *[("handshake_status", bad) for bad in ("", "100", "101", "199", "600")],
    *[("handshake_delay", bad) for bad in ("", "60001")],
    *[("subprotocol", bad) for bad in ("", "a b", "a,b", "é", "x" * 129, "a\r\nSet-Cookie: b=1")],
    *[("mute", bad) for bad in ("", "on")],
    *[("abort", bad) for bad in ("", "-1")],
    *[("seed", bad) for bad in ("", "1.5", "9007199254740992", "-9007199254740992", "x")],
    *[("hello", bad) for bad in ("", "world")],
]


def test_a_bad_value_of_every_parameter_is_tried():
    assert {name for name, _ in BAD} == NAMES


@pytest.mark.parametrize(("name", "bad"), BAD)
def test_a_bad_value_is_refused_by_the_name_of_its_parameter_and_what_it_takes(name, bad):
    [parameter] = [one for one in parameters(65_536) if one.name == name]
    with pytest.raises(BadEcho) as refused:
        read({"close_after": [b"1"], name: [bad.encode()]}, 65_536)
    assert f"`{name}` takes {parameter.takes}, not " in str(refused.value)
    assert "None" not in str(refused.value)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("delay=soon", "`delay` takes a whole number of milliseconds from 0 to 60000, not 'soon'."),
        ("mute", "`mute` takes 1 or 0, not nothing."),
        (f"seed={'9' * 100}", f"not '{'9' * 40}' and so on."),
        ("drop=1&drop=0", "`drop` is there 2 times, and may be once."),
        ("code=1000", "`code` is for what `close_after` does, and needs it."),
        ("reason=bye&mute=1", "`reason` is for what `close_after` does, and needs it."),
    ],
)
async def test_what_cannot_be_met_is_a_400_with_a_problem_in_words(clients, query, words):
    client = await connect(clients, query)
    assert client.head.startswith("HTTP/1.1 400 Bad Request\r\n")
    assert "Content-Type: application/problem+json\r\n" in client.head
    problem = json.loads(await client.reader.readexactly(length(client.head)))
    assert (problem["code"], problem["status"]) == ("bad_echo", 400)
    assert problem["detail"].startswith("This echo cannot do that: ")
    assert problem["detail"].endswith(words)


@pytest.mark.options("--max-message=2000", "--member-budget=4000")
async def test_the_longest_message_is_never_longer_than_the_servers_own(clients):
    assert " 101 " in (await connect(clients, "max=2000")).head
    assert " 400 " in (await connect(clients, "max=2001")).head.splitlines()[0]


async def test_what_is_no_text_is_refused_as_elsewhere(clients):
    client = await connect(clients, "reason=%ff&close_after=1")
    problem = json.loads(await client.reader.readexactly(length(client.head)))
    assert (problem["status"], problem["code"]) == (400, "bad_query")


@pytest.mark.parametrize("query", ["delay=5&wire=short", "wire=short"])
async def test_a_secret_that_is_none_is_refused_with_or_without_it(clients, query):
    client = await connect(clients, query)
    problem = json.loads(await client.reader.readexactly(length(client.head)))
    assert (problem["status"], problem["code"]) == (400, "bad_secret")


async def test_asked_for_as_a_page_it_says_what_it_is_for(http_client, base_url, http_server):
    answer = await http_client.fetch(f"{base_url}{ECHO}?delay=5", raise_error=False)
    assert answer.code == 426


@pytest.mark.expect_log("refused a page")
async def test_a_page_of_another_site_may_not_have_it_misbehave_either(clients):
    client = await connect(clients, "delay=5", "Origin: http://evil.example\r\n")
    assert " 403 " in client.head.splitlines()[0]


# -- nothing asked -----------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?unheard=of", "?Delay=5", "?wire=a-secret-of-some-length"])
async def test_who_asks_for_nothing_has_the_echo_that_always_was(clients, query):
    await clients.raw(f"{ECHO}{query}")
    assert type(the_waiter()) is EchoHandler


@pytest.mark.options("--mode=echo")
@pytest.mark.parametrize("path", ["/ws", ECHO])
async def test_both_addresses_of_an_echo_can_be_asked(clients, path):
    await clients.raw(f"{path}?mute=0")
    assert type(the_waiter()) is WaywardHandler


async def test_in_broadcast_mode_a_room_does_not_misbehave(clients):
    client = await clients.raw("/ws?mute=1")
    client.send(TEXT, b"said")
    assert await client.frame() == (TEXT, b"said")


SAID = [
    (TEXT, "héllo".encode()),
    (TEXT, b""),
    (BINARY, b"\x00\xff"),
    (BINARY, bytes(300)),
    (TEXT, b"again and " * 100),
    (BINARY, bytes(65_536)),
    (PING, b"?"),
    (CLOSE, (3000).to_bytes(2) + b"bye"),
]


@pytest.mark.parametrize("head", ["", DEFLATE])
async def test_an_echo_that_is_asked_for_what_it_does_anyway_is_the_same_to_the_byte(clients, head):
    async def bytes_of(path):
        client = await clients.raw(path, head)
        for opcode, payload in SAID:
            client.send(opcode, payload)
            await client.writer.drain()
        return client.head, await client.reader.read(-1)

    plain = await bytes_of(ECHO)
    assert len(plain[1]) > 300
    assert await bytes_of(f"{ECHO}?delay=0&drop=0&mute=0&no_pong=0&max=65536") == plain


# -- who leaves, who does not read, and what is held ---------------------------------------


@pytest.mark.parametrize("query", ["delay=60000", "delay=60000&ping_every=10&abort=9"])
async def test_who_leaves_while_echoes_wait_leaves_nothing_behind(clients, query):
    client = await connect(clients, query)
    before = asyncio.all_tasks()
    client.send(TEXT, b"later")
    await until(lambda: the_waiter()._taken)
    tasks = the_waiter()._tasks
    client.vanish()
    await until(lambda: not SocketHandler.waiters)
    await until(lambda: all(task.done() for task in tasks))
    assert not [task for task in asyncio.all_tasks() - before if "wayward" in repr(task)]


async def test_who_leaves_before_a_late_handshake_is_forgotten_at_once(clients, caplog):
    client = Raw(clients.port, trust=clients.trust)
    await client.connect()
    client.send_handshake(f"{ECHO}?handshake_delay=60000")
    await until(lambda: waiting_handshakes())
    client.vanish()
    await until(lambda: not waiting_handshakes())
    assert not SocketHandler.waiters
    assert "joins" not in caplog.text


def waiting_handshakes():
    return [
        task
        for task in asyncio.all_tasks()
        if "before_the_handshake" in repr(task) or "_execute" in repr(task)
    ]


@pytest.mark.options("--member-budget=200000")
async def test_what_waits_for_its_time_is_bounded_and_beyond_nothing_is_read(clients):
    client = await connect(clients, "delay=60000&ping_every=100")
    client.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    for _ in range(400):
        client.send(BINARY, bytes(60_000))
    await until(lambda: the_waiter()._holding.over)
    other = await clients.plain(ECHO)
    for number in range(50):
        await other.send(f"not delayed {number}")
        assert await other.receive() == f"not delayed {number}"
    [waiter] = [one for one in SocketHandler.waiters if type(one) is WaywardHandler]
    assert waiter._taken == 2
    assert waiter._holding._bytes < 200_000
    client.vanish()
    await until(lambda: waiter not in SocketHandler.waiters)
    await until(lambda: not [one for one in asyncio.all_tasks() if "_guarded" in repr(one)])


@pytest.mark.options("--member-budget=4000", "--max-message=2000")
async def test_whose_pong_cannot_be_read_does_not_owe_it(clients, services):
    client = await connect(clients, "delay=500")
    waiter = the_waiter()
    client.send(BINARY, b"one")
    await until(lambda: waiter._taken)
    await asyncio.sleep(0.2)  # so that one is due well before the other
    client.send(BINARY, bytes(1800))
    await until(lambda: waiter._holding.over)
    sweep(services.liveness, waiter.pulse.due)
    assert await client.until(PING)
    await until(lambda: len(waiter._holding._held) == 1)
    sweep(services.liveness, waiter.pulse.due + 100)
    assert waiter.ws_connection


@pytest.mark.options("--member-budget=200000")
async def test_tiny_messages_are_bounded_too(clients):
    client = await connect(clients, "delay=60000&ping_every=100")
    for _ in range(20_000):
        client.send(TEXT, b"")
    await until(lambda: the_waiter()._holding.over)
    assert the_waiter()._taken < 500


@pytest.mark.options("--member-budget=200000")
async def test_what_was_not_read_for_a_while_is_read_when_there_is_room(clients):
    client = await connect(clients, "delay=100")
    for byte in range(10):
        client.send(BINARY, bytes([byte]) * 60_000)
    for byte in range(10):
        assert await client.frame() == (BINARY, bytes([byte]) * 60_000)


@pytest.mark.options("--member-budget=200000")
@pytest.mark.parametrize("query", ["delay=1", "chunk=100", "fragment=10", "duplicate=1"])
async def test_who_does_not_read_their_echo_is_not_read_either(clients, query):
    client = await connect(clients, query, receive_buffer=4096)
    client.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    for _ in range(400):
        client.send(BINARY, bytes(60_000))
    waiter = the_waiter()
    await until(lambda: waiter._holding.over)
    assert waiter.line.waiting + waiter._holding._bytes < 400_000
    assert waiter in SocketHandler.waiters


async def test_a_reset_does_not_wait_for_ever_for_who_does_not_read(clients, monkeypatch):
    monkeypatch.setattr("handlers.wayward.CLOSES_WITHIN", 0.1)
    client = await connect(clients, "abort=1&duplicate=1&chunk=60000", receive_buffer=4096)
    client.send(BINARY, bytes(65_536))
    waiter = the_waiter()
    await until(lambda: waiter.line.over)


# -- the server's own affairs -----------------------------------------------------------------


@pytest.mark.options("--member-budget=4000", "--max-message=2000")
async def test_a_message_over_the_limit_is_told_though_echoes_wait(clients):
    client = await connect(clients, "delay=60000")
    client.send(BINARY, bytes(10))
    client.send(BINARY, bytes(2001))
    assert (await client.closed())[0] == 1009


@pytest.mark.expect_log("is closed by an error of ours")
async def test_a_bug_in_echoing_closes_1011(clients, monkeypatch):
    def packed(self, payload):
        raise ZeroDivisionError

    monkeypatch.setattr(WaywardHandler, "_packed", packed)
    client = await connect(clients, "delay=1")
    client.send(TEXT, b"boom")
    assert (await client.closed())[0] == 1011


def test_a_server_that_stops_says_so_though_echoes_and_a_handshake_wait(io_loop, tmp_path):
    server = ServerProcess(tmp_path, "--durability=process")

    async def stop():
        client, late = Raw(server.port), Raw(server.port)
        await client.connect()
        await late.connect()
        late.send_handshake(f"{ECHO}?handshake_delay=60000")
        await client.handshake(f"{ECHO}?delay=60000&ping_every=10")
        client.send(TEXT, b"never echoed")
        await client.until(PING)
        server.tell(signal.SIGTERM)
        code = (await client.closed())[0]
        client.send(CLOSE, code.to_bytes(2))
        await client.gone()
        await late.gone()
        for one in (client, late):
            await one.close()
        return code

    assert io_loop.run_sync(stop, timeout=20) == 1012
    assert server.process.wait(10) == 0
    server.stop()
    assert "Traceback" not in server.output


def test_who_is_not_read_for_a_while_is_not_taken_for_dead(io_loop, tmp_path):
    server = ServerProcess(
        tmp_path,
        "--durability=process",
        *("--ping-interval=0.1", "--ping-timeout=0.2"),
        *("--max-message=1024", "--member-budget=2048"),
    )

    async def come_back():
        async with websockets.connect(
            f"ws://127.0.0.1:{server.port}{ECHO}?delay=1000", compression=None
        ) as client:
            for number in range(3):
                await client.send(str(number) + "x" * 1000)
            return [(await client.recv())[0] for _ in range(3)]

    assert io_loop.run_sync(come_back, timeout=30) == ["0", "1", "2"]
    server.stop()


# -- what a watcher sees ----------------------------------------------------------------------

SECRET = "a-secret-of-some-length"


async def test_a_watcher_sees_the_misbehaviour_as_it_goes_out(clients):
    watcher = await clients.plain(f"/-/wire/{SECRET}")
    query = f"fragment=3&no_pong=1&chunk=1&drop=0&close_after=1&code=4001&wire={SECRET}"
    client = await connect(clients, query)
    assert (await watcher.event("open"))["query"].startswith("fragment=3&no_pong=1&chunk=1")
    client.send(PING, b"?")
    client.send(TEXT, b"hello")
    seen = []
    while not seen or seen[-1][1] != "close":
        frame = await watcher.event("frame")
        seen.append((frame["from"], frame["opcode"], frame.get("fin", True), frame.get("text")))
    assert seen == [
        ("client", "ping", True, "?"),
        ("client", "text", True, "hello"),
        ("server", "text", False, "hel"),
        ("server", "continuation", True, "lo"),
        ("server", "close", True, None),
    ]
    client.send(CLOSE, (4001).to_bytes(2))
    assert (await watcher.event("closed"))["code"] == 4001


async def test_what_a_watcher_sends_does_not_get_into_the_middle_of_a_message(clients):
    client = await connect(clients, "fragment=10")
    client.send(BINARY, bytes(60_000))
    waiter = the_waiter()
    while not waiter._in_message:
        await asyncio.sleep(0)
    waiter.send(frame(TEXT, b"from outside"))
    got = [await client.frame() for _ in range(6001)]
    assert got == [
        (BINARY, bytes(10)),
        *[(CONTINUATION, bytes(10))] * 5999,
        (TEXT, b"from outside"),
    ]


# -- a client that we did not write ---------------------------------------------------------


@pytest.fixture
def opened(http_server, http_port, trust):
    def open(query, **more):
        scheme, tls = ("wss", {"ssl": trust}) if trust else ("ws", {})
        return websockets.connect(f"{scheme}://127.0.0.1:{http_port}{ECHO}?{query}", **tls, **more)

    return open


@pytest.mark.parametrize(
    "query",
    [
        "fragment=1",
        "chunk=1",
        "compress=1&fragment=2&chunk=3",
        "delay=5&jitter=5&ping_every=10",
        "compress=0&no_pong=0",
        "duplicate=0&drop=0&max=1000",
    ],
)
async def test_python_websockets_puts_it_together_again(opened, query):
    async with opened(query) as client:
        for message in ("", "héllo", b"", b"\x00\xff", "again and " * 100):
            await client.send(message)
            assert await client.recv() == message


async def test_python_websockets_is_told_of_the_close_the_reset_and_the_status(opened):
    async with opened("close_after=1&code=3999&reason=enough") as client:
        await client.send("one")
        assert await client.recv() == "one"
        with pytest.raises(websockets.ConnectionClosedError) as closed:
            await client.recv()
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (3999, "enough")
    async with opened("abort=0") as client:
        with pytest.raises(websockets.ConnectionClosedError) as closed:
            await client.recv()
        assert closed.value.rcvd is None
    with pytest.raises(websockets.InvalidStatus) as refused:
        await opened("handshake_status=403")
    assert json.loads(refused.value.response.body)["status"] == 403
    with pytest.raises(websockets.InvalidStatus) as refused:
        await opened("delay=never")
    assert "`delay`" in json.loads(refused.value.response.body)["detail"]


async def test_python_websockets_finds_that_no_pong_comes(opened):
    async with opened("no_pong=1", ping_interval=0.05, ping_timeout=0.1) as client:
        with pytest.raises(websockets.ConnectionClosedError) as closed:
            await client.recv()
        assert closed.value.sent.code == 1011


# -- the table ------------------------------------------------------------------------------


def test_there_is_a_field_for_every_parameter_and_a_default_that_does_nothing():
    assert {*vars(Misbehaviour())} == NAMES
    assert Misbehaviour().last is None


def test_every_parameter_says_what_it_takes_and_does():
    for parameter in PARAMETERS:
        assert parameter.words[0].islower() or parameter.words[0].isdigit()
        assert not parameter.words.endswith(".")
        assert parameter.takes

"""What holds for every connection: one that is stuck, hostile or broken costs no other."""

import asyncio
import gc
import socket
import weakref
import zlib

import pytest

from clients import BINARY, CLOSE, JSON, PING, PONG, TEXT, Raw
from handlers.broadcast import BroadcastHandler
from handlers.echo import EchoHandler
from handlers.socket import SocketHandler
from handlers.watch import WatchHandler

pytestmark = pytest.mark.every_road

ECHO = "/-/echo/ws"


def test_all_kinds_of_sockets_share_one_set_of_waiters():
    assert EchoHandler.waiters is BroadcastHandler.waiters is WatchHandler.waiters


async def test_waiters_of_both_modes_are_in_the_set_while_they_are_connected(clients):
    echo, member = await clients.plain(ECHO), await clients.json()
    assert {type(waiter) for waiter in SocketHandler.waiters} == {EchoHandler, BroadcastHandler}
    await echo.close()
    await member.close()
    await until(lambda: not SocketHandler.waiters)


# -- limits --------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/ws", ECHO])
async def test_a_message_at_the_limit_passes_and_one_byte_more_closes_1009(clients, path):
    client = await clients.raw(path)
    client.send(BINARY, bytes(65536))
    assert await client.frame() == (BINARY, bytes(65536))
    client.send(BINARY, bytes(65537))
    assert await client.closed() == (1009, "over 65536 bytes")


async def test_a_message_far_over_the_limit_closes_the_connection_too(clients):
    client = await clients.raw(ECHO)
    client.writer.write(b"\x82\xff" + (2**40).to_bytes(8) + b"\0\0\0\0")
    assert (await client.closed())[0] == 1009


async def test_the_limit_counts_bytes_not_characters(clients):
    client = await clients.raw(ECHO)
    client.send(TEXT, "é".encode() * 32769)
    assert (await client.closed())[0] == 1009


async def test_fragments_are_counted_together(clients):
    client = await clients.raw(ECHO)
    client.send(BINARY, bytes(40_000), fin=False)
    client.send(0, bytes(40_000), fin=True)
    assert (await client.closed())[0] == 1009


async def test_whoever_goes_on_sending_is_told_all_the_same(clients):
    client = await clients.raw(ECHO)
    client.send(BINARY, b"", fin=False)
    for _ in range(5000):
        client.send(0, bytes(1000), fin=False)
    assert (await client.closed())[0] == 1009


async def test_a_bomb_is_closed_with_1009(clients):
    client = await clients.raw(ECHO, "Sec-WebSocket-Extensions: permessage-deflate\r\n")
    deflate = zlib.compressobj(wbits=-15)
    bomb = deflate.compress(bytes(30_000_000)) + deflate.flush(zlib.Z_SYNC_FLUSH)
    client.send(BINARY, bomb[:-4], rsv=4)
    assert await client.closed() == (1009, "over 65536 bytes")


@pytest.mark.options("--max-message=2000", "--member-budget=4000")
async def test_the_limit_is_an_option(clients):
    member = await clients.json()
    assert member.welcome["limits"]["message"] == 2000
    await member.send("x" * 2001)
    assert await member.closed() == (1009, "over 2000 bytes")


async def test_nothing_is_taken_after_a_close(clients):
    bad, listener = await clients.raw(), await clients.plain()
    bad.send(BINARY, bytes(65537))
    bad.send(TEXT, b"after the close")
    await bad.closed()
    good = await clients.plain()
    await good.send("from another")
    assert await listener.receive() == "from another"


# -- origin --------------------------------------------------------------------------


async def test_the_pages_own_host_may_connect(clients, http_port):
    assert await clients.plain("/ws", Origin=f"http://127.0.0.1:{http_port}")


@pytest.mark.expect_log("refused a page")
@pytest.mark.parametrize("path", ["/ws", ECHO, "/-/wire/abcdefghijklmnop"])
async def test_a_page_of_another_site_may_not(clients, path):
    client = await clients.raw(path, "Origin: http://evil.example\r\n")
    assert " 403 " in client.head.splitlines()[0]


@pytest.mark.expect_log("refused a page from 'null'")
@pytest.mark.parametrize("path", ["/ws", ECHO])
async def test_an_origin_that_is_no_address_is_nobodys(clients, path):
    client = await clients.raw(path, "Origin: http://[x\r\n")
    assert " 403 " in client.head.splitlines()[0]


@pytest.mark.options("--allow-origin=https://friend.example")
async def test_unless_an_option_says_so(clients):
    assert await clients.plain("/ws", Origin="https://friend.example")


@pytest.mark.options("--allow-origin=*")
async def test_a_star_lets_any_site_in(clients):
    assert await clients.plain("/ws", Origin="https://any.example")


async def test_a_plain_get_of_a_socket_says_what_it_is_for(http_client, base_url, http_server):
    answer = await http_client.fetch(base_url + "/ws", raise_error=False)
    assert answer.code == 426
    assert "WebSocket" in answer.body.decode()


# -- closing -------------------------------------------------------------------------


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4999])
async def test_a_clients_close_code_is_answered_with_the_same(clients, code):
    client = await clients.raw()
    client.send(CLOSE, code.to_bytes(2) + b"bye")
    assert (await client.closed())[0] == code
    await until(lambda: not SocketHandler.waiters)


async def test_a_client_that_vanishes_leaves_no_waiter_and_the_others_go_on(clients):
    gone, ada = await clients.raw(), await clients.json("Ada")
    gone.vanish()
    await until(lambda: len(SocketHandler.waiters) == 1)
    await ada.say("hello")
    assert (await ada.event("message"))["text"] == "hello"


@pytest.mark.parametrize("vanishes", [True, False])
async def test_a_client_that_is_gone_before_its_handshake_is_answered_leaves_no_waiter(
    clients, vanishes
):
    client = Raw(clients.port, trust=clients.trust)
    await client.connect()
    client.send_handshake("/ws")
    client.send(TEXT, b"said and gone")
    client.vanish() if vanishes else client.writer.close()
    listener = await clients.plain()
    await listener.send("still here")
    while await listener.receive() != "still here":
        pass
    await until(lambda: len(SocketHandler.waiters) == 1)


async def test_a_client_that_goes_in_the_middle_of_a_frame_leaves_no_waiter(clients):
    client = await clients.raw()
    client.writer.write(b"\x81\xfe")
    client.vanish()
    await until(lambda: not SocketHandler.waiters)


async def test_what_a_connection_held_goes_with_it_and_does_not_wait_for_the_collector(clients):
    client = await clients.raw()
    client.writer.write(b"\x82\xfe\xff\xff" + bytes(4) + bytes(60_000))
    gone = weakref.ref(next(iter(SocketHandler.waiters)))
    await until(lambda: gone().ws_connection.parser._size)
    gc.collect()
    gc.disable()
    try:
        client.vanish()
        await until(lambda: gone() is None)
    finally:
        gc.enable()


async def test_a_client_that_never_answers_a_close_is_dropped_within_seconds(clients):
    client = await clients.raw()
    next(iter(SocketHandler.waiters)).close(1008)
    await client.gone()
    assert not SocketHandler.waiters


# -- errors of ours ------------------------------------------------------------------


class Broken(Exception):
    pass


@pytest.mark.expect_log("is closed by an error of ours")
@pytest.mark.parametrize("path", ["/ws", ECHO])
async def test_a_bug_in_handling_a_message_closes_1011_and_leaves_no_waiter(
    clients, monkeypatch, caplog, path
):
    async def later(self, message):
        raise Broken

    def at_once(self, message):
        raise Broken

    monkeypatch.setattr(BroadcastHandler, "on_message", at_once)
    monkeypatch.setattr(EchoHandler, "on_message", later)
    client = await clients.plain(path)
    await client.send("boom")
    assert (await client.closed())[0] == 1011
    await until(lambda: not SocketHandler.waiters)
    assert "Broken" in caplog.text


@pytest.mark.expect_log("is closed by an error of ours")
@pytest.mark.parametrize("opcode", [PING, PONG])
async def test_a_bug_in_answering_a_control_frame_closes_1011_too(clients, monkeypatch, opcode):
    def heard(self, data):
        raise Broken

    monkeypatch.setattr(SocketHandler, "on_ping", heard)
    monkeypatch.setattr(SocketHandler, "on_pong", heard)
    client = await clients.raw()
    client.send(opcode, b"boom")
    assert (await client.closed())[0] == 1011
    client.vanish()
    await until(lambda: not SocketHandler.waiters)


@pytest.mark.expect_log("is closed by an error of ours")
async def test_a_bug_in_joining_closes_1011_and_leaves_no_waiter(clients, monkeypatch):
    def joined(self):
        raise Broken

    monkeypatch.setattr(BroadcastHandler, "joined", joined)
    client = await clients.plain()
    assert (await client.closed())[0] == 1011
    await until(lambda: not SocketHandler.waiters)


@pytest.mark.expect_log("did not leave cleanly")
async def test_a_bug_in_leaving_leaves_no_waiter(clients, monkeypatch):
    def left(self):
        raise Broken

    monkeypatch.setattr(EchoHandler, "left", left)
    await (await clients.plain(ECHO)).close()
    await until(lambda: not SocketHandler.waiters)


# -- the slow ------------------------------------------------------------------------


@pytest.mark.options("--member-budget=300000")
async def test_a_member_that_never_reads_is_cut_with_1013_and_delays_nobody(clients):
    stuck = await clients.raw("/ws", receive_buffer=4096)
    ada = await clients.json("Ada")
    for number in range(400):
        await ada.say(f"{number} " + "x" * 60_000, key=str(number))
        assert (await ada.event("message"))["text"].startswith(f"{number} ")
        if any(waiter.ws_connection is None for waiter in SocketHandler.waiters):
            break
    assert await stuck.closed() == (1013, "too slow, come back and catch up")


@pytest.mark.options("--member-budget=300000")
async def test_a_slow_member_that_reads_again_in_time_gets_everything_in_order(clients):
    slow, ada = await clients.raw("/ws", receive_buffer=4096), await clients.json("Ada")
    for number in range(4):
        await ada.say(f"{number} " + "x" * 60_000, key=str(number))
        await ada.event("ack")
    got = [(await slow.frame())[1].split()[0] for _ in range(4)]
    assert got == [b"0", b"1", b"2", b"3"]


@pytest.mark.options("--member-budget=300000")
async def test_what_waits_stays_within_the_budget_however_much_a_stuck_member_misses(clients):
    stuck = [await clients.raw("/ws", receive_buffer=4096) for _ in range(10)]
    ada = await clients.json("Ada")
    for number in range(100):
        await ada.say(f"{number} " + "x" * 60_000, key=str(number))
        await ada.event("ack")
    waiting = sum(waiter.line.waiting for waiter in SocketHandler.waiters)
    assert waiting <= 300_000 * len(stuck)


async def test_an_echo_client_that_never_reads_is_not_read_either(clients):
    client = await clients.raw(ECHO, receive_buffer=4096)
    client.writer.transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_SNDBUF, 4096
    )
    for _ in range(400):
        client.send(BINARY, bytes(60_000))
    waiter = next(iter(SocketHandler.waiters))
    await until(lambda: waiter.line.waiting)
    other = await clients.plain(ECHO)
    await other.send("not delayed")
    assert await other.receive() == "not delayed"
    assert waiter.line.waiting < 200_000
    assert waiter in SocketHandler.waiters


async def test_a_member_in_json_and_a_stuck_one_do_not_share_fate(clients):
    await clients.raw("/ws", f"Sec-WebSocket-Protocol: {JSON}\r\n", receive_buffer=4096)
    ada, bob = await clients.json("Ada"), await clients.json("Bob")
    for number in range(50):
        await ada.say(f"{number} " + "x" * 60_000, key=str(number))
        assert (await bob.event("message"))["text"].startswith(f"{number} ")


async def until(holds):
    while not holds():
        await asyncio.sleep(0.005)


@pytest.mark.parametrize("query", ["name=%ff", "as=%ff", "names=%ff", "since=%ff", "wire=%ff"])
async def test_an_address_that_is_no_text_is_refused_before_the_handshake(clients, query):
    client = await clients.raw(f"/ws?{query}")
    assert " 400 " in client.head.splitlines()[0]


@pytest.mark.parametrize("key", ["", "short", "AAAAAAAAAAAAAAAAAAAAAA==AAAA"])
async def test_a_key_that_is_none_is_refused_in_words(http_client, base_url, http_server, key):
    headers = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": key,
    }
    answer = await http_client.fetch(f"{base_url}/ws", headers=headers, raise_error=False)
    assert answer.code == 400
    assert "Sec-WebSocket-Key" in answer.body.decode()

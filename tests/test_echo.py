"""Echo: every frame back to its sender, byte for byte."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as some

from clients import BINARY, PING, PONG, TEXT

pytestmark = pytest.mark.every_road

ECHO = "/-/echo/ws"


@pytest.mark.parametrize("message", ["héllo", "", "\x00", b"\x00\xff", b"", "👋" * 40])
async def test_text_comes_back_as_text_and_binary_as_binary(clients, message):
    client = await clients.plain(ECHO)
    await client.send(message)
    assert await client.receive() == message


@pytest.mark.parametrize("size", [1, 125, 126, 127, 65535, 65536])
async def test_every_size_around_a_length_field_comes_back(clients, size):
    client = await clients.raw(ECHO)
    payload = bytes(i % 251 for i in range(size))
    client.send(BINARY, payload)
    assert await client.frame() == (BINARY, payload)


async def test_a_fragmented_message_comes_back_whole_around_an_interleaved_ping(clients):
    client = await clients.raw(ECHO)
    client.send(TEXT, "hé".encode(), fin=False)
    client.send(PING, b"now")
    client.send(0, b"llo", fin=True)
    assert await client.frame() == (PONG, b"now")
    assert await client.frame() == (TEXT, "héllo".encode())


@pytest.mark.options("--mode=echo")
async def test_in_echo_mode_ws_echoes_too(clients):
    client = await clients.plain("/ws")
    await client.send("to myself")
    assert await client.receive() == "to myself"


async def test_an_echo_is_for_its_sender_alone(clients):
    one, other = await clients.plain(ECHO), await clients.plain(ECHO)
    await one.send("one")
    await other.send("other")
    assert await other.receive() == "other"
    assert await one.receive() == "one"


async def test_many_messages_in_flight_come_back_in_order(clients):
    client = await clients.raw(ECHO)
    for number in range(500):
        client.send(TEXT, b"%d" % number)
    assert [int((await client.frame())[1]) for _ in range(500)] == list(range(500))


def test_any_message_comes_back_as_it_was(io_loop, clients):
    client = io_loop.run_sync(lambda: clients.plain(ECHO))

    @hypothesis(max_examples=100, suppress_health_check=list(HealthCheck), deadline=None)
    @given(some.text() | some.binary(max_size=70_000).filter(lambda sent: len(sent) <= 65_536))
    def comes_back(message):
        async def round_trip():
            await client.send(message)
            return await client.receive()

        assert io_loop.run_sync(round_trip) == message

    comes_back()


async def test_compression_is_agreed_where_it_is_asked_for(clients):
    client = await clients.raw(ECHO, "Sec-WebSocket-Extensions: permessage-deflate\r\n")
    assert "permessage-deflate" in client.head

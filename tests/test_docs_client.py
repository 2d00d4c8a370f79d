"""The client that the docs show, against a real server that is killed under it."""

import asyncio
import importlib.util
import json
import signal
from contextlib import suppress
from itertools import count

import pytest
from websockets import connect

from process import ROOT, ServerProcess

SOURCE = ROOT / "docs" / "client.py"
LINES = 40
MESSAGES = 1500
KILLS = 5
PATIENCE = 30


@pytest.fixture(scope="module")
def Client():
    spec = importlib.util.spec_from_file_location("docs_client", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Client


@pytest.fixture
def server(request, tmp_path):
    marker = request.node.get_closest_marker("options")
    server = Restarted(tmp_path, *(marker.args if marker else ()))
    yield server
    server.kill()


class Restarted:
    """A server that can be killed and comes back on its port."""

    def __init__(self, folder, *options):
        self.folder = folder
        self.process = ServerProcess(folder, *options)
        self.host = f"127.0.0.1:{self.process.port}"

    def kill(self):
        self.process.stop(signal.SIGKILL)

    def start(self):
        self.process = ServerProcess(self.folder, port=self.process.port)


class Listening:
    """Collects what a client gets, in the background."""

    def __init__(self, client):
        self.messages = []
        self.client = client
        self.task = asyncio.create_task(self.listen())

    async def listen(self):
        async for message in self.client.messages():
            self.messages.append(message)

    @property
    def texts(self):
        return [message["text"] for message in self.messages]

    async def until(self, number):
        async with asyncio.timeout(PATIENCE):
            while len(self.messages) < number:
                assert not self.task.done(), self.task.exception()
                await asyncio.sleep(0.01)

    async def leave(self):
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


def test_it_has_forty_lines():
    assert len(SOURCE.read_text().splitlines()) == LINES


@pytest.mark.gen_test(timeout=2 * PATIENCE)
async def test_while_the_server_is_killed_everything_arrives_exactly_once_in_order(Client, server):
    speaker, listener = (Listening(Client(server.host)) for _ in range(2))
    said = [f"message {number}" for number in range(MESSAGES)]
    every = MESSAGES // (KILLS + 1)
    for number, text in zip(count(1), said):
        await speaker.client.say(f"key {number}", text)
        if number % every == 0 and number < every * (KILLS + 1):
            await listener.until(number - every + 1)
            server.kill()  # with much of it on its way
            server.start()
    await listener.until(MESSAGES)
    await speaker.until(MESSAGES)
    await asyncio.sleep(0.5)  # in which anything that is too much would come
    for who in (speaker, listener):
        assert who.texts == said
        assert [message["id"] for message in who.messages] == list(range(1, MESSAGES + 1))
        await who.leave()
    assert not speaker.client.unacked


async def test_what_is_said_while_the_server_is_away_is_said_once_it_is_back(Client, server):
    client = Client(server.host)
    listening = Listening(client)
    await client.say("one", "before the first connection")
    await listening.until(1)
    server.kill()
    await client.say("two", "while it is away")
    server.start()
    await listening.until(2)
    assert listening.texts == ["before the first connection", "while it is away"]
    await listening.leave()


@pytest.mark.options("--keep-messages=10")
async def test_after_a_gap_it_goes_on_from_what_is_kept(Client, server):
    client = Client(server.host)
    listening = Listening(client)
    await client.say("first", "first")
    await listening.until(1)
    await listening.leave()
    await publish(server.host, 100)
    listening = Listening(client)
    await listening.until(10)
    await publish(server.host, 1, since=101)
    await listening.until(11)
    assert [message["id"] for message in listening.messages] == list(range(92, 103))
    await listening.leave()


async def publish(host, number, since=1):
    async with connect(f"ws://{host}/ws", subprotocols=["broadcaster.v1.json"]) as socket:
        for n in range(number):
            say = {"type": "say", "key": f"{n}", "text": f"{n}"}
            await socket.send(json.dumps(say))
        async for frame in socket:
            if json.loads(frame) == {"type": "ack", "key": f"{number - 1}", "id": since + number}:
                return

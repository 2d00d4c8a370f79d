"""Clients that we did not write."""

import asyncio
import subprocess

import pytest
import websockets

from parts import needs_node
from process import ROOT

WSCAT = ROOT / "tests" / "node_modules" / ".bin" / "wscat"


async def test_python_websockets_talks_to_itself_over_broadcast(http_server, http_port):
    url = f"ws://127.0.0.1:{http_port}/ws"
    async with websockets.connect(url) as one, websockets.connect(url) as other:
        await one.send("text")
        await one.send(b"\x00binary")
        for client in (one, other):
            assert await client.recv() == "text"
            assert await client.recv() == b"\x00binary"
        await (await one.ping())


async def test_python_websockets_gets_its_echo_compressed_both_ways(http_server, http_port):
    url = f"ws://127.0.0.1:{http_port}/-/echo/ws"
    async with websockets.connect(url, compression="deflate") as client:
        await client.send("again and " * 1000)
        assert await client.recv() == "again and " * 1000
        assert "permessage-deflate" in client.response.headers["Sec-WebSocket-Extensions"]


@needs_node
async def test_wscat_says_something_and_hears_it_with_names(clients, http_port):
    ada = await clients.json("Ada")
    wscat = await asyncio.create_subprocess_exec(
        *(WSCAT, "-c", f"ws://127.0.0.1:{http_port}/ws?names&name=Terminal", "-x", "hello"),
        *("-w", "2"),
        stdin=subprocess.PIPE,  # held open: wscat leaves when its input ends
        stdout=subprocess.PIPE,
    )
    message = await ada.event("message")
    assert (message["text"], message["from"]["name"]) == ("hello", "Terminal")
    await ada.say("hello terminal")
    said = await wscat.stdout.read()
    await wscat.wait()
    assert said.decode().splitlines() == ["Terminal: hello", "Ada: hello terminal"]
    assert wscat.returncode == 0


@needs_node
def test_the_pages_own_modules_pass_their_tests():
    files = sorted((ROOT / "tests" / "js").glob("*.test.js"))
    done = subprocess.run(["node", "--test", *files], capture_output=True, text=True, check=False)
    assert files
    assert done.returncode == 0, done.stdout


pytestmark = pytest.mark.filterwarnings("ignore:.*:DeprecationWarning:websockets")

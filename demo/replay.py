"""Replays what the wire strip recorded: what each client said, on a connection like its own.

What comes back is told as a line of JSON each, so that two runs can be compared.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import cast

from tornado.httpclient import HTTPError
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

from demo.recording import Message, Recorded, read

QUIET = 0.5
"""Seconds without an answer after which nothing more is expected, once each was answered."""
SILENT = 30.0
"""And the same before: a recorded pause may be as long, and some messages have no answer."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/replay", allow_abbrev=False)
    parser.add_argument("file", type=Path, help="NDJSON or HAR, as the wire strip saves it")
    parser.add_argument("--to", default="ws://127.0.0.1:8888", help="the server")
    parser.add_argument("--copies", type=int, default=1, help="of each connection, at once")
    parser.add_argument("--speed", type=float, default=1.0, help="times as fast; 0 never waits")
    options = parser.parse_args()
    try:
        recorded = read(options.file.read_text())
        _admit(recorded)
        asyncio.run(replay(recorded, options.to, options.copies, options.speed))
    except (OSError, ValueError, HTTPError, WebSocketClosedError) as error:
        sys.exit(f"bin/replay: {error}")


def _admit(recorded: list[Recorded]) -> None:
    if partial := sum(one.partial for one in recorded):
        say(f"left out, since the recording has them in part only: {partial} of the messages")


async def replay(recorded: list[Recorded], to: str, copies: int, speed: float) -> None:
    """Says all of it again, and prints what came back, connection by connection."""
    runs = [_run(one, to, speed) for one in recorded for _ in range(copies)]
    for heard in await asyncio.gather(*runs):
        for message in heard:
            shown = message if isinstance(message, str) else message.hex(" ")
            sys.stdout.write(json.dumps(shown, ensure_ascii=False) + "\n")


async def _run(recorded: Recorded, to: str, speed: float) -> list[Message]:
    protocols = [recorded.subprotocol] if recorded.subprotocol else None
    socket = await websocket_connect(to + recorded.path, subprotocols=protocols)
    hearing = asyncio.ensure_future(_hear(socket, len(recorded.said)))
    began = asyncio.get_running_loop().time()
    for after, message in recorded.said:
        elapsed = asyncio.get_running_loop().time() - began
        await asyncio.sleep(max(0.0, after / speed - elapsed) if speed else 0)
        await socket.write_message(message, binary=isinstance(message, bytes))
    socket_heard = await hearing
    socket.close()
    return socket_heard


async def _hear(socket: WebSocketClientConnection, expected: int) -> list[Message]:
    """At least as many as were said, then until it is quiet."""
    heard: list[Message] = []
    while True:
        quiet = QUIET if len(heard) >= expected else SILENT
        try:
            message = await asyncio.wait_for(
                cast("asyncio.Future[Message | None]", socket.read_message()), quiet
            )
        except TimeoutError:
            return heard
        if message is None:
            return heard
        heard.append(message)


def say(words: str) -> None:
    print(f"bin/replay: {words}", file=sys.stderr)


if __name__ == "__main__":
    main()

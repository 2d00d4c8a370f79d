"""Replays what the wire strip recorded: what each client said, on a connection like its own.

What comes back is told as a line of JSON each, so that two runs can be compared.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, cast

from tornado.httpclient import HTTPError
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

QUIET = 0.5
"""Seconds without an answer after which nothing more is expected, once each was answered."""
SILENT = 30.0
"""And the same before: a recorded pause may be as long, and some messages have no answer."""

Message = str | bytes


class Said(NamedTuple):
    """What a client said, in seconds after its connection began."""

    after: float
    message: Message


class Recorded(NamedTuple):
    """One connection: where it went and what its client said there."""

    path: str
    subprotocol: str | None
    said: list[Said]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/replay", allow_abbrev=False)
    parser.add_argument("file", type=Path, help="NDJSON, as the wire strip saves it")
    parser.add_argument("--to", default="ws://127.0.0.1:8888", help="the server")
    parser.add_argument("--copies", type=int, default=1, help="of each connection, at once")
    parser.add_argument("--speed", type=float, default=1.0, help="times as fast; 0 never waits")
    options = parser.parse_args()
    try:
        recorded = read(options.file.read_text().splitlines())
        asyncio.run(replay(recorded, options.to, options.copies, options.speed))
    except (OSError, ValueError, KeyError, HTTPError, WebSocketClosedError) as error:
        sys.exit(f"bin/replay: {error}")


def read(lines: list[str]) -> list[Recorded]:
    """The connections in a recording; raises ValueError where something of them is missing."""
    recorded: dict[str, Recorded] = {}
    began: dict[str, datetime] = {}
    for event in map(json.loads, lines):
        name, at = event["connection"], datetime.fromisoformat(event["at"])
        if event["type"] == "open":
            began[name] = at
            recorded[name] = Recorded(_path(event), event.get("subprotocol"), [])
        elif name in recorded and (message := _said(event)) is not None:
            recorded[name].said.append(Said((at - began[name]).total_seconds(), message))
    if not recorded:
        raise ValueError("nothing to replay: no connection begins in this file")
    return list(recorded.values())


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


def _path(event: dict[str, Any]) -> str:
    kept = [part for part in event.get("query", "").split("&") if part and "…" not in part]
    return f"{event['path']}{'?' if kept else ''}{'&'.join(kept)}"


def _said(event: dict[str, Any]) -> Message | None:
    """The message in a frame of the client's."""
    if event.get("from") != "client" or event["opcode"] not in ("text", "binary"):
        return None
    if event.get("cut") or event.get("fin") is False:
        raise ValueError(f"a message at {event['at']} was not recorded whole")
    text = event.get("text")
    return text if text is not None else bytes.fromhex(event["hex"])


if __name__ == "__main__":
    main()

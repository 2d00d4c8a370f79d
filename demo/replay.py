"""Replays what the wire strip recorded: what each client said, on a connection like its own.

What comes back is told as a line of JSON each, so that two runs can be compared, and on the
error output how much was said and heard.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from tornado.httpclient import HTTPError
from tornado.httputil import HTTPInputError
from tornado.websocket import WebSocketClosedError, websocket_connect

from demo.recording import Message, Recorded, read

QUIET = 0.5
"""Seconds without an answer after which nothing more is expected, once each was answered."""
SILENT = 30.0
"""And the same before: some messages have no answer."""
MOST_COPIES = 10_000
MOST_TIMES = 1_000_000

Number = TypeVar("Number", int, float)


def main() -> None:
    options = _options()
    try:
        recorded = read(options.file.read_text("utf-8-sig"))
        _admit(recorded, options.to)
        runs = asyncio.run(replay(recorded, options))
    except (OSError, ValueError, HTTPError, HTTPInputError) as error:
        sys.exit(f"bin/replay: {error}")
    _show(runs)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/replay",
        allow_abbrev=False,
        description="Says to a server again what the clients in a recording said, "
        "and prints what comes back, a line of JSON each.",
    )
    parser.add_argument("file", type=Path, help="NDJSON as the wire strip saves it, or a HAR")
    parser.add_argument(
        "--to", type=_server, default="ws://127.0.0.1:8888", help="the server [%(default)s]"
    )
    parser.add_argument(
        "--copies",
        type=_between(int, 1, MOST_COPIES),
        default=1,
        help="of each connection, at once [%(default)s]",
    )
    parser.add_argument(
        "--times",
        type=_between(int, 1, MOST_TIMES),
        default=1,
        help="one after the other, each on a connection of its own [%(default)s]",
    )
    parser.add_argument(
        "--speed",
        type=_between(float, 0, 1e6),
        default=1.0,
        help="times as fast; 0 never waits [%(default)s]",
    )
    return parser.parse_args()


def _server(text: str) -> str:
    """Its address, to which a path can be appended."""
    url = urlsplit(text)
    if url.scheme not in ("ws", "wss") or not url.hostname or url.path.strip("/") or url.query:
        raise argparse.ArgumentTypeError("a server is named as in ws://127.0.0.1:8888")
    return text.rstrip("/")


def _between(kind: type[Number], least: float, most: float) -> Callable[[str], Number]:
    def number(text: str) -> Number:
        value = kind(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"from {least:,} to {most:,.0f}")
        return value

    return number


def _admit(recorded: list[Recorded], to: str) -> None:
    """Says what is as well to know beforehand."""
    if partial := sum(one.partial for one in recorded):
        say(f"left out, since the recording has them in part only: {partial} of the messages")
    if not _is_here(host := urlsplit(to).hostname or ""):
        say(f"{host.upper()} IS NOT THIS MACHINE. Replay to servers of your own alone.")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Run:
    """One connection said again: how many messages it said, and what it heard."""

    def __init__(self) -> None:
        self.said = 0
        self.heard: list[Message] = []
        self._closed = False
        self._new = asyncio.Event()

    def hear(self, message: Message | None) -> None:
        """None: it was closed."""
        if message is None:
            self._closed = True
        else:
            self.heard.append(message)
        self._new.set()

    async def until_quiet(self) -> None:
        """At least as many answers as messages, then until nothing comes."""
        while not self._closed:
            self._new.clear()
            try:
                quiet = QUIET if len(self.heard) >= self.said else SILENT
                await asyncio.wait_for(self._new.wait(), quiet)
            except TimeoutError:
                return


async def replay(recorded: list[Recorded], how: argparse.Namespace) -> list[Run]:
    """Says all of it again, and gives what came of it, connection by connection."""
    many = [_runs(one, how) for one in recorded for _ in range(how.copies)]
    return [run for runs in await asyncio.gather(*many) for run in runs]


async def _runs(recorded: Recorded, how: argparse.Namespace) -> list[Run]:
    return [await _run(recorded, how.to, how.speed) for _ in range(how.times)]


async def _run(recorded: Recorded, to: str, speed: float) -> Run:
    run = Run()
    protocols = [recorded.subprotocol] if recorded.subprotocol else None
    socket = await websocket_connect(
        to + recorded.path, subprotocols=protocols, on_message_callback=run.hear
    )
    began = asyncio.get_running_loop().time()
    for after, message in recorded.said:
        elapsed = asyncio.get_running_loop().time() - began
        await asyncio.sleep(max(0.0, after / speed - elapsed) if speed else 0)
        try:
            await socket.write_message(message, binary=isinstance(message, bytes))
        except WebSocketClosedError:
            break  # what it heard before is told all the same
        run.said += 1
    await run.until_quiet()
    socket.close()
    return run


def _show(runs: list[Run]) -> None:
    for run in runs:
        for message in run.heard:
            shown = message if isinstance(message, str) else message.hex(" ")
            sys.stdout.write(json.dumps(shown, ensure_ascii=False) + "\n")
    said, heard = sum(run.said for run in runs), sum(len(run.heard) for run in runs)
    say(f"connections: {len(runs):,}; said: {said:,}; heard: {heard:,}")


def say(words: str) -> None:
    print(f"bin/replay: {words}", file=sys.stderr)


if __name__ == "__main__":
    main()

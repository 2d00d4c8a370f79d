"""A program of somebody else that follows a room, read line by line as it comes."""

import asyncio
import json
import os
import signal
from contextlib import suppress

from clients import PATIENCE

EVENTS = ("-H", "Accept: text/event-stream")
LINES = ("-H", "Accept: application/x-ndjson")


class Following:
    """What a command prints; `await follow(...)` starts it."""

    def __init__(self, process):
        self.process = process
        self.lines = []

    async def until(self, words):
        """The next line with these words in it."""
        while (line := await self.line()) is not None:
            if words in line:
                return line
        raise AssertionError(f"it ended before {words!r}, after {self.lines}")

    async def line(self):
        """The next line, or None at the end."""
        line = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)
        if not line:
            return None
        self.lines.append(line.decode().rstrip("\n"))
        return self.lines[-1]

    async def end(self):
        while await self.line() is not None:
            pass
        await self.process.wait()

    def messages(self):
        """The (id, text) of every message so far, from events, JSON lines or nothing."""
        objects = [json.loads(line[line.index("{") :]) for line in self.lines if "{" in line]
        found = [one for one in objects if one["type"] in ("message", "batch")]
        batches = [one.get("messages", [one]) for one in found]
        return [(message["id"], message["text"]) for batch in batches for message in batch]

    async def leave(self):
        # `terminate` would first ask whether it has ended, and so take its end from asyncio.
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGTERM)
        await self.process.wait()


async def follow(*command):
    return Following(
        await asyncio.create_subprocess_exec(
            *map(str, command), stdout=asyncio.subprocess.PIPE, limit=2**20
        )
    )

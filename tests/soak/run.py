"""One soak on one engine: a warm-up, the soak itself, and each time all are gone after it."""

import asyncio
import re
import signal
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from process import ServerProcess
from soak import launcher
from soak.gauge import Reading, read
from soak.judge import Result
from soak.steady import Steady
from soak.visitors import ACTS, LARGEST, Visitor, Wrong

OPTIONS = (
    "--keep-messages=300",
    "--durability=process",
    "--ping-interval=1",
    f"--max-message={LARGEST}",
    f"--member-budget={256 * 1024}",
)
LOBBY, ROOMS = "/ws", ("/ws/red", "/ws/blue")
TIDE = 2.0
"""Seconds that a room is gone to; then everybody goes to the other, and it is empty."""
COLLECTS_WITHIN = 10.0
STEADY_KB = 128
"""A fall in memory that is none."""
CUT_OFF = (ConnectionError, EOFError)


@dataclass(frozen=True)
class Plan:
    """What a run is to be, in seconds: `stall` is how long somebody may not read, and
    `gone` how long the server has to let go of all: 5 for who does not answer a close, and some.

    `leak` names one to plant (leaks.py).
    """

    seed: int
    engine: str = "auto"
    warm_up: float = 2
    soak: float = 4
    stall: float = 2
    gone: float = 12
    visitors: int = 20
    leak: str = ""


async def soak(plan: Plan, data: Path) -> Result:
    """Runs it in the folder `data`; leaves no process."""
    command = [sys.executable, launcher.__file__] + [f"--leak={plan.leak}"] * bool(plan.leak)
    server = ServerProcess(data, f"--engine={plan.engine}", *OPTIONS, command=command)
    try:
        start = read(server.process.pid)
        party = Party(plan, server.port)
        await party.last(plan.warm_up)
        warm, _ = await _empty(server, start, plan.gone)
        await party.last(plan.soak)
        end, uncollected = await _empty(server, start, plan.gone)
        status = server.stop()
    finally:
        server.stop(signal.SIGKILL)
    party.deeds["ids"] = party.ids
    return Result(
        plan.engine,
        start,
        warm,
        end,
        party.deeds,
        party.holes,
        party.wrong,
        server.output,
        status,
        uncollected,
    )


async def _empty(server: ServerProcess, start: Reading, within: float) -> tuple[Reading, int]:
    """What the server has once it has let go of everybody, and how much of it was garbage."""
    pid = server.process.pid
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            while read(pid).sockets != start.sockets:
                await asyncio.sleep(0.05)
    before = read(pid)
    last = await _collected(server)
    while True:  # what a timer holds goes a little later
        await asyncio.sleep(0.5)
        after = await _collected(server)
        if after.own > last.own - STEADY_KB:
            return after, before.own - after.own
        last = after


async def _collected(server: ServerProcess) -> Reading:
    def said() -> list[str]:
        return re.findall(rf"^{launcher.COLLECTED}: (\d+) blocks$", server.output, re.M)

    before = said()
    server.tell(signal.SIGUSR1)
    async with asyncio.timeout(COLLECTS_WITHIN):
        while (counts := said()) == before:
            await asyncio.sleep(0.02)
    return replace(read(server.process.pid), blocks=int(counts[-1]))


class Party:
    """All the members of a run."""

    def __init__(self, plan: Plan, port: int) -> None:
        self.deeds: Counter[str] = Counter()
        self.holes: list[str] = []
        self.wrong: list[str] = []
        self.ids = 0
        self._plan = plan
        self._port = port
        self._rng = Random(plan.seed)

    async def last(self, seconds: float) -> None:
        """Everybody comes and goes for so long; at the end nobody is there."""
        steady = [Steady("plain", self._port, None), Steady("squeezed", self._port, "deflate")]
        await asyncio.gather(*(member.come() for member in steady))
        until = asyncio.get_running_loop().time() + seconds
        await asyncio.gather(*(self._visits(until) for _ in range(self._plan.visitors)))
        head = max(member.last for member in steady)
        for member in steady:
            await member.reaches(head)
            await member.leave()
            self.holes += member.holes
            self.ids += member.ids
            self.deeds["came back"] += member.returns

    async def _visits(self, until: float) -> None:
        acts, weights = zip(*ACTS, strict=True)
        while (now := asyncio.get_running_loop().time()) < until:
            await self._visit(self._rng.choices(acts, weights)[0], self._room(now))

    def _room(self, now: float) -> str:
        return self._rng.choice((LOBBY, ROOMS[int(now / TIDE) % 2]))

    async def _visit(self, act, path: str) -> None:
        self.deeds["connections"] += 1
        self.deeds[act.__name__] += 1
        visitor = Visitor(self._port, Random(self._rng.random()), self._plan.stall)
        try:
            if said := await act(visitor, path):
                self.deeds[said] += 1
        except (Wrong, TimeoutError) as wrong:
            self.wrong.append(f"{act.__name__}: {wrong or 'no answer'}")
        except CUT_OFF as error:
            self.deeds[f"{act.__name__}: {type(error).__name__}"] += 1
        finally:
            await _let_go_of(visitor)


async def _let_go_of(visitor: Visitor) -> None:
    if hasattr(visitor, "writer"):
        await visitor.close()

"""One run: a talk, attackers who do whatever chance says, and what was found afterwards."""

import asyncio
import re
import signal
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from attacks.acts import ACTS, LARGEST, SCRIPT, SECRET, Attacker, Wrong
from attacks.honest import Talk
from process import ServerProcess
from soak.gauge import read

OPTIONS = ("--durability=process", f"--max-message={LARGEST}", f"--member-budget={256 * 1024}")
MEMORY_MB = 150
"""What a server may need at most: the log of it is short, and what waits has a limit."""
CUT_OFF = (OSError, EOFError, TimeoutError)


@dataclass
class Outcome:
    """`wrong` is what must not have been; `waits` are seconds, `peak` is MB."""

    deeds: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    said: int = 0
    peak: float = 0


async def attack(data: Path, seed: int, seconds: float, people: int, number: int) -> Outcome:
    """So many attackers, on a server of its own in the folder `data`; leaves no process."""
    server = ServerProcess(data, *OPTIONS)
    outcome, rng = Outcome(), Random(seed)
    try:
        talk = Talk(server.port, people, pause=0.1)
        await talk.begin()
        until = asyncio.get_running_loop().time() + seconds
        watching = asyncio.create_task(_watch(server, outcome))
        attackers = [_attacks(server.port, rng, until, outcome) for _ in range(number)]
        await asyncio.gather(talk.last(seconds), *attackers)
        outcome.wrong += await talk.end()
        watching.cancel()
        status = server.stop()
    finally:
        server.stop(signal.SIGKILL)
    outcome.said, outcome.waits = talk.said, talk.waits
    outcome.wrong += _judged(outcome, status, server.output)
    return outcome


async def _attacks(port: int, rng: Random, until: float, outcome: Outcome) -> None:
    while asyncio.get_running_loop().time() < until:
        act = rng.choice(ACTS)
        attacker = Attacker(port, Random(rng.random()))
        outcome.deeds[act.__name__] += 1
        try:
            await act(attacker)
        except Wrong as wrong:
            outcome.wrong.append(f"{act.__name__}: {wrong}")
        except CUT_OFF:
            pass
        finally:
            if hasattr(attacker, "writer"):
                attacker.vanish()


async def _watch(server: ServerProcess, outcome: Outcome) -> None:
    while True:
        with suppress(FileNotFoundError, ProcessLookupError):
            outcome.peak = max(outcome.peak, read(server.process.pid).rss / 1024)
        await asyncio.sleep(0.1)


def _judged(outcome: Outcome, status: int, log: str) -> list[str]:
    """What the server's end, its memory and its log tell against it."""
    wrong = []
    if status != 0:
        wrong.append(f"the server ended with {status}")
    if outcome.peak > MEMORY_MB:
        wrong.append(f"the server took {outcome.peak:.0f} MB")
    for what in ("Traceback", " ERROR ", SCRIPT, SECRET, "honest-1"):
        if found := re.search(f"^.*{re.escape(what)}.*$", log, re.M):
            wrong.append(f"logged: {found[0][:200]}")
    if outcome.said and len(outcome.waits) != outcome.said:
        wrong.append(f"{outcome.said} were said, {len(outcome.waits)} came back to who said them")
    return wrong

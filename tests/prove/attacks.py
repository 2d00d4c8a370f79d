"""Three minutes of attacks of every kind while two hundred talk: none misses anything, or waits.

--quick takes half a minute.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
from statistics import quantiles

from attacks.run import attack
from soak.gauge import can_measure

from .outcome import CannotRun, Options, Outcome

PEOPLE, ATTACKERS = 200, 8
LONGEST_WAIT = 1.0


def run(options: Options) -> Outcome:
    if not can_measure:
        raise CannotRun("needs Linux, whose /proc tells what memory a process has to itself")
    seconds, seed = 30 if options.quick else 180, secrets.randbelow(10**6)
    print(f"attacks: seed {seed}, {seconds} seconds", flush=True)
    data = options.results / "data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    outcome = asyncio.run(attack(data, seed, seconds, PEOPLE, ATTACKERS))
    for wrong in outcome.wrong:
        print(f"attacks: {wrong}", flush=True)
    longest, p99 = max(outcome.waits), quantiles(outcome.waits, n=100)[98]
    told = (
        f"seed {seed}: {sum(outcome.deeds.values()):,} attacks of {len(outcome.deeds)} kinds,"
        f" {outcome.said:,} messages to {PEOPLE}, {len(outcome.wrong)} findings;"
        f" p99 {p99 * 1000:.0f} ms, longest wait {longest * 1000:.0f} ms, {outcome.peak:.0f} MB"
    )
    return Outcome(not outcome.wrong and longest < LONGEST_WAIT, told)

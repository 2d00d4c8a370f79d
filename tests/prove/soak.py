"""Ten minutes of members of every kind that come and go: then the server is as it was before.

Half of the time on each engine. --quick takes one minute.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil

from soak.gauge import can_measure
from soak.judge import Result, judge, summary
from soak.run import Plan, soak

from .outcome import CannotRun, Options, Outcome

ENGINES = ("auto", "iostream")


def run(options: Options) -> Outcome:
    if not can_measure:
        raise CannotRun("needs Linux, whose /proc tells what memory a process has to itself")
    minutes = 0.5 if options.quick else 5
    seed = secrets.randbelow(10**6)
    print(f"soak: seed {seed}, {minutes:g} minutes on each engine", flush=True)
    results = [_soak(_plan(seed, engine, minutes * 60), options) for engine in ENGINES]
    told = "; ".join(map(summary, results))
    return Outcome(not any(map(judge, results)), f"seed {seed}: {told}")


def _plan(seed: int, engine: str, seconds: float) -> Plan:
    """Half of the time is the warm-up: then caches are as full as they get, and memory is in
    as many pieces as the same again will leave it in."""
    return Plan(seed, engine, seconds / 2, seconds / 2, stall=4)


def _soak(plan: Plan, options: Options) -> Result:
    data = options.results / plan.engine
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    result = asyncio.run(soak(plan, data))
    for finding in judge(result):
        print(f"{plan.engine}: {finding}", flush=True)
    return result

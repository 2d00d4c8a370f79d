"""The chaos run: 5,000 messages, ten kill -9 and other mischief; nothing said may be lost.

Members of every kind take part: sockets, event streams, lines of JSON, long polls and POST.

--quick says 1,000 things and kills three times. The table and the server's log are kept.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
from pathlib import Path

from chaos.plan import Plan
from chaos.storm import storm
from chaos.table import summary, table

from .outcome import Options, Outcome


def run(options: Options) -> Outcome:
    plan = Plan(secrets.randbelow(10**6))
    if options.quick:
        plan = Plan(plan.seed, messages=1000, kills=3, pace=0.05)
    print(f"chaos: seed {plan.seed}, some two minutes", flush=True)
    return weather(plan, options.results)


def weather(plan: Plan, results: Path) -> Outcome:
    """Runs a storm in a fresh folder, and tells what came of it."""
    data = results / "data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    result = asyncio.run(storm(plan, data))
    (results / "table.txt").write_text(table(plan, result) + "\n")
    print(table(plan, result), flush=True)
    return Outcome(not result.findings, summary(plan, result))

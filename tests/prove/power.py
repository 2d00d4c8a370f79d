"""Ten power cuts in mid-storm: under --durability=power nothing is lost, under process it is.

The second part shows that the first means something. --quick cuts three times.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from chaos import power
from chaos.plan import Plan

from .chaos import weather
from .outcome import CannotRun, Options, Outcome


def run(options: Options) -> Outcome:
    if not power.can_cut:
        raise CannotRun("needs Linux and a C compiler (cc), to simulate a power cut with")
    plan = Plan(
        secrets.randbelow(10**6),
        messages=600 if options.quick else 2000,
        kills=3 if options.quick else 10,
        pull_plug=True,
    )
    print(f"power: seed {plan.seed}, some two minutes", flush=True)
    kept = weather(plan, options.results / "power")
    loses = weather(
        replace(plan, durability="process", messages=300, kills=2), options.results / "process"
    )
    if loses.passed:
        return Outcome(False, "nothing was lost under process either: the cuts cut nothing")
    return Outcome(kept.passed, f"power: {kept.detail}; process loses, as it should")

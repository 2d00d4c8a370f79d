"""Attacked in every way at once, the server serves the honest as before."""

import asyncio

import pytest

from attacks import run
from attacks.acts import ACTS
from attacks.run import Outcome, attack
from parts import needs
from soak.gauge import can_measure

SEED = 11


@needs("/proc that tells a process's own memory (Linux)", can_measure)
def test_whatever_attackers_do_nobody_honest_misses_anything(tmp_path):
    outcome = asyncio.run(attack(tmp_path, SEED, seconds=20, people=200, number=8))
    assert not outcome.wrong, outcome.wrong
    assert outcome.said > 50
    assert set(outcome.deeds) == {act.__name__ for act in ACTS}, outcome.deeds


@pytest.mark.parametrize(
    ("outcome", "status", "log", "found"),
    [
        (Outcome(), 1, "", "ended with 1"),
        (Outcome(peak=run.MEMORY_MB + 1), 0, "", "151 MB"),
        (Outcome(said=2, waits=[0.1]), 0, "", "2 were said, 1 came back"),
        (Outcome(), 0, "12:00 ERROR c1 is closed by an error of ours", "error of ours"),
        (Outcome(), 0, f"c7 said {run.SCRIPT}", "script"),
        (Outcome(), 0, f"GET /-/wire/{run.SECRET}", "wire"),
    ],
)
def test_what_tells_against_a_server_is_found(outcome, status, log, found):
    assert found in " ".join(run._judged(outcome, status, log))

"""A fuzzer guided by coverage against the frame codec: a minute for each target.

It is atheris, in an environment of its own, .venv-atheris. What it finds interesting stays in
.prove/fuzz, and the next run begins with it. First it must find a bug that was planted.
--quick gives each target ten seconds.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fuzz.bugs import BUGS
from fuzz.codec import TARGETS
from fuzz.seeds import seeds

from .outcome import ROOT, CannotRun, Options, Outcome

FOLDER = ROOT / ".venv-atheris"
REQUIREMENTS = (ROOT / "requirements.txt", ROOT / "tests" / "fuzz" / "requirements.txt")
PLANTED = "another exception"
FOUND_WITHIN = 60
"""Seconds to find what was planted."""
STARTS_WITHIN = 60
LIMITS = ("-max_len=2048", "-timeout=20", "-rss_limit_mb=1024")


@dataclass(frozen=True)
class Hunt:
    """What came of one: how many inputs were tried, and what was found, if anything."""

    tried: int
    finding: str


def run(options: Options) -> Outcome:
    python = _fuzzer()
    seconds = 10 if options.quick else 60
    print(f"fuzz: {len(TARGETS)} targets, {seconds} seconds each", flush=True)
    target = BUGS[PLANTED][0]
    if not hunt(python, target, FOUND_WITHIN, options.results / "planted", PLANTED).finding:
        return Outcome(False, f"did not find what was planted: {PLANTED}")
    hunts = {name: hunt(python, name, seconds, options.results / name) for name in TARGETS}
    return Outcome(not any(hunt.finding for hunt in hunts.values()), told(hunts))


def told(hunts: dict[str, Hunt]) -> str:
    tried = sum(hunt.tried for hunt in hunts.values())
    findings = [f"{name}: {hunt.finding}" for name, hunt in hunts.items() if hunt.finding]
    said = f"{tried:,} inputs in {len(hunts)} targets, {len(findings)} findings"
    return "; ".join([said, *findings])


def hunt(python: Path, target: str, seconds: int, results: Path, bug: str = "") -> Hunt:
    """Fuzzes one target for so long, or until it finds something."""
    if bug:
        shutil.rmtree(results, ignore_errors=True)  # so that it begins at the beginning
    corpus = results / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    log = results / "log.txt"
    command = [
        *(str(python), "-m", "fuzz", target, *([f"--bug={bug}"] if bug else ())),
        *(f"-max_total_time={seconds}", "-print_final_stats=1", *LIMITS),
        *(f"-artifact_prefix={results}/", str(corpus), str(_begin(target, results))),
    ]
    with log.open("w") as output:
        environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
        status = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            timeout=seconds + STARTS_WITHIN,
        ).returncode
    return judge(status, log)


def judge(status: int, log: Path) -> Hunt:
    said = log.read_text(errors="replace")
    tried = re.search(r"stat::number_of_executed_units:\s*(\d+)", said)
    if status == 0 and tried:
        return Hunt(int(tried[1]), "")
    found = re.search(r"=== Uncaught Python exception: ===\n(.*)", said)
    found = found or re.search(r"^==\d+== ERROR: (.*)", said, re.M)
    words = found[1] if found else f"broke off with {status}"
    return Hunt(int(tried[1]) if tried else 0, f"{words[:300]} (see {log})")


def _begin(target: str, results: Path) -> Path:
    """A folder with the seeds, one a file."""
    folder = results / "seeds"
    folder.mkdir(exist_ok=True)
    _write(folder, seeds(target))
    return folder


def _write(folder: Path, inputs: Iterable[bytes]) -> None:
    for number, data in enumerate(inputs):
        (folder / f"{number:03}").write_bytes(data)


def _fuzzer() -> Path:
    """The Python that has atheris; installed where it is not there yet."""
    made = subprocess.run(
        [ROOT / "bin" / "venv", FOLDER, *REQUIREMENTS], capture_output=True, text=True
    )
    if made.returncode:
        raise CannotRun(
            "needs atheris, for which there may be no wheel here (Linux has them):"
            f" {made.stderr.strip()}"
        )
    return FOLDER / "bin" / "python"

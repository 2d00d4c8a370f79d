"""The Autobahn test suite's fuzzing client against the echo socket, compression on.

The suite needs Python 2.7, in which it is installed once, in .venv-autobahn. It exits 0 even
when cases fail, so its index.json is what counts. A full run writes its table into
docs/conformance.md; --quick leaves out the compression cases (12.* and 13.*) and writes nothing.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import tornado

from .outcome import ROOT, CannotRun, Options, Outcome
from .running_server import running_server

SUITE = "autobahntestsuite==0.8.2"
AGENT = "WebSocket Broadcaster"
CASES, QUICK_CASES = 517, 301
TIMEOUT = 45 * 60
# The suite's largest messages have 16 MiB.
LARGE_MESSAGES = (f"--max-message={32 << 20}", f"--member-budget={64 << 20}")

FOLDER = ROOT / ".venv-autobahn"
REPORT = ROOT / "docs" / "conformance.md"
BEGIN, END = "<!-- begin: written by bin/prove autobahn -->", "<!-- end -->"

SECTIONS = {
    1: "Framing",
    2: "Pings and pongs",
    3: "Reserved bits",
    4: "Opcodes",
    5: "Fragmentation",
    6: "UTF-8",
    7: "Closing",
    9: "Limits and performance",
    10: "Automatic fragmentation",
    12: "Compression: different payloads",
    13: "Compression: different parameters",
}
VERDICTS = ("OK", "INFORMATIONAL", "NON-STRICT", "FAILED")

Verdicts = Mapping[str, str]


def run(options: Options) -> Outcome:
    """All cases on the engine that a server takes by itself, the quick ones on the other too."""
    fuzzer = _fuzzer(options.results / "setup.log")
    found = _run(fuzzer, "auto", options)
    if not options.quick:
        _write_report(found)
    first = judge(found, QUICK_CASES if options.quick else CASES)
    other = judge(_run(fuzzer, "iostream", replace(options, quick=True)), QUICK_CASES)
    return Outcome(first.passed and other.passed, f"{first.detail}; iostream: {other.detail}")


def _run(fuzzer: Path, engine: str, options: Options) -> Verdicts:
    reports = options.results / f"reports-{engine}"
    shutil.rmtree(reports, ignore_errors=True)
    log = options.results / f"server-{engine}.log"
    with running_server("--mode=echo", f"--engine={engine}", *LARGE_MESSAGES, log=log) as server:
        _fuzz(fuzzer, f"ws://{server}/-/echo/ws", reports, options)
    return verdicts(json.loads((reports / "index.json").read_text()))


def verdicts(index: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Verdicts:
    """One of VERDICTS for each case; how the connection ended counts as well."""

    def verdict(behavior: str, close: str) -> str:
        if behavior in VERDICTS and close in ("OK", "INFORMATIONAL"):
            return behavior
        return "FAILED"

    return {
        case: verdict(result["behavior"], result["behaviorClose"])
        for case, result in sorted(index[AGENT].items(), key=lambda item: _order(item[0]))
    }


def judge(found: Verdicts, expected: int) -> Outcome:
    counts = Counter(found.values())
    said = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict])
    wrong = [
        f"{case} {verdict}"
        for case, verdict in found.items()
        if verdict not in ("OK", "INFORMATIONAL")
    ]
    if wrong:
        return Outcome(False, f"{said}; not expected: {', '.join(wrong)}")
    if len(found) != expected:
        return Outcome(False, f"{said}; only {len(found)} of {expected} cases ran")
    return Outcome(True, said)


def table(found: Verdicts) -> str:
    lines = [
        "| section | cases | OK | informational | non-strict | failed |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for number, title in SECTIONS.items():
        lines.append(
            _row(f"{number} {title}", [v for c, v in found.items() if _order(c)[0] == number])
        )
    lines.append(_row("**all**", found.values()))
    return "\n".join(lines)


def exceptions(found: Verdicts) -> str:
    """Names every case that is not simply OK."""
    lines = []
    for verdict in VERDICTS[1:]:
        if cases := [case for case, what in found.items() if what == verdict]:
            lines.append(f"- {verdict.lower()}: {', '.join(cases)}")
    return "\n".join(lines)


def _row(title: str, found: Iterable[str]) -> str:
    counts = Counter(found)
    cells = [counts.total(), *(counts[verdict] for verdict in VERDICTS)]
    return f"| {title} | {' | '.join(map(str, cells))} |"


def _order(case: str) -> list[int]:
    return [int(part) for part in case.split(".")]


def _write_report(found: Verdicts) -> None:
    measured = (
        f"Measured with Tornado {tornado.version}, Python {platform.python_version()} "
        f"and {SUITE.replace('==', ' ')}, compression on.\n\n{table(found)}\n\n{exceptions(found)}"
    )
    text = REPORT.read_text()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    REPORT.write_text(f"{before}{BEGIN}\n{measured}\n{END}{after}")


def _fuzz(fuzzer: Path, url: str, reports: Path, options: Options) -> None:
    spec = options.results / "fuzzingclient.json"
    spec.write_text(
        json.dumps(
            {
                "outdir": str(reports),
                "servers": [{"agent": AGENT, "url": url}],
                "cases": ["*"],
                "exclude-cases": ["12.*", "13.*"] if options.quick else [],
                "exclude-agent-cases": {},
            }
        )
    )
    print(
        f"autobahn: {'20 seconds' if options.quick else 'nine minutes'}; "
        f"the full report will be {reports}/index.html",
        flush=True,
    )
    with (options.results / "wstest.log").open("w") as log:
        # Not the wstest script: its first line may be too long for the system.
        process = subprocess.Popen(
            [
                fuzzer,
                "-c",
                "from autobahntestsuite.wstest import run; run()",
                "--mode=fuzzingclient",
                f"--spec={spec}",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        watchdog = threading.Timer(TIMEOUT, process.kill)
        watchdog.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                log.write(line)
                if sys.stdout.isatty() and (
                    case := re.match(r"Running test case ID ([\d.]+)", line)
                ):
                    print(f"\r{case[1]:<10}", end="", flush=True)
        finally:
            watchdog.cancel()
            process.kill()
            process.wait()
    if not (reports / "index.json").exists():
        raise RuntimeError(f"the suite broke off, see {log.name}")


def _fuzzer(log: Path) -> Path:
    """The Python 2.7 that has the suite; installs it where it is not there yet."""
    python, stamp = FOLDER / "bin" / "python", FOLDER / ".complete"
    if stamp.exists() and stamp.read_text() == SUITE and _works(python):
        return python
    python2 = _python2()
    print(f"autobahn: setting up {FOLDER} (only this once) ...", flush=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    pip = ["-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    with log.open("w") as output, tempfile.TemporaryDirectory() as maker:
        # The last virtualenv that can make environments for Python 2.7.
        for command in (
            [sys.executable, *pip, f"--target={maker}", "virtualenv<20.22"],
            [sys.executable, "-m", "virtualenv", f"--python={python2}", str(FOLDER)],
            [str(python), *pip, SUITE],
        ):
            environment = os.environ | {"PYTHONPATH": maker if "virtualenv" in command else ""}
            if subprocess.run(command, stdout=output, stderr=output, env=environment).returncode:
                raise CannotRun(
                    f"could not install {SUITE} (needs a network and a C compiler): see {log}"
                )
    stamp.write_text(SUITE)
    return python


def _python2() -> Path:
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [Path(found)] if (found := shutil.which("python2.7")) else []
    candidates += sorted(pyenv.glob("versions/2.7*/bin/python2.7"))
    for candidate in candidates:
        if _works(candidate):
            return candidate
    raise CannotRun(
        "needs a Python 2.7, the only one the suite runs on: on PATH as python2.7, "
        "or by `pyenv install 2.7.18`"
    )


def _works(python: Path) -> bool:
    try:
        return subprocess.run([python, "-c", ""], capture_output=True).returncode == 0
    except OSError:
        return False

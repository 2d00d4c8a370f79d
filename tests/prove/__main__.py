"""Runs the proofs that were asked for, or all of them, and prints one table."""

import argparse
import os
import sys
import time
import traceback

from . import attacks, autobahn, chaos, fuzz, power, soak
from .outcome import ROOT, CannotRun, Options

PROOFS = {
    "autobahn": autobahn,
    "chaos": chaos,
    "power": power,
    "fuzz": fuzz,
    "attacks": attacks,
    "soak": soak,
}


def prove(name: str, quick: bool) -> tuple[str, str]:
    results = ROOT / ".prove" / name
    results.mkdir(parents=True, exist_ok=True)
    try:
        outcome = PROOFS[name].run(Options(quick, results))
    except CannotRun as missing:
        return "NOT RUN", str(missing)
    except Exception as error:  # one broken proof must not hide the others
        traceback.print_exc()
        return "FAILED", f"{type(error).__name__}: {error}"
    return "passed" if outcome.passed else "FAILED", outcome.detail


def print_table(rows: list[tuple[str, str, str, str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, result, detail, seconds in rows:
        print(
            f"{name:<{widths[0]}}  {result:<{widths[1]}}  {detail:<{widths[2]}}"
            f"  {seconds:>{widths[3]}}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/prove", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="which to run (default: all)")
    parser.add_argument("--quick", action="store_true", help="leave out the longest parts")
    parser.add_argument("--list", action="store_true", help="say which there are")
    options = parser.parse_args()
    if options.list:
        for name, proof in PROOFS.items():
            print(f"{name:<12}{(proof.__doc__ or '').splitlines()[0]}")
        return 0
    if unknown := set(options.names) - set(PROOFS):
        parser.error(f"no proof is called {', '.join(sorted(unknown))}: see bin/prove --list")

    os.environ.pop("PYTHONPATH", None)  # it led here, and is not for the programs we start
    rows = [("name", "result", "detail", "seconds")]
    for name in options.names or PROOFS:
        start = time.monotonic()
        result, detail = prove(name, options.quick)
        rows.append((name, result, detail, f"{time.monotonic() - start:.0f}"))
    print()
    print_table(rows)
    return 0 if all(result == "passed" for _, result, *_ in rows[1:]) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Makes the server's life hard while people talk, and checks that nothing said was lost."""

import argparse
import asyncio
import secrets
import sys
import tempfile
from pathlib import Path

from chaos.plan import MISCHIEF, Plan
from chaos.storm import Stuck, storm
from chaos.table import table


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/chaos", description=__doc__)
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(10**6), help="to run it again"
    )
    parser.add_argument("--messages", type=int, default=5000, help="to be published (5000)")
    parser.add_argument("--kills", type=int, default=10, help="times kill -9 (10)")
    parser.add_argument("--talkers", type=int, default=20, help="JSON members that publish (20)")
    parser.add_argument("--listeners", type=int, default=4, help="plain members (4)")
    parser.add_argument(
        "--followers", type=int, default=4, help="by SSE, by NDJSON, by long poll: of each (4)"
    )
    parser.add_argument("--posters", type=int, default=4, help="members that publish by POST (4)")
    parser.add_argument("--pace", type=float, default=0.1, help="seconds between two things (0.1)")
    parser.add_argument("--mischief", nargs="*", choices=MISCHIEF, default=MISCHIEF)
    parser.add_argument("--durability", choices=("power", "process"), default="power")
    parser.add_argument("--keep-messages", type=int, default=100_000, help="retention (100000)")
    parser.add_argument("--pull-plug", action="store_true", help="each kill is a power cut")
    parser.add_argument("--fault", default="", help="plants one of faults.py, to see it found")
    parser.add_argument("--patience", type=float, default=300, help="seconds it may last (300)")
    parser.add_argument("--keep", type=Path, help="folder for the data and the server's log")
    options = vars(parser.parse_args())
    keep = options.pop("keep")
    plan = Plan(**{**options, "mischief": tuple(options["mischief"])})
    print(f"seed {plan.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        data = keep or Path(folder)
        data.mkdir(parents=True, exist_ok=True)
        try:
            result = asyncio.run(storm(plan, data))
        except (Stuck, RuntimeError) as error:
            print(f"seed {plan.seed}: {error}\n{_end_of_log(data)}")
            return 1
    print(table(plan, result))
    return 1 if result.findings else 0


def _end_of_log(data: Path) -> str:
    log = data / "server.log"
    return "\n".join(log.read_text().splitlines()[-20:]) if log.exists() else ""


if __name__ == "__main__":
    sys.exit(main())

"""Puts the demo together, says where it is, and clears everything away at the end."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
import tempfile
from pathlib import Path

from demo.checker import Checker
from demo.control import serve
from demo.ledger import Ledger
from demo.supervisor import CannotStart, Supervisor
from demo.talker import Talker


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="bin/demo",
        description="Any other option goes to server.py.",
        allow_abbrev=False,
    )
    parser.add_argument("--pace", type=float, default=3.0, help="lines said in a second")
    options, for_the_server = parser.parse_known_args()
    if options.pace <= 0:
        parser.error("--pace is more than 0")
    logging.getLogger("tornado").setLevel(logging.ERROR)
    try:
        with tempfile.TemporaryDirectory(prefix="broadcaster-demo-") as folder:
            asyncio.run(demonstrate(Path(folder), options.pace, for_the_server))
    except CannotStart as error:
        sys.exit(f"bin/demo: {error}")


async def demonstrate(folder: Path, pace: float, options: list[str]) -> None:
    """The demo from start to end; returns when it is told to stop."""
    told = _told_to_stop()
    supervisor = Supervisor(folder, options)
    try:
        await supervisor.start()
        ledger = Ledger()
        talker = await Talker.introduced(supervisor.host)
        parts = [
            asyncio.create_task(supervisor.keep_running()),
            asyncio.create_task(talker.talk(ledger, pace)),
            asyncio.create_task(Checker(supervisor.host, talker, ledger).check()),
        ]
        address = serve(supervisor, ledger)
        print(f"The demo is at {address} (Ctrl-C ends it)", flush=True)
        await _first_of(told, *parts)
    finally:
        await supervisor.stop()


def _told_to_stop() -> asyncio.Future[None]:
    loop = asyncio.get_running_loop()
    told: asyncio.Future[None] = loop.create_future()

    def stop() -> None:
        if not told.done():
            told.set_result(None)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop)
    return told


async def _first_of(*futures: asyncio.Future[None]) -> None:
    """Waits for one of them and ends the others; an error of any part is raised."""
    done, others = await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for future in done:
        future.result()


if __name__ == "__main__":
    main()

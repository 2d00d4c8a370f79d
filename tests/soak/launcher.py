"""Starts the server for a soak: python launcher.py [--leak=NAME] [options of server.py].

SIGUSR1 has it collect its garbage, give back what its allocator keeps for later, and say
how many blocks of memory its objects are: what is there then something still holds on to.
"""

import argparse
import ctypes
import gc
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
COLLECTED = "garbage collected"


def main() -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--leak")
    options, arguments = parser.parse_known_args()
    sys.path[0:1] = [str(TESTS.parent), str(TESTS)]
    from chaos.launcher import buffer_little, die_with_parent

    die_with_parent()
    buffer_little()
    signal.signal(signal.SIGUSR1, collect)
    if options.leak:
        from soak import leaks

        leaks.plant(options.leak)
    import server

    sys.argv[1:] = arguments
    server.main()


def collect(*_: object) -> None:
    gc.collect()
    with suppress(AttributeError):  # there is none but in glibc
        ctypes.CDLL(None).malloc_trim(0)
    os.write(2, f"{COLLECTED}: {sys.getallocatedblocks()} blocks\n".encode())


if __name__ == "__main__":
    main()

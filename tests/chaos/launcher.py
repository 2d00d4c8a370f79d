"""Starts the server with its clock, its boot and its faults in the hands of the chaos run.

python -m chaos.launcher [--clock-file=FILE] [--boot=ID] [--fault=NAME] [options of server.py]
"""

import argparse
import ctypes
import signal
import socket
import sys
import time
from pathlib import Path

from tornado import netutil

SMALL_BUFFER = 4096


def main() -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--clock-file", type=Path)
    parser.add_argument("--boot")
    parser.add_argument("--fault")
    options, arguments = parser.parse_known_args()
    die_with_parent()
    buffer_little()
    if options.clock_file:
        step_clock_by(options.clock_file)
    if options.boot:
        pretend_boot(options.boot)
    if options.fault:
        from chaos import faults  # knows the server's parts: after the clock

        faults.plant(options.fault, arguments)
    import server

    sys.argv[1:] = arguments
    server.main()


def die_with_parent() -> None:
    """Whatever becomes of the run, its server goes with it (on Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def buffer_little() -> None:
    """The system takes little for who does not read, so that the server soon feels it."""
    bind_sockets = netutil.bind_sockets

    def bind(*arguments, **options) -> list[socket.socket]:
        listening = bind_sockets(*arguments, **options)
        for one in listening:  # what it accepts inherits this
            one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL_BUFFER)
        return listening

    netutil.bind_sockets = bind


def step_clock_by(file: Path) -> None:
    """The wall clock is off by as many seconds as stand in the file; the monotonic one is not."""
    true_time, true_time_ns = time.time, time.time_ns

    def offset() -> float:
        return float(file.read_text() or 0)

    time.time = lambda: true_time() + offset()
    time.time_ns = lambda: true_time_ns() + int(offset() * 1e9)


def pretend_boot(boot: str) -> None:
    """The machine was started anew."""
    from chat import schema

    schema.boot_id = lambda: boot


if __name__ == "__main__":
    main()

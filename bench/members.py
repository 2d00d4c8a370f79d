"""Members that only listen, in a process of their own: `python -m bench.members PORT NUMBER`.

They are read ten times a second and at the lowest priority, since in truth each would be
a machine of its own. Says "ready" when all are there and ends when its input does.
"""

from __future__ import annotations

import os
import select
import sys

from bench.load import members

EVERY = 0.1


def main(port: int, number: int) -> None:
    os.nice(19)
    with members(port, "lobby", number) as connections:
        print("ready", flush=True)
        while not select.select([sys.stdin], [], [], EVERY)[0]:
            for connection in connections:
                connection.receive()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

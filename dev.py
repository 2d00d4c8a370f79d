"""The server for working on it, which outlives an error in its sources.

    python dev.py --dev [options of server.py]

With --dev the server starts itself anew when a file changes. What was saved may not
even compile: then this shows why, and waits for the next change. What the server
itself says in a sentence, such as a wrong option, ends it as ever.
"""

from __future__ import annotations

import sys
import traceback
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCES = ("*.py", "chat/**/*.py", "handlers/**/*.py")


def main() -> None:
    """Runs the server, or shows what is wrong with it and starts anew once that changed."""
    try:
        import server

        server.main()
    except Exception:
        traceback.print_exc()
        _wait_for_a_change()


def _wait_for_a_change() -> None:
    from tornado import autoreload  # only now: without it, server.py says what to install

    with suppress(KeyboardInterrupt):
        print("\nWaiting for a change; Ctrl-C ends it.", file=sys.stderr)
        for path in (path for pattern in SOURCES for path in HERE.glob(pattern)):
            autoreload.watch(str(path))
        autoreload.wait()


if __name__ == "__main__":
    main()

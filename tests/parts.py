"""Parts that not every machine has; `bin/test` brings them where it can.

With CI=true nothing is left out: a missing part fails its tests.
"""

import os
import shutil
import sys
from pathlib import Path

import pytest

from firefox import firefox

MAC = "/Applications/{0}.app/Contents/MacOS/{0}"


def chromium():
    """The path of a Chromium, or None."""
    names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    found = [shutil.which(name) for name in names if name]
    found += [
        path
        for path in (MAC.format("Google Chrome"), MAC.format("Chromium"))
        if Path(path).exists()
    ]
    return next((path for path in found if path), None)


def needs(part, there):
    may_skip = os.environ.get("CI") != "true"
    return pytest.mark.skipif(
        may_skip and not there, reason=f"there is no {part} here: see bin/test"
    )


has_node = shutil.which("node") and (Path(__file__).parent / "node_modules" / "wscat").exists()
needs_node = needs("Node.js with the packages of tests/package.json", has_node)
needs_chromium = needs("Chromium", chromium())
has_curl = shutil.which("curl") and shutil.which("wget")
needs_curl = needs("curl and wget", has_curl)
needs_firefox = needs("Firefox", firefox())
needs_c = needs("C compiler on Linux", sys.platform == "linux" and shutil.which("cc"))

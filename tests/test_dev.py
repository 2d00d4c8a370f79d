"""bin/dev on a copy of the project that somebody works on."""

import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from urllib.error import HTTPError

import pytest

from process import ROOT, ServerProcess

TREE = ("bin", "chat", "handlers", "static", "templates")
FILES = ("server.py", "settings.py", "dev.py")
PAGE = "handlers/room.py"
STYLE = "static/css/base.css"


@pytest.fixture
def project(tmp_path):
    """A copy that has the packages of the tests, so that there is nothing to set up."""
    project = tmp_path / "a project"
    for name in TREE:
        shutil.copytree(ROOT / name, project / name)
    for name in FILES:
        shutil.copy(ROOT / name, project)
    (project / ".venv").symlink_to(ROOT / ".venv-test")
    (project / "bin/venv").write_text("#!/bin/sh\n")
    return project


@pytest.fixture
def dev(project, tmp_path):
    """bin/dev, on a port that stays the same through its restarts."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    dev = ServerProcess(tmp_path, port=port, command=[project / "bin/dev"])
    yield dev
    dev.stop(signal.SIGKILL)


def save(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def shows(dev, path="/"):
    """What a reload shows, nothing while the server is away."""
    try:
        asked = urllib.request.Request(dev.url + path, headers={"Accept": "text/html"})
        with urllib.request.urlopen(asked, timeout=5) as answer:
            return answer.read().decode()
    except HTTPError as error:
        return error.read().decode()
    except OSError:
        return ""


def style(dev):
    """Where the page's first style sheet is, nothing while the server is away."""
    return shows(dev).partition('rel="stylesheet" href="')[2].partition('"')[0]


def comes(seen, path):
    """Waits until it is seen. Only what changes after the first look at a file is noticed."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for _ in range(20):
            if seen():
                return
            time.sleep(0.1)
        path.touch()
    raise AssertionError(f"a change of {path} is not seen")


def test_a_change_of_a_template_is_seen_by_a_reload(project, dev):
    template = project / "templates/room.html"
    save(template, "Nobody has said anything yet", "Nobody has said a word")
    comes(lambda: "Nobody has said a word" in shows(dev), template)


def test_a_change_of_a_static_file_is_seen_by_a_reload(project, dev):
    before = style(dev)
    save(project / STYLE, "two papers", "Two papers")
    # A browser keeps what came from one address for ever.
    comes(lambda: style(dev) not in ("", before), project / STYLE)
    assert "Two papers" in shows(dev, style(dev))


def test_an_error_of_ours_shows_its_traceback(project, dev):
    read = "page = await self._reading\n"
    save(project / PAGE, read, 'raise RuntimeError("boom")\n')
    comes(lambda: shows(dev).endswith("RuntimeError: boom\n"), project / PAGE)


@pytest.mark.parametrize("line", ["this is no Python", "import nothing_of_this_name"])
def test_what_cannot_start_is_started_once_it_is_mended(project, dev, line):
    words = project / PAGE
    save(words, "import re\n", f"import re\n{line}\n")
    comes(lambda: "Waiting for a change" in dev.output, words)
    assert "Error: " in dev.output
    assert not shows(dev)
    save(words, f"{line}\n", "")
    comes(lambda: "Nobody has said" in shows(dev), words)
    assert dev.stop(signal.SIGINT) == 0


def test_who_ends_it_while_it_waits_ends_it(project, dev):
    save(project / "server.py", "import sys\n", "import sys sys\n")
    comes(lambda: "Waiting for a change" in dev.output, project / "server.py")
    assert dev.stop(signal.SIGINT) == 0


def test_a_wrong_option_ends_it_in_one_sentence(project):
    command = [project / "bin/dev", "--prot=1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "--prot is no option" in done.stderr

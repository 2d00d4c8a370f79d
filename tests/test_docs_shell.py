"""The shell that the docs show, against a real server that is killed under it."""

import json
import os
import random
import signal
import subprocess
import time

import pytest

from parts import needs_curl
from process import ROOT
from test_docs_client import LINES, PATIENCE, Restarted

pytestmark = needs_curl

SOURCE = ROOT / "docs" / "client.sh"
MESSAGES = 60
KILLS = 6


@pytest.fixture
def server(request, tmp_path):
    marker = request.node.get_closest_marker("options")
    server = Restarted(tmp_path, *(marker.args if marker else ()))
    yield server
    server.kill()


@pytest.fixture
def keep(server, tmp_path):
    """Starts to keep a log, as often as one likes; all are stopped at the end."""
    running = []

    def keep(name="kept"):
        log = tmp_path / name
        command = ["sh", SOURCE, "keep", f"http://{server.host}/r/ops", log]
        errors = open(tmp_path / f"{name}.errors", "ab")  # noqa: SIM115, closed below
        running.append((subprocess.Popen(command, stderr=errors, start_new_session=True), errors))
        return log

    yield keep
    for process, errors in running:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        errors.close()


def say(server, text, meanwhile=lambda: None):
    command = ["sh", SOURCE, "say", f"http://{server.host}/r/ops", text]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as saying:
        meanwhile()
        return (*saying.communicate(timeout=PATIENCE), saying.returncode)


def until(log, number):
    """The messages of a log, once there are so many."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        kept = log.read_text().splitlines() if log.exists() else []
        if len(kept) >= number:
            return [json.loads(line.partition(" ")[2]) for line in kept]
        time.sleep(0.02)
    raise AssertionError(f"{len(kept)} of {number} came")


def test_it_has_forty_lines_at_most():
    assert len(SOURCE.read_text().splitlines()) <= LINES


def test_while_the_server_is_killed_everything_is_said_and_kept_exactly_once(server, keep):
    log = keep()

    def interrupted():
        time.sleep(0.015 * random.random())
        server.kill()
        server.start()

    for number in range(1, MESSAGES + 1):
        often = number % (MESSAGES // KILLS) == 0
        said, why, code = say(server, f"message {number}", interrupted if often else lambda: None)
        assert (said, code) == (f"{number}\n", 0)
        assert not why or (often and why.startswith("curl: "))  # what keeps it waiting
    messages = until(log, MESSAGES)
    assert [message["id"] for message in messages] == list(range(1, MESSAGES + 1))
    assert [message["text"].split()[1] for message in messages] == [
        str(message["id"]) for message in messages
    ]


@pytest.mark.options("--keep-messages=10")
def test_who_comes_back_too_late_is_told_what_is_missing(server, keep, tmp_path):
    log = keep()
    say(server, "first")
    until(log, 1)
    os.truncate(log, log.stat().st_size)
    for number in range(20):
        say(server, f"{number}")
    until(log, 21)
    lines = log.read_text().splitlines(keepends=True)
    (tmp_path / "late").write_text("".join(lines[:3]))
    late = until(keep("late"), 13)
    assert [message["id"] for message in late] == [1, 2, 3, *range(12, 22)]
    assert '"lost":[4,11]' in (tmp_path / "late.errors").read_text()


def test_what_will_never_be_taken_is_said_in_words(server):
    _, words, status = say(server, " ")
    assert status == 1
    assert "There is nothing to read in this message" in words

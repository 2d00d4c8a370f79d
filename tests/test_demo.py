"""The demo as its visitors run it: real processes, really killed."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from demo.ledger import PATIENCE, Ledger
from process import ROOT

SOON = 30


class Demo:
    """`python -m demo` and its control page."""

    def __init__(self, folder, *options):
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "demo", "--pace=100", *options],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", self.line)
        self.origin = found and found[0]

    def ask(self, method, path, **headers):
        connection = HTTPConnection(urlsplit(self.origin).netloc, timeout=5)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def kill(self):
        assert self.ask("POST", "/kill", Origin=self.origin)[0] == 204

    @property
    def state(self):
        return json.loads(self.ask("GET", "/state")[2])

    def until(self, holds):
        """The first state in which this holds."""
        deadline = time.monotonic() + SOON
        while not holds(state := self.state):
            assert time.monotonic() < deadline, state
            time.sleep(0.02)
        return state

    def end(self, number=signal.SIGINT):
        """Ends it as Ctrl-C does and gives its status and its last words."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            words, _ = self.process.communicate(timeout=15)
        finally:
            self.process.kill()
        return self.process.returncode, words


@pytest.fixture
def start(tmp_path):
    started = []

    def start(*options):
        started.append(Demo(tmp_path, *options))
        return started[-1]

    yield start
    for demo in started:
        demo.end()


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_server_is_killed_again_and_again_and_nothing_is_lost(start):
    demo = start("--logging=info")
    pids = []
    for crashes in range(5):
        said = demo.state["said"]
        state = demo.until(lambda now, said=said: now["pid"] and now["said"] > said + 20)
        pids.append(state["pid"])
        demo.kill()
        state = demo.until(lambda now, crashes=crashes: now["pid"] and now["crashes"] > crashes)
        assert not alive(pids[-1])
    said = state["said"]
    demo.until(lambda now: now["said"] > said + 100)
    end = demo.state
    assert (end["crashes"], end["lost"], end["doubled"]) == (5, 0, 0)
    assert end["pid"] not in pids
    [log] = demo.folder.glob("*/server.log")
    assert "stopping" not in log.read_text()  # it had no time to


def test_a_server_that_forgets_what_it_acknowledged_is_found_out(start):
    demo = start("--store=memory:")
    deadline = time.monotonic() + SOON
    while not demo.state["lost"]:
        assert time.monotonic() < deadline
        crashes = demo.until(lambda now: now["pid"])["crashes"]
        demo.kill()
        demo.until(lambda now, crashes=crashes: now["pid"] and now["crashes"] > crashes)
        time.sleep(0.5)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_at_the_end_nothing_is_left(start, number):
    demo = start()
    pid = demo.until(lambda now: now["said"])["pid"]
    assert list(demo.folder.iterdir())
    assert demo.end(number) == (0, "")
    assert not alive(pid)
    assert not list(demo.folder.iterdir())


def test_only_the_control_page_itself_can_kill(start):
    demo = start()
    pid = demo.until(lambda now: now["pid"])["pid"]
    port = urlsplit(demo.origin).port
    for headers in (
        {},
        {"Origin": "null"},
        {"Origin": "http://example.org"},
        {"Origin": f"http://127.0.0.1:{port + 1}"},
        {"Origin": f"http://evil.example:{port}", "Host": f"evil.example:{port}"},
    ):
        assert demo.ask("POST", "/kill", **headers)[0] == 403
    assert demo.ask("GET", "/kill", Origin=demo.origin)[0] == 405
    assert demo.ask("GET", "/state", Host=f"evil.example:{port}")[0] == 403
    assert demo.state["pid"] == pid
    assert demo.state["crashes"] == 0


def test_the_control_page_takes_nothing_inline_and_all_of_it_is_there(start):
    demo = start()
    status, headers, page = demo.ask("GET", "/")
    assert status == 200
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on\w+=", page)
    for path in re.findall(r'(?:src|href)="([\w.]+)"', page):
        assert demo.ask("GET", f"/{path}")[0] == 200, path
    for tab in re.findall(r'href="http://[^"]+:(\d+)/"', page):
        product = HTTPConnection("127.0.0.1", int(tab), timeout=5)
        product.request("GET", "/")
        assert product.getresponse().status == 200
        product.close()


def test_a_server_that_cannot_start_is_told_in_its_own_words(start):
    demo = start("--store=nonsense")
    assert "--store=nonsense is no store" in demo.line
    assert demo.process.wait(10) == 1


# The ledger


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def ledger(clock):
    return Ledger(lambda: clock[0])


def test_what_is_acknowledged_and_arrives_is_said_and_not_lost(ledger):
    for number in (1, 2, 3):
        ledger.acknowledged(number)
        ledger.arrived(number)
    assert (ledger.said, ledger.lost, ledger.doubled) == (3, 0, 0)


def test_what_arrives_before_its_ack_is_not_awaited(ledger, clock):
    ledger.arrived(1)
    ledger.acknowledged(1)
    clock[0] += 2 * PATIENCE
    assert (ledger.said, ledger.lost) == (1, 0)


def test_what_is_passed_over_is_lost_at_once(ledger):
    ledger.acknowledged(1)
    ledger.acknowledged(2)
    assert ledger.lost == 0
    ledger.arrived(2)
    assert ledger.lost == 1


def test_what_does_not_come_in_time_is_lost_until_it_comes(ledger, clock):
    ledger.acknowledged(1)
    clock[0] += PATIENCE + 1
    assert ledger.lost == 1
    ledger.arrived(1)
    assert ledger.lost == 0


def test_what_comes_twice_is_doubled(ledger):
    ledger.acknowledged(1)
    ledger.arrived(1)
    ledger.arrived(1)
    assert (ledger.said, ledger.lost, ledger.doubled) == (1, 0, 1)

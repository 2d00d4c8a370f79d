"""A recording of the wire, said again: twice the same transcript."""

import json
import subprocess
import sys

import pytest
from websockets.sync.client import connect

from process import PATIENCE, ROOT, ServerProcess

SECRET = "a-secret-of-some-length"


@pytest.fixture
def server(tmp_path):
    server = ServerProcess(tmp_path, "--durability=process")
    yield server
    server.stop()


@pytest.fixture
def recording(server, tmp_path):
    """Of an echo that was sent text and bytes, and closed."""
    to = f"ws://127.0.0.1:{server.port}"
    with connect(f"{to}/-/wire/{SECRET}") as watcher:
        with connect(f"{to}/-/echo/ws?wire={SECRET}") as client:
            for said in ("one", b"\x00\xff", "three"):
                client.send(said)
                client.recv(timeout=PATIENCE)
        lines = [watcher.recv(timeout=PATIENCE)]
        while json.loads(lines[-1])["type"] != "closed":
            lines.append(watcher.recv(timeout=PATIENCE))
    path = tmp_path / "wire.ndjson"
    path.write_text("\n".join(lines))
    return path


def replay(path, server, *options):
    return subprocess.run(
        [sys.executable, "-m", "demo.replay", path, f"--to=ws://127.0.0.1:{server.port}", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def test_replayed_twice_it_is_the_same_transcript(recording, server):
    first, second = (replay(recording, server).stdout for _ in range(2))
    assert [json.loads(line) for line in first.splitlines()] == ["one", "00 ff", "three"]
    assert first == second


def test_it_is_a_source_of_load(recording, server):
    heard = replay(recording, server, "--copies=20", "--speed=0").stdout
    assert len(heard.splitlines()) == 60


@pytest.mark.parametrize("text", ["", "not json", '{"type": "frame"}'])
def test_what_is_no_recording_is_said_in_a_line(server, tmp_path, text):
    path = tmp_path / "wire.ndjson"
    path.write_text(text)
    done = replay(path, server)
    assert done.returncode == 1
    assert done.stderr.startswith("bin/replay: ")
    assert len(done.stderr.splitlines()) == 1

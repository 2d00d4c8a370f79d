"""A recording of the wire, said again: twice the same transcript."""

import base64
import json
import subprocess
import sys
from datetime import datetime

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


@pytest.fixture(params=["wire.ndjson", "wire.har"])
def recorded(request, recording):
    """That, in each form that it is kept in."""
    if request.param == "wire.har":
        return as_har(recording)
    return recording


def as_har(recording):
    """As DevTools save it."""
    opened, *rest = map(json.loads, recording.read_text().splitlines())
    path = recording.with_suffix(".har")
    entry = {
        "startedDateTime": opened["at"],
        "request": {"url": f"ws://elsewhere{opened['path']}?{opened['query']}"},
        "response": {"status": 101, "headers": []},
        "_webSocketMessages": [
            devtools(event) for event in rest if event.get("opcode") in ("text", "binary")
        ],
    }
    other = {"startedDateTime": opened["at"], "request": {"url": "http://elsewhere/"}}
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": [other, entry]}}))
    return path


def devtools(event):
    return {
        "type": "send" if event["from"] == "client" else "receive",
        "time": datetime.fromisoformat(event["at"]).timestamp(),
        "opcode": 1 if "text" in event else 2,
        "data": event["text"]
        if "text" in event
        else base64.b64encode(bytes.fromhex(event["hex"])).decode(),
    }


def replay(path, server, *options):
    return subprocess.run(
        [sys.executable, "-m", "demo.replay", path, f"--to=ws://127.0.0.1:{server.port}", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def test_replayed_twice_it_is_the_same_transcript(recorded, server):
    first, second = (replay(recorded, server).stdout for _ in range(2))
    assert [json.loads(line) for line in first.splitlines()] == ["one", "00 ff", "three"]
    assert first == second


def test_what_is_there_in_part_is_left_out_and_said(recording, server):
    lines = recording.read_text().splitlines()
    cut = [
        json.dumps({**json.loads(line), "cut": True}) if "one" in line else line for line in lines
    ]
    recording.write_text("\n".join(cut))
    done = replay(recording, server)
    assert [json.loads(line) for line in done.stdout.splitlines()] == ["00 ff", "three"]
    assert "left out" in done.stderr
    assert done.stderr.rstrip().endswith(": 1 of the messages")


def test_it_is_a_source_of_load(recorded, server):
    heard = replay(recorded, server, "--copies=20", "--speed=0").stdout
    assert len(heard.splitlines()) == 60


@pytest.mark.parametrize(
    "text",
    ["", "not json", '{"type": "frame"}', "[1, 2]", '{"log": {}}', '{"log": {"entries": []}}'],
)
def test_what_is_no_recording_is_said_in_a_line(server, tmp_path, text):
    path = tmp_path / "wire.ndjson"
    path.write_text(text)
    done = replay(path, server)
    assert done.returncode == 1
    assert done.stderr.startswith("bin/replay: ")
    assert len(done.stderr.splitlines()) == 1

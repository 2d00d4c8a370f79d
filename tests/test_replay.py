"""A recording of the wire, said again: twice the same transcript."""

import base64
import json
import subprocess
import sys
from datetime import datetime

import pytest
from websockets.sync.client import connect

from process import PATIENCE, ROOT, ServerProcess

NAN = float("nan")
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
            *(devtools(event) for event in rest if event.get("opcode") in ("text", "binary")),
            FRAME_ERROR,
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


FRAME_ERROR = {"type": "error", "time": 1795424400.0, "opcode": -1, "data": "Invalid frame header"}


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
    left_out, told = done.stderr.splitlines()
    assert "left out" in left_out
    assert left_out.endswith(": 1 of the messages")
    assert told == "bin/replay: connections: 1; said: 2; heard: 2"


def test_it_is_a_source_of_load(recorded, server):
    done = replay(recorded, server, "--copies=20", "--times=3", "--speed=0")
    assert len(done.stdout.splitlines()) == 180
    assert done.stderr == "bin/replay: connections: 60; said: 180; heard: 180\n"


def test_what_is_answered_more_than_once_is_heard_to_its_end(server, tmp_path):
    path = tmp_path / "twice.ndjson"
    path.write_text("\n".join([begun("/-/echo/ws", "duplicate=1"), said("a", 0), said("b", 1)]))
    heard = [json.loads(line) for line in replay(path, server).stdout.splitlines()]
    assert heard == ["a", "a", "b", "b"]


def test_what_a_connection_said_stays_when_another_has_its_name(server, tmp_path):
    path = tmp_path / "restarted.ndjson"
    events = [begun("/-/echo/ws"), said("before", 0), begun("/-/echo/ws"), said("after", 0)]
    path.write_text("\n".join(events))
    heard = [json.loads(line) for line in replay(path, server).stdout.splitlines()]
    assert heard == ["before", "after"]


def test_a_message_may_hold_what_ends_a_line_elsewhere(server, tmp_path):
    path = tmp_path / "wire.ndjson"
    text = "a\u2028b\x85c"
    lines = [begun("/-/echo/ws"), "", said(text, 0), ""]
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    assert json.loads(replay(path, server).stdout) == text


def test_another_machine_is_named_aloud(recording):
    path = recording.with_name("nothing.ndjson")
    path.write_text(begun("/ws"))
    # 192.0.2.0/24 is nobody's (RFC 5737): it need not answer for its name to be said.
    process = subprocess.Popen(
        [sys.executable, "-m", "demo.replay", path, "--to=ws://192.0.2.1:9"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr.readline() == (
            "bin/replay: 192.0.2.1 IS NOT THIS MACHINE. Replay to servers of your own alone.\n"
        )
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--copies=0", "from 1 to 10,000"),
        ("--times=x", "invalid"),
        ("--speed=-1", "from 0 to"),
        ("--speed=nan", "from 0 to"),
        ("--to=http://127.0.0.1", "ws://127.0.0.1:8888"),
        ("--to=ws://127.0.0.1/ws", "ws://127.0.0.1:8888"),
    ],
)
def test_what_cannot_be_asked_for_is_said(recording, server, option, words):
    done = replay(recording, server, option)
    assert done.returncode == 2
    assert words in done.stderr


def begun(path, query=""):
    at = "2026-11-23T09:00:00Z"
    return json.dumps({"type": "open", "connection": "c1", "at": at, "path": path, "query": query})


def said(text, second):
    return json.dumps(
        {
            "type": "frame",
            "connection": "c1",
            "at": f"2026-11-23T09:00:{second:02}Z",
            "from": "client",
            "opcode": "text",
            "text": text,
        },
        ensure_ascii=False,
    )


def har(**entry):
    entry = {
        "startedDateTime": "2026-11-23T09:00:00Z",
        "request": {"url": "ws://here/ws"},
        "response": {},
        "_webSocketMessages": [],
        **entry,
    }
    return json.dumps({"log": {"entries": [entry]}})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no connection begins"),
        ("not json", "line 1 is no event"),
        ("5", "line 1 is no event of the wire: it is no object"),
        ('"a log"', "line 1 is no event"),
        ("[" * 100_000, "line 1 is no event"),
        ('{"type": "frame"}', "line 1 is no event of the wire: there is no 'at'"),
        (f"{begun('/ws')}\n{said(5, 0)}", "line 2 is no event of the wire: what was said is no"),
        (begun("@elsewhere/ws"), "'@elsewhere/ws' is no path on a server"),
        (begun("/ws HTTP/1.1\r\nX: y"), "is no path on a server"),
        ('{"log": {}}', "a HAR without entries"),
        ('{"log": {"entries": []}}', "no connection begins"),
        (har(request={"url": 5}), "entry 1 of this HAR cannot be read"),
        (har(response=[]), "entry 1 of this HAR cannot be read"),
        (har(_webSocketMessages=[{"type": "send"}]), "message 1: there is no 'opcode'"),
        (
            har(_webSocketMessages=[{"type": "send", "opcode": 1, "time": NAN, "data": ""}]),
            "message 1: its time is no number",
        ),
    ],
)
def test_what_is_no_recording_is_said_in_a_line(server, tmp_path, text, words):
    path = tmp_path / "wire.ndjson"
    path.write_text(text)
    done = replay(path, server)
    assert done.returncode == 1
    assert done.stderr.startswith("bin/replay: ")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1

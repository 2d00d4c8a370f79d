"""The server as a process: how it starts, what it says, how it stops."""

import ast
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from chat.message import Say
from clients import EVENTS, JSON, LINES, PING, Clients
from handlers.identity import signing_key
from handlers.socket import SocketHandler
from process import PATIENCE, ROOT, ServerProcess
from server import GRACE, _drain


@pytest.fixture
def start(tmp_path):
    """Starts servers that are stopped at the end."""
    started = []

    def start(*options, **more):
        started.append(ServerProcess(tmp_path, *options, **more))
        return started[-1]

    yield start
    for server in started:
        server.stop(signal.SIGKILL)


@pytest.fixture
def outside(io_loop):
    """Clients of a server in another process."""
    made = []

    def connect(server):
        made.append(Clients(server.port))
        return made[-1]

    yield connect
    for clients in made:
        io_loop.run_sync(clients.close)


def page_of(url):
    """What a browser gets there."""
    return urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": "text/html"}))


def test_the_start_up_lines_name_every_url(start):
    server = start()
    for url in ("/", "/-/echo"):
        assert f"{server.url}{url}" in server.output
        assert urllib.request.urlopen(server.url + url).status == 200
    for url in ("/ws", "/-/echo/ws"):
        assert f"ws://127.0.0.1:{server.port}{url}" in server.output


def test_what_is_too_long_to_publish_is_refused_in_words(start):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(start("--max-message=2000", "--member-budget=4000").url, b"x" * 5000)
    assert refused.value.code == 413
    assert b"at most 2000 bytes" in refused.value.read()


@pytest.mark.parametrize("mode", ["broadcast", "echo"])
def test_the_mode_says_what_the_front_page_is(start, mode):
    page = page_of(start(f"--mode={mode}").url).read().decode()
    assert ("data-room" in page) == (mode == "broadcast")


def test_the_lan_is_let_in_with_a_loud_word_and_a_code_to_scan(start):
    server = start("--lan")
    assert "OPEN TO THE NETWORK" in server.output
    assert "▄" in server.output or "█" in server.output


def test_the_code_is_left_out_where_it_cannot_be_written(start, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    server = start("--lan")
    assert "OPEN TO THE NETWORK" in server.output
    assert "Traceback" not in server.output
    assert server.stop() == 0


def ipv6_is_here():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not ipv6_is_here(), reason="this machine has no IPv6")
def test_all_addresses_of_ipv6_are_announced_by_one_that_can_be_opened(start):
    server = start("--address=::")
    assert server.url.startswith("http://[")
    assert urllib.request.urlopen(server.url).status == 200


def test_any_site_is_let_in_with_a_loud_word(start):
    assert "ANY SITE MAY CONNECT" in start("--allow-origin=*").output


def test_a_file_in_place_of_the_data_folder_is_said_in_one_sentence(tmp_path):
    file = tmp_path / "file"
    file.touch()
    said = run(f"--data={file}")
    assert said.startswith("server.py: the data folder")


def test_a_bad_option_is_said_in_one_sentence():
    assert "--prot is no option" in run("--prot=1")


OLD_PYTHON = """
import sys
sys.version_info = (3, 10, 14, "final", 0)
before = set(sys.modules)
try:
    exec(open(sys.argv[1]).read())
finally:
    print(*set(sys.modules) - before)
"""


def test_an_old_python_is_refused_in_one_sentence_before_anything_is_imported():
    command = [sys.executable, "-S", "-c", OLD_PYTHON, str(ROOT / "server.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == "__future__\n"
    assert ast.parse((ROOT / "server.py").read_text(), feature_version=(3, 8))


def test_missing_packages_are_said_in_one_sentence():
    bare = [sys.executable, "-S", str(ROOT / "server.py")]
    done = subprocess.run(bare, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert "bin/run" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_address_that_is_not_ours_is_said_in_one_sentence():
    assert "--address" in run("--address=192.0.2.1")


def run(*options):
    """What a server that cannot start says, in one line and with exit status 1."""
    command = [sys.executable, str(ROOT / "server.py"), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_the_signing_key_is_for_its_owner_alone_and_stays(start, tmp_path):
    start().stop()
    key = tmp_path / "secret.key"
    assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_text()
    start().stop()
    assert key.read_text() == before
    assert len(before) == 64


@pytest.mark.parametrize("left", ["", "x" * 31, "\n" * 64])
def test_a_key_that_could_be_guessed_is_refused_in_one_sentence(tmp_path, left):
    (tmp_path / "secret.key").write_text(left)
    assert "secret.key holds no key" in run(f"--data={tmp_path}")


def test_the_signing_key_is_on_the_disk_before_it_is_in_its_place(tmp_path, monkeypatch):
    done = []
    for step in ("fsync", "replace"):
        real = getattr(os, step)
        monkeypatch.setattr(
            os, step, lambda *a, step=step, real=real: (done.append(step), real(*a))
        )
    signing_key(tmp_path / "data")
    assert done == ["fsync", "replace", "fsync"]


def test_in_memory_nothing_is_kept_on_the_disk(start, tmp_path):
    data = tmp_path / "data"
    server = start("--store=memory:", f"--data={data}")
    assert page_of(server.url).headers["Set-Cookie"]
    assert not data.exists()


def test_a_person_is_the_same_after_a_restart(start, io_loop, outside):
    async def who(server, cookie):
        member = await outside(server).json(Cookie=cookie)
        return member.welcome["you"]["id"]

    server = start()
    cookie = page_of(server.url).headers["Set-Cookie"].split(";")[0]
    before = io_loop.run_sync(lambda: who(server, cookie))
    server.stop()
    again = start()
    assert io_loop.run_sync(lambda: who(again, cookie)) == before
    assert io_loop.run_sync(lambda: who(again, cookie.replace("2|1:0", "2|1:1"))) != before


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 1012), (signal.SIGINT, 1001)], ids=["TERM", "INT"]
)
async def test_a_signal_says_goodbye_to_all_and_exits_0(start, outside, number, code):
    server = start()
    clients = outside(server)
    ada, plain = await clients.json("Ada"), await clients.plain()
    echo, raw = await clients.plain("/-/echo/ws"), await clients.raw()
    raw.send(2, b"unanswered")
    began = time.monotonic()
    server.tell(number)
    goodbye = await ada.event("goodbye")
    assert goodbye["code"] == code
    assert 0 < goodbye["retry_between"][0] < goodbye["retry_between"][1]
    assert (await ada.closed())[0] == code
    assert (await plain.closed())[0] == code
    assert (await echo.closed())[0] == code
    assert await asyncio.to_thread(server.process.wait, 10) == 0
    assert time.monotonic() - began < 6


async def test_watchers_see_the_others_go_before_they_go_themselves(start, outside):
    server = start()
    clients, wire = outside(server), "wire=a-secret-of-some-length"
    watchers = [await clients.plain("/-/wire/a-secret-of-some-length") for _ in range(5)]
    members = [await clients.plain(f"/ws?{wire}", JSON) for _ in range(5)]
    server.tell(signal.SIGTERM)
    for member in members:
        await member.closed()
    for watcher in watchers:
        closed = [await watcher.event("closed") for _ in members]
        assert {event["code"] for event in closed} == {1012}
        assert (await watcher.closed())[0] == 1012


def head(server):
    """How many messages were ever stored."""
    as_json = urllib.request.Request(server.url, headers={"Accept": "application/json"})
    return json.load(urllib.request.urlopen(as_json))["head"]


async def test_what_was_taken_before_the_signal_is_delivered_and_acked(start, outside):
    server = start()
    ada = await outside(server).json("Ada")
    for number in range(500):
        await ada.say(f"{number}", key=f"{number}")
    seen = [await ada.event("message")]
    server.tell(signal.SIGTERM)
    while (message := await ada.receive()) is not None:
        seen.append(json.loads(message))
    delivered = [event["key"] for event in seen if event["type"] == "message"]
    assert delivered == [event["key"] for event in seen if event["type"] == "ack"]
    assert delivered == [str(number) for number in range(len(delivered))]
    assert await asyncio.to_thread(server.process.wait, 10) == 0
    assert head(start()) == len(delivered) > 0


async def test_what_waits_for_the_log_is_delivered_before_the_goodbye(
    clients, http_server, services, history
):
    ada = await clients.json("Ada")
    handler = next(iter(SocketHandler.waiters))
    handler.room.say(handler, Say("k", "last words"))
    await _drain(http_server, services.hub, history, 1012)
    assert (await ada.event("message"))["text"] == "last words"
    assert (await ada.event("ack"))["key"] == "k"
    assert (await ada.event("goodbye"))["code"] == 1012


async def test_followers_are_told_when_to_be_back_and_who_waits_is_sent_home(start, outside):
    server = start()
    clients = outside(server)
    lines, events = await clients.follow("/", LINES), await clients.follow("/", EVENTS)
    waiting = asyncio.ensure_future(clients.follow("/?wait=60", "application/json"))
    await clients.follow("/?wait=1")  # when this one is answered, the other waits indeed
    server.tell(signal.SIGTERM)
    goodbye = await lines.event("goodbye")
    assert (goodbye["code"], await lines.line()) == (1012, None)
    assert await events.sse("goodbye") == (None, goodbye)
    answer = await waiting
    assert answer.head.startswith("HTTP/1.1 200 ")
    assert b'"messages":[]' in await answer.reader.readuntil(b"}")
    assert await asyncio.to_thread(server.process.wait, 10) == 0


async def test_nobody_is_let_in_after_the_signal(start, outside):
    server = start()
    raw = await outside(server).raw()  # never answers the close, so the server waits for it
    server.tell(signal.SIGTERM)
    await raw.closed()
    with pytest.raises(OSError, match="Connect call failed"):
        await asyncio.open_connection("127.0.0.1", server.port)
    assert await asyncio.to_thread(server.process.wait, 10) == 0


def test_a_signal_at_the_very_start_is_a_clean_end_too(start, tmp_path):
    for _ in range(5):
        assert start().stop(signal.SIGTERM) == 0


async def test_a_second_signal_exits_at_once(start, outside):
    server = start()
    raw = await outside(server).raw("/ws", f"Sec-WebSocket-Protocol: {JSON}\r\n")
    server.tell(signal.SIGTERM)
    await raw.closed()
    began = time.monotonic()
    server.tell(signal.SIGTERM)
    assert await asyncio.to_thread(server.process.wait, 10) == 1
    assert time.monotonic() - began < GRACE


def test_what_is_logged_goes_to_stderr_and_what_to_open_to_stdout(tmp_path):
    command = [sys.executable, "-u", str(ROOT / "server.py"), "--port=0", f"--data={tmp_path}"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as server:
        page = next(line for line in server.stdout if "http://" in line).split()[1]
        urllib.request.urlopen(page)
        server.terminate()
        out, err = server.communicate(timeout=10)
    assert "GET / 200" in err
    assert err.endswith("stopped\n")
    assert "http://" not in err
    assert all("http://" in line for line in out.splitlines() if line)


async def test_whoever_does_not_answer_a_ping_is_closed(start, outside):
    server = start("--ping-interval=0.3", "--ping-timeout=0.3")
    raw = await outside(server).raw()
    assert await raw.until(PING)
    assert await raw.closed() == (4408, "no answer to a ping")


def cpu_seconds(server):
    """The time that a process has computed so far."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc here")
async def test_without_an_interval_nobody_is_pinged_and_nothing_is_computed(start, outside):
    server = start("--ping-interval=0", "--ping-timeout=0.3")
    raw = await outside(server).raw()
    before = cpu_seconds(server)
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(raw.until(PING), 2)
    assert cpu_seconds(server) - before < 0.1


def test_dev_starts_with_a_loud_word(start):
    assert "DEVELOPMENT" in start("--dev").output


async def test_no_line_is_logged_per_message(start, outside):
    server = start()
    ada = await outside(server).json("Ada")
    before = server.output.count("\n")
    for number in range(20):
        await ada.say(f"{number}")
        await ada.event("ack")
    assert server.output.count("\n") == before

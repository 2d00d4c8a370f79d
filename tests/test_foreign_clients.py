"""curl, wget and HTTPie as people type them: no header is set by hand unless it says so."""

import asyncio
import itertools
import json
import re
import shlex
import subprocess
import sys

import pytest

from following import follow
from parts import needs_curl
from process import PATIENCE, ServerProcess

HTTPIE = (sys.executable, "-m", "httpie", "--ignore-stdin", "--body")
READ = {
    "curl": ("curl", "-s"),
    "wget": ("wget", "-qO-"),
    "httpie": HTTPIE,
}
rooms = itertools.count(1)
LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d  ", re.M)

pytestmark = needs_curl


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    server = ServerProcess(tmp_path_factory.mktemp("server"), "--durability=process")
    yield server.url
    server.stop()


@pytest.fixture
def room(url):
    """A room of the test's own."""
    return f"{url}/r/{next(rooms)}"


def run(*command, text=None):
    return subprocess.run(
        [*map(str, command)], input=text, capture_output=True, text=True, timeout=PATIENCE
    )


def prints(*command, text=None):
    done = run(*command, text=text)
    assert done.returncode == 0, done.stderr
    return done.stdout


def read(room):
    """What was said there, without the times."""
    return LINE.sub("", prints("curl", "-s", room))


@pytest.mark.parametrize("client", READ)
def test_who_sets_no_accept_header_reads_text(room, client):
    prints("curl", "-s", "-d", "hello", f"{room}?name=Ada")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d  Ada: hello\n+", prints(*READ[client], room))


@pytest.mark.parametrize(
    ("publish", "said"),
    [
        (("curl", "-s", "-d", "deploy finished"), "deploy finished"),
        (("curl", "-s", "-F", "text=in parts"), "in parts"),
        (("curl", "-s", "--data-urlencode", "text=50% & more"), "50% & more"),
        (("curl", "-s", "-H", "Content-Type: text/plain", "-d", "a=b"), "a=b"),
        (("wget", "-qO-", "--post-data=deploy finished"), "deploy finished"),
        ((*HTTPIE, "--form"), "by a form"),
    ],
    ids=lambda value: " ".join(value[:4]) if isinstance(value, tuple) else "",
)
def test_publishing_prints_the_number_and_what_was_said_can_be_read(room, publish, said):
    fields = ["text=by a form"] if "--form" in publish else []
    assert prints(*publish, room, *fields).strip() == "1"
    assert read(room) == f"guest: {said}\n"


def test_httpie_says_a_field_as_json_and_is_answered_in_json(room):
    answer = json.loads(prints(*HTTPIE, room, "text=hello", "name=Ada", "key=k1"))
    assert (answer["id"], answer["duplicate"]) == (1, False)
    assert json.loads(prints(*HTTPIE, room, "text=hello", "name=Ada", "key=k1"))["duplicate"]
    assert read(room) == "Ada: hello\n"


def test_httpie_calls_text_json_unless_it_is_told_the_type(room):
    refused = run(*HTTPIE, "--check-status", "--raw=hello", room)
    assert refused.returncode == 4
    assert json.loads(refused.stdout)["code"] == "bad_json"
    assert prints(*HTTPIE, "--raw=hello", room, "Content-Type:text/plain", "Accept:") == "1\n"
    assert read(room) == "guest: hello\n"


def test_a_file_of_several_lines_is_one_message(room, tmp_path):
    (tmp_path / "log").write_text("one\ntwo\n")
    prints(
        "curl", "-s", "-H", "Content-Type: text/plain", "--data-binary", f"@{tmp_path}/log", room
    )
    assert read(room) == "guest: one\n    two\n"


def test_the_command_that_an_empty_room_suggests_publishes(room):
    suggested = shlex.split(prints("curl", "-s", room).splitlines()[-1])
    assert suggested[0] == "curl"
    assert prints(suggested[0], "-s", *suggested[1:]) == "1\n"
    assert read(room) == "guest: hello\n"


def test_what_is_refused_fails_the_command_and_says_why(room):
    curl = ("curl", "-sS", "--fail-with-body", "-H", "Idempotency-Key: k1", room)
    assert prints(*curl, "-d", "one") == prints(*curl, "-d", "one") == "1\n"
    refused = run(*curl, "-d", "another")
    assert refused.returncode == 22
    assert refused.stdout.startswith("409 This key was already used")
    assert run("wget", "-qO-", "--post-data= ", room).returncode == 8


def test_curl_learns_the_cursor_from_the_head_alone(room):
    prints("curl", "-s", "-d", "hello", room)
    assert re.search(r"(?mi)^cursor: \S+:1$", prints("curl", "-sI", room))


# -- following -------------------------------------------------------------------------

FOLLOW = {
    "curl": ("curl", "-sN"),
    "wget": ("wget", "-qO-"),
    "httpie": (*HTTPIE, "--stream"),
}


@pytest.fixture
def following(io_loop):
    """Follows a room by a command; all leave at the end."""
    all = []

    async def following(*command):
        all.append(await follow(*command))
        return all[-1]

    yield following
    for each in all:
        io_loop.run_sync(each.leave)


async def say(room, text):
    await asyncio.to_thread(prints, "curl", "-s", "-d", text, room)


@pytest.mark.parametrize("client", FOLLOW)
async def test_who_follows_without_an_accept_header_reads_text_as_it_is_said(
    room, following, client
):
    await say(room, "before")
    reader = await following(*FOLLOW[client], f"{room}?follow")
    assert LINE.sub("", await reader.until("before")) == "guest: before"
    for number in range(3):
        await say(room, f"message {number}")
        assert LINE.sub("", await reader.until(str(number))) == f"guest: message {number}"


ASKS = {
    "curl": ("curl", "-sN", "-H"),
    "wget": ("wget", "-qO-", "--header"),
    "httpie": (*HTTPIE, "--stream"),
}


@pytest.mark.parametrize("type", ["text/event-stream", "application/x-ndjson"])
@pytest.mark.parametrize("client", ASKS)
async def test_who_asks_for_a_stream_follows_it_and_goes_on_from_a_cursor(
    room, following, client, type
):
    await say(room, "one")
    await say(room, "two")
    epoch = re.search(r"(?mi)^cursor: (\S+):2$", prints("curl", "-sI", room))[1]
    accept = (f"Accept:{type}",)
    address = f"{room}?since={epoch}:1"
    arguments = (address, *accept) if client == "httpie" else (*accept, address)
    reader = await following(*ASKS[client], *arguments)
    await reader.until("two")
    await say(room, "three")
    await reader.until("three")
    assert reader.messages() == [(2, "two"), (3, "three")]

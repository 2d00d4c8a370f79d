"""The examples in docs/protocol.md are what a server says, and the schema it serves says the same.

An example is a script: `connect` opens a connection, plain or speaking JSON; `C` is what the
client sends on the last one; `GET` and `POST` ask by HTTP; `S` is what the server says next,
to whichever was last; a line that begins with `-` is something that happens.
"""

import asyncio
import json

import pytest
from jsonschema import Draft202012Validator

from chat.errors import RESTART
from chat.names import LONGEST
from chat.room import LONGEST_KEY
from clients import JSON
from handlers.socket import SocketHandler
from process import ROOT
from server import _see_off
from test_docs import wire_types

PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()
EXAMPLES = [block.split("```")[0].strip().splitlines() for block in PROTOCOL.split("```wire\n")[1:]]
# What comes by itself, now and then: passed over unless the example tells of it.
UNASKED = {"presence", "heartbeat"}
# What is another in every run: mapped, so that an address can use it, or let be.
MAPPED = {"epoch"}
ANOTHER = {"at", "heartbeat", "token", "connection", "round_trip"}


class Replay:
    """Plays the examples one after the other, on one server."""

    def __init__(self, clients, http_client, base_url):
        self.clients = clients
        self.http_client = http_client
        self.base_url = base_url
        self.known = {}
        self.acts = {
            "connect": self.connect,
            "C": lambda frame: self.members[-1].send(frame),
            "S": self.expect,
            "GET": self.ask,
            "POST": lambda path: self.ask(path, method="POST", body=""),
            "-": self.happen,
        }

    async def play(self, lines):
        self.members = []
        for line in lines:
            act, rest = line.split(" ", 1)
            await self.acts[act](rest)
        for member in self.members:
            await member.close()
        while SocketHandler.waiters:
            await asyncio.sleep(0.005)

    async def connect(self, address):
        subprotocols = [] if address.startswith("plain ") else [JSON]
        path = self.here(address.removeprefix("plain "))
        self.members.append(await self.clients.plain(path, *subprotocols))
        self.next = self.members[-1].receive

    async def ask(self, path, **how):
        answer = await self.http_client.fetch(
            self.base_url + self.here(path), headers={"Accept": "application/json"}, **how
        )

        async def body():
            return answer.body.decode()

        self.next = body

    async def expect(self, documented):
        example = read(documented)
        said = read(await self.next())
        while kind(said) in UNASKED - {kind(example)}:
            said = read(await self.next())
        assert like(example, said, self.known), f"{example}\nbut the server said\n{said}"

    async def happen(self, what):
        if what == "the server is told to stop":
            self.stopping = asyncio.ensure_future(_see_off(set(SocketHandler.waiters), RESTART))
        elif what == "closed with 1012":
            assert (await self.members[-1].closed())[0] == 1012
            await self.stopping
        else:
            assert what == "the watched client leaves"
            self.members[0].socket.close(1000)

    def here(self, address):
        for documented, real in self.known.items():
            address = address.replace(documented, real)
        return address


def read(text):
    """A frame's JSON, or the text of a plain one."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def kind(event):
    return event.get("type") if isinstance(event, dict) else None


def like(example, said, known, name="", free=ANOTHER):
    """Whether what was said is the example, but for what is another in every run."""
    if isinstance(example, dict):
        # What a ping carries is the time.
        free = ANOTHER | {"text", "size"} if example.get("opcode") in ("ping", "pong") else ANOTHER
        return example.keys() == said.keys() and all(
            like(value, said[key], known, key, free) for key, value in example.items()
        )
    if isinstance(example, list):
        return len(example) == len(said) and all(
            like(one, other, known, name) for one, other in zip(example, said, strict=True)
        )
    if name in free:
        return type(example) is type(said)
    if name in MAPPED or (name == "id" and isinstance(example, str)):
        return known.setdefault(example, said) == said
    if name == "cursor":
        (epoch, id), (here, number) = example.split(":"), said.split(":")
        return (known[epoch], id) == (here, number)
    return example == said


@pytest.mark.options("--ping-interval=1")
async def test_the_examples_are_what_a_server_says(clients, http_client, base_url):
    replay = Replay(clients, http_client, base_url)
    for example in EXAMPLES:
        await replay.play(example)


@pytest.mark.parametrize("kind", wire_types(), ids=lambda kind: kind.__name__)
def test_there_is_an_example_of_every_command_and_event(kind):
    said = f'{{"type": "{kind.__struct_config__.tag}"'
    assert any(said in line for lines in EXAMPLES for line in lines)


# -- the schema ------------------------------------------------------------------------


@pytest.fixture
def holds(io_loop, http_client, http_server, base_url):
    """Whether the schema that is served holds for what one end sends."""

    async def fetch():
        return json.loads((await http_client.fetch(f"{base_url}/-/schema.json")).body)

    schema = io_loop.run_sync(fetch)
    Draft202012Validator.check_schema(schema)

    def holds(end, value):
        return Draft202012Validator({**schema, "$ref": f"#/$defs/{end}"}).is_valid(value)

    return holds


def examples():
    """Everything in JSON that the examples tell of, with the end that sends it."""
    for lines in EXAMPLES:
        ends = ()
        for line in lines:
            act, rest = line.split(" ", 1)
            if act == "connect":
                ends = {"C": "watcher", "S": "tap"} if "/-/wire/" in rest else {}
                if not rest.startswith("plain "):
                    ends = {"C": "client", "S": "server"}
            elif act in ("GET", "POST"):
                ends = {"S": "http"}
            elif act in ends and isinstance(read(rest), dict):
                yield ends[act], read(rest)


def test_the_schema_that_is_served_holds_for_the_examples(holds):
    told = list(examples())
    assert {end for end, _ in told} == {"client", "server", "watcher", "tap", "http"}
    for end, example in told:
        assert holds(end, example) is (example != {"type": "fly"}), example


WRONG = [
    ({"type": "fly"}, "bad_command"),
    ({"type": "say", "key": "k"}, "bad_command"),
    ({"type": "edit", "key": "k", "id": 0, "text": "x"}, "bad_command"),
    ([], "bad_command"),
    ({"type": "say", "key": "", "text": "x"}, "bad_key"),
    ({"type": "delete", "key": "k" * (LONGEST_KEY + 1), "id": 1}, "bad_key"),
    ({"type": "say", "key": "k", "text": ""}, "empty_text"),
    ({"type": "edit", "key": "k", "id": 1, "text": " \n"}, "empty_text"),
    ({"type": "rename", "name": ""}, "bad_name"),
    ({"type": "rename", "name": " "}, "bad_name"),
    ({"type": "rename", "name": "n" * (LONGEST + 1)}, "bad_name"),
]
RIGHT = [
    {"type": "say", "key": "k" * LONGEST_KEY, "text": " x"},
    {"type": "rename", "name": "n" * LONGEST},
]


@pytest.mark.parametrize(("command", "code"), WRONG)
async def test_what_the_schema_does_not_hold_for_is_refused_in_words(command, code, clients, holds):
    ada = await clients.json()
    await ada.send(json.dumps(command))
    assert (await ada.event("error"))["code"] == code
    assert not holds("client", command)


async def test_what_it_just_holds_for_is_taken(clients, holds):
    ada = await clients.json()
    for command in RIGHT:
        assert holds("client", command)
        await ada.send(json.dumps(command))
    assert (await ada.event("ack"))["id"] == 1
    assert (await ada.event("presence"))["joined"][0]["name"] == RIGHT[1]["name"]


def test_the_schema_of_the_server_holds_for_nothing_else(holds):
    assert not holds("server", {"type": "ack", "key": "k"})
    assert not holds("http", {"rooms": [{"name": "den"}]})
    assert not holds("tap", {"type": "closed", "connection": "c1", "code": 1000})

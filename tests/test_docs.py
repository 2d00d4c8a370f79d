"""The docs say what there is: every option, error code, close code, command and event."""

import asyncio
import json
import re

import pytest
from jsonschema import Draft202012Validator

from chat import errors, message
from chat.errors import Refusal
from clients import JSON
from handlers.socket import SocketHandler
from process import ROOT
from settings import options

PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()


def wire_types():
    kinds = [kind for kind in vars(message).values() if isinstance(kind, type)]
    return [
        kind
        for kind in kinds
        if issubclass(kind, message.Command | message.Event) and kind.__struct_config__.tag
        if kind not in (message.Command, message.Event)
    ]


@pytest.mark.parametrize("name", sorted(options()._options))
def test_every_option_is_explained(name):
    assert f"| `--{name}` |" in OPERATIONS


def test_no_option_is_explained_that_is_not_there():
    documented = set(re.findall(r"^\| `--([a-z-]+)`", OPERATIONS, re.M))
    assert documented == set(options()._options)


def test_every_refusal_is_explained_and_no_other():
    codes = {refusal.code for refusal in Refusal.__subclasses__()}
    listed = PROTOCOL.split("### Errors")[1].split("##")[0]
    assert set(re.findall(r"^\| `([a-z_]+)`", listed, re.M)) == codes


def test_every_close_code_is_explained():
    listed = PROTOCOL.split("## Close codes")[1]
    for code in errors.CLOSE_REASONS:
        assert f"| {code} |" in listed
    for refusal in Refusal.__subclasses__():
        assert f"| {refusal.close} |" in listed


@pytest.mark.parametrize("kind", wire_types(), ids=lambda kind: kind.__name__)
def test_every_command_and_event_is_explained_with_all_its_fields(kind):
    tag = kind.__struct_config__.tag
    rows = [line for line in PROTOCOL.splitlines() if f"`{tag}`" in line or f'"{tag}"' in line]
    assert rows
    for field in kind.__struct_encode_fields__:
        assert any(f"`{field}`" in row for row in rows), f"{tag}.{field}"


def test_every_refusal_says_what_to_do_in_whole_sentences():
    for refusal in Refusal.__subclasses__():
        assert refusal.words[0].isupper()
        assert refusal.words.endswith(".")


def test_links_between_the_docs_lead_somewhere():
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_changelog_names_this_version():
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.M)[1]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()


# -- the examples, replayed ------------------------------------------------------------

EXAMPLES = [block.split("```")[0].strip().splitlines() for block in PROTOCOL.split("```wire\n")[1:]]
# What is another in every run: compared by kind, and mapped so that a cursor can use it.
VOLATILE = {"epoch", "at"}


async def test_the_examples_are_what_a_server_says(clients):
    assert len(EXAMPLES) == 3
    known = {}
    for connect, *lines in EXAMPLES:
        address = connect.removeprefix("connect ")
        for documented, real in known.items():
            address = address.replace(documented, real)
        member = await clients.plain(address, JSON)
        for line in lines:
            end, example = line[0], json.loads(line[2:])
            if end == "C":
                await member.send(line[2:])
                continue
            said = await said_next(member)
            assert like(example, said, known), f"{example}\nbut the server said\n{said}"
        await member.close()
        while SocketHandler.waiters:
            await asyncio.sleep(0.005)


async def said_next(member):
    while (event := json.loads(await member.receive()))["type"] in ("presence", "heartbeat"):
        pass
    return event


def like(example, said, known, name=""):
    """Whether what was said is the example, but for what is another in every run."""
    if isinstance(example, dict):
        return example.keys() == said.keys() and all(
            like(value, said[key], known, key) for key, value in example.items()
        )
    if isinstance(example, list):
        return len(example) == len(said) and all(
            like(one, other, known, name) for one, other in zip(example, said, strict=True)
        )
    if name in VOLATILE or (name == "id" and isinstance(example, str)):
        return name == "at" or known.setdefault(example, said) == said
    return example == said


async def test_the_schema_that_is_served_holds_for_the_examples_and_for_nothing_else(
    http_client, http_server, base_url
):
    schema = json.loads((await http_client.fetch(f"{base_url}/-/schema.json")).body)
    Draft202012Validator.check_schema(schema)
    ends = {
        mark: Draft202012Validator({**schema, "$ref": f"#/$defs/{end}"})
        for mark, end in (("C", "client"), ("S", "server"))
    }
    for line in (line for _, *lines in EXAMPLES for line in lines):
        example = json.loads(line[2:])
        if example != {"type": "fly"}:
            ends[line[0]].validate(example)
    for wrong in (
        {"type": "fly"},
        {"type": "say", "key": "k"},
        {"type": "edit", "key": "k", "id": 0, "text": ""},
        [],
    ):
        assert not ends["C"].is_valid(wrong)
    assert not ends["S"].is_valid({"type": "ack", "key": "k"})

"""The docs say what there is: every option, error code, close code, command and event."""

import re

import pytest

from chat import errors, message, watching
from chat.errors import Refusal
from process import ROOT
from settings import options

PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()


def wire_types():
    told = {**vars(message), **vars(watching)}
    kinds = [kind for kind in told.values() if isinstance(kind, type)]
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

"""What docs/echo.md says of the echo that misbehaves is what the server does."""

import json
import re
import subprocess
import sys

from handlers.hello import Hello
from handlers.parameters import NAMES, parameters
from process import PATIENCE, ROOT, ServerProcess
from settings import options

DOC = (ROOT / "docs" / "echo.md").read_text()


def block(kind):
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```", DOC, re.MULTILINE | re.DOTALL)
    return found


def test_the_table_is_the_one_that_the_server_goes_by():
    table = DOC.split("|---|---|---|\n")[1].split("\n\n")[0]
    default = options().max_message
    rows = [f"| `{one.name}` | {one.takes} | {one.words} |" for one in parameters(default)]
    assert table.splitlines() == rows


def test_every_address_in_it_asks_for_what_there_is():
    asked = re.findall(r"[?&]([a-z_]+)=", DOC)
    assert asked
    assert {*asked} <= NAMES


def test_hello_is_shown_with_all_that_it_says():
    shown = json.loads(block("json"))
    assert shown.pop("type") == "hello"
    assert tuple(shown) == Hello.__struct_encode_fields__


def test_the_example_prints_what_it_says_there(tmp_path):
    server = ServerProcess(tmp_path, "--durability=process")
    source = block("python").replace("127.0.0.1:8888", f"127.0.0.1:{server.port}")
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, timeout=PATIENCE
    )
    server.stop()
    printed = DOC.split("It prints:\n\n```\n")[1].split("```")[0]
    assert done.stdout == printed, done.stderr

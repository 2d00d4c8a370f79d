"""What docs/http.md shows of curl is what curl says: each command is run, and compared."""

import re
import subprocess

from parts import needs_curl
from process import ROOT, ServerProcess

pytestmark = needs_curl

DOC = (ROOT / "docs" / "http.md").read_text()
BLOCKS = re.findall(r"```console\n(.*?)```", DOC, re.DOTALL)
DOCUMENTED = "http://127.0.0.1:8888"
# What is another in every run.
ANOTHER = [
    (r'"heartbeat":[\d.]+', "<heartbeat>"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d", "<minute>"),
    (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<moment>"),
    (r"p3Zk81LmQw2x|(?<=\"id\":\")[\w-]{12}(?=\")", "<person>"),
]
EPOCH = "7Jk2_xQa"


def steps():
    """The commands of the page in their order, each with what it says."""
    for block in BLOCKS:
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, said = step.partition("\n")
            yield command, said


def alike(text):
    for pattern, name in ANOTHER:
        text = re.sub(pattern, name, text)
    return text


def test_curl_says_what_the_page_shows(tmp_path):
    server = ServerProcess(tmp_path, "--ping-interval=1")
    try:
        epoch = None
        for command, documented in steps():
            here = command.replace(DOCUMENTED, server.url).replace(EPOCH, epoch or EPOCH)
            run = subprocess.run(
                ["bash", "-c", here], capture_output=True, text=True, timeout=30, check=False
            )
            said = run.stdout.replace("\r", "")
            epoch = epoch or (found[1] if (found := re.search(r"Cursor: (\S+):2", said)) else None)
            if epoch:
                said = said.replace(epoch, EPOCH)
            assert alike(said) == alike(documented), command
    finally:
        server.stop()
    assert len(list(steps())) > 12

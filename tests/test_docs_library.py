"""The client library in Node, against a real server: as the docs show it, and killed under it."""

import re
import signal
import subprocess

import pytest

from parts import needs_node
from process import ROOT, ServerProcess

DOCS = (ROOT / "docs" / "client-library.md").read_text()
LIBRARY = ROOT / "static" / "js" / "client.js"
WS = ROOT / "tests" / "node_modules" / "ws" / "wrapper.mjs"
MESSAGES = 400
KILLS = 4

# Says all and hears all, one line for each; comes back at once.
TALK = f"""
import {{ Room }} from "./client.mjs";
import {{ WebSocket }} from "{WS.as_uri()}";

const [url, way] = process.argv.slice(2);
const lines = "application/x-ndjson";
const noStream = (url, how) =>
  how.headers?.Accept === lines ? new Response("", {{ status: 404 }}) : fetch(url, how);
const room = new Room(url, {{
  name: "Ada",
  since: "0",
  edge: {{
    random: () => 0.1,
    WebSocket: way === "websocket" ? WebSocket : undefined,
    ...(way === "poll" && {{ fetch: noStream }}),
  }},
}});
let heard = 0;
const all = new Promise((done) => {{
  room.on("message", ({{ id, text }}) => {{
    console.log("heard", id, text, room.state.way);
    if (++heard === {MESSAGES}) done();
  }});
}});
room.connect();
for (let n = 1; n <= {MESSAGES}; n++) {{
  const {{ id }} = await room.publish(`message ${{n}}`);
  console.log("stored", id);
}}
await all;
room.close();
"""

pytestmark = needs_node


@pytest.fixture
def server(tmp_path):
    server = Killable(tmp_path)
    yield server
    server.process.stop()


class Killable:
    """A server that is back on its port at once when it is killed."""

    def __init__(self, folder):
        self.folder = folder
        self.process = ServerProcess(folder)

    def kill(self):
        self.process.stop(signal.SIGKILL)
        self.process = ServerProcess(self.folder, port=self.process.port)


@pytest.fixture
def node(tmp_path):
    """Runs a script beside the library."""
    programs = []

    def run(script, *arguments):
        (tmp_path / "client.mjs").write_bytes(LIBRARY.read_bytes())
        (tmp_path / "talk.mjs").write_text(script)
        command = ["node", tmp_path / "talk.mjs", *arguments]
        programs.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return programs[-1]

    yield run
    for program in programs:
        program.kill()
        program.communicate()


def test_what_the_docs_show_does_what_they_say(server, node):
    port = f":{server.process.port}"
    script = re.search(r"```js\n(.+?)```", DOCS, re.S)[1].replace(":8888", port)
    first, _ = node(script).communicate(timeout=30)
    second, _ = node(script).communicate(timeout=30)
    one, two = (f"{id} CI: deploy finished\n" for id in (1, 2))
    assert first == f"{one}stored as 1\n"
    assert second == f"{one}{two}stored as 2\n"


@pytest.mark.parametrize("way", ["websocket", "stream", "poll"])
def test_while_the_server_is_killed_everything_is_stored_and_heard_exactly_once(server, node, way):
    client = node(TALK, f"{server.process.url}/r/ops", way)
    lines = []
    for line in client.stdout:
        lines.append(line.split())
        if len(lines) in range(100, 100 * (KILLS + 1), 100):
            server.kill()
    assert client.wait(30) == 0
    numbers = [str(number) for number in range(1, MESSAGES + 1)]
    assert [line[1] for line in lines if line[0] == "stored"] == numbers
    heard = [line for line in lines if line[0] == "heard"]
    assert [(id, n) for _, id, _, n, _ in heard] == [(number, number) for number in numbers]
    assert {line[4] for line in heard} == {way}

"""The strip in Chromium and in Firefox: the same script uses it in both, and sees the same."""

import json

import pytest
from test_wire_instrument import quiet, validator

from firefox import started
from parts import needs_firefox, needs_node

STOPS = (1003, 1007, 1008, 4500, 4999)
CODES = (1000, 1001, 1002, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4408, *STOPS)

TOOLS = """
const byId = (id) => document.getElementById(id);
const until = (holds) => new Promise((done, fail) => {
  const end = Date.now() + 15000;
  const look = () => {
    const found = holds();
    if (found) done(found);
    else if (Date.now() > end) fail(new Error(`never: ${holds}`));
    else setTimeout(look, 10);
  };
  look();
});
const rows = () => [...document.querySelectorAll("#wire-frames > li")];
const state = () => byId("state").dataset.state;
const back = () => until(() => {
  if (state() !== "connected") document.querySelector("#state-act:not([hidden])")?.click();
  return state() === "connected";
});
const tool = (panel) => document.querySelector(`[aria-controls=${panel}]`).click();
const set = (field, value) => {
  if (field.type === "checkbox" || field.type === "radio") field.checked = value;
  else field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
};
const say = async (text) => {
  const before = rows().length;
  set(byId("say"), text);
  byId("composer").requestSubmit();
  await until(() => rows().length === before + 2);
};
const open = async () => {
  document.querySelector("body[data-wire=closed] #wire-toggle")?.click();
  await back();
  await until(() => rows().length === 3);  // open, ping, pong
};
"""

FILTERS = """
  await say("some Tea");
  await say("water");
  tool("wire-filter");
  const form = byId("wire-filter").elements;
  const seen = {};
  const filtered = async (name, expected) => {
    await until(() => rows().length === expected);
    seen[name] = rows().map((row) => row.dataset.opcode ?? "open");
  };
  for (const [way, count] of [["sent", 3], ["control", 2], ["received", 3], ["all", 7]]) {
    set([...form.way].find(({ value }) => value === way), true);
    await filtered(way, count);
  }
  set(form.heartbeats, false);
  await filtered("no heartbeats", 5);
  set(form.opcode, "text");
  await filtered("text frames", 4);
  set(form.text, "tea");
  await filtered("tea", 2);
  set(form.regex, true);
  set(form.text, "^w.t+er$");
  await until(() => rows().length === 2 && rows()[0].innerText.includes("water"));
  await filtered("expression", 2);
  return seen;
"""
SEEN = {
    "sent": ["pong", "text", "text"],
    "control": ["ping", "pong"],
    "received": ["ping", "text", "text"],
    "all": ["open", "ping", "pong", "text", "text", "text", "text"],
    "no heartbeats": ["open", "text", "text", "text", "text"],
    "text frames": ["text"] * 4,
    "tea": ["text"] * 2,
    "expression": ["text"] * 2,
}

CLOSES = """
  const opensAgain = () => {
    const words = rows().map(({ innerText }) => innerText);
    const at = words.findLastIndex((text) => text.includes("closed"));
    return at >= 0 && words.slice(at).some((text) => /\\bopen\\b/.test(text));
  };
  tool("wire-act");
  const told = {};
  for (const code of CODES) {
    await back();
    byId("wire-clear").click();
    set(byId("wire-act").elements.code, code);
    byId("wire-close").click();
    const row = await until(() => rows().find(({ dataset, innerText }) =>
      dataset.opcode === "close" && innerText.startsWith("received") && innerText.includes(code)));
    row.click();
    await until(() => byId("wire-detail").innerText.includes(`${code}, from the server`));
    told[code] = byId("wire-detail").innerText;
    await until(() => ["stopped", "waiting"].includes(state()) || opensAgain());
    told[code] += state() === "stopped" ? " IT STOPPED" : " IT WENT ON";
  }
  return told;
"""

TAKEN = """
  await say("kept");
  tool("wire-take");
  const blobs = [];
  URL.createObjectURL = (blob) => { blobs.push(blob); return "#"; };
  for (const id of ["wire-ndjson", "wire-har"]) byId(id).click();
  return Promise.all(blobs.map((blob) => blob.text()));
"""

# Each row as what it says, without the connection's name, and without when.
REPLAYED = """
  await say("as text");
  set(document.querySelector("[name=kind][value=binary]"), true);
  await say("00 ff");
  const files = [];
  URL.createObjectURL = (blob) => { files.push(blob); return "#"; };
  for (const id of ["wire-ndjson", "wire-har"]) byId(id).click();
  const transcripts = [];
  for (const [at, blob] of files.entries()) {
    const data = new DataTransfer();
    data.items.add(new File([await blob.text()], ["wire.ndjson", "wire.har"][at]));
    const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
    byId("say").dispatchEvent(drop);
    await until(() => byId("wire-recorded-name").textContent === data.files[0].name);
    for (let times = 0; times < 2; times++) {
      byId("wire-recorded-show").textContent === "Show it" || byId("wire-recorded-show").click();
      byId("wire-clear").click();
      byId("wire-again").click();
      await until(() => rows().some(({ innerText }) => innerText.includes("closed")));
      transcripts.push(rows().map((row) => [
        row.dataset.direction ?? "",
        row.dataset.opcode ?? "",
        row.querySelector(".preview").textContent.replace(row.dataset.connection, ""),
      ].join(" ")));
    }
  }
  return transcripts;
"""


def script(does, **given):
    values = "".join(f"const {name} = {json.dumps(value)};" for name, value in given.items())
    return f"(async () => {{ {TOOLS} {values} await open(); {does} }})().then(JSON.stringify)"


@pytest.fixture(params=["Chromium", pytest.param("Firefox", marks=needs_firefox)])
def uses(request, server, browser, tmp_path):
    """uses(script): what it comes to on a new page of the echo console."""
    url = f"http://127.0.0.1:{server.port}/-/echo"
    if request.param == "Firefox":
        (tmp_path / "firefox").mkdir()
        with started(tmp_path / "firefox") as firefox:
            firefox.goto(url)
            yield lambda script: json.loads(firefox.evaluate(script))
    else:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(url)
        yield lambda script: json.loads(page.evaluate(script))
        page.close()


@quiet
def test_every_filter_shows_what_it_says(uses):
    assert uses(script(FILTERS)) == SEEN


@quiet
def test_a_close_of_every_code_is_explained_and_the_page_does_what_it_says(uses):
    told = uses(script(CLOSES, CODES=CODES))
    assert [int(code) for code in told] == sorted(CODES)
    for code, words in told.items():
        stops = int(code) in STOPS
        assert f"{code}, from the server" in words
        assert ("The page stops" in words) == stops, words
        assert ("The page comes back" in words) != stops, words
        assert words.endswith("IT STOPPED" if stops else "IT WENT ON"), words


@needs_node
@quiet
def test_what_is_taken_away_is_ndjson_and_a_valid_har(uses):
    ndjson, har = uses(script(TAKEN))
    events = [json.loads(line) for line in ndjson.splitlines()]
    assert [event["type"] for event in events] == ["open", *["frame"] * 4]
    validator().validate(json.loads(har))
    [entry] = json.loads(har)["log"]["entries"]
    assert [one["data"] for one in entry["_webSocketMessages"]][2:] == ["kept", "kept"]


@quiet
def test_a_recording_dropped_and_replayed_twice_is_the_same_transcript(uses):
    first, *others = uses(script(REPLAYED))
    assert others == [first] * 3
    said = [line for line in first if " text " in line or " binary " in line]
    assert said == [
        *("sent text  as text", "received text  as text"),
        *("sent binary  00 ff", "received binary  00 ff"),
    ]

"""The strip as an instrument: filters, whole frames, other clients, acts, what is taken away."""

import json
import re

import pytest
from acts import connected, write
from jsonschema import Draft6Validator
from playwright.sync_api import expect
from referencing import Registry, Resource
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from parts import needs_node
from process import PATIENCE, ROOT

SCHEMAS = ROOT / "tests" / "node_modules" / "har-schema" / "lib"
quiet = pytest.mark.server_options("--ping-interval=0")


def rows(page, has_text=None):
    return page.locator("#wire-frames > li").filter(has_text=has_text)


def tool(page, name):
    page.locator(".wire-tools").get_by_role("button", name=name).click()


@pytest.fixture
def console(visit):
    page = visit("/-/echo")
    connected(page)
    expect(page.locator("#wire-frames > [data-opcode=pong]").first).to_be_visible()
    return page


def say(page, text):
    page.locator("#say").fill(text)
    page.keyboard.press("Enter")


def whole(page, row):
    row.click()
    return page.locator("#wire-detail")


def test_a_frame_in_full_tells_each_of_its_bits(console):
    say(console, "Hello")
    shown = whole(console, rows(console, "Hello").first)
    for words in ("0x1 text", "1, the message ends here", "13 bytes, 6 of them", "c1 87", "masked"):
        expect(shown).to_contain_text(words)
    expect(rows(console, "pong").first).to_contain_text(re.compile(r"\+[\d.]+ m?s"))
    expect(whole(console, rows(console, "pong").first)).to_contain_text("round trip")
    rows(console, "pong").first.click()
    expect(shown).to_be_hidden()


def test_the_handshake_says_that_a_cookie_was_there_and_not_what_it_was(console):
    shown = whole(console, rows(console, "no subprotocol").first)
    expect(shown).to_contain_text("Sec-Websocket-Key")
    expect(shown).to_contain_text("permessage-deflate")
    expect(shown).to_contain_text("101 Switching Protocols")
    expect(shown).to_contain_text("wire=…")


def test_json_is_folded_and_can_be_opened(console):
    say(console, json.dumps({"a": {"b": {"c": [1, "<img src=x>"]}}}))
    shown = whole(console, rows(console, '"a"').first)
    expect(shown.locator("summary").first).to_have_text("{1}")
    expect(shown.get_by_text("<img src=x>")).to_be_hidden()
    shown.locator("summary", has_text="b: ").click()
    shown.locator("summary", has_text="c: ").click()
    expect(shown.get_by_text("<img src=x>")).to_be_visible()
    assert not shown.locator("img").count()


def test_bytes_are_a_hex_view(console):
    console.locator("[name=kind][value=binary]").check()
    say(console, "48 65 6c 6c 6f 00 ff 20 41")
    shown = whole(console, rows(console, "binary").first)
    expect(shown).to_contain_text("0000  48 65 6c 6c 6f 00 ff 20  Hello··")
    expect(shown).to_contain_text("0008  41")


def test_a_frame_is_opened_and_left_by_keyboard(console):
    say(console, "first")
    expect(rows(console, "first")).to_have_count(2)
    console.locator("#wire-frames").focus()
    console.keyboard.press("Home")
    console.keyboard.press("Enter")
    expect(console.locator("#wire-detail")).to_contain_text("Asked by the client")
    console.keyboard.press("ArrowDown")
    expect(console.locator("#wire-detail")).to_contain_text("opcode")
    expect(console.locator("#wire-frames > [aria-selected=true]")).to_have_count(1)
    console.keyboard.press("Escape")
    expect(console.locator("#wire-detail")).to_be_hidden()


@quiet
def test_every_filter(console):
    say(console, "some Tea")
    say(console, "water")
    expect(rows(console)).to_have_count(7)
    tool(console, "Filter")
    form = console.locator("#wire-filter")
    for way, opcodes in {
        "sent": ["pong", "text", "text"],
        "control": ["ping", "pong"],
        "received": ["ping", "text", "text"],
        "all": [None, "ping", "pong", *["text"] * 4],
    }.items():
        form.locator(f"[value={way}]").check()
        expect(rows(console)).to_have_count(len(opcodes))
        shown = rows(console).evaluate_all("rows => rows.map(row => row.dataset.opcode ?? null)")
        assert sorted(map(str, shown)) == sorted(map(str, opcodes))
    form.get_by_label("Heartbeats").uncheck()
    expect(rows(console)).to_have_count(5)
    form.get_by_label("Opcode").select_option("text")
    expect(rows(console)).to_have_count(4)
    form.get_by_label("Text to look for").fill("tea")
    expect(rows(console)).to_have_count(2)
    form.get_by_label("Regular expression").check()
    form.get_by_label("Text to look for").fill("^w.t+er$")
    expect(rows(console)).to_have_count(2)
    expect(rows(console).first).to_contain_text("water")
    form.get_by_label("Text to look for").fill("(w")
    expect(console.locator("#wire-error")).to_contain_text("This is no regular expression:")


@quiet
def test_an_expression_that_never_ends_is_given_up_and_the_page_goes_on(console):
    say(console, "a" * 60 + "!")
    expect(rows(console, "aaaa")).to_have_count(2)
    tool(console, "Filter")
    console.get_by_label("Regular expression").check()
    console.get_by_label("Text to look for").fill("^(a+)+$")
    expect(console.locator("#wire-error")).to_contain_text("takes too long")
    expect(rows(console, "aaaa")).to_have_count(2)


@quiet
def test_a_pause_loses_nothing(console):
    tool(console, "Pause")
    for number in range(5):
        say(console, f"number {number}")
    expect(console.locator("#wire-pause")).to_have_text("Go on · 10")
    expect(rows(console, "number")).to_have_count(0)
    tool(console, "Go on")
    expect(rows(console, "number")).to_have_count(10)


def address(page, name="wire-address"):
    tool(page, "Other clients")
    expect(page.locator("#wire-others-now")).to_have_text("Nobody is connected yet")
    return page.locator(f"#{name}").inner_text().replace("broadcaster.example", "127.0.0.1")


@quiet
@pytest.mark.parametrize("path", ["/", "/-/echo"])
def test_any_other_client_is_watched_by_who_gave_it_the_address_and_nobody_else(visit, path):
    page, other = visit(path), visit(path)
    connected(page)
    connected(other)
    there = address(page, "wire-address-echo" if path == "/" else "wire-address")
    with connect(there) as one, connect(there) as two:
        expect(page.locator("#wire-others-now")).to_have_text("2 connected now")
        one.send("from the first")
        two.send("from the second")
        first, second = rows(page, "from the first"), rows(page, "from the second")
        expect(first).to_have_count(2)
        expect(second).to_have_count(2)
        names = [row.first.get_attribute("data-connection") for row in (first, second)]
        assert len(set(names)) == 2
        tool(page, "Filter")
        page.locator("#wire-of").select_option(names[1])
        expect(first).to_have_count(0)
        expect(second).to_have_count(2)
    expect(rows(page, "closed")).to_have_count(1)
    expect(rows(other, "from the")).to_have_count(0)


@quiet
def test_a_tab_that_is_loaded_anew_sees_what_happened_and_keeps_its_address(console):
    there = address(console)
    with connect(there) as client:
        client.send("before")
        expect(rows(console, "before")).to_have_count(2)
    console.reload()
    connected(console)
    tool(console, "Other clients")
    expect(rows(console, "before")).to_have_count(2)
    assert console.locator("#wire-address").inner_text().endswith(there.split("wire=")[1])


@quiet
def test_the_server_is_made_to_act_on_another_client(console):
    with connect(address(console)) as client:
        expect(console.locator("#wire-others-now")).to_have_text("1 connected now")
        tool(console, "Act")
        form = console.locator("#wire-act")
        form.get_by_label("The server, to").select_option(index=1)
        console.locator("#wire-say").fill("héllo")
        form.locator("[name=fragments]").fill("3")
        form.get_by_role("button", name="Send").click()
        assert client.recv(timeout=PATIENCE) == "héllo"
        expect(rows(console, "continuation")).to_have_count(2)
        form.locator("[name=as]").select_option("hex")
        console.locator("#wire-say").fill("c0 ff ee")
        form.get_by_role("button", name="Send").click()
        assert client.recv(timeout=PATIENCE) == b"\xc0\xff\xee"
        console.locator("#wire-say").fill("c0 f")
        form.get_by_role("button", name="Send").click()
        expect(console.locator("#wire-error")).to_contain_text("this is neither")
        console.locator("#wire-say").fill("00")
        form.get_by_label("Every").fill("10")
        form.locator("[name=times]").fill("5")
        form.get_by_role("button", name="Repeat").click()
        assert [client.recv(timeout=PATIENCE) for _ in range(5)] == [b"\x00"] * 5
        expect(console.locator("#wire-repeat")).to_have_text("Repeat")
        form.get_by_label("Close with").fill("4001")
        form.get_by_label("Reason").fill("enough")
        console.locator("#wire-close").click()
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=PATIENCE)
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4001, "enough")
    form.get_by_role("button", name="Send").click()
    expect(console.locator("#wire-error")).not_to_be_empty()


@quiet
@pytest.mark.parametrize(
    ("code", "means", "then"),
    [
        ("1001", "Going away", "comes back"),
        ("1008", "Refused by a rule", "The page stops"),
        ("1009", "bigger than", "does not send again"),
        ("4500", "for good", "The page stops"),
    ],
)
def test_a_close_is_explained_where_it_shows(visit, code, means, then):
    page = visit()
    connected(page)
    tool(page, "Act")
    page.locator("#wire-act").get_by_label("Close with").fill(code)
    page.locator("#wire-close").click()
    close = page.locator('#wire-frames > [data-opcode="close"]', has_text=code).first
    shown = whole(page, close)
    for words in (f"{code}, from the server", means, then):
        expect(shown).to_contain_text(words)
    expect(page.locator("#state")).to_have_attribute(
        "data-state", "stopped" if "stops" in then else "connected"
    )


@needs_node
@quiet
def test_whatever_was_on_the_wire_makes_ndjson_and_a_valid_har(console):
    with connect(address(console), compression=None) as client:
        client.send("whole")
        client.send(b"\x00\xff")
        client.send(["in ", "pieces"])
        client.ping(b"\xfe").wait(PATIENCE)
        for _ in range(3):
            client.recv(timeout=PATIENCE)
        with client.send_context():
            client.protocol.send_text(b"\xff\xfe")
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=PATIENCE)
    expect(rows(console, "closed")).to_have_count(1)
    tool(console, "Take away")
    ndjson, har = taken(console, "#wire-ndjson"), json.loads(taken(console, "#wire-har"))
    name = rows(console, "closed").get_attribute("data-connection")
    events = [
        event for event in map(json.loads, ndjson.splitlines()) if event["connection"] == name
    ]
    opcodes = {event["opcode"] for event in events if event["type"] == "frame"}
    assert opcodes == {"text", "binary", "continuation", "ping", "pong", "close"}
    assert [event["hex"] for event in events if event.get("opcode") == "text" and "hex" in event]
    validator().validate(har)
    [entry] = [one for one in har["log"]["entries"] if one["connection"] == name]
    assert entry["request"]["url"].isascii()
    sent = [one for one in entry["_webSocketMessages"] if one["type"] == "send"]
    assert [(one["opcode"], one["data"], "comment" in one) for one in sent[:3]] == [
        (1, "whole", False),
        (2, "AP8=", False),
        (1, "in ", True),
    ]
    assert any(one["data"] == "//4=" and "no text" in one.get("comment", "") for one in sent)


@needs_node
@quiet
def test_what_is_taken_away_can_be_read_by_others(console):
    say(console, '{"a": "<b>"}')
    expect(rows(console, "<b>")).to_have_count(2)
    tool(console, "Take away")
    events = [json.loads(line) for line in taken(console, "#wire-ndjson").splitlines()]
    assert [event["type"] for event in events] == ["open", *["frame"] * 4]
    har = json.loads(taken(console, "#wire-har"))
    validator().validate(har)
    [entry] = har["log"]["entries"]
    messages = [(one["type"], one["opcode"], one["data"]) for one in entry["_webSocketMessages"]]
    assert messages[2:] == [("send", 1, '{"a": "<b>"}'), ("receive", 1, '{"a": "<b>"}')]
    broken = json.loads(json.dumps(har))
    del broken["log"]["entries"][0]["request"]["method"]
    assert not validator().is_valid(broken)


def taken(page, button):
    with page.expect_download() as download:
        page.locator(button).click()
    return download.value.path().read_text()


def validator():
    """HAR 1.2, as npm's har-schema has it."""
    schemas = [json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")]
    resources = [(one["$id"].rstrip("#"), Resource.from_contents(one)) for one in schemas]
    return Draft6Validator({"$ref": "har.json"}, registry=Registry().with_resources(resources))


@quiet
def test_the_lines_to_copy_connect(console, tmp_path):
    say(console, "over again")
    rows(console, "over again").first.click()
    tool(console, "Take away")
    console.locator("#wire-form").select_option("Python")
    program = console.locator("#wire-copy").inner_text()
    program = program.replace("broadcaster.example", "127.0.0.1").replace(
        "for ", "if True:\n      for "
    )
    said = []
    exec(program.replace("print(message)", "said.append(message); break"), {"said": said})  # noqa: S102
    assert said == ["over again"]


# Counts, so that a machine that is slow or busy says the same.
COUNTED = """() => {
  window.most = 0;
  window.long = 0;
  new PerformanceObserver((list) => {
    window.long += list.getEntries().length;
  }).observe({ type: "longtask" });
  window.painted = 0;
  const count = () => {
    window.painted++;
    window.most = Math.max(window.most, document.querySelectorAll("#wire-frames > li").length);
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
}"""


@quiet
def test_a_flood_is_kept_and_only_what_is_on_screen_is_drawn(console):
    with connect(address(console)) as client:
        console.evaluate(COUNTED)
        for at in range(0, 12_000, 100):
            for number in range(at, at + 100):
                client.send(f"frame {number}")
            for _ in range(100):
                client.recv(timeout=PATIENCE)
        expect(rows(console, "frame 11999")).to_have_count(2)
    assert console.evaluate("most") < 60
    assert console.evaluate("painted") > 20
    assert console.evaluate("long") < 5
    expect(console.locator("#wire-dropped")).to_have_text(re.compile(r"^1\d,\d+ older dropped$"))
    console.locator("#wire-frames").focus()
    console.keyboard.press("Home")
    expect(console.locator("#wire-frames > [aria-posinset='1']")).to_be_visible()


@quiet
def test_who_reads_above_is_not_moved_by_what_comes(console):
    for number in range(30):
        say(console, f"row {number}")
    expect(rows(console, "row 29")).to_have_count(2)
    console.locator("#wire-scroll").evaluate("node => node.scrollTop = 400")
    expect(rows(console, "row 5").first).to_be_visible()
    before = console.locator("#wire-scroll").evaluate("node => node.scrollTop")
    say(console, "newest")
    tool(console, "Pause")
    tool(console, "Go on")
    assert console.locator("#wire-scroll").evaluate("node => node.scrollTop") == before


@quiet
def test_round_trips_and_bytes_are_drawn_as_they_come(console):
    for _ in range(3):
        console.locator("#wire-ping").click()
    expect(rows(console, "pong")).to_have_count(4)
    tool(console, "Chart")
    expect(console.locator("#wire-trips")).to_contain_text(re.compile(r"4 in the last minute"))
    expect(console.locator("#wire-trips path")).to_have_attribute("d", re.compile("^M.+L.+"))
    expect(console.locator("#wire-bytes")).to_contain_text(re.compile(r"most \d+ bytes"))


def test_a_conversation_is_seen_beside_what_is_watched(visit):
    page = visit()
    connected(page)
    write(page, "hello")
    shown = whole(page, rows(page, '"type":"ack"').first)
    expect(shown).to_contain_text("number 1")
    took = re.compile(r"one way[\d.]+ ms, give or take [\d.]+ ms")
    expect(shown).to_contain_text(took)
    expect(whole(page, rows(page, '"type":"say"').first)).to_contain_text(took)
    for kind in ("say", "ack"):
        listed = rows(page, f'"type":"{kind}"').first.locator(".one-way")
        expect(listed).to_have_text(re.compile(r"^≈ [\d.]+ m?s$"))
        expect(listed).to_have_attribute("title", re.compile("^one way, give or take"))
    expect(rows(page, "pong").first.locator(".one-way")).to_be_empty()

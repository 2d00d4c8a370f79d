"""Everything that speaks HTTP may say something, and read what was said."""

import asyncio
import json
import sqlite3
from contextlib import closing

import pytest

from clients import EVENTS
from handlers.unstored import MESSAGES

JSON = {"Accept": "application/json"}


@pytest.fixture
def ask(http_client, http_server, base_url):
    async def ask(path, body=None, method=None, **headers):
        return await http_client.fetch(
            base_url + path,
            method=method or ("GET" if body is None else "POST"),
            body=body,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
            raise_error=False,
        )

    return ask


FORM = "application/x-www-form-urlencoded"


async def test_what_is_posted_reaches_every_member_and_answers_with_its_number(ask, clients):
    ada, terminal = await clients.json("Ada", "/ws/ops"), await clients.plain("/ws/ops?names")
    answer = await ask("/r/ops?name=Deploy", "finished", Content_Type="text/plain")
    assert (answer.code, answer.body) == (201, b"1\n")
    assert answer.headers["Location"] == "/r/ops/1"
    message = await ada.event("message")
    assert (message["id"], message["text"]) == (1, "finished")
    assert message["from"] == {"id": "guest", "name": "Deploy"}
    assert await terminal.receive() == "Deploy: finished"
    assert (await ask("/r/ops/1")).body.decode().endswith("  Deploy: finished\n")


@pytest.mark.parametrize(
    ("type", "body", "text"),
    [
        (FORM, "deploy finished", "deploy finished"),  # curl -d
        (FORM, "a=b&c=d", "a=b&c=d"),
        (FORM, "text=deploy+finished&name=CI", "deploy finished"),
        ("text/plain; charset=utf-8", "héllo\n", "héllo"),
        ("", "no type", "no type"),
        ("application/json", '{"text": "deploy finished"}', "deploy finished"),
        (
            "multipart/form-data; boundary=x",
            '--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nin parts\r\n--x--\r\n',
            "in parts",
        ),
    ],
)
async def test_a_body_may_be_text_a_form_or_json(ask, clients, type, body, text):
    ada = await clients.json()
    assert (await ask("/", body, Content_Type=type)).code == 201
    assert (await ada.event("message"))["text"] == text


async def test_a_form_may_leave_the_name_to_the_address(ask, clients):
    ada = await clients.json()
    await ask("/?name=CI", "text=finished", Content_Type=FORM)
    assert (await ada.event("message"))["from"]["name"] == "CI"


async def test_under_one_key_it_is_kept_once_and_gets_the_same_number(ask):
    first = await ask("/", "hello", Idempotency_Key="k1")
    again = await ask("/", "hello", Idempotency_Key="k1")
    other = await ask("/", "something else", Idempotency_Key="k1")
    assert [answer.code for answer in (first, again, other)] == [201, 200, 409]
    assert first.body == again.body == b"1\n"
    assert first.headers["Location"] == again.headers["Location"]
    assert other.body.startswith(b"409 This key was already used")


async def test_a_script_is_answered_in_json(ask):
    body = json.dumps({"text": "hello", "key": "k1", "name": "CI"})
    answer = await ask("/r/ops", body, Content_Type="application/json")
    assert json.loads(answer.body) == {"id": 1, "url": "/r/ops/1", "duplicate": False}
    again = await ask("/r/ops", body, Content_Type="application/json")
    assert json.loads(again.body)["duplicate"]


async def test_a_token_says_who_it_is_and_a_wrong_one_is_refused(ask, clients):
    person = json.loads((await ask("/-/identity", "")).body)
    ada = await clients.json()
    await ask("/", "it is me", Authorization=f"Bearer {person['token']}")
    assert (await ada.event("message"))["from"]["id"] == person["id"]
    answer = await ask("/", "it is me", Authorization="Bearer forged")
    assert answer.code == 401
    assert b"proves nobody" in answer.body


REFUSED = [
    ({"Content_Type": "image/png"}, "x", 415, "unknown_type"),
    ({"Content_Type": "application/json"}, "not json", 400, "bad_json"),
    ({"Content_Type": "application/json"}, "{}", 400, "bad_command"),
    ({"Content_Type": "application/json"}, b"\xff", 400, "bad_text"),
    ({"Content_Type": "text/plain"}, b"\xff", 400, "bad_text"),
    ({"Content_Type": FORM}, "text=%ff", 400, "bad_text"),
    ({"Content_Type": "text/plain"}, " \n", 400, "empty_text"),
    ({"Content_Type": "text/plain", "Idempotency_Key": "k" * 65}, "x", 400, "bad_key"),
    ({"Content_Type": FORM}, "text=x&name=%E2%80%8B", 400, "bad_name"),
    ({"Content_Type": "multipart/form-data; boundary=x"}, "--x--\r\n", 400, "bad_form"),
]


@pytest.mark.parametrize(("headers", "body", "status", "code"), REFUSED)
async def test_what_cannot_be_published_is_refused_in_words_and_in_the_format_asked_for(
    ask, headers, body, status, code
):
    answer = await ask("/", body, **headers, Accept="application/json")
    assert answer.code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.body)
    assert (problem["status"], problem["code"]) == (status, code)
    if "json" not in headers["Content_Type"]:
        answer = await ask("/", body, **headers)
        assert answer.body.decode() == f"{status} {problem['detail']}\n"


@pytest.mark.options("--max-message=2000", "--member-budget=4000")
async def test_what_is_too_long_is_refused(ask):
    assert (await ask("/", "x" * 2000)).code == 201
    answer = await ask("/", "x" * 2001)
    assert answer.code == 413
    assert b"at most 2000 bytes" in answer.body


@pytest.mark.parametrize("header", [{"Origin": "http://evil.example"}, {"Origin": "null"}])
async def test_a_page_of_another_site_cannot_post(ask, header):
    assert (await ask("/", "hello", **header)).code == 403


# -- reading ---------------------------------------------------------------------------


async def test_whoever_takes_anything_gets_text_to_read(ask, clients):
    empty = await ask("/r/ops")
    assert empty.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert b"curl -d hello 'http://" in empty.body
    await ask("/r/ops?name=Ada", "one\ntwo")
    await ask("/r/ops?name=Bob", "three")
    lines = (await ask("/r/ops")).body.decode().splitlines()
    assert [line[16:] for line in lines] == ["  Ada: one", "", "  Bob: three"]
    assert lines[1] == "    two"


async def test_what_others_typed_does_not_steer_a_terminal(ask):
    await ask("/", "\x1b[2J\x9b2J\x07 gone \r back")
    assert (await ask("/")).body.decode().endswith("\ufffd[2J\ufffd2J\ufffd gone \ufffd back\n")


async def test_every_form_says_where_the_log_stands_and_depends_on_what_is_accepted(ask, clients):
    await ask("/r/ops", "hello")
    member = await clients.json("Ada", "/ws/ops")
    cursor = f"{member.welcome['epoch']}:1"
    for accept in ("*/*", "text/html", "application/json"):
        for method in ("GET", "HEAD"):
            answer = await ask("/r/ops", method=method, Accept=accept)
            assert answer.code == 200
            assert answer.headers["Cursor"] == cursor
            assert answer.headers["Vary"] == "Accept"
            assert answer.headers["Cache-Control"] == "no-cache"
            assert bool(answer.body) is (method == "GET")


async def test_a_socket_is_at_the_rooms_own_address_too(ask, clients):
    one, other = await clients.json("Ada", "/r/ops"), await clients.plain("/")
    await ask("/r/ops", "hello")
    assert (await one.event("message"))["text"] == "hello"
    await other.send("in the lobby")
    assert await other.receive() == "in the lobby"


async def test_none_of_its_forms_is_406_and_another_method_405_with_what_there_is(ask):
    assert (await ask("/", Accept="image/png")).code == 406
    answer = await ask("/r/ops", "x", method="PUT")
    assert answer.code == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST, OPTIONS"


async def test_a_message_that_is_not_there_is_404_and_one_that_is_gone_410(ask):
    await ask("/r/ops", "hello")
    assert (await ask("/r/ops/2")).code == 404
    assert json.loads((await ask("/r/ops/1", **JSON)).body)["text"] == "hello"
    assert (await ask("/r/ops/0")).code == 404


@pytest.mark.options("--keep-messages=1")
async def test_a_message_that_is_no_longer_kept_is_gone(ask):
    for text in ("one", "two", "three"):
        await ask("/", text)
    assert (await ask("/r/lobby/1")).code == 410


# -- pages of other sites -----------------------------------------------------------------

ALLOWED = "https://friend.example"
FOREIGN = "https://evil.example"


async def preflight(ask, origin):
    return await ask(
        "/r/ops", method="OPTIONS", Origin=origin, Access_Control_Request_Method="POST"
    )


@pytest.mark.options(f"--allow-origin={ALLOWED}")
async def test_a_page_of_an_allowed_origin_may_read_and_post(ask):
    before = await preflight(ask, ALLOWED)
    assert before.code == 204
    assert before.headers["Access-Control-Allow-Origin"] == ALLOWED
    assert "POST" in before.headers["Access-Control-Allow-Methods"]
    assert "Idempotency-Key" in before.headers["Access-Control-Allow-Headers"]
    posted = await ask("/r/ops", "hello", Origin=ALLOWED, Sec_Fetch_Site="cross-site")
    assert (posted.code, posted.headers["Access-Control-Allow-Origin"]) == (201, ALLOWED)
    for accept in ("text/plain", "application/json"):
        read = await ask("/r/ops", Origin=ALLOWED, Accept=accept)
        assert read.headers["Access-Control-Allow-Origin"] == ALLOWED
        assert "Cursor" in read.headers["Access-Control-Expose-Headers"]
        assert read.headers["Vary"] == "Accept, Origin"


@pytest.mark.options(f"--allow-origin={ALLOWED}")
async def test_a_stream_can_be_read_by_an_allowed_page_and_by_no_other(clients):
    allowed = await clients.follow("/", EVENTS, Origin=ALLOWED)
    assert f"Access-Control-Allow-Origin: {ALLOWED}\r\n" in allowed.head
    foreign = await clients.follow("/", EVENTS, Origin=FOREIGN)
    assert "Access-Control" not in foreign.head


@pytest.mark.options(f"--allow-origin={ALLOWED}")
async def test_no_other_page_can_read_or_post(ask):
    for answer in (
        await preflight(ask, FOREIGN),
        await ask("/r/ops", Origin=FOREIGN),
        await ask("/r/ops", Origin=FOREIGN, Accept="application/json"),
    ):
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    for site in ("cross-site", "same-site"):
        refused = await ask("/r/ops", "x", Origin=FOREIGN, Sec_Fetch_Site=site, **JSON)
        assert refused.code == 403
        assert json.loads(refused.body)["code"] == "foreign_page"
    assert b"Nothing was said" in (await ask("/r/ops")).body


# -- a flood ------------------------------------------------------------------------------


async def test_who_floods_is_told_to_wait_and_others_are_not(ask, http_client, clients, tmp_path):
    http_client.max_clients = 100
    ada = await clients.json("Ada", "/ws/ops")
    token = json.loads((await ask("/-/identity", "")).body)["token"]
    plain = {"Content_Type": "text/plain", **JSON}
    with closing(sqlite3.connect(*tmp_path.glob("*.db"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # nothing can be stored for the moment
        flood = [asyncio.ensure_future(ask("/r/ops", f"{n}", **plain)) for n in range(70)]
        done, stored = set(), flood
        while len(done) < 70 - MESSAGES - 1:
            done, stored = await asyncio.wait(flood, return_when="FIRST_COMPLETED")
        honest = ask("/r/ops", "me too", Authorization=f"Bearer {token}", **plain)
        other.execute("ROLLBACK")
    for refused in [answer.result() for answer in done]:
        assert (refused.code, refused.headers["Retry-After"]) == (429, "1")
        assert json.loads(refused.body)["code"] == "too_many"
    assert {answer.code for answer in await asyncio.gather(*stored, honest)} == {201}
    ids = [(await ada.event("message"))["id"] for _ in range(len(stored) + 1)]
    assert ids == list(range(1, len(stored) + 2))

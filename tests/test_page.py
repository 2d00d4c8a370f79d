"""The pages as they leave the server; tests/browser looks at them in a browser."""

import json
import re
from urllib.parse import quote

import pytest

from chat.errors import StoreDamaged
from handlers.room import RoomPage

AS_JSON = {"Accept": "application/json"}


@pytest.fixture
def get(http_client, http_server, base_url):
    async def get(path, headers=(), **more):
        headers = {"Accept": "text/html", **dict(headers)}
        return await http_client.fetch(base_url + path, headers=headers, raise_error=False, **more)

    return get


@pytest.mark.parametrize("path", ["/", "/-/echo"])
async def test_a_page_is_html_guarded_by_its_headers(get, path):
    page = await get(path)
    assert page.code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/-/echo"])
async def test_nothing_on_a_page_is_inline_or_from_elsewhere(get, path):
    html = (await get(path)).body.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"<style|\sstyle=|\son\w+=", html)
    links = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert links
    assert all(link.startswith(("/", "#")) and not link.startswith("//") for link in links)


@pytest.mark.parametrize("path", ["/", "/-/echo"])
async def test_everything_a_page_names_is_there_and_cached_for_ever(get, path):
    html = (await get(path)).body.decode()
    for link in re.findall(r'(?:src|href)="(/static/[^"]+)"', html):
        file = await get(link)
        assert file.code == 200, link
        assert "immutable" in file.headers["Cache-Control"]
        assert file.headers["X-Content-Type-Options"] == "nosniff"


async def test_modules_import_relatively_so_the_hash_travels_with_them(get, services):
    for path in services.assets.root.rglob("*.js"):
        for target in re.findall(r'^import .*?from "([^"]+)"', path.read_text(), re.M | re.S):
            assert target.startswith("."), f"{path} imports {target}"
            assert (path.parent / target).is_file(), f"{path} imports {target}"


async def test_another_version_of_a_file_is_not_found_rather_than_cached(get, services):
    assert (await get("/static/0123456789ab/js/room.js")).code == 404
    assert (await get(f"{services.assets.prefix}/js/room.js")).code == 200


async def test_the_library_has_an_address_that_lasts_for_pages_of_any_site(get, services):
    library = await get("/static/client.js")
    assert library.body == (services.assets.root / "js" / "client.js").read_bytes()
    assert library.headers["Content-Type"].startswith("text/javascript")
    assert library.headers["Cache-Control"] == "no-cache"
    assert library.headers["Access-Control-Allow-Origin"] == "*"
    assert library.headers["X-Content-Type-Options"] == "nosniff"
    known = {"If-None-Match": library.headers["Etag"]}
    assert (await get("/static/client.js", headers=known)).code == 304
    assert (await get("/static/client.js", method="HEAD")).code == 200


async def test_the_library_is_one_file_that_needs_nothing_else(services):
    source = (services.assets.root / "js" / "client.js").read_text()
    assert not re.search(r"^import |\bimport\(", source, re.M)


@pytest.mark.parametrize(
    "path", ["/../server.py", "/%2e%2e/server.py", "/js/../../server.py", "/js"]
)
async def test_no_path_leads_out_of_the_static_tree(get, services, path):
    assert (await get(services.assets.prefix + path)).code in (403, 404)


async def test_a_file_can_be_asked_for_by_head(get, services):
    answer = await get(f"{services.assets.prefix}/js/room.js", method="HEAD")
    assert answer.code == 200
    assert not answer.body


async def test_the_page_takes_its_addresses_from_where_it_came(get, base_url):
    html = (await get("/")).body.decode()
    assert 'data-socket="/ws"' in html
    assert base_url.removeprefix("http://") not in html


async def test_the_last_messages_are_in_the_page_as_text_with_the_cursor_they_end_at(get, clients):
    ada = await clients.json("A<b>da")
    for text in ("one", "<script>two</script>", "three"):
        await ada.say(text)
        await ada.event("ack")
    await ada.command("edit", key="e", id=1, text="ONE")
    await ada.event("ack")
    html = (await get("/")).body.decode()
    assert f"{ada.welcome['epoch']}:4" in html
    assert "ONE" in html
    assert "&lt;script&gt;two&lt;/script&gt;" in html
    assert "A&lt;b&gt;da" in html
    assert "<script>two" not in html


async def test_a_page_of_history_is_json_for_whoever_asks_for_it(get, clients):
    ada = await clients.json("Ada", "/ws/den")
    for number in range(1, 8):
        await ada.say(str(number))
        await ada.event("ack")
    await ada.command("delete", key="d", id=3)
    await ada.event("ack")
    page = json.loads((await get("/r/den?before=5&limit=3", headers=AS_JSON)).body)
    assert (page["room"], page["head"], page["oldest"], page["first"]) == ("den", 8, 1, 2)
    assert [(m["id"], m.get("text"), m.get("deleted", False)) for m in page["messages"]] == [
        (2, "2", False),
        (3, None, True),
        (4, "4", False),
    ]
    assert page["messages"][0]["from"] == ada.welcome["you"]


async def test_a_page_cut_short_by_its_bytes_says_where_it_begins_and_the_rest_is_to_be_had(
    get, clients
):
    ada = await clients.json("Ada", "/ws/big")
    for number in range(1, 11):
        await ada.say(f"{number} ".ljust(60_000, "x"))
        await ada.event("ack")
    html = (await get("/r/big")).body.decode()
    shown = [int(id) for id in re.findall(r'data-id="(\d+)"', html)]
    first = int(re.search(r'data-first="(\d+)"', html)[1])
    assert shown == list(range(first, 11))
    ids, first = [], 11
    while first > 1:
        page = json.loads((await get(f"/r/big?before={first}", headers=AS_JSON)).body)
        assert 1 <= page["first"] < first
        ids[:0] = [message["id"] for message in page["messages"]]
        first = page["first"]
    assert ids == list(range(1, 11))


@pytest.mark.options("--keep-messages=4")
async def test_a_page_without_messages_begins_where_the_log_does(get, clients):
    ada = await clients.json("Ada", "/ws/den")
    await ada.say("kept no longer")
    for number in range(3):
        await ada.command("edit", key=f"e{number}", id=1, text=f"{number}")
    while (await ada.event("ack"))["id"] != 4:
        pass
    await ada.say("the only one")
    await ada.event("ack")
    page = json.loads((await get("/r/den", headers=AS_JSON)).body)
    assert (page["oldest"], page["first"], len(page["messages"])) == (2, 5, 1)
    page = json.loads((await get("/r/den?before=5", headers=AS_JSON)).body)
    assert (page["oldest"], page["first"], page["messages"]) == (2, 2, [])


@pytest.mark.parametrize("query", ["before=x", "limit=-1", "before=99999999999999999999"])
async def test_a_number_that_is_none_is_refused_in_words(get, query):
    answer = await get(f"/?{query}")
    assert answer.code == 400
    assert b"A whole number is needed" in answer.body


@pytest.mark.parametrize("path", ["/r/%E2%80%8B", "/r/a%00b", "/r/" + "x" * 65])
async def test_a_bad_rooms_name_is_refused_in_words(get, path):
    answer = await get(path)
    assert answer.code == 400
    assert b"A room's name is 1 to 64 visible characters" in answer.body


@pytest.mark.expect_log("GET /r/den is refused: store_damaged")
async def test_a_damaged_log_is_said_in_words_and_in_the_log(get, history, monkeypatch):
    async def damaged(*_, **__):
        raise StoreDamaged

    monkeypatch.setattr(history, "read", damaged)
    answer = await get("/r/den")
    assert answer.code == 500
    assert answer.body.startswith(b"500 The server's log is damaged")


async def test_looking_into_a_room_makes_none(get, services):
    assert (await get("/r/nobody-is-here")).code == 200
    assert services.hub.alive() == []


async def test_the_rooms_that_are_alive_are_listed_most_people_first(get, clients):
    await clients.json("A", "/ws/quiet")
    for name in "BC":
        await clients.json(name, "/ws/b%C3%BCro%2F2")
    rooms = json.loads((await get("/-/rooms")).body)["rooms"]
    assert rooms == [
        {"name": "büro/2", "url": "/r/b%C3%BCro%2F2", "count": 2},
        {"name": "quiet", "url": "/r/quiet", "count": 1},
    ]
    assert (await get(rooms[0]["url"])).code == 200


async def test_a_tab_can_be_somebody_else_by_a_token_and_nobody_can_be_them(get, clients):
    made = json.loads((await get("/-/identity", method="POST", body="")).body)
    token = quote(made["token"])
    one = await clients.json("Else", f"/ws?as={token}")
    assert one.welcome["you"]["id"] == made["id"]
    forged = await clients.json("Forged", f"/ws?as={token.replace('2%7C1', '2%7C2')}")
    assert forged.welcome["you"]["id"] != made["id"]


async def test_a_tabs_token_is_no_cookie_and_a_cookie_no_token(get, clients):
    made = json.loads((await get("/-/identity", method="POST", body="")).body)
    name, cookie = (await get("/")).headers["Set-Cookie"].split(";")[0].split("=", 1)
    as_cookie = await clients.json(Cookie=f"{name}={made['token']}")
    as_token = await clients.json("X", f"/ws?as={quote(cookie)}")
    known = {made["id"], *cookie.split("|")}
    assert as_cookie.welcome["you"]["id"] not in known
    assert (
        as_token.welcome["you"]["id"]
        != (await clients.json(Cookie=f"{name}={cookie}")).welcome["you"]["id"]
    )


@pytest.mark.parametrize(
    "header",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[x"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_a_page_of_another_site_makes_no_identity(get, header):
    answer = await get("/-/identity", method="POST", body="", headers=header)
    assert answer.code == 403
    assert b"another site" in answer.body


async def test_what_is_not_there_says_where_to_go(get):
    answer = await get("/nowhere")
    assert answer.code == 404
    words = b"Nothing here: the chat is at /, a room at /r/<name>, the echo console at /-/echo."
    assert answer.body == b"404 %b\n" % words
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


async def test_a_wrong_method_says_so(get):
    answer = await get("/", method="DELETE")
    assert answer.code == 405


async def test_the_identity_cookie_is_for_the_server_alone_and_is_renewed(get):
    first = (await get("/")).headers["Set-Cookie"]
    assert "HttpOnly" in first
    assert "SameSite=Lax" in first
    again = (await get("/", headers={"Cookie": first.split(";")[0]})).headers["Set-Cookie"]
    assert again.split("|")[4] == first.split("|")[4]


@pytest.fixture
def broken(monkeypatch):
    """The page of a room fails by an error of ours."""

    def get_room(self):
        raise RuntimeError("boom")

    monkeypatch.setattr(RoomPage, "get", get_room)


@pytest.mark.expect_log("GET / failed")
@pytest.mark.usefixtures("broken")
async def test_an_error_of_ours_is_one_line_with_its_traceback_in_the_log(get, caplog):
    answer = await get("/?secret=1")
    assert answer.code == 500
    assert b"boom" not in answer.body
    assert "Traceback" in caplog.text
    assert "secret=1" not in caplog.text


@pytest.mark.expect_log("GET / failed")
@pytest.mark.usefixtures("broken")
async def test_who_works_on_the_server_is_shown_the_traceback_of_an_error_of_ours(get, app):
    app.settings["serve_traceback"] = True
    answer = await get("/")
    assert answer.code == 500
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert b"An error of ours" in answer.body
    assert answer.body.endswith(b"RuntimeError: boom\n")
    assert b"Traceback" not in (await get("/nowhere")).body

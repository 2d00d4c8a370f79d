"""The pages as they leave the server; tests/browser looks at them in a browser."""

import re

import pytest


@pytest.fixture
def get(http_client, http_server, base_url):
    async def get(path, **more):
        return await http_client.fetch(base_url + path, raise_error=False, **more)

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


async def test_what_is_not_there_says_where_to_go(get):
    answer = await get("/nowhere")
    assert answer.code == 404
    assert answer.body == b"404 Nothing here: the chat is at / and the echo console at /-/echo.\n"
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


@pytest.mark.expect_log("GET / failed")
async def test_an_error_of_ours_is_one_line_with_its_traceback_in_the_log(get, monkeypatch, caplog):
    from handlers.page import RoomPage

    def get_room(self):
        raise RuntimeError("boom")

    monkeypatch.setattr(RoomPage, "get", get_room)
    answer = await get("/?secret=1")
    assert answer.code == 500
    assert b"boom" not in answer.body
    assert "Traceback" in caplog.text
    assert "secret=1" not in caplog.text

"""Which form of a room a request gets, by what the clients in the world send."""

import pytest

from handlers.wanted import HTML, JSON, TEXT, preferred

CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
    "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"
)
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("*/*", TEXT),  # curl, wget
        (CHROME, HTML),
        (FIREFOX, HTML),
        ("application/json", JSON),
        ("application/json, */*;q=0.5", JSON),  # HTTPie with a body
        ("application/json, text/plain, */*", TEXT),
        ("text/*", TEXT),
        ("text/html;q=0.5, application/json;q=0.9", JSON),
        ("text/plain;q=0, */*", HTML),
        ("TEXT/HTML", HTML),
        ("text/html; charset=utf-8", HTML),
        ("application/json;q=nonsense, text/html", HTML),
        ("image/png", None),
        ("text/html;q=0", None),
    ],
)
def test_a_request_gets_what_it_likes_best(accept, form):
    assert preferred(accept) == form

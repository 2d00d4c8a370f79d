"""The pages, rendered by the Tornado template engine, and the headers that guard them."""

from __future__ import annotations

from typing import Any

from tornado.web import HTTPError, RequestHandler

from chat.hub import LOBBY
from handlers.identity import keep_person
from handlers.logs import log_exception
from handlers.services import Services

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class PageHandler(RequestHandler):
    """What every answer to a browser carries; an error is one line of text."""

    log_exception = log_exception

    def initialize(self, services: Services, **page: str) -> None:
        self.services = services
        self.page = page

    def set_default_headers(self) -> None:
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cache-Control", "no-cache")

    def show(self, template: str, **values: Any) -> None:
        self.render(
            template,
            static=self.services.assets.prefix,
            wire="/-/wire/",
            limit=self.services.max_message,
            **self.page,
            **values,
        )

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code} {WORDS.get(status_code, self._reason)}\n")


class RoomPage(PageHandler):
    def get(self) -> None:
        keep_person(self)
        self.show("room.html", room=LOBBY)


class EchoPage(PageHandler):
    def get(self) -> None:
        self.show("echo.html")


class NothingHere(PageHandler):
    """Any other URL."""

    def prepare(self) -> None:
        raise HTTPError(404)


WORDS = {
    404: "Nothing here: the chat is at / and the echo console at /-/echo.",
    405: "This address cannot do that: open it with GET.",
    500: "An error of ours: it is in the server's log.",
}

"""The pages, rendered by the Tornado template engine, and the headers that guard them."""

from __future__ import annotations

from http.client import responses
from traceback import format_exception
from typing import Any

from msgspec import Struct
from tornado.web import HTTPError, RequestHandler

from chat import errors
from chat.codec import encode, schema
from chat.errors import Closing, Refusal
from chat.message import Identity, Problem, Rooms
from handlers.identity import new_id, tab_token
from handlers.logs import log, log_exception, shown
from handlers.origins import make_readable
from handlers.places import alive
from handlers.services import Services
from handlers.wanted import JSON, preferred

ROOM_METHODS: tuple[str, ...] = ("GET", "HEAD", "POST")
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
    """What every answer to a browser carries; an error is one line of text, with --dev more."""

    log_exception = log_exception
    methods: tuple[str, ...] = ("GET", "HEAD")
    """What its URL can be asked."""

    def initialize(self, services: Services, **page: str) -> None:
        make_readable(self.request)
        self.services = services
        self.page = page

    def prepare(self) -> None:
        self.set_header("Vary", "Accept")

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

    def answer(self, event: Struct) -> None:
        """Answers in JSON."""
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(encode(event))

    def refuse(self, refusal: Refusal) -> None:
        """Says in one line what is not to be had; the log says it when that is our fault."""
        if refusal.status >= 500 and not isinstance(refusal, Closing):
            log.error("%s is refused: %s", shown(self.request), refusal.code, exc_info=refusal)
        self.set_status(refusal.status)
        if refusal.retry_after is not None:
            self.set_header("Retry-After", str(round(refusal.retry_after)))
        if self.wants_json:
            problem = Problem(responses[refusal.status], refusal.status, str(refusal), refusal.code)
            self.set_header("Content-Type", "application/problem+json")
            self.finish(encode(problem))
        else:
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(f"{refusal.status} {refusal}\n")

    @property
    def wants_json(self) -> bool:
        return preferred(self.request.headers.get("Accept", "*/*")) == JSON

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        if status_code == 405:
            self.set_header("Allow", ", ".join(self.methods))
        self.write(f"{status_code} {WORDS.get(status_code, self._reason)}\n")
        if status_code == 500 and "exc_info" in kwargs and self.settings.get("serve_traceback"):
            self.write("".join(["\n", *format_exception(*kwargs["exc_info"])]))
        self.finish()


class RoomsPage(PageHandler):
    """The rooms that are alive, as JSON."""

    def get(self) -> None:
        self.answer(Rooms(alive(self.services.hub)))


class SchemaPage(PageHandler):
    """Everything that is said in JSON here, as JSON Schema."""

    def get(self) -> None:
        self.set_header("Content-Type", "application/schema+json; charset=utf-8")
        self.finish(schema())


class IdentityPage(PageHandler):
    """Makes an identity for one tab alone, which proves itself by the token."""

    def post(self) -> None:
        id = new_id()
        self.answer(Identity(tab_token(self, id), id))


class EchoPage(PageHandler):
    """The echo console."""

    def get(self) -> None:
        self.show("echo.html")


class NotOffered(PageHandler):
    """A room for whoever takes none of its forms."""

    methods = ROOM_METHODS

    def get(self, _: str | None = None) -> None:
        self.refuse(errors.NotOffered())

    head = get


class NothingHere(PageHandler):
    """Any other URL."""

    def prepare(self) -> None:
        raise HTTPError(404)


WORDS = {
    403: "This came from a page of another site, which may not do that here.",
    404: "Nothing here: the chat is at / and the echo console at /-/echo.",
    405: "This address cannot do that: its header Allow says what it can.",
    500: "An error of ours: it is in the server's log.",
}

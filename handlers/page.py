"""The pages, rendered by the Tornado template engine, and the headers that guard them."""

from __future__ import annotations

import math
from http.client import responses
from traceback import format_exception
from typing import Any

from msgspec import Struct
from tornado.web import HTTPError, RequestHandler

from chat import errors
from chat.answers import Identity, Problem, Rooms
from chat.codec import encode, schema
from chat.errors import BadQuery, Refusal, StoreDamaged
from handlers.identity import new_id, tab_token
from handlers.logs import log, log_exception, shown
from handlers.origins import is_allowed, make_readable
from handlers.places import alive
from handlers.services import Services
from handlers.wanted import JSON, PROBLEM, preferred

ROOM_METHODS: tuple[str, ...] = ("GET", "HEAD", "POST")
EXPOSED = "Cursor, Link, Location, Retry-After"
ASKED = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID"
"""Headers that the pages of allowed origins may read, and may send."""
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
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
    "Link": '</-/openapi.json>; rel="service-desc"; type="application/json"',  # RFC 8631
}
"""What every answer carries."""


class PageHandler(RequestHandler):
    """What every answer to a browser carries; an error is one line of text, with --dev more."""

    log_exception = log_exception
    methods: tuple[str, ...] = ("GET", "HEAD")
    """What its URL can be asked."""

    def initialize(self, services: Services, **page: Any) -> None:
        make_readable(self.request)
        self.services = services
        self.page = page

    def prepare(self) -> None:
        self._set(self.varying_headers())

    def set_default_headers(self) -> None:
        self._set(HEADERS)

    def varying_headers(self) -> dict[str, str]:
        """What an answer carries because of who asks: pages of other sites may read it if
        --allow-origin names them (https://fetch.spec.whatwg.org/#http-cors-protocol)."""
        allowed = self.services.allow_origin
        if not allowed:
            return {"Vary": "Accept"}
        vary = {"Vary": "Accept, Origin"}
        origin = self.request.headers.get("Origin", "")
        if not origin or not self.check_trusted_origin(origin):
            return vary
        return {
            **vary,
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": EXPOSED,
        }

    def check_trusted_origin(self, origin: str) -> bool:
        return is_allowed(origin, self.services.allow_origin)

    def options(self, *_: str) -> None:
        """Says what can be asked here; to a page of another site, with which headers."""
        methods = ", ".join((*self.methods, "OPTIONS"))
        self.set_status(204)
        self.set_header("Allow", methods)
        if "Access-Control-Allow-Origin" in self.varying_headers():
            self.set_header("Access-Control-Allow-Methods", methods)
            self.set_header("Access-Control-Allow-Headers", ASKED)
            self.set_header("Access-Control-Max-Age", "600")

    def argument(self, name: str) -> str:
        """What the address says for a name, or ""; raises `BadQuery` for what is no text."""
        try:
            return self.get_query_argument(name, "")
        except HTTPError:
            raise BadQuery from None

    def _set(self, headers: dict[str, str]) -> None:
        for name, value in headers.items():
            self.set_header(name, value)

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
        self.finish(encode(event) + b"\n")  # or a prompt would stick to it

    def refuse(self, refusal: Refusal) -> None:
        """Says in one line what is not to be had; the log says it when that is our fault."""
        # That nothing can be stored the history has told the log, and has told it once.
        if refusal.__cause__ or isinstance(refusal, StoreDamaged):
            log.error("%s is refused: %s", shown(self.request), refusal.code, exc_info=refusal)
        self.set_status(refusal.status)
        if refusal.retry_after is not None:
            self.set_header("Retry-After", str(math.ceil(refusal.retry_after)))
        self._say(refusal.status, refusal)

    def _say(self, status: int, refusal: Refusal, traceback: str = "") -> None:
        words = f"{refusal}{traceback}"
        if self.wants_json:
            self.set_header("Content-Type", PROBLEM)
            problem = Problem(responses[status], status, words, refusal.code)
            self.finish(encode(problem) + b"\n")
        else:
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(f"{status} {words}\n")

    @property
    def wants_json(self) -> bool:
        return preferred(self.request.headers.get("Accept", "*/*")) == JSON

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        if status_code == 405:
            self.set_header("Allow", ", ".join((*self.methods, "OPTIONS")))
        kind = ERRORS.get(status_code, errors.BadRequest)
        self._say(status_code, kind(why=self._reason), self._traceback(**kwargs))

    def _traceback(self, exc_info: Any = None) -> str:
        """Of an error of ours, where --dev shows it."""
        shown = exc_info and not isinstance(exc_info[1], HTTPError)
        if not (shown and self.settings.get("serve_traceback")):
            return ""
        return "\n\n" + "".join(format_exception(*exc_info)).rstrip()


class RoomsPage(PageHandler):
    """The rooms that are alive, as JSON."""

    def get(self) -> None:
        self.answer(Rooms(alive(self.services.hub)))

    head = get


class SchemaPage(PageHandler):
    """Everything that is said in JSON here, as JSON Schema."""

    def get(self) -> None:
        self.set_header("Content-Type", "application/schema+json; charset=utf-8")
        self.finish(schema())

    head = get


class IdentityPage(PageHandler):
    """Makes an identity for one tab alone, which proves itself by the token."""

    methods = ("POST",)

    def post(self) -> None:
        id = new_id()
        self.answer(Identity(tab_token(self, id), id))


class EchoPage(PageHandler):
    """The echo console."""

    def get(self) -> None:
        self.show("echo.html")

    head = get


class AnatomyPage(PageHandler):
    """A connection of the reader's own, explained byte by byte."""

    def get(self) -> None:
        self.show("anatomy.html")

    head = get


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


ERRORS: dict[int, type[Refusal]] = {
    403: errors.ForeignPage,
    404: errors.NothingHere,
    405: errors.BadMethod,
    500: errors.Bug,
}
"""What Tornado refuses by itself, and how we say it."""

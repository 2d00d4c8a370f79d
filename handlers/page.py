"""The pages, rendered by the Tornado template engine, and the headers that guard them."""

from __future__ import annotations

import re
from traceback import format_exception
from typing import Any

from msgspec import Struct
from tornado.web import HTTPError, RequestHandler

from chat import names
from chat.codec import encode, message, schema
from chat.errors import BadNumber, Closing, Refusal
from chat.message import Cursor, HistoryPage, Identity, Rooms
from chat.names import LOBBY
from handlers.identity import keep_person, new_id, tab_token
from handlers.logs import log, log_exception, shown
from handlers.origins import make_readable
from handlers.places import alive, urls
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

SHOWN = 50
"""Messages in the page, and in a page of history unless asked otherwise."""
MOST = 500


class PageHandler(RequestHandler):
    """What every answer to a browser carries; an error is one line of text, with --dev more."""

    log_exception = log_exception

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
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{refusal.status} {refusal}\n")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.write(f"{status_code} {WORDS.get(status_code, self._reason)}\n")
        if status_code == 500 and "exc_info" in kwargs and self.settings.get("serve_traceback"):
            self.write("".join(["\n", *format_exception(*kwargs["exc_info"])]))
        self.finish()


class RoomPage(PageHandler):
    """A room: the page with the last messages in it, or a page of its history as JSON."""

    async def get(self, name: str = LOBBY) -> None:
        try:
            room = names.checked_room(name)
            before = self._number("before", None)
            limit = min(self._number("limit", SHOWN) or SHOWN, MOST)
            page = await self.services.hub.page(room, before, limit)
        except Refusal as refusal:
            self.refuse(refusal)
            return
        messages = [message(record) for record in page.records]
        # A page may be short because its messages are long: only an empty one has reached the end.
        first = messages[0].id if messages else page.position.oldest
        answer = HistoryPage(room, *page.position, first, messages)
        if "application/json" in self.request.headers.get("Accept", ""):
            self.answer(answer)
        else:
            keep_person(self)
            self._show(answer)

    def _show(self, page: HistoryPage) -> None:
        here = urls(page.room)
        self.show(
            "room.html",
            room=page.room,
            socket=here.socket,
            messages=page.messages,
            cursor=str(Cursor(page.epoch, page.head)),
            oldest=page.oldest,
            first=page.first,
            rooms=alive(self.services.hub),
        )

    def _number(self, name: str, default: int | None) -> int | None:
        given = self.get_query_argument(name, "")
        if given and not re.fullmatch("[0-9]{1,16}", given):
            raise BadNumber(name=name)
        return int(given) if given else default


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


class NothingHere(PageHandler):
    """Any other URL."""

    def prepare(self) -> None:
        raise HTTPError(404)


WORDS = {
    403: "This came from a page of another site, which may not do that here.",
    404: "Nothing here: the chat is at / and the echo console at /-/echo.",
    405: "This address cannot do that: open it with GET.",
    500: "An error of ours: it is in the server's log.",
}

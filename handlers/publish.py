"""POST: whoever speaks HTTP says something to a room, in one request.

Who says it is who the cookie or the bearer token proves, and else the unverified person
`guest`, under whatever name they give. A key is theirs in that room; all guests share theirs.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar, NamedTuple
from weakref import WeakValueDictionary

from tornado.web import HTTPError

from chat import names
from chat.answers import Published
from chat.codec import parse_publish
from chat.errors import BadForm, BadText, Refusal, TooLong, TooManyAtOnce, UnknownType
from chat.history import Stored
from chat.message import Person
from chat.names import LOBBY
from handlers.gate import address_of
from handlers.identity import bearer_id, person_id
from handlers.page import ROOM_METHODS, PageHandler
from handlers.places import message_url
from handlers.unstored import Unstored
from handlers.wanted import JSON

GUEST = "guest"
"""The id of everybody who proves none."""
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Said(NamedTuple):
    """What a request wants to say."""

    text: str
    key: str | None
    name: str | None


class PublishHandler(PageHandler):
    """Answers with the id, and the URL, of what was stored."""

    methods = ROOM_METHODS
    unstored: ClassVar[WeakValueDictionary[str, Unstored]] = WeakValueDictionary()
    """What everybody who publishes has on its way into the log."""

    async def post(self, name: str | None = None) -> None:
        try:
            room = names.checked_room(name or LOBBY)
            said = self._said()
            self._check_size(said.text)
            stored = await self._publish(room, *await self._slowed(self._who(said)), said)
        except Refusal as refusal:
            self.refuse(refusal)
            return
        self._answer(room, stored)

    async def _slowed(self, who: Person) -> tuple[Person, str]:
        """Who it is, and what they are counted by, once it is their turn.

        Guests are one person, and so are told apart by where they are.
        """
        address = address_of(self.request)
        sender = f"{who.id} {address}" if who.id == GUEST else who.id
        if wait := self.services.gate.wait(sender, address):
            await asyncio.sleep(wait)
        return who, sender

    def _publish(self, room: str, who: Person, sender: str, said: Said) -> asyncio.Future[Stored]:
        waiting = self.unstored.setdefault(sender, Unstored())
        if waiting.over:
            raise TooManyAtOnce
        stored = self.services.hub.publish(room, who, said.text, said.key)
        waiting.add(stored, len(said.text))
        return stored

    @property
    def wants_json(self) -> bool:
        return super().wants_json or self._type == JSON

    def _answer(self, room: str, stored: Stored) -> None:
        url = message_url(room, stored.id)
        self.set_status(200 if stored.duplicate else 201)
        self.set_header("Location", url)
        if self.wants_json:
            self.answer(Published(stored.id, url, stored.duplicate))
        else:
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(f"{stored.id}\n")

    # -- what is said ----------------------------------------------------------------------

    @property
    def _type(self) -> str:
        return self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    def _said(self) -> Said:
        key = self.request.headers.get("Idempotency-Key")
        name = self.argument("name") or None
        if self._type == JSON:
            asked = parse_publish(self.request.body)
            return Said(asked.text, asked.key or key, asked.name or name)
        if self._type in FORMS and "text" in self.request.body_arguments:
            text, own_key, own_name = map(self._field, ("text", "key", "name"))
            return Said(text or "", own_key or key, own_name or name)
        if self._type == FORMS[1]:
            raise BadForm
        # What `curl -d` sends is called a form, and is text all the same.
        if self._type in ("", "text/plain", FORMS[0]):
            return Said(self._body(), key, name)
        raise UnknownType(type=self._type)

    def _body(self) -> str:
        try:
            return self.request.body.decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise BadText from None

    def _field(self, name: str) -> str | None:
        try:
            return self.get_body_argument(name, None, strip=False)
        except HTTPError:
            raise BadText from None

    def _check_size(self, text: str) -> None:
        size, limit = len(text.encode(errors="surrogatepass")), self.services.max_message
        if size > limit:
            raise TooLong(limit=limit, size=size)

    # -- who says it -----------------------------------------------------------------------

    def _who(self, said: Said) -> Person:
        name = names.checked(said.name) if said.name else names.NOBODY
        return Person(bearer_id(self) or person_id(self) or GUEST, name)

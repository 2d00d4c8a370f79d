"""Members who speak HTTP alone: three ways to read a room, and one to publish.

What was cut in the middle was not received: a line without its end, an event without the
empty line behind it, a body that is shorter than it was to be.
"""

import asyncio
import io
import json
from contextlib import suppress
from http.client import HTTPMessage, parse_headers
from typing import Any

from chaos.members import CUT_OFF, OPENS_WITHIN, Member
from chaos.publisher import ANSWERS_WITHIN, Publisher
from chaos.reader import Reader, read, written
from chaos.recording import Connection, Place, Publish

LONGEST = 2**13
"""Bytes in a line or an event."""
WAITS, PAGE = 2, 5
"""Seconds that a poll waits, and messages that it takes at most."""


class HttpMember(Member):
    """Asks again and again on one connection, or holds an answer open."""

    _writer: asyncio.StreamWriter | None = None

    async def come_back(self) -> None:
        if self._writer:
            self._writer.transport.abort()

    async def _be_connected(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(
            sock=await self._dial(), limit=LONGEST
        )
        self.connections += 1
        try:
            await self._converse()
        finally:
            self._writer.transport.abort()
            self._writer = None

    async def _converse(self) -> None:
        raise NotImplementedError

    async def _ask(
        self, line: str, within: float, body: bytes = b"", **fields: str
    ) -> tuple[int, HTTPMessage]:
        """The status and the header of the answer, if it comes in time."""
        fields = {"Host": f"127.0.0.1:{self._port}", "Content-Length": str(len(body)), **fields}
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
        self._writer.write(f"{line} HTTP/1.1\r\n{head}\r\n".encode() + body)
        await self._may_read.wait()
        answer = await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), within)
        status, _, header = answer.partition(b"\r\n")
        return int(status.split()[1]), parse_headers(io.BytesIO(header))

    async def _body(self, header: HTTPMessage) -> dict:
        size = int(header["Content-Length"])
        return json.loads(await asyncio.wait_for(self._reader.readexactly(size), ANSWERS_WITHIN))


class Lines(Reader, HttpMember):
    """Holds an answer open, in which each event is a line of JSON."""

    kind = "lines of JSON"
    accept = "application/x-ndjson"
    end = b"\n"

    async def _converse(self) -> None:
        self.connected()
        status, _ = await self._ask(
            f"GET {self.path()}", OPENS_WITHIN, Accept=self.accept, **self.fields()
        )
        while status == 200:
            await self._may_read.wait()
            self.got((await self._reader.readuntil(self.end)).decode())

    def path(self) -> str:
        return "/" if self.cursor is None else f"/?since={written(self.cursor)}"

    def fields(self) -> dict[str, str]:
        return {}

    def got(self, line: str) -> None:
        self.got_event(json.loads(line))

    def got_event(self, event: dict) -> None:
        super().got_event(event)
        if event["type"] == "goodbye":
            self.closes[event["code"]] += 1


class Events(Lines):
    """Server-Sent Events, as an EventSource takes them: the address never changes.

    Its cursor is the last `id`, whatever that stands on, and nothing else.
    """

    kind = "event streams"
    accept = "text/event-stream"
    end = b"\n\n"

    def __init__(self, *seat: Any, from_start: bool) -> None:
        super().__init__(*seat, from_start=from_start)
        self._path = super().path()

    def path(self) -> str:
        return self._path

    def fields(self) -> dict[str, str]:
        return {"Last-Event-ID": written(self.cursor)} if self.cursor else {}

    def got(self, block: str) -> None:
        fields = dict(line.partition(": ")[::2] for line in block.split("\n"))
        if "data" in fields:
            self.got_event(json.loads(fields["data"]))
        if "id" in fields:
            self._come_to(read(fields["id"]))

    def _come_to(self, cursor: Place) -> None:
        if self._connection.cursor is None:  # here it begins
            self._connection.cursor = cursor
        self.move(cursor)

    def _go_to(self, id: int) -> None:
        """That is for the `id` to say."""


class Poller(Reader, HttpMember):
    """Asks for what follows its cursor, and waits for it; each page is a connection of its own."""

    kind = "long polls"

    async def _converse(self) -> None:
        while True:
            await self._page()

    async def _page(self) -> None:
        since = f"&since={written(self.cursor)}" if self.cursor else ""
        line = f"GET /?wait={WAITS}&limit={PAGE}{since}"
        status, header = await self._ask(line, WAITS + OPENS_WITHIN, Accept="application/json")
        page = await self._body(header)
        if status != 200:
            raise EOFError(page["code"])
        self._got_page(page)

    def _got_page(self, page: dict) -> None:
        begins = page["head"] if self.cursor else page["first"] - 1
        self._connection = Connection(self.name, self.cursor, page["epoch"], begins)
        self._recording.connections.append(self._connection)
        for event in [page["gap"]] if page.get("gap") else []:
            self._gap(event)
        for message in page["messages"]:
            self._said(message)
        self.move(read(page["cursor"]))

    def _go_to(self, id: int) -> None:
        """That is for the page's cursor to say."""


class Poster(Publisher, HttpMember):
    """Publishes by POST, one after the other, under `Idempotency-Key`."""

    kind = "POST"

    def __init__(self, *seat: Any, token: str, person: str) -> None:
        super().__init__(*seat)
        self.person = person
        self._token = token
        self._turn = asyncio.Lock()
        self._over = asyncio.Event()

    def cut_off(self) -> None:
        self._hang_up()

    async def _converse(self) -> None:
        """The log's epoch is the same for as long as the server runs, and so the connection."""
        status, header = await self._ask("HEAD /", OPENS_WITHIN, Accept="application/json")
        if status != 200:
            return
        self._epoch = read(header["Cursor"]).epoch
        self._over.clear()
        self._here.set()
        await self._over.wait()

    async def come_back(self) -> None:
        await super().come_back()
        self._hang_up()

    def _hang_up(self) -> None:
        self._here.clear()
        self._over.set()

    async def _send(self, publish: Publish) -> dict | None:
        async with self._turn:
            if self._over.is_set():
                return None
            with suppress(*CUT_OFF):
                return await self._post(publish)
            self._hang_up()  # the answer may yet come, and is not that to what is asked next
            return None

    async def _post(self, publish: Publish) -> dict:
        status, header = await self._ask(
            f"POST /?name={self.name}",
            ANSWERS_WITHIN,
            publish.text.encode(),
            Accept="application/json",
            Content_Type="text/plain",
            Authorization=f"Bearer {self._token}",
            Idempotency_Key=publish.key,
        )
        answer = await self._body(header)
        if status in (200, 201):
            for id in {answer["id"], int(header["Location"].rpartition("/")[2])}:
                self._acked(publish, Place(self._epoch, id))
            self.messages += 1
        else:
            if "Retry-After" in header:
                answer["retry_after"] = float(header["Retry-After"])
            self._refused(publish, answer)
        return answer

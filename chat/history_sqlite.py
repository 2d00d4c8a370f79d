"""The log in one SQLite file, written by one thread.

Everything that touches the disk happens in that thread, in the order it was asked
for: no fsync, checkpoint or slow disk ever stops the loop, and what a page shows
has been delivered before. All that was appended in one turn of the loop, or while
the last batch was being committed, is one transaction (group commit).
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

from chat.errors import Closing, Refusal, StoreFailed
from chat.history import (
    DEFAULT,
    Clock,
    Deliver,
    Page,
    Retention,
    Stored,
    resolve,
    token,
    wall_clock,
)
from chat.logfile import Committed, LogFile, News
from chat.message import Draft

log = logging.getLogger("broadcaster")
T = TypeVar("T")

MOST_AT_ONCE = 1000
"""Drafts in one transaction: SQLite takes 32,766 values in a statement."""
LET_GO_EVERY = 600.0
"""Seconds between two looks for what is too old to be kept."""

Append = tuple[Draft, "asyncio.Future[Stored]"]


class SqliteHistory:
    """The log in the file at `path`; raises `chat.schema.Unusable` when it cannot be that.

    `durability` is "power", on disk before the ack, or "process", which survives
    kill -9 but not a pulled plug.
    """

    def __init__(
        self,
        path: Path,
        retention: Retention = DEFAULT,
        durability: str = "power",
        *,
        now: Clock = wall_clock,
        token: Callable[[], str] = token,
    ) -> None:
        self._file = LogFile(path, retention, durability, token)
        self._now = now
        self._waiting: list[Append] = []
        self._busy = False
        self._closed = False
        self._failing = ""
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._loop: asyncio.AbstractEventLoop
        self._deliver: Deliver

    def open(self, deliver: Deliver) -> None:
        self._loop = asyncio.get_running_loop()
        self._deliver = deliver
        self._thread.start()
        self._let_go()

    def append(self, draft: Draft) -> "asyncio.Future[Stored]":
        future: asyncio.Future[Stored] = self._loop.create_future()
        if self._closed:
            future.set_exception(Closing(key=draft.key))
            return future
        self._waiting.append((draft, future))
        if not self._busy:
            self._busy = True
            self._loop.call_soon(self._hand_over)
        return future

    async def read(
        self, room: str, *, after: int | None = None, before: int | None = None, limit: int
    ) -> Page:
        if self._closed:
            raise Closing
        return await self._ask(lambda: self._file.read(room, after, before, limit))

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._timer.cancel()
        while self._waiting or self._busy:
            await self._ask(lambda: None)
        await self._ask(self._file.close)
        self._work.put(None)
        self._thread.join()

    # -- on the loop ---------------------------------------------------------------

    def _hand_over(self) -> None:
        """Gives the thread all that waits, as one transaction."""
        batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
        drafts = [draft for draft, _ in batch]
        done = self._ask(lambda: self._file.commit(drafts, self._now()))
        done.add_done_callback(lambda done: self._committed(batch, done))

    def _committed(self, batch: list[Append], done: "asyncio.Future[Committed]") -> None:
        """Delivers a batch, tells those who appended, and begins the next."""
        try:
            outcomes, news = done.result()
            self._failing = ""
        except Exception as error:
            outcomes, news = self._refusals(batch, error), {}
        self._tell(news)
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            resolve(future, outcome)
        if self._waiting:
            self._hand_over()
        else:
            self._busy = False

    def _tell(self, news: News) -> None:
        for room, (records, position) in news.items():
            try:
                self._deliver(room, records, position)
            except Exception:
                log.exception("a delivery failed; the messages are in the log")

    def _refusals(self, batch: list[Append], error: Exception) -> list[Stored | Refusal]:
        """What everybody in a failed batch is told; the log is told once until it works again."""
        kind = type(error) if isinstance(error, Refusal) else StoreFailed
        if self._failing != kind.code:
            self._failing = kind.code
            log.error("messages are refused (%s)", kind.code, exc_info=error)
        return [kind(key=draft.key) for draft, _ in batch]

    def _let_go(self) -> None:
        self._timer = self._loop.call_later(LET_GO_EVERY, self._let_go)
        self._ask(lambda: self._file.let_go(self._now())).add_done_callback(self._let_went)

    def _let_went(self, done: "asyncio.Future[News]") -> None:
        if error := done.exception():
            log.error("what is too old could not be let go of", exc_info=error)
        else:
            self._tell(done.result())

    # -- between loop and thread ---------------------------------------------------

    def _ask(self, work: Callable[[], T]) -> "asyncio.Future[T]":
        """Has the thread do something; resolves on the loop, in the order of asking."""
        future: asyncio.Future[T] = self._loop.create_future()

        def do() -> None:
            try:
                outcome = work()
            except Exception as error:
                self._loop.call_soon_threadsafe(_fail, future, error)
            else:
                self._loop.call_soon_threadsafe(_settle, future, outcome)

        self._work.put(do)
        return future

    def _run(self) -> None:
        while work := self._work.get():
            work()


def _settle(future: "asyncio.Future[T]", outcome: T) -> None:
    if not future.cancelled():
        future.set_result(outcome)


def _fail(future: "asyncio.Future[T]", error: Exception) -> None:
    if not future.cancelled():
        future.set_exception(error)

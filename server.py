#!/usr/bin/env python3
"""WebSocket Broadcaster: a realtime group chat and broadcast server.

    python server.py --port=8888 --mode=broadcast

Options -> history -> hub -> application -> listen -> until SIGTERM -> drain.
This is the only place that knows which history is behind the protocol.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036, an older Python gets this far, and no further
    sys.exit("server.py: this needs Python 3.11 or newer; start it by bin/run, which finds one.")

import asyncio
import errno
import gc
import io
import logging
import os
import signal
import socket
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

try:
    import msgspec  # noqa: F401, all that requirements.txt names is missed here, in words
    import segno
    from tornado.httpserver import HTTPServer
    from tornado.netutil import bind_sockets
except ModuleNotFoundError as missing:
    sys.exit(
        f"server.py: the package {missing.name} is not installed;"
        " start the server by bin/run, or do pip install -r requirements.txt first."
    )

import settings as options
from chat import names
from chat.errors import GOING_AWAY, RESTART
from chat.history import History, MemoryHistory, Retention
from chat.history_sqlite import SqliteHistory
from chat.hub import Hub
from chat.liveness import Liveness
from chat.message import Limits
from chat.room import Terms
from chat.schema import Unusable
from handlers import application
from handlers.assets import Assets
from handlers.engine.budget import Budget
from handlers.engine.door import BACKLOG, Door
from handlers.engine.roads import Roads
from handlers.follow import Follower
from handlers.gate import Gate, GateTerms
from handlers.identity import BadKey, new_key, signing_key
from handlers.keepalive import keep_alive
from handlers.logs import set_up
from handlers.services import Services
from handlers.socket import SocketHandler
from handlers.tap import Taps
from handlers.watch import WatchHandler
from settings import BadOption, Settings

HERE = Path(__file__).resolve().parent
GRACE = 2.0
"""Seconds that members have to answer our close before the process goes anyway."""

log = logging.getLogger("broadcaster")


class CannotStart(Exception):
    """What keeps the server from starting; `str()` says what to do about it."""


def main() -> None:
    """Runs the server until it is told to stop; exits 0, or 1 when it cannot start."""
    try:
        settings = options.read(sys.argv[1:])
        if settings:
            set_up(settings.logging)
            asyncio.run(serve(settings))
    except (BadOption, CannotStart) as error:
        sys.exit(f"server.py: {error}.")


async def serve(settings: Settings) -> None:
    """One server from start to end."""
    told_to_stop = _signals()
    key = _signing_key(settings)
    sockets = _listen(settings)
    history = make_history(settings)
    services = compose(settings, history)
    server = HTTPServer(
        application(services, key, str(HERE / "templates"), settings.dev),
        max_header_size=16 * 1024,
        # Room to be told what is too long, and for what a form or JSON adds.
        max_body_size=8 * settings.max_message,
        # Whoever sends a request byte by byte has so many seconds, for its head and for its body.
        idle_connection_timeout=75,
        body_timeout=75,
    )
    server.add_sockets(sockets)
    if settings.ping_interval:
        keep_alive(services.liveness)
    _announce(settings, min(sockets, key=lambda one: one.family))  # IPv4 before IPv6
    _rest_the_collector()
    await _drain(server, services.hub, history, await told_to_stop)


def compose(settings: Settings, history: History) -> Services:
    """Puts the parts together around a history."""
    hub = Hub(
        history,
        later=asyncio.get_running_loop().call_later,
        terms=Terms(
            Limits(settings.max_message, names.LONGEST, settings.key_days),
            heartbeat=settings.ping_interval,
            ring=settings.member_budget // 2,
            members=settings.max_room_members,
            rooms=settings.max_rooms,
        ),
    )
    history.open(hub.deliver)
    return Services(
        mode=settings.mode,
        hub=hub,
        liveness=Liveness(settings.ping_interval, settings.ping_timeout),
        taps=Taps(),
        roads=Roads(settings.engine, Budget(settings.member_budget, settings.total_budget)),
        assets=Assets(HERE / "static"),
        gate=Gate(
            GateTerms(
                members=settings.max_members,
                address_members=settings.max_address_members,
                rate=settings.rate,
                address_rate=settings.address_rate,
            )
        ),
        max_message=settings.max_message,
        member_budget=settings.member_budget,
        allow_origin=settings.allow_origin,
    )


# -- starting ------------------------------------------------------------------


def _rest_the_collector() -> None:
    """What is there now stays: the garbage collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 100)


def _signing_key(settings: Settings) -> str:
    if settings.store == "memory:":
        return new_key()
    try:
        return signing_key(settings.data)
    except BadKey as error:
        raise CannotStart(str(error)) from None
    except OSError as error:
        raise CannotStart(
            f"the data folder {settings.data} cannot be used ({error.strerror});"
            " choose another by --data"
        ) from None


def make_history(settings: Settings) -> History:
    """The one place that knows which store is behind the protocol."""
    retention = Retention(settings.keep_messages, settings.keep_days, settings.key_days)
    if settings.store == "memory:":
        return MemoryHistory(retention)
    path = Path(settings.store.removeprefix("sqlite:"))
    try:
        return SqliteHistory(path, retention, settings.durability)
    except Unusable as error:
        raise CannotStart(str(error)) from None


def _listen(settings: Settings) -> Sequence[socket.socket]:
    address = "" if settings.lan else settings.address
    try:
        return [Door(sock) for sock in bind_sockets(settings.port, address, backlog=BACKLOG)]
    except OSError as error:
        where = f"port {settings.port} of {address or 'this machine'}"
        what = "--port" if error.errno == errno.EADDRINUSE else "--address or --port"
        raise CannotStart(
            f"{where} is not to be had ({error.strerror or error});"
            f" stop what holds it, or choose another by {what}"
        ) from None


def _announce(settings: Settings, listening: socket.socket) -> None:
    """Names every URL to open, and says loudly when the door stands open."""
    host, port = listening.getsockname()[:2]
    alone = ip_address(host).is_loopback
    if ip_address(host).is_unspecified:
        host = _lan_address(listening.family)
    at = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if not alone:
        log.warning("OPEN TO THE NETWORK: everybody who can reach this machine can take part")
    if settings.lan:
        _draw(f"http://{at}/")
    if "*" in settings.allow_origin:
        log.warning("ANY SITE MAY CONNECT: --allow-origin=* lets every web page take part")
    if settings.dev:
        log.warning("DEVELOPMENT: --dev shows tracebacks to visitors; not for the network")
    print(f"WebSocket Broadcaster, {settings.mode} mode. Ctrl-C stops it.\n")
    print(f"  page   http://{at}/          socket  ws://{at}/ws")
    print(f"  echo   http://{at}/-/echo    socket  ws://{at}/-/echo/ws\n", flush=True)


def _draw(url: str) -> None:
    """Shows a code to scan, unless stdout has no characters to draw it with."""
    code = io.StringIO()
    segno.make(url).terminal(code, compact=True)
    with suppress(UnicodeEncodeError):
        print(code.getvalue())


def _lan_address(family: int) -> str:
    """The address that others on the network reach this machine at, as far as one can tell."""
    six = family == socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a datagram socket sends nothing; it only picks the way out.
            probe.connect(("2001:db8::1" if six else "192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "::1" if six else socket.gethostname()


# -- stopping ------------------------------------------------------------------


def _signals() -> asyncio.Future[int]:
    """Resolves to the close code for SIGTERM or SIGINT; a second one ends at once."""
    loop = asyncio.get_running_loop()
    told: asyncio.Future[int] = loop.create_future()

    def stop(code: int) -> None:
        if told.done():
            os._exit(1)
        told.set_result(code)

    loop.add_signal_handler(signal.SIGTERM, stop, RESTART)
    loop.add_signal_handler(signal.SIGINT, stop, GOING_AWAY)
    return told


async def _drain(server: HTTPServer, hub: Hub, history: History, code: int) -> None:
    """Takes nothing new, delivers what was taken, tells everybody, and waits a little."""
    log.info("stopping: %d to say goodbye to", len(_everybody()))
    server.stop()
    hub.send_home()
    await history.close()
    watchers = {waiter for waiter in SocketHandler.waiters if isinstance(waiter, WatchHandler)}
    await _see_off(_everybody() - watchers, code)
    await _see_off(watchers, code)  # who saw the others go
    await server.close_all_connections()
    log.info("stopped")


def _everybody() -> set[SocketHandler | Follower]:
    """Who is connected to stay."""
    return {*SocketHandler.waiters, *Follower.followers}


async def _see_off(waiters: AbstractSet[SocketHandler | Follower], code: int) -> None:
    """Closes these and waits until they have answered, but not for ever."""
    window = (0.2, max(1.0, len(waiters) / 500))
    for waiter in waiters:
        waiter.say_goodbye(code, window)
        waiter.close(code)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + GRACE
    while waiters & _everybody() and loop.time() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    main()

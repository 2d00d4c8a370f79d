"""Keepalive: one callback on the IOLoop looks after every waiter, again and again.

Not a timer per connection: a number is compared for each, so thousands cost a
millisecond, and their pings are spread over the interval. Each sweep asks for
the next by `call_later`, because a `PeriodicCallback` goes by the wall clock and
pauses when that is set back.
"""

import logging
import time

from tornado.ioloop import IOLoop

from chat.errors import SILENT
from chat.liveness import Liveness, Verdict
from handlers.socket import SocketHandler

log = logging.getLogger("broadcaster")


def keep_alive(liveness: Liveness) -> None:
    """Sweeps from now on, for as long as the loop runs."""
    IOLoop.current().call_later(liveness.sweep_every, keep_alive, liveness)
    sweep(liveness, time.monotonic())


def sweep(liveness: Liveness, now: float) -> None:
    """Pings the waiters whose turn it is and closes those who stayed silent."""
    # Nearly all are passed over, or this would be dear for thousands.
    for waiter in [waiter for waiter in SocketHandler.waiters if waiter.pulse.look <= now]:
        if waiter.ws_connection is not None:
            _look(waiter, liveness, now)


def _look(waiter: SocketHandler, liveness: Liveness, now: float) -> None:
    if waiter.line.alive:
        waiter.line.alive = False
        waiter.pulse.heard()
    match liveness.verdict(waiter.pulse, now):
        case Verdict.PING:
            waiter.ping_now()
        case Verdict.SILENT:
            log.info("%s was silent for %g s", waiter.name, liveness.timeout)
            waiter.close(SILENT)

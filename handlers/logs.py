"""What is written to the log: a line per event, a traceback for errors of ours.

Never a query string, never a secret, never what anybody wrote: the secret of
`?wire=` and of `/-/wire/` is the right to look.
"""

from __future__ import annotations

import logging
import re
from types import TracebackType

from tornado.httputil import HTTPServerRequest
from tornado.web import HTTPError, RequestHandler

log = logging.getLogger("broadcaster")
FORMAT = "%(asctime)s %(levelname)-7s %(message)s"

_secret = re.compile("(?<=/-/wire/).+")


def set_up(level: str) -> None:
    """Everything goes to stderr, one readable line per event, from `level` up."""
    logging.basicConfig(level=level.upper(), format=FORMAT, force=True)
    logging.getLogger("asyncio").setLevel(logging.WARNING)


def shown(request: HTTPServerRequest) -> str:
    """The request as the log may show it."""
    return f"{request.method} {_secret.sub('<secret>', request.path)}"


def log_request(handler: RequestHandler) -> None:
    """Tornado's `log_function`: pages at info, static files at debug, sockets themselves."""
    status = handler.get_status()
    if status == 101:
        return
    quiet = handler.request.path.startswith("/static/") and status < 400
    log.log(
        logging.DEBUG if quiet else logging.INFO,
        "%s %d in %.1f ms, to %s",
        shown(handler.request),
        status,
        1000 * handler.request.request_time(),
        handler.request.remote_ip,
    )


def log_exception(
    handler: RequestHandler,
    typ: type[BaseException] | None,
    value: BaseException | None,
    tb: TracebackType | None,
) -> None:
    """Replaces Tornado's own, which shows the whole request, query and all."""
    if isinstance(value, HTTPError):
        return  # an answer to the client, and `log_request` has its line
    log.error("%s failed", shown(handler.request), exc_info=value)

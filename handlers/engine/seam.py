"""The little of Tornado that is private, or said to be, and touched here all the same.

A contract test (tests/test_seam.py) fails in words when a new Tornado changes any of it.

- `websocket_mask`: the C function that unmasks a payload, 5 times as fast at 64 bytes
  and 30 times at 64 KiB as the fastest way in Python alone.
- Two methods that `WebSocketProtocol` wants of every protocol are there for Tornado's own
  client, and named as private.
- A request is finished by Tornado when its handler returns, unless `_auto_finish` is off.
  Its answer to a handshake takes as long as all the rest of ours.
- The stream of a request, by which alone one learns that the client has hung up already,
  or what encrypts it.
- A handler keeps its request, its headers and their answer for as long as it lives. After
  the handshake nothing asks for them again, and ten thousand idle members would hold
  ten times the memory.
"""

from __future__ import annotations

from ssl import SSLSocket
from typing import Any, NoReturn

from tornado.httputil import HTTPServerRequest
from tornado.iostream import IOStream
from tornado.util import _websocket_mask
from tornado.web import RequestHandler
from tornado.websocket import WebSocketHandler, WebSocketProtocol

unmask = _websocket_mask
"""unmask(mask, data): section 5.3 of RFC 6455."""

SPENT = (
    "_auto_finish",
    "_finished",
    "_headers",
    "_headers_written",
    "_prepared_future",
    "_reason",
    "_transforms",
    "_write_buffer",
    "application",
    "open_args",
    "open_kwargs",
    "path_args",
    "path_kwargs",
    "request",
    "ui",
)
"""What a handler has no use for once its connection is open."""


class ServerProtocol(WebSocketProtocol):
    """Tornado's abstract protocol without what only a client has."""

    def _process_server_headers(self, key: Any, headers: Any) -> NoReturn:
        raise NotImplementedError

    async def _receive_frame_loop(self) -> NoReturn:
        raise NotImplementedError


def take_over(handler: RequestHandler, status: int) -> IOStream:
    """Takes a request's connection before it is answered, which is for the taker to do."""
    handler.set_status(status)
    handler._auto_finish = False
    return handler.detach()


def lighten(handler: WebSocketHandler) -> None:
    """Lets go of what a handler needed for the handshake alone."""
    kept = {name: value for name, value in vars(handler).items() if name not in SPENT}
    handler.__dict__ = kept  # a dictionary of its own size


def encryption(request: HTTPServerRequest) -> dict[str, str] | None:
    """The version of TLS that a request came by, and its cipher; None where there is none."""
    sock = request.connection.stream.socket  # type: ignore[union-attr]
    cipher = sock.cipher() if isinstance(sock, SSLSocket) else None
    return {"version": cipher[1], "cipher": cipher[0]} if cipher else None


def is_gone(request: HTTPServerRequest) -> bool:
    """Whether the client has hung up already."""
    return bool(request.connection.stream.closed())  # type: ignore[union-attr]

"""What an echo says first when it is asked to (`hello=1`): the client as the server sees it."""

from __future__ import annotations

from tornado.httputil import HTTPServerRequest

from chat.message import Event
from chat.watching import Header
from handlers.engine.connection import Connection
from handlers.seen import headers_of, query_of


class Hello(Event, frozen=True, tag="hello"):
    """Whose connection this is, and what was agreed on; `seed` is what chance goes by.

    As a watcher is shown them, `headers` and `query` are without what gives somebody rights:
    a cookie that is kept from a page's scripts is not to be had by asking for it here.
    """

    address: str
    path: str
    query: str
    headers: tuple[Header, ...]
    subprotocol: str | None
    extensions: str | None
    tls: dict[str, str] | None
    seed: int


def hello(
    request: HTTPServerRequest,
    connection: Connection,
    secret: str,
    tls: dict[str, str] | None,
    seed: int,
) -> Hello:
    """What to say of this connection, which may have the secret of a watcher."""
    return Hello(
        address=request.remote_ip or "",
        path=request.path,
        query=query_of(request, secret),
        headers=headers_of(request, secret),
        subprotocol=connection.selected_subprotocol,
        extensions=connection.extensions,
        tls=tls,
        seed=seed,
    )

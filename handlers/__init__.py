"""Everything that knows Tornado, and no rule of the chat: one line per URL."""

from __future__ import annotations

from typing import Any

from tornado.web import Application

from handlers.assets import AssetHandler
from handlers.broadcast import BroadcastHandler
from handlers.echo import EchoHandler
from handlers.identity import cookie_name
from handlers.logs import log_request
from handlers.page import EchoPage, IdentityPage, NothingHere, RoomPage, RoomsPage, SchemaPage
from handlers.services import Services
from handlers.tap import SHAPE
from handlers.watch import WatchHandler

# What `/` and `/ws` are, in each mode.
FRONT = {
    "broadcast": (RoomPage, BroadcastHandler),
    "echo": (EchoPage, EchoHandler),
}


def routes(services: Services) -> list[Any]:
    page, socket = FRONT[services.mode]
    has = {"services": services}
    return [
        (r"/", page, {**has, "socket": "/ws"} if page is EchoPage else has),
        (r"/ws", socket, has),
        (r"/r/([^/]+)", RoomPage, has),
        (r"/ws/([^/]+)", BroadcastHandler, has),
        (r"/-/rooms", RoomsPage, has),
        (r"/-/schema.json", SchemaPage, has),
        (r"/-/identity", IdentityPage, has),
        (r"/-/echo", EchoPage, {**has, "socket": "/-/echo/ws"}),
        (r"/-/echo/ws", EchoHandler, has),
        (rf"/-/wire/({SHAPE})", WatchHandler, has),
        (r"/static/([0-9a-f]+)/(.*)", AssetHandler, {"assets": services.assets}),
    ]


def application(services: Services, key: str, templates: str, dev: bool = False) -> Application:
    """The web application; `key` signs the cookies, `dev` shows tracebacks and reloads."""
    if dev:
        services.assets.restart_on_change()
    return Application(
        routes(services),
        default_handler_class=NothingHere,
        default_handler_args={"services": services},
        template_path=templates,
        cookie_secret=key,
        identity_cookie=cookie_name(key),
        cross_origin_protection=True,
        log_function=log_request,
        debug=dev,
    )

"""Everything that knows Tornado, and no rule of the chat: one line per URL."""

from __future__ import annotations

from typing import Any

from tornado.web import Application

from handlers import streams
from handlers.assets import AssetHandler, LibraryHandler
from handlers.broadcast import BroadcastHandler
from handlers.echo import EchoHandler
from handlers.follow import FollowHandler
from handlers.identity import cookie_name
from handlers.logs import log_request
from handlers.misbehaviour import misbehaves
from handlers.openapi import OpenApiPage
from handlers.page import (
    AnatomyPage,
    EchoPage,
    IdentityPage,
    NothingHere,
    NotOffered,
    RoomsPage,
    SchemaPage,
)
from handlers.publish import PublishHandler
from handlers.room import OneMessage, RoomJson, RoomPage, RoomText
from handlers.services import Services
from handlers.wanted import (
    EVENTS,
    HTML,
    JSON,
    LINES,
    TEXT,
    Asks,
    follows,
    posts,
    reads_as,
    upgrades,
)
from handlers.watch import WatchHandler
from handlers.wayward import WaywardHandler

NAME = r"([^/]+)"


def routes(services: Services) -> list[Any]:
    has = {"services": services}
    echo = {**has, "socket": "/ws"}
    front = {
        "broadcast": [*room(r"/", has), (r"/ws", BroadcastHandler, has)],
        "echo": [(r"/", EchoPage, echo), *echoes(r"/ws", has)],
    }
    return [
        *front[services.mode],
        *room(rf"/r/{NAME}", has),
        (rf"/r/{NAME}/([0-9]{{1,16}})", OneMessage, has),
        (rf"/ws/{NAME}", BroadcastHandler, has),
        (r"/-/rooms", RoomsPage, has),
        (r"/-/schema.json", SchemaPage, has),
        (r"/-/openapi.json", OpenApiPage, has),
        (r"/-/identity", IdentityPage, has),
        (r"/-/echo", EchoPage, {**has, "socket": "/-/echo/ws"}),
        *echoes(r"/-/echo/ws", has),
        (r"/-/wire", AnatomyPage, {**has, "socket": "/-/echo/ws"}),
        (r"/-/wire/(.+)", WatchHandler, has),
        (r"/static/client.js", LibraryHandler, {"assets": services.assets}),
        (r"/static/([0-9a-f]+)/(.*)", AssetHandler, {"assets": services.assets}),
    ]


def echoes(path: str, has: dict[str, Any]) -> list[Any]:
    """An echo's URL: who asks for nothing special never meets what would misbehave."""
    return [(Asks(path, misbehaves), WaywardHandler, has), (path, EchoHandler, has)]


def room(path: str, has: dict[str, Any]) -> list[Any]:
    """A room's URL: one interface, in every form."""
    return [
        (Asks(path, upgrades), BroadcastHandler, has),
        (Asks(path, posts), PublishHandler, has),
        (Asks(path, reads_as(EVENTS)), FollowHandler, {**has, "wire": streams.EVENTS}),
        (Asks(path, reads_as(LINES)), FollowHandler, {**has, "wire": streams.LINES}),
        (Asks(path, follows(JSON)), FollowHandler, {**has, "wire": streams.LINES}),
        (Asks(path, follows(TEXT)), FollowHandler, {**has, "wire": streams.TEXT}),
        (Asks(path, reads_as(TEXT)), RoomText, has),
        (Asks(path, reads_as(JSON)), RoomJson, has),
        (Asks(path, reads_as(HTML)), RoomPage, has),
        (path, NotOffered, has),
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

"""All that can be asked by HTTP, as an OpenAPI document (https://spec.openapis.org/oas/v3.1.1).

It is put together from what the server itself goes by, so that it cannot drift: bodies are
the types that they are read and written by, refusals the classes of chat/errors.py, forms and
numbers the constants of the handlers. Tests ask for all of it.
"""

from __future__ import annotations

from chat import errors
from chat.answers import HistoryPage, Identity, Publish, Published, Rooms
from chat.codec import CURSOR, http_schemas, to_read
from chat.message import LONGEST_KEY, Message
from chat.names import LOBBY, LONGEST, LONGEST_ROOM
from handlers.openapi_parts import (
    ANY,
    NO_SUCH_METHOD,
    NUMBER,
    WORD,
    Kinds,
    Part,
    address,
    answer,
    content,
    header,
    operation,
    page,
    parameter,
    ref,
)
from handlers.page import PageHandler
from handlers.publish import FORMS
from handlers.room import MOST, PATIENCE, SHOWN
from handlers.wanted import EVENTS, HTML, JSON, LINES, TEXT

STORE = (errors.StoreFull, errors.StoreFailed, errors.StoreDamaged, errors.Closing)
FOLLOW = (errors.BadName, errors.BadToken)
READ = (
    *(errors.BadQuery, errors.BadNumber, errors.BadCursor, errors.BadRange, errors.NotOffered),
    *(*FOLLOW, errors.ServerFull, errors.TooManyOfYou, *STORE),
)
READ_ONE = (errors.BadRoom, errors.NothingHere, errors.NotFound, errors.Gone, *STORE)
PUBLISH = (
    *(errors.ForeignPage, errors.BadToken, errors.BadQuery, errors.BadName, errors.UnknownType),
    *(errors.BadJson, errors.BadCommand, errors.BadForm, errors.BadText, errors.EmptyText),
    *(errors.TooLong, errors.BadKey, errors.KeyReused, errors.TooManyAtOnce, errors.TooFast),
    *STORE,
)

POSITION: Part = {"type": "string", "pattern": f"^(0|{CURSOR})$"}
KEY: Part = {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY}
AS_ON_SOCKETS = WORD | {"description": "Events, as on the socket: /-/schema.json#/$defs/server"}
FORMS_OF_A_ROOM = {
    TEXT: WORD,
    HTML: WORD,
    JSON: ref(HistoryPage),
    EVENTS: AS_ON_SOCKETS,
    LINES: AS_ON_SOCKETS,
}
BODIES = {TEXT: WORD | {"pattern": r"\S"}, **dict.fromkeys((JSON, *FORMS), ref(Publish))}
WHO: list[Part] = [{}, {"token": []}, {"cookie": []}]
"""Nobody in particular, or somebody who proves it."""

ROOM = parameter(
    *("path", "room", "Its name: visible characters."),
    WORD | {"minLength": 1, "maxLength": LONGEST_ROOM},
)
ID = parameter("path", "id", "The message's number.", NUMBER)
NAME = parameter("query", "name", f"What you are called: {LONGEST} visible characters.", WORD)
ONCE = parameter("header", "Idempotency-Key", "The same again under one key is kept once.", KEY)
READING = [
    parameter("query", "since", "A cursor: reads what came after it.", POSITION),
    parameter("query", "before", "Reads what came before this id; not with `since`.", NUMBER),
    parameter(
        *("query", "limit", f"How many messages; {MOST} whatever is above."),
        NUMBER | {"default": SHOWN},
    ),
    parameter(
        *("query", "wait", f"Seconds to wait for something new; {PATIENCE} whatever is above."),
        NUMBER | {"default": 0},
    ),
    parameter("query", "follow", "Goes on with what is said, as text or as lines.", WORD),
    parameter("query", "as", "Follows as the person whose token this is.", WORD),
    parameter("header", "Last-Event-ID", "Follows from here, whatever `since` is.", POSITION),
    NAME,
]
ENDS = header("Where this ends: goes on from here by `since`.", POSITION)
URL = header("The path of the message itself.", WORD)


class OpenApiPage(PageHandler):
    """Everything that can be asked by HTTP, as OpenAPI."""

    def get(self) -> None:
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(to_read(document(self.services.mode, self.settings["identity_cookie"])))

    head = get


def document(mode: str, cookie: str) -> Part:
    """That of a server in this mode, whose cookies have this name."""
    components = {
        "schemas": http_schemas("#/components/schemas/{name}"),
        "responses": NO_SUCH_METHOD,
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer"},
            "cookie": {"type": "apiKey", "in": "cookie", "name": cookie},
        },
    }
    info = {"title": "WebSocket Broadcaster", "version": "1"}
    return {"openapi": "3.1.1", "info": info, "paths": paths(mode), "components": components}


def paths(mode: str) -> Part:
    """By address, all that handlers.routes has for HTTP; what pages are made of is their own."""
    front = {
        "broadcast": address(**room("lobby", LOBBY)),
        "echo": page("see_front", "The echo console.", HTML, WORD),
    }
    named = room("room", "$request.path.room", (errors.BadRoom,))
    return {
        "/": front[mode],
        "/r/{room}": address(**named, parameters=[ROOM]),
        "/r/{room}/{id}": address(one_message(), parameters=[ROOM, ID]),
        "/-/rooms": page("list_rooms", "The rooms that are alive.", JSON, ref(Rooms)),
        "/-/identity": address(post=identity()),
        "/-/schema.json": page(
            "see_schema", "What is said in JSON.", "application/schema+json", ANY
        ),
        "/-/openapi.json": page("see_openapi", "This document.", JSON, ANY),
        "/-/echo": page("see_echo", "The echo console.", HTML, WORD),
        "/-/wire": page("see_wire", "A connection explained byte by byte.", HTML, WORD),
    }


def room(which: str, name: str, refusals: Kinds = ()) -> Part:
    """What a room can be asked; `name` is its name, or where a link finds it."""
    read = {"200": answer("What was said, in this form.", FORMS_OF_A_ROOM, Cursor=ENDS)}
    said = {
        "200": published("It was there already, under this key.", name),
        "201": published("It is stored.", name),
    }
    return {
        "get": operation(
            *(f"read_{which}", "Reads what was said, or follows what is.", read),
            *((*refusals, *READ),),
            parameters=READING,
            security=WHO,
        ),
        "post": operation(
            *(f"publish_in_{which}", "Says something.", said, (*refusals, *PUBLISH)),
            parameters=[NAME, ONCE],
            requestBody={"required": True, "content": content(BODIES)},
            security=WHO,
        ),
    }


def published(words: str, room: str) -> Part:
    id = {TEXT: WORD | {"pattern": "^[0-9]+\n$"}, JSON: ref(Published)}
    where = {"room": room, "id": "$response.body#/id"}
    links = {"message": {"operationId": "read_message", "parameters": where}}
    return {**answer(words, id, Location=URL), "links": links}


def one_message() -> Part:
    found = {"200": answer("The message.", {TEXT: WORD, JSON: ref(Message)})}
    return operation("read_message", "Reads one message.", found, READ_ONE)


def identity() -> Part:
    made = {"200": answer("A person, and the token that proves it.", {JSON: ref(Identity)})}
    words = "Makes an identity for one tab, or one program."
    return operation("make_identity", words, made, (errors.ForeignPage,))

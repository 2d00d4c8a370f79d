"""Where a room is: its page and its socket."""

from typing import NamedTuple
from urllib.parse import quote

from chat.answers import RoomHere
from chat.hub import Hub
from chat.names import LOBBY

LISTED = 20
"""Rooms that a page names."""


class Urls(NamedTuple):
    page: str
    socket: str


def urls(room: str) -> Urls:
    """The paths of a room; the lobby is at the root."""
    if room == LOBBY:
        return Urls("/", "/ws")
    name = quote(room, safe="")
    return Urls(f"/r/{name}", f"/ws/{name}")


def message_url(room: str, id: int) -> str:
    """The path of one message."""
    return f"/r/{quote(room, safe='')}/{id}"


def alive(hub: Hub) -> list[RoomHere]:
    """The rooms with somebody in them, most people first."""
    return [RoomHere(name, urls(name).page, count) for name, count in hub.alive()[:LISTED]]

"""The little that both members of the demo share: to connect, and to read the next event."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from tornado.httpclient import HTTPClientError
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

SUBPROTOCOL = "broadcaster.v1.json"
AGAIN = 0.1
"""Seconds before a server that is away is tried again."""
AWAY = (OSError, HTTPClientError, WebSocketClosedError)
"""What it looks like when the server is away, or ends in the middle of something."""

Event = dict[str, Any]


async def connect(host: str, **query: str) -> WebSocketClientConnection:
    """A connection to the lobby; raises one of `AWAY` while there is no server."""
    return await websocket_connect(
        f"ws://{host}/ws?{urlencode(query)}", connect_timeout=5, subprotocols=[SUBPROTOCOL]
    )


async def next_event(socket: WebSocketClientConnection) -> Event | None:
    """The next event, or None at the connection's end."""
    frame = await socket.read_message()
    return None if frame is None else json.loads(frame)

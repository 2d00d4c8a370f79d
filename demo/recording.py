"""What clients said, out of a recording: NDJSON as the wire strip saves it, or a HAR."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

Message = str | bytes
HIDDEN = "…"
"""Stands where the recording left out what gives rights."""
TEXT, BINARY = 1, 2


class Said(NamedTuple):
    """What a client said, in seconds after its connection began."""

    after: float
    message: Message


class Recorded(NamedTuple):
    """One connection: where it went, and what its client said there."""

    path: str
    subprotocol: str | None
    said: list[Said]
    partial: int
    """How many more are in the recording only in part, or are no text though they say so."""


def read(text: str) -> list[Recorded]:
    """The connections in a recording; raises ValueError, with words, for what is none."""
    recorded = list(_har(text) if _is_har(text) else _ndjson(text))
    if not recorded:
        raise ValueError("nothing to replay: no connection begins in this file")
    return recorded


def _is_har(text: str) -> bool:
    try:
        return "log" in json.loads(text)
    except ValueError:
        return False


# -- HAR -------------------------------------------------------------------------


def _har(text: str) -> Iterator[Recorded]:
    """As Chrome's DevTools and the strip save it: `_webSocketMessages`, without control frames."""
    try:
        for entry in json.loads(text)["log"]["entries"]:
            if "_webSocketMessages" in entry:
                yield _entry(entry)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"no HAR that can be read: {error!r}") from error


def _entry(entry: dict[str, Any]) -> Recorded:
    began = datetime.fromisoformat(entry["startedDateTime"]).timestamp()
    said, partial = [], 0
    for message in entry["_webSocketMessages"]:
        if message["type"] == "send" and message["opcode"] in (TEXT, BINARY):
            if "comment" in message:
                partial += 1
            else:
                said.append(Said(max(0.0, message["time"] - began), _data(message)))
    url, headers = urlsplit(entry["request"]["url"]), entry["response"].get("headers", [])
    return Recorded(_path(url.path or "/", url.query), _subprotocol(headers), said, partial)


def _data(message: dict[str, Any]) -> Message:
    data: str = message["data"]
    return data if message["opcode"] == TEXT else base64.b64decode(data, validate=True)


def _subprotocol(headers: list[dict[str, str]]) -> str | None:
    named = (one["value"] for one in headers if one["name"].lower() == "sec-websocket-protocol")
    return next(named, None)


# -- NDJSON ----------------------------------------------------------------------


def _ndjson(text: str) -> Iterator[Recorded]:
    recorded: dict[str, Recorded] = {}
    began: dict[str, datetime] = {}
    for number, line in enumerate(text.splitlines(), 1):
        try:
            event = json.loads(line)
            name, at = event["connection"], datetime.fromisoformat(event["at"])
            if event["type"] == "open":
                began[name] = at
                path = _path(event["path"], event.get("query", ""))
                recorded[name] = Recorded(path, event.get("subprotocol"), [], 0)
            elif name in recorded and _is_message(event):
                after = (at - began[name]).total_seconds()
                recorded[name] = _with(recorded[name], after, event)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"line {number} is no event of the wire: {error!r}") from error
    yield from recorded.values()


def _is_message(event: dict[str, Any]) -> bool:
    return event.get("from") == "client" and event["opcode"] in ("text", "binary")


def _with(recorded: Recorded, after: float, event: dict[str, Any]) -> Recorded:
    is_text = event["opcode"] == "text"
    if event.get("cut") or event.get("fin") is False or (is_text and "text" not in event):
        return recorded._replace(partial=recorded.partial + 1)
    recorded.said.append(Said(after, event["text"] if is_text else bytes.fromhex(event["hex"])))
    return recorded


# -- both ------------------------------------------------------------------------


def _path(path: str, query: str) -> str:
    kept = [part for part in query.split("&") if part and HIDDEN not in unquote(part)]
    return f"{path}{'?' if kept else ''}{'&'.join(kept)}"

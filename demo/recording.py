"""What clients said, out of a recording: NDJSON as the wire strip saves it, or a HAR."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
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


@dataclass
class Recorded:
    """One connection: where it went, and what its client said there."""

    path: str
    subprotocol: str | None
    said: list[Said]
    partial: int = 0
    """How many more are in the recording only in part, or are no text though they say so."""

    def add(self, after: float, message: Message | None) -> None:
        """One more that was said; None is one that is there only in part."""
        _need(isfinite(after), "its time is no number")
        _need(message is None or isinstance(message, str | bytes), "what was said is no text")
        if message is None:
            self.partial += 1
        else:
            self.said.append(Said(after, message))


def read(text: str) -> list[Recorded]:
    """The connections in a recording; raises ValueError, with words, for what is none."""
    whole = _json(text)
    is_har = isinstance(whole, dict) and "log" in whole
    recorded = list(_har(whole["log"]) if is_har else _ndjson(text))
    if not recorded:
        raise ValueError("nothing to replay: no connection begins in this file")
    return recorded


def _json(text: str) -> Any:
    """What stands there, or None, which no recording is."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


# -- HAR -------------------------------------------------------------------------


def _har(log: Any) -> Iterator[Recorded]:
    """As Chrome's DevTools and the strip save it: `_webSocketMessages`, others let be."""
    _need(isinstance(log, dict) and isinstance(log.get("entries"), list), "a HAR without entries")
    for number, entry in enumerate(log["entries"], 1):
        if isinstance(entry, dict) and "_webSocketMessages" in entry:
            with _words(f"entry {number} of this HAR cannot be read"):
                yield _entry(entry)


def _entry(entry: dict[str, Any]) -> Recorded:
    began = datetime.fromisoformat(entry["startedDateTime"]).timestamp()
    url = urlsplit(entry["request"]["url"])
    subprotocol = _subprotocol(entry["response"].get("headers", []))
    recorded = Recorded(_path(url.path or "/", url.query), subprotocol, [])
    for number, message in enumerate(entry["_webSocketMessages"], 1):
        with _words(f"message {number}"):
            if message["type"] == "send" and message["opcode"] in (TEXT, BINARY):
                recorded.add(message["time"] - began, _data(message))
    return recorded


def _data(message: dict[str, Any]) -> Message | None:
    """None for one that the strip says it has not whole."""
    if "comment" in message:
        return None
    data: str = message["data"]
    return data if message["opcode"] == TEXT else base64.b64decode(data, validate=True)


def _subprotocol(headers: list[dict[str, str]]) -> str | None:
    named = (one["value"] for one in headers if one["name"].lower() == "sec-websocket-protocol")
    return next(named, None)


# -- NDJSON ----------------------------------------------------------------------


def _ndjson(text: str) -> Iterator[Recorded]:
    """A name may be had by several connections, one after the other: a server that was restarted
    begins to count anew."""
    begun: dict[str, tuple[Recorded, datetime]] = {}
    # By its newlines alone: other characters that end a line may stand in a message.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            with _words(f"line {number} is no event of the wire"):
                event = json.loads(line)
                _need(isinstance(event, dict), "it is no object")
                at = datetime.fromisoformat(event["at"])
                if event["type"] == "open":
                    recorded = _begun(event)
                    begun[event["connection"]] = recorded, at
                    yield recorded
                elif event["connection"] in begun and _is_message(event):
                    recorded, began = begun[event["connection"]]
                    recorded.add((at - began).total_seconds(), _message(event))


def _begun(event: dict[str, Any]) -> Recorded:
    subprotocol = event.get("subprotocol")
    _need(isinstance(subprotocol, str | None), "its subprotocol is no text")
    return Recorded(_path(event["path"], event.get("query", "")), subprotocol, [])


def _is_message(event: dict[str, Any]) -> bool:
    return event.get("from") == "client" and event["opcode"] in ("text", "binary")


def _message(event: dict[str, Any]) -> Message | None:
    """None for one that is there only in part, or is no text though it says so."""
    if event.get("cut") or event.get("fin") is False:
        return None
    if event["opcode"] == "text":
        return event.get("text")
    return bytes.fromhex(event["hex"])


# -- both ------------------------------------------------------------------------


def _path(path: str, query: str) -> str:
    kept = [part for part in query.split("&") if part and HIDDEN not in unquote(part)]
    whole = f"{path}{'?' if kept else ''}{'&'.join(kept)}"
    # It follows a server's name, and must not become more of that.
    _need(re.fullmatch("/[!-~]*", whole) is not None, f"{whole!r} is no path on a server")
    return whole


def _need(holds: bool, words: str) -> None:
    if not holds:
        raise ValueError(words)


@contextmanager
def _words(where: str) -> Iterator[None]:
    """Whoever wrote the file: what cannot be read is a ValueError that says where."""
    try:
        yield
    except KeyError as error:
        raise ValueError(f"{where}: there is no {error.args[0]!r}") from error
    except (AttributeError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{where}: {error}") from error

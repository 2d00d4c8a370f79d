"""What a request asks for: one URL is a room's whole interface, and each form of it has a handler.

`tornado.routing` lets a route look at more than the path. Here that is the `Upgrade`
header, the method, and `Accept` with its q-values (RFC 9110 section 12.5.1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tornado.httputil import HTTPServerRequest
from tornado.routing import PathMatches

HTML, JSON, TEXT = "text/html", "application/json", "text/plain"
PROBLEM = "application/problem+json"
EVENTS, LINES = "text/event-stream", "application/x-ndjson"
OFFERED = (TEXT, HTML, JSON, EVENTS, LINES)
"""What a room can be read as; the first goes to whoever takes anything, such as curl."""

Test = Callable[[HTTPServerRequest], bool]


class Asks(PathMatches):
    """Matches a path when the request passes a test as well."""

    def __init__(self, path: str, test: Test) -> None:
        super().__init__(path)
        self._test = test

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        found = super().match(request)
        # The path first: it is the cheaper question, and most routes are another's.
        return found if found is not None and self._test(request) else None


def upgrades(request: HTTPServerRequest) -> bool:
    return request.headers.get("Upgrade", "").lower() == "websocket"


def posts(request: HTTPServerRequest) -> bool:
    return request.method == "POST"


def reads_as(form: str) -> Test:
    """Whether a request is best answered in this form."""
    return lambda request: preferred(request.headers.get("Accept", "*/*")) == form


def follows(form: str) -> Test:
    """Whether a request is for this form, and asks for it to go on (`?follow`)."""
    reads = reads_as(form)
    return lambda request: "follow" in request.query_arguments and reads(request)


def preferred(accept: str) -> str | None:
    """The best of what is offered for an `Accept` header; None when nothing will do."""
    ranges = [_range(part) for part in accept.split(",") if part.strip()]
    ranked = [(_quality(form, ranges), -place, form) for place, form in enumerate(OFFERED)]
    quality, _, form = max(ranked)
    return form if quality else None


def _range(part: str) -> tuple[str, float]:
    kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    try:
        return kind, min(1.0, max(0.0, float(quality)))
    except ValueError:
        return kind, 0.0


def _quality(form: str, ranges: list[tuple[str, float]]) -> float:
    """The most exact range that covers a form decides."""
    for covering in (form, f"{form.split('/')[0]}/*", "*/*"):
        for kind, quality in ranges:
            if kind == covering:
                return quality
    return 0.0

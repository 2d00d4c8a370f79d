"""Where a request says it comes from.

Whether a page of another site may do what it asks is for Tornado and `check_origin`, but
they take for granted that an `Origin` is an address.
"""

from urllib.parse import urlsplit

from tornado.httputil import HTTPServerRequest

NOBODY = "null"
"""The origin of what has none to speak of (RFC 6454 section 7.3); it is never ours."""


def make_readable(request: HTTPServerRequest) -> None:
    """An `Origin` that is no address is nobody's."""
    try:
        urlsplit(request.headers.get("Origin", ""))
    except ValueError:
        request.headers["Origin"] = NOBODY


def is_allowed(origin: str, allowed: tuple[str, ...]) -> bool:
    """Whether `--allow-origin` lets the pages of another site in."""
    return origin in allowed or "*" in allowed

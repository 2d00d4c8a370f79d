"""Who somebody is: the same person across tabs, reloads and restarts, without an account.

The server signs a random id that the browser keeps in a cookie no script can
read. The cookie is named after the signing key, because cookies ignore ports:
two servers on one host do not overwrite each other's.
"""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path

from tornado.web import RequestHandler

from chat.errors import BadToken
from chat.lock import sync_folder

DAYS = 400  # the longest that browsers keep a cookie
TAB = "tab"
SHORTEST_KEY = 32


class BadKey(Exception):
    """What stands in the place of the key is none; `str()` says what to do."""


def new_key() -> str:
    return secrets.token_hex(32)


def signing_key(data: Path) -> str:
    """The key in the data folder, made there at first start, for its owner's eyes alone.

    Raises OSError when it can be neither read nor made, `BadKey` when it could be guessed.
    """
    path = data / "secret.key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        _write(path, new_key())
    key = path.read_text(errors="replace").strip()
    if len(key) < SHORTEST_KEY:
        raise BadKey(
            f"{path} holds no key of {SHORTEST_KEY} characters or more; put back the one that"
            " was there, or remove it, and everybody is somebody new"
        )
    return key


def _write(path: Path, key: str) -> None:
    """Writes the key aside and moves it into place once it is on the disk.

    So neither a crash nor a power cut leaves half a key, or an empty one.
    """
    descriptor, aside = tempfile.mkstemp(dir=path.parent)  # 0600
    try:
        with open(descriptor, "w") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError:
        os.unlink(aside)
        raise
    sync_folder(path.parent)


def cookie_name(key: str) -> str:
    return "broadcaster_" + hashlib.sha256(key.encode()).hexdigest()[:8]


def person_id(handler: RequestHandler) -> str | None:
    """The id that this request's cookie proves, or None."""
    signed = handler.get_signed_cookie(_cookie(handler), max_age_days=DAYS)
    return signed.decode() if signed else None


def keep_person(handler: RequestHandler) -> str:
    """Gives a browser its id, or renews the one it has."""
    id = person_id(handler) or new_id()
    handler.set_signed_cookie(
        _cookie(handler),
        id,
        expires_days=DAYS,
        httponly=True,
        samesite="Lax",
        secure=handler.request.protocol == "https",
    )
    return id


def new_id() -> str:
    return secrets.token_urlsafe(9)


def tab_token(handler: RequestHandler, id: str) -> str:
    """What lets one tab, and nobody else, be the person `id`: for `?as=`."""
    handler.require_setting("cookie_secret")
    return handler.create_signed_value(TAB, id).decode()


def tab_person_id(handler: RequestHandler) -> str | None:
    """The id that the token in `?as=` proves, or None."""
    return _proven(handler, handler.get_query_argument("as", ""))


def bearer_id(handler: RequestHandler) -> str | None:
    """The id that the token after `Authorization: Bearer` proves; `BadToken` if it proves none."""
    scheme, _, token = handler.request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    if id := _proven(handler, token.strip()):
        return id
    raise BadToken


def _proven(handler: RequestHandler, token: str) -> str | None:
    signed = handler.get_signed_cookie(TAB, token, max_age_days=DAYS) if token else None
    return signed.decode() if signed else None


def _cookie(handler: RequestHandler) -> str:
    return str(handler.settings["identity_cookie"])

"""Static files live under a folder named by the hash of the whole tree.

So the imports inside ES modules, which no template can reach, carry the hash as
well: every file is cached for ever, and a new version is a new folder. The client library
alone has an address that lasts as well, for those who import it from elsewhere.
"""

import hashlib
from pathlib import Path

from tornado import autoreload
from tornado.web import HTTPError, StaticFileHandler

from handlers.logs import log_exception

LIBRARY = "js/client.js"


class Assets:
    """The static tree at `root` and the URL `prefix` that it is served under."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.version = _hash(root)
        self.prefix = f"/static/{self.version}"

    def restart_on_change(self) -> None:
        """A file that changes starts the server anew, which names the tree anew."""
        for path in _files(self.root):
            autoreload.watch(str(path))


class TreeHandler(StaticFileHandler):
    """Serves one file of the tree."""

    log_exception = log_exception

    def initialize(self, assets: Assets) -> None:  # type: ignore[override]
        super().initialize(str(assets.root))
        self.assets = assets

    def set_extra_headers(self, path: str) -> None:
        self.set_header("X-Content-Type-Options", "nosniff")


class AssetHandler(TreeHandler):
    """Where pages get it; an old version is gone, so nothing wrong is ever cached."""

    async def get(self, version: str, path: str, include_body: bool = True) -> None:  # type: ignore[override]
        if version != self.assets.version:
            raise HTTPError(404)
        await super().get(path, include_body)

    async def head(self, version: str, path: str) -> None:  # type: ignore[override]
        await self.get(version, path, include_body=False)

    def set_extra_headers(self, path: str) -> None:
        super().set_extra_headers(path)
        self.set_header("Cache-Control", "public, max-age=31536000, immutable")


class LibraryHandler(TreeHandler):
    """The client library, for pages and programs anywhere: modules are fetched with CORS."""

    async def get(self, include_body: bool = True) -> None:  # type: ignore[override]
        await super().get(LIBRARY, include_body)

    async def head(self) -> None:  # type: ignore[override]
        await self.get(include_body=False)

    def set_extra_headers(self, path: str) -> None:
        super().set_extra_headers(path)
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Access-Control-Allow-Origin", "*")


def _hash(root: Path) -> str:
    digest = hashlib.sha256()
    for path in _files(root):
        name = path.relative_to(root).as_posix().encode()
        body = path.read_bytes()
        digest.update(b"%d %s %d %s" % (len(name), name, len(body), body))
    return digest.hexdigest()[:12]


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())

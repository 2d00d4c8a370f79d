"""Static files live under a folder named by the hash of the whole tree.

So the imports inside ES modules, which no template can reach, carry the hash as
well: every file is cached for ever, and a new version is a new folder.
"""

import hashlib
from pathlib import Path

from tornado import autoreload
from tornado.web import HTTPError, StaticFileHandler

from handlers.logs import log_exception


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


class AssetHandler(StaticFileHandler):
    """Serves one file of the tree; an old version is gone, so nothing wrong is ever cached."""

    log_exception = log_exception

    def initialize(self, assets: Assets) -> None:  # type: ignore[override]
        super().initialize(str(assets.root))
        self.assets = assets

    async def get(self, version: str, path: str, include_body: bool = True) -> None:  # type: ignore[override]
        if version != self.assets.version:
            raise HTTPError(404)
        await super().get(path, include_body)

    async def head(self, version: str, path: str) -> None:  # type: ignore[override]
        await self.get(version, path, include_body=False)

    def set_extra_headers(self, path: str) -> None:
        self.set_header("Cache-Control", "public, max-age=31536000, immutable")
        self.set_header("X-Content-Type-Options", "nosniff")


def _hash(root: Path) -> str:
    digest = hashlib.sha256()
    for path in _files(root):
        name = path.relative_to(root).as_posix().encode()
        body = path.read_bytes()
        digest.update(b"%d %s %d %s" % (len(name), name, len(body), body))
    return digest.hexdigest()[:12]


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())

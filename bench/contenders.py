"""Who is compared: the floor, this server in its variants, and the peers.

A command may name PORT, and FOLDER, which is its own and empty. Each peer is one small file in
bench/peers that does what the ancestor of this server does: /ws to everybody, /echo back.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path

from bench.server import ROOT

PEERS = ROOT / "bench" / "peers"
BUILT = ROOT / ".venv-bench" / "built"
"""Where bench/run puts what it compiles."""
MEMORY = "--store=memory:"
NO_LIMITS = ("--rate=0", "--max-members=0", "--max-room-members=0")
"""One member of the load says more than anybody may."""


@dataclass(frozen=True)
class Contender:
    """A server, how it is started and where its sockets are."""

    key: str
    name: str
    command: tuple[str, ...]
    broadcast: str = "/ws"
    echo: str | None = "/echo"
    load: tuple[str, ...] = ()
    needs: str = ""
    workers: int = 0
    """How many processes it starts that do its work."""

    def plus(self, *options: str) -> Contender:
        """The same with more options on its command line."""
        return replace(self, command=(*self.command, *options))


def _python(key: str, name: str, file: str) -> Contender:
    return Contender(key, name, (sys.executable, str(PEERS / file), "PORT"))


OURS = Contender(
    "ours",
    "ours",
    (
        *(sys.executable, str(ROOT / "server.py"), "--port=PORT", "--data=FOLDER"),
        *("--logging=warning", *NO_LIMITS),
    ),
    echo="/-/echo/ws",
)
VARIANTS = {"ours": (), "ours, iostream": ("--engine=iostream",)}
"""Ours in different ways, by name; one whose options the server does not know is left out."""

FLOOR = Contender("floor", "floor, a `send` each", (str(BUILT / "floor"), "PORT"))
PEER_LIST = (
    FLOOR,
    Contender(
        "coalesced", "floor, coalesced", (str(BUILT / "floor"), "PORT", "--coalesced"), echo=None
    ),
    Contender("uwebsockets", "uWebSockets", (str(BUILT / "uwebsockets"), "PORT")),
    Contender("go", "Go, gorilla", (str(BUILT / "gorilla"), "PORT")),
    _python("websockets", "websockets, `broadcast`", "websockets_broadcast.py"),
    _python("picows", "picows, uvloop", "picows_uvloop.py"),
    _python("aiohttp", "aiohttp, uvloop", "aiohttp_uvloop.py"),
    _python("socketify", "socketify", "socketify_publish.py"),
    Contender("ws", "ws on Node", ("node", str(PEERS / "ws.js"), "PORT")),
    Contender(
        "nchan",
        "nginx, nchan",
        ("nginx", "-p", "FOLDER", "-c", "FOLDER/nchan.conf"),
        echo=None,
        needs="/usr/lib/nginx/modules/ngx_nchan_module.so",
        workers=1,
    ),
    _python("tornado", "Tornado, `write_message`", "tornado_loop.py"),
)


@cache
def variants() -> list[Contender]:
    """Ours, plain, in each way that this server knows."""
    asked = subprocess.run(  # noqa: S603
        [sys.executable, str(ROOT / "server.py"), "--help"], capture_output=True, text=True
    ).stdout
    return [
        replace(OURS, key=name.replace(", ", "-"), name=name).plus(*options)
        for name, options in VARIANTS.items()
        if all(option.partition("=")[0] in asked for option in options)
    ]


def as_json(ours: Contender) -> Contender:
    """The same with members that ask for JSON, in a room."""
    return replace(
        ours,
        key=f"{ours.key}-json",
        name=f"{ours.name}, JSON",
        broadcast="/ws/bench",
        echo=None,
        load=("--json",),
    )


def side_by_side() -> list[Contender]:
    """All that are here, ours with nothing stored, as the peers store nothing."""
    ours = [each.plus(MEMORY) for variant in variants() for each in (variant, as_json(variant))]
    return [*(peer for peer in PEER_LIST[:2] if _is_here(peer)), *ours, *peers()]


def peers() -> list[Contender]:
    return [peer for peer in PEER_LIST[2:] if _is_here(peer)]


def missing() -> list[str]:
    return [peer.name for peer in PEER_LIST if not _is_here(peer)]


def _is_here(peer: Contender) -> bool:
    if peer.key == "ws" and not (ROOT / "bench" / "node_modules" / "ws").is_dir():
        return False
    return bool(shutil.which(peer.command[0])) and (not peer.needs or Path(peer.needs).exists())


def versions() -> str:
    """The versions of all that is compared, as one sentence."""
    found = [f"{name} {version(name)}" for name in ("websockets", "picows", "aiohttp", "uvloop")]
    found.append(f"socketify {version('socketify')} and the uWebSockets in it")
    commands = {
        "Node.js": ("node", "--version"),
        "ws": ("node", "-p", f"require('{ROOT}/bench/node_modules/ws/package.json').version"),
        "Go": ("go", "version"),
        "gorilla/websocket": ("dpkg-query", "-W", "golang-github-gorilla-websocket-dev"),
        "nginx": ("nginx", "-v"),
        "nchan": ("dpkg-query", "-W", "libnginx-mod-nchan"),
        "gcc": ("cc", "-dumpfullversion"),
    }
    for name, command in commands.items():
        if number := _version_said_by(command):
            found.append(f"{name} {number}")
    return ", ".join(found)


def _version_said_by(command: tuple[str, ...]) -> str | None:
    if not shutil.which(command[0]):
        return None
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
    number = re.search(r"(?<![:\d])\d+(\.\d+)+", done.stdout + done.stderr)
    return number[0] if number and not done.returncode else None

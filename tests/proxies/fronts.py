"""Real proxies, each with its file in deploy/ as an operator copies it.

Only what `REPLACED` names is put in the place of what stands there. Around the file is
what Debian's own configuration would be: as little of it as the proxy starts with.
"""

import os
import re
import shutil
import socket
import subprocess
import time

import pytest

from parts import needs
from process import PATIENCE, ROOT

UNPACKED = ROOT / ".venv-test" / "debian"
"""Where bin/test unpacks what is not installed."""

SERVER, LOGS, IDLE = "127.0.0.1:8888", "/var/log/nginx", r"\b1h\b"


def find(program):
    """The path of a proxy, or None."""
    folders = [os.environ["PATH"], "/usr/sbin", UNPACKED / "usr/sbin", UNPACKED / "usr/bin"]
    return shutil.which(program, path=os.pathsep.join(map(str, folders)))


class Front:
    """A proxy in front of the server at `behind`.

    `idle` is its patience, which as it is copied is 1h; `around` is what the configuration
    around the file has.
    """

    name: str
    file: str
    listens: str

    def __init__(self, folder, behind, idle="1h", around="50s"):
        self.folder = folder
        self.port = free_port()
        text = (ROOT / "deploy" / self.file).read_text()
        for what, instead in self.replaced(behind, idle).items():
            text, count = re.subn(what, instead, text)
            assert count, f"deploy/{self.file} has no {what}"
        (folder / self.file).write_text(text)
        self.prepare(around)
        self.start()

    def replaced(self, behind, idle):
        return {
            re.escape(SERVER): f"127.0.0.1:{behind}",
            self.listens: rf"\g<1>{self.port}",
            IDLE: idle,
        }

    def prepare(self, around):
        """Writes what Debian has around the file."""

    def command(self):
        raise NotImplementedError

    def start(self):
        with open(self.folder / "output", "ab") as output:
            self.process = subprocess.Popen(
                [find(self.name), *self.command()],
                cwd=self.folder,
                stdout=output,
                stderr=output,
                env={**os.environ, **self.environment()},
            )
        deadline = time.monotonic() + PATIENCE
        while not self._listens():
            assert self.process.poll() is None, self.logged()
            assert time.monotonic() < deadline, self.logged()
            time.sleep(0.01)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        finally:
            self.process.kill()
            self.process.wait()

    def restart(self):
        self.stop()
        self.start()

    def environment(self):
        """What is unpacked finds its libraries beside it; Caddy keeps to its folder."""
        libraries = os.pathsep.join(map(str, UNPACKED.glob("usr/lib/*-linux-gnu*")))
        return {"LD_LIBRARY_PATH": libraries, "HOME": str(self.folder)}

    def logged(self):
        """All that it has written, wherever."""
        files = [self.folder / "output", *self.folder.glob("*.log")]
        return "".join(file.read_text() for file in files)

    def _listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Nginx(Front):
    name, file, listens = "nginx", "nginx.conf", "(listen )80\\b"

    def replaced(self, behind, idle):
        return {**super().replaced(behind, idle), LOGS: str(self.folder)}

    def prepare(self, around):
        # Its workers would be somebody else, whom pytest's folders do not let in.
        user = "user root;" if os.getuid() == 0 else ""
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in kinds)
        (self.folder / "around.conf").write_text(
            f"{user} daemon off; pid {self.folder}/nginx.pid; events {{}}"
            f" http {{ {temporary} proxy_read_timeout {around};"
            f" include {self.folder}/{self.file}; }}"
        )

    def command(self):
        return ["-e", "stderr", "-c", self.folder / "around.conf"]


class HAProxy(Front):
    name, file, listens = "haproxy", "haproxy.cfg", "(bind :)80\\b"

    def prepare(self, around):
        (self.folder / "around.cfg").write_text(
            "global\n log stdout format raw local0\n"
            "defaults\n log global\n mode http\n option httplog\n option dontlognull\n"
            f" timeout connect 5s\n timeout client {around}\n timeout server {around}\n"
        )

    def command(self):
        return ["-db", "-f", "around.cfg", "-f", self.file]


class Caddy(Front):
    name, file, listens = "caddy", "Caddyfile", "(?m)^(:)80\\b"

    def replaced(self, behind, idle):
        replaced = super().replaced(behind, idle)
        del replaced[IDLE]
        return replaced

    def command(self):
        return ["run", "--adapter", "caddyfile", "--config", self.file]

    def environment(self):
        folders = {"XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "config"}
        ours = {name: str(self.folder / folder) for name, folder in folders.items()}
        return {**super().environment(), **ours, "CADDY_ADMIN": f"unix/{self.folder}/admin"}


def kinds(*wanted):
    """What a fixture or a test goes through, all three unless some are named."""
    return [
        pytest.param(kind, id=kind.name, marks=needs(kind.name, find(kind.name)))
        for kind in wanted or (Nginx, HAProxy, Caddy)
    ]


IMPATIENT = kinds(Nginx, HAProxy)
"""Caddy would hold an idle connection for ever."""
PROMPT, SLOW_TO_SEE = kinds(Nginx, Caddy), kinds(HAProxy)
"""Whether it tells the server at once that somebody left."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

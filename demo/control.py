"""The control page: the count, two tabs to open, and the button that kills the server.

It listens on this machine alone, and kills only when its own page asks: not for a page
of another site, nor under a name that somebody else made point here.
"""

from __future__ import annotations

from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler, StaticFileHandler

from demo.ledger import Ledger
from demo.supervisor import HOST, Supervisor

HERE = Path(__file__).resolve().parent
PRODUCT = HERE.parent / "static"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


class ControlHandler(RequestHandler):
    """What holds for every answer."""

    def initialize(self, supervisor: Supervisor, ledger: Ledger) -> None:
        self.supervisor = supervisor
        self.ledger = ledger

    def set_default_headers(self) -> None:
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")

    def prepare(self) -> None:
        if self.request.host_name not in (HOST, "localhost"):
            raise HTTPError(403)


class Page(ControlHandler):
    def get(self) -> None:
        # The two hosts have a cookie each: whoever opens both tabs is two people.
        port = self.supervisor.host.partition(":")[2]
        self.render("page.html", one=f"http://{HOST}:{port}/", other=f"http://localhost:{port}/")


class State(ControlHandler):
    def get(self) -> None:
        self.write(
            {
                "said": self.ledger.said,
                "crashes": self.supervisor.crashes,
                "lost": self.ledger.lost,
                "doubled": self.ledger.doubled,
                "pid": self.supervisor.pid,
                "away": round(self.supervisor.away, 2),
            }
        )


class Kill(ControlHandler):
    def post(self) -> None:
        if self.request.headers.get("Origin") != f"http://{self.request.host}":
            raise HTTPError(403)
        self.supervisor.kill()
        self.set_status(204)


def serve(supervisor: Supervisor, ledger: Ledger) -> str:
    """Begins to serve the page and gives its address."""
    has = {"supervisor": supervisor, "ledger": ledger}
    application = Application(
        [
            (r"/", Page, has),
            (r"/state", State, has),
            (r"/kill", Kill, has),
            (r"/(base\.css)", StaticFileHandler, {"path": PRODUCT / "css"}),
            (r"/(icon\.svg)", StaticFileHandler, {"path": PRODUCT}),
            (r"/(page\.(?:css|js))", StaticFileHandler, {"path": HERE}),
        ],
        template_path=str(HERE),
        log_function=lambda handler: None,
    )
    sockets = bind_sockets(0, HOST)
    HTTPServer(application).add_sockets(sockets)
    return f"http://{HOST}:{sockets[0].getsockname()[1]}/"

"""A server process behind each real proxy in turn."""

import asyncio
from types import SimpleNamespace

import pytest
from fronts import kinds
from tornado.httpclient import AsyncHTTPClient, HTTPRequest

from clients import Clients
from process import ServerProcess


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory):
    server = ServerProcess(tmp_path_factory.mktemp("server"), "--durability=process")
    yield server
    server.stop()


@pytest.fixture(scope="module", params=kinds())
def front(request, shared_server, tmp_path_factory):
    """A proxy and a server that tests share: each takes a room of its own."""
    front = request.param(tmp_path_factory.mktemp(request.param.name), shared_server.port)
    yield front
    front.stop()


@pytest.fixture(params=kinds())
def kind(request):
    return request.param


@pytest.fixture
def stand(kind, tmp_path):
    """Makes a server and a proxy of one's own: stand(idle, *options) has `server` and `front`."""
    made = []

    def make(idle="1h", *options, around="50s"):
        options = ("--durability=process", *options)
        server = ServerProcess(tmp_path, *options)
        made.append(server)
        folder = tmp_path / "front"
        folder.mkdir()
        front = kind(folder, server.port, idle, around)
        made.append(front)
        return SimpleNamespace(server=server, front=front, options=options)

    yield make
    for process in reversed(made):
        process.stop()


@pytest.fixture
def through(io_loop):
    """Clients that connect by a port."""
    all = []

    def clients(port):
        all.append(Clients(port))
        return all[-1]

    yield clients
    for each in all:
        io_loop.run_sync(each.close)


@pytest.fixture
def ask(io_loop):
    """One request, by a port."""

    async def ask(port, path, body=None, method=None, **headers):
        request = HTTPRequest(
            f"http://127.0.0.1:{port}{path}",
            method=method or ("GET" if body is None else "POST"),
            body=body,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )
        return await AsyncHTTPClient().fetch(request, raise_error=False)

    return ask


@pytest.fixture(params=["server", "proxy"])
def again(request):
    """Starts the one or the other again, under a stand's connections."""

    async def again(stand):
        await asyncio.to_thread(start_again[request.param], stand)

    return again


def server_again(stand):
    port, data = stand.server.port, stand.server.log.parent
    stand.server.stop()
    stand.server.__init__(data, *stand.options, port=port)


start_again = {"server": server_again, "proxy": lambda stand: stand.front.restart()}

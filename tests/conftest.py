"""What all tests stand on: a real server on a real port, one loop a test.

Async tests need no marker. A test fails when it leaves a connection among the
waiters, or when something is logged as a warning or worse that it does not
`expect_log`.
"""

import asyncio
import inspect
import logging
import select
import ssl
from pathlib import Path

import pytest
import trustme
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop

import handlers
import server
import settings
from clients import Clients
from handlers.follow import Follower
from handlers.socket import SocketHandler

WATCHED_LOGS = ("broadcaster", "tornado", "asyncio")


def pytest_configure(config):
    config.addinivalue_line("markers", "options(*arguments): the server's command line")
    config.addinivalue_line("markers", "expect_log(text): a warning or error that must be logged")
    config.addinivalue_line("markers", "every_road: runs on each kind of line, and over TLS")


def pytest_collection_modifyitems(items):
    for item in items:
        if inspect.iscoroutinefunction(getattr(item, "function", None)):
            item.add_marker(pytest.mark.gen_test)


ROADS = ("epoll", "iostream", "tls") if hasattr(select, "epoll") else ("iostream", "tls")


def pytest_generate_tests(metafunc):
    wanted = set(metafunc.fixturenames)
    if metafunc.definition.get_closest_marker("every_road") and "road" in wanted:
        # pytest-tornado's HTTP client would not trust our certificate.
        roads = [road for road in ROADS if road != "tls" or "http_client" not in wanted]
        metafunc.parametrize("road", roads, indirect=True)


@pytest.fixture
def road(request):
    """How the server's sockets are served: by which engine, or over TLS."""
    return getattr(request, "param", ROADS[0])


@pytest.fixture
def io_loop():
    loop = IOLoop(make_current=False)
    asyncio.set_event_loop(loop.asyncio_loop)
    yield loop
    _finish(loop.asyncio_loop)
    asyncio.set_event_loop(None)
    loop.close(all_fds=True)


def _finish(loop):
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))


@pytest.fixture
def base_url(http_port):
    return f"http://127.0.0.1:{http_port}"


@pytest.fixture
def options(request, tmp_path, road):
    """The settings a test asks for with `@pytest.mark.options("--mode=echo")`."""
    marker = request.node.get_closest_marker("options")
    arguments = marker.args if marker else ()
    ours = [f"--data={tmp_path}", "--durability=process"]
    if road != "tls":
        ours.append(f"--engine={road}")
    return settings.read([*ours, *arguments])


@pytest.fixture
def history(io_loop, options):
    async def make():
        return server.make_history(options)

    history = io_loop.run_sync(make)
    yield history
    io_loop.run_sync(history.close, timeout=10)


@pytest.fixture
def services(io_loop, options, history):
    async def compose():
        return server.compose(options, history)

    services = io_loop.run_sync(compose)
    yield services
    io_loop.run_sync(services.roads.close)


@pytest.fixture
def app(services):
    templates = str(Path(server.__file__).parent / "templates")
    return handlers.application(services, "a key for tests", templates)


@pytest.fixture(scope="session")
def authority():
    """Signs the certificate that the server shows over TLS."""
    return trustme.CA()


@pytest.fixture
def trust(road, authority):
    """What a client trusts, or None where nothing is encrypted."""
    if road != "tls":
        return None
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def http_server(io_loop, _unused_port, app, road, authority):
    """As pytest-tornado has it, but for the road."""
    certificate = None
    if road == "tls":
        certificate = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(certificate)
    server = HTTPServer(app, ssl_options=certificate)
    server.add_socket(_unused_port[0])
    yield server
    server.stop()
    io_loop.run_sync(server.close_all_connections, timeout=10)


@pytest.fixture
def clients(io_loop, http_server, http_port, trust):
    """Connects clients that are all closed at the end, and waits until the server saw it."""
    clients = Clients(http_port, trust)
    yield clients
    io_loop.run_sync(clients.close)
    io_loop.run_sync(nobody_waits, timeout=20)


async def nobody_waits():
    while SocketHandler.waiters or Follower.followers:
        await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def quiet_log(request, caplog):
    """Nothing unexpected is logged; all that was expected is."""
    expected = [marker.args[0] for marker in request.node.iter_markers("expect_log")]
    caplog.set_level(logging.INFO)
    yield
    said = [
        record.getMessage()
        for phase in ("setup", "call", "teardown")
        for record in caplog.get_records(phase)
        if record.levelno >= logging.WARNING and record.name.split(".")[0] in WATCHED_LOGS
    ]
    unexpected = [line for line in said if not any(text in line for text in expected)]
    missing = [text for text in expected if not any(text in line for line in said)]
    assert not unexpected, f"logged: {unexpected}"
    assert not missing, f"not logged: {missing}"

"""What all tests stand on: a real server on a real port, one loop a test.

Async tests need no marker. A test fails when it leaves a connection among the
waiters, or when something is logged as a warning or worse that it does not
`expect_log`.
"""

import asyncio
import inspect
import logging
from pathlib import Path

import pytest
from tornado.ioloop import IOLoop

import handlers
import server
import settings
from clients import Clients
from handlers.socket import SocketHandler

WATCHED_LOGS = ("broadcaster", "tornado", "asyncio")


def pytest_configure(config):
    config.addinivalue_line("markers", "options(*arguments): the server's command line")
    config.addinivalue_line("markers", "expect_log(text): a warning or error that must be logged")


def pytest_collection_modifyitems(items):
    for item in items:
        if inspect.iscoroutinefunction(getattr(item, "function", None)):
            item.add_marker(pytest.mark.gen_test)


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
def options(request, tmp_path):
    """The settings a test asks for with `@pytest.mark.options("--mode=echo")`."""
    marker = request.node.get_closest_marker("options")
    arguments = marker.args if marker else ()
    return settings.read([f"--data={tmp_path}", "--durability=process", *arguments])


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

    return io_loop.run_sync(compose)


@pytest.fixture
def app(services):
    templates = str(Path(server.__file__).parent / "templates")
    return handlers.application(services, "a key for tests", templates)


@pytest.fixture
def clients(io_loop, http_server, http_port):
    """Connects clients that are all closed at the end, and waits until the server saw it."""
    clients = Clients(http_port)
    yield clients
    io_loop.run_sync(clients.close)
    io_loop.run_sync(nobody_waits, timeout=7)


async def nobody_waits():
    while SocketHandler.waiters:
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

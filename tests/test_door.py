"""The door lets everybody in, but only a few in a turn of the loop."""

import socket

import pytest

from handlers.engine.door import AT_ONCE, Door


@pytest.fixture
def door():
    with Door(socket.create_server(("127.0.0.1", 0), backlog=100)) as door:
        yield door


def test_after_a_few_it_says_that_nobody_waits_and_then_goes_on(door):
    waiting = [socket.create_connection(door.getsockname()) for _ in range(AT_ONCE + 3)]
    let_in = [door.accept()[0] for _ in range(AT_ONCE)]
    with pytest.raises(BlockingIOError):
        door.accept()
    let_in += [door.accept()[0] for _ in range(3)]
    with pytest.raises(BlockingIOError):
        door.accept()
    assert len({sock.getpeername() for sock in let_in}) == AT_ONCE + 3
    for sock in [*waiting, *let_in]:
        sock.close()

"""Server frames, against the examples of RFC 6455 section 5.7 and against themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from handlers.frames import BINARY, PING, TEXT, close_frame, frame, split


def test_the_examples_of_the_rfc():
    assert frame(TEXT, b"Hello") == bytes.fromhex("810548656c6c6f")
    assert frame(PING, b"Hello") == bytes.fromhex("890548656c6c6f")
    assert frame(BINARY, bytes(256))[:4] == bytes.fromhex("827e0100")
    assert frame(BINARY, bytes(65536))[:10] == bytes.fromhex("827f0000000000010000")


@pytest.mark.parametrize(("size", "head"), [(125, 2), (126, 4), (65535, 4), (65536, 10)])
def test_a_length_takes_as_few_bytes_as_it_can(size, head):
    assert len(frame(BINARY, bytes(size))) == head + size


@given(some.lists(some.tuples(some.sampled_from([TEXT, BINARY, PING]), some.binary(max_size=300))))
def test_frames_in_a_row_are_taken_apart_again(messages):
    joined = b"".join(frame(opcode, payload) for opcode, payload in messages)
    assert list(split(joined)) == messages


def test_a_close_frame_carries_its_code_and_reason():
    assert close_frame(1012, "back soon") == b"\x88\x0b\x03\xf4back soon"

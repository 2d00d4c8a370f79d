"""permessage-deflate by itself: what is agreed on, and what is compressed."""

import json
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as some

from handlers.engine.deflate import TAIL, WORTH_IT, agree, inflate, squeezed
from handlers.engine.frames import BINARY, FIN, RSV1, TEXT, Parser, Violation, frame, split
from test_frames import client_frame, events

PLAIN = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
LIMIT = 1 << 20


@pytest.mark.parametrize(
    ("offers", "answer", "window"),
    [
        ("permessage-deflate", PLAIN, 15),
        ("permessage-deflate; client_max_window_bits", PLAIN, 15),
        ("permessage-deflate; client_max_window_bits=10", PLAIN, 15),
        ("permessage-deflate ; server_no_context_takeover", PLAIN, 15),
        ("permessage-deflate;server_max_window_bits=10", f"{PLAIN}; server_max_window_bits=10", 10),
        ('permessage-deflate; server_max_window_bits="9"', f"{PLAIN}; server_max_window_bits=9", 9),
        ("x-webkit-deflate-frame, permessage-deflate", PLAIN, 15),
        ("permessage-deflate; server_max_window_bits=8, permessage-deflate", PLAIN, 15),
        ("permessage-deflate; unheard_of, permessage-deflate", PLAIN, 15),
    ],
)
def test_the_first_offer_that_can_be_met_is_taken(offers, answer, window):
    assert agree(offers) == (answer, window)


@pytest.mark.parametrize(
    "offers",
    [
        "",
        "permessage-bzip2",
        "permessage-deflate; unheard_of",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=8",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_max_window_bits; client_max_window_bits",
        "permessage-deflate=1",
        ";;;,,==",
        "foo permessage-deflate",
        "= permessage-deflate",
        "permessage-deflate; =",
        "a" * 16_000 + "= x y",  # which took a regular expression seconds
    ],
)
def test_an_offer_that_cannot_be_met_is_declined(offers):
    assert agree(offers) is None


def unsqueezed(data, window=15):
    """What a client makes of it, with a window of its own for each message."""
    [(head, payload)] = split(data)
    if not head[0] & RSV1:
        return payload
    return zlib.decompressobj(-window).decompress(payload + TAIL)


@given(some.lists(some.text(min_size=WORTH_IT, max_size=2000), max_size=5), some.integers(9, 15))
def test_each_message_is_compressed_by_itself(texts, window):
    for text in texts:
        assert unsqueezed(squeezed(TEXT, text.encode(), window), window).decode() == text


def test_what_repeats_gets_smaller_and_says_so():
    data = squeezed(BINARY, b"again and " * 100, 15)
    assert data[0] == FIN | RSV1 | BINARY
    assert len(data) < 60


def test_nothing_of_one_message_helps_to_guess_another():
    secret = json.dumps({"secret": "z9Qw81mXk2Lp" * 12}).encode()
    alone = squeezed(TEXT, secret, 15)
    assert squeezed(TEXT, secret, 15) == alone


@pytest.mark.parametrize("window", [None, 15])
def test_what_is_tiny_or_not_agreed_on_goes_as_it_is(window):
    tiny = b"x" * (WORTH_IT - 1)
    assert squeezed(TEXT, tiny, window) == frame(TEXT, tiny)
    assert squeezed(TEXT, b"x" * 1000, None) == frame(TEXT, b"x" * 1000)


def compressed(payload, takeover=None):
    compressor = takeover or zlib.compressobj(wbits=-15)
    return (compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH)).removesuffix(TAIL)


def test_a_compressed_message_may_come_in_fragments():
    small = compressed("é".encode() * 1000)
    pieces = client_frame(TEXT, small[:5], RSV1), client_frame(0, small[5:])
    assert events(*pieces, parser=Parser(LIMIT, inflate)) == [(TEXT, "é" * 1000)]


def test_messages_that_are_not_compressed_come_in_between():
    pieces = client_frame(BINARY, b"plain"), client_frame(BINARY, compressed(b"x"), FIN | RSV1)
    assert events(*pieces, parser=Parser(LIMIT, inflate)) == [(BINARY, b"plain"), (BINARY, b"x")]


def test_what_does_not_compress_may_be_a_little_larger_on_the_wire_than_the_limit():
    noise = random.Random(1).randbytes(65536)
    small = compressed(noise)
    assert len(small) > 65536
    parser = Parser(65536, inflate)
    assert events(client_frame(BINARY, small, FIN | RSV1), parser=parser) == [(BINARY, noise)]


def test_the_examples_of_the_rfc():
    assert inflate(bytes.fromhex("f248cdc9c90700"), LIMIT) == b"Hello"
    assert inflate(bytes.fromhex("000500faff48656c6c6f00"), LIMIT) == b"Hello"
    assert inflate(bytes.fromhex("f348cdc9c9070000"), LIMIT) == b"Hello"
    assert inflate(bytes.fromhex("f2480500 0000ffff cac9c90700"), LIMIT) == b"Hello"


def test_a_bomb_is_1009_and_is_not_unpacked():
    bomb = compressed(bytes(100_000_000))
    assert len(bomb) < LIMIT
    with pytest.raises(Violation) as violation:
        inflate(bomb, LIMIT)
    assert violation.value.code == 1009
    assert inflate(compressed(bytes(LIMIT)), LIMIT) == bytes(LIMIT)


@pytest.mark.parametrize("noise", [b"\xff\xff\xff", b"\x00\x01\x02\x03\x04\x05\x06\x07"])
def test_what_is_no_compressed_data_is_1007(noise):
    with pytest.raises(Violation) as violation:
        inflate(noise, LIMIT)
    assert violation.value.code == 1007


def test_compressed_text_that_is_no_utf_8_is_1007():
    parser = Parser(LIMIT, inflate)
    with pytest.raises(Violation) as violation:
        parser.next(client_frame(TEXT, compressed(b"\xff"), FIN | RSV1))
    assert violation.value.code == 1007

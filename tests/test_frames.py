"""The frame codec by itself, against RFC 6455: bytes in, events out; no socket."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from clients import masked
from handlers.engine.deflate import inflate
from handlers.engine.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    FIN,
    PING,
    PONG,
    RSV1,
    TEXT,
    Parser,
    Violation,
    close_frame,
    close_of,
    fragmented,
    frame,
    split,
)

LIMIT = 100_000


def client_frame(opcode, payload=b"", bits=FIN, key=b"\x01\x02\x03\x04"):
    """A frame as a client writes it."""
    head = bytearray(frame(opcode, payload, bits))
    head = head[: len(head) - len(payload)]
    head[1] |= 0x80
    return bytes(head) + key + masked(payload, key)


def events(*pieces, parser=None):
    """What comes of these bytes, fed piece by piece."""
    parser = parser or Parser(LIMIT)
    found = []
    for piece in pieces:
        event = parser.next(piece)
        while event:
            found.append(event)
            event = parser.next()
    return found


def code_of(*pieces, parser=None):
    with pytest.raises(Violation) as violation:
        events(*pieces, parser=parser)
    assert len(str(violation.value).encode()) <= 123
    return violation.value.code


# -- what the server writes ------------------------------------------------------------


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
    apart = list(split(joined))
    assert [(head[0], payload) for head, payload in apart] == [
        (FIN | opcode, payload) for opcode, payload in messages
    ]
    assert b"".join(head + payload for head, payload in apart) == joined


@given(some.binary(max_size=300), some.integers(1, 20))
def test_a_message_in_fragments_is_the_same_message(payload, count):
    apart = list(split(fragmented(BINARY, payload, count)))
    assert b"".join(piece for _, piece in apart) == payload
    assert [head[0] for head, _ in apart] == [
        (CONTINUATION if at else BINARY) | (FIN if at == count - 1 else 0) for at in range(count)
    ]


def test_a_close_frame_carries_its_code_and_reason():
    assert close_frame(1012, "back soon") == b"\x88\x0b\x03\xf4back soon"
    assert close_frame(None) == b"\x88\x00"


def test_a_reason_that_is_too_long_is_cut_between_characters():
    payload = close_frame(1008, "é" * 100)[2:]
    assert len(payload) == 124
    assert payload[2:].decode() == "é" * 61


# -- what a peer writes ----------------------------------------------------------------


def test_the_masked_example_of_the_rfc():
    assert events(bytes.fromhex("818537fa213d7f9f4d5158")) == [(TEXT, "Hello")]


def test_the_fragmented_example_of_the_rfc():
    pieces = client_frame(TEXT, b"Hel", 0), client_frame(CONTINUATION, b"lo")
    assert events(*pieces) == [(TEXT, "Hello")]


def test_control_frames_come_between_the_fragments_of_a_message():
    pieces = [
        client_frame(BINARY, b"a", 0),
        client_frame(PING, b"1"),
        client_frame(CONTINUATION, b"b", 0),
        client_frame(PONG, b"2"),
        client_frame(CONTINUATION, b"c"),
    ]
    assert events(b"".join(pieces)) == [(PING, b"1"), (PONG, b"2"), (BINARY, b"abc")]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, LIMIT])
def test_messages_of_every_size_around_a_length_field(size):
    payload = bytes(i % 251 for i in range(size))
    assert events(client_frame(BINARY, payload)) == [(BINARY, payload)]


MESSAGES = some.lists(
    some.one_of(
        some.tuples(some.just(TEXT), some.text(max_size=200)),
        some.tuples(some.just(BINARY), some.binary(max_size=400)),
        some.tuples(some.sampled_from([PING, PONG]), some.binary(max_size=125)),
    ),
    max_size=8,
)


@given(MESSAGES, some.data())
def test_any_messages_in_any_fragments_and_any_split_are_the_same_events(messages, data):
    control = [message for message in messages if message[0] >= CLOSE]
    wire = b"".join(fragments(message, control, data) for message in messages)
    cuts = sorted(data.draw(some.sets(some.integers(0, len(wire)), max_size=20)))
    ends = [*cuts, len(wire)]
    pieces = [wire[a:b] for a, b in zip([0, *cuts], ends, strict=True)]
    found = events(*pieces)
    assert found == events(wire)
    assert [event for event in found if event[0] < CLOSE] == [m for m in messages if m[0] < CLOSE]
    assert [event for event in found if event[0] >= CLOSE] == control


def fragments(message, control, data):
    """A message in frames of any sizes; control frames go out as they are."""
    opcode, payload = message
    if opcode >= CLOSE:
        return client_frame(opcode, payload)
    raw = payload.encode() if isinstance(payload, str) else payload
    cuts = sorted(data.draw(some.sets(some.integers(0, len(raw)), max_size=3)))
    parts = [raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    opcodes = [opcode] + [CONTINUATION] * (len(parts) - 1)
    last = [0] * (len(parts) - 1) + [FIN]
    return b"".join(map(client_frame, opcodes, parts, last))


def test_thousands_of_frames_in_one_piece_are_not_copied_for_each():
    parser, piece = Parser(LIMIT), client_frame(BINARY) * 1000
    parser.next(piece)
    parser.next()
    assert parser.fed is piece


@given(some.binary(max_size=300), some.integers(1, 40))
def test_any_bytes_at_all_end_in_events_or_a_violation_however_they_are_split(noise, size):
    def outcome(pieces):
        parser, found = Parser(LIMIT, inflate), []
        try:
            for piece in pieces:
                event = parser.next(piece)
                while event:
                    found.append(event)
                    event = parser.next()
        except Violation as violation:
            found.append((violation.code, str(violation)))
        return found

    assert outcome([noise[at : at + size] for at in range(0, len(noise), size)]) == outcome([noise])


def test_a_message_of_empty_fragments_does_not_grow():
    parser = Parser(LIMIT)
    events(client_frame(TEXT, b"x", 0), client_frame(CONTINUATION, b"", 0) * 1000, parser=parser)
    assert parser._parts == ["x"]


def test_what_was_read_is_not_held_on_to():
    parser = Parser(LIMIT)
    events(client_frame(BINARY, bytes(50_000)), client_frame(PING), parser=parser)
    assert parser.fed == b""


# -- what a peer may not write ---------------------------------------------------------

BROKEN = {
    "a reserved bit": client_frame(TEXT, b"x", FIN | 0x20),
    "compression that was not agreed on": client_frame(TEXT, b"x", FIN | RSV1),
    "an opcode that is none": client_frame(0x3, b"x"),
    "a control opcode that is none": client_frame(0xB, b"x"),
    "a frame that is not masked": frame(TEXT, b"x"),
    "a fragmented ping": client_frame(PING, b"x", 0),
    "a long ping": client_frame(PING, bytes(126)),
    "a continuation of nothing": client_frame(CONTINUATION, b"x"),
    "a message within a message": client_frame(TEXT, b"x", 0) + client_frame(TEXT, b"y"),
    "a length in too many bytes": b"\x82\xfe\x00\x7d" + bytes(4),
    "a length in far too many bytes": b"\x82\xff" + (65535).to_bytes(8) + bytes(4),
    "a negative length": b"\x82\xff" + b"\xff" * 8 + bytes(4),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_what_breaks_the_protocol_is_1002(broken):
    assert code_of(broken) == 1002


@pytest.mark.parametrize("broken", ["a reserved bit", "a frame that is not masked"])
def test_it_is_found_at_the_first_byte_that_shows_it(broken):
    assert code_of(BROKEN[broken][:2]) == 1002


def test_compression_is_for_the_first_frame_of_a_message_alone():
    parser = Parser(LIMIT, inflate)
    pieces = client_frame(TEXT, b"", 0), client_frame(CONTINUATION, b"", FIN | RSV1)
    assert code_of(*pieces, parser=parser) == 1002
    assert code_of(client_frame(PING, b"", FIN | RSV1), parser=Parser(LIMIT, inflate)) == 1002


def test_a_message_over_the_limit_is_1009_by_its_header_alone():
    assert code_of(b"\x82\xff" + (LIMIT + 1).to_bytes(8) + bytes(4)) == 1009


def test_fragments_are_counted_together():
    pieces = client_frame(BINARY, bytes(LIMIT), 0), client_frame(CONTINUATION, b"x")
    assert code_of(*pieces) == 1009
    parts = [client_frame(BINARY, bytes(LIMIT), 0), client_frame(CONTINUATION)]
    assert events(*parts) == [(BINARY, bytes(LIMIT))]


@pytest.mark.parametrize(
    "bad", [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3"]
)
@pytest.mark.parametrize("before", [b"", b"x" * 200])
def test_text_that_is_no_utf_8_is_1007(bad, before):
    assert code_of(client_frame(TEXT, before + bad)) == 1007


def test_text_fails_at_its_first_bad_byte_not_at_its_end():
    whole = client_frame(TEXT, b"ok" * 100 + b"\xff" + b"x" * 100)
    at = whole.index(masked(b"ok" * 100 + b"\xff", b"\x01\x02\x03\x04")) + 201
    assert events(whole[: at - 1]) == []
    assert code_of(whole[:at]) == 1007
    assert code_of(client_frame(TEXT, b"ok\xff", 0)) == 1007


def test_a_character_may_be_cut_in_two_by_a_fragment():
    pieces = client_frame(TEXT, b"\xc3", 0), client_frame(CONTINUATION, b"\xa9")
    assert events(*pieces) == [(TEXT, "é")]
    assert code_of(client_frame(TEXT, b"\xc3", 0), client_frame(CONTINUATION)) == 1007


# -- closing ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999]
)
def test_codes_that_may_be_sent(code):
    assert close_of(code.to_bytes(2) + b"bye") == (code, "bye")


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000])
def test_codes_that_may_not(code):
    with pytest.raises(Violation) as violation:
        close_of(code.to_bytes(2))
    assert violation.value.code == 1002


def test_a_close_may_be_empty_but_not_half_a_code_nor_a_reason_that_is_no_text():
    assert close_of(b"") == (None, "")
    for payload, code in ((b"\x03", 1002), (b"\x03\xe8\xff", 1007)):
        with pytest.raises(Violation) as violation:
            close_of(payload)
        assert violation.value.code == code


# -- what a tap sees -------------------------------------------------------------------


def test_a_tap_sees_every_frame_once_it_is_complete():
    parser, seen = Parser(LIMIT), []
    parser.shown = lambda *frame: seen.append(frame)
    pieces = [
        client_frame(TEXT, b"short"),
        client_frame(TEXT, b"a" * 300, 0),
        client_frame(PING, b"now"),
        client_frame(CONTINUATION, b"b" * 300),
        client_frame(CLOSE, b"\x03\xe8"),
    ]
    wire = b"".join(pieces)
    events(*(wire[at : at + 7] for at in range(0, len(wire), 7)), parser=parser)
    heads = [
        piece[: len(piece) - len(payload)] for piece, (_, payload) in zip(pieces, seen, strict=True)
    ]
    assert [head for head, _ in seen] == heads
    assert [(head[0], payload) for head, payload in seen] == [
        (FIN | TEXT, b"short"),
        (TEXT, b"a" * 300),
        (FIN | PING, b"now"),
        (FIN | CONTINUATION, b"b" * 300),
        (FIN | CLOSE, b"\x03\xe8"),
    ]

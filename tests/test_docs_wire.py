"""The bytes in docs/wire.md are true: sent by hand, they are answered as it says there."""

import re
import socket
from base64 import b64encode
from hashlib import sha1

import pytest

from handlers.engine.deflate import inflate
from handlers.engine.frames import BINARY, MASKED, PING, PONG, frame, split
from handlers.engine.seam import unmask
from process import ROOT, ServerProcess

DOC = (ROOT / "docs" / "wire.md").read_text()
KEY = bytes.fromhex("37 fa 21 3d")
BYTES = re.compile(r"((?:[0-9a-f]{2} )*[0-9a-f]{2})(?:  +([01][01 ]+)  )?")


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", DOC, re.MULTILINE | re.DOTALL)


def head(kind):
    """A handshake's half as it goes over the wire."""
    (lines,) = blocks(f"http {kind}")
    return (lines + "\n").replace("\n", "\r\n").encode()


def frames():
    """Who sends each frame, and its bytes; the bits beside a byte are that byte's."""
    for who, block in re.findall(r"^```bytes (\w+)\n(.*?)^```", DOC, re.MULTILINE | re.DOTALL):
        data = b""
        for line in block.splitlines():
            digits, bits = BYTES.match(line).groups()
            piece = bytes.fromhex(digits)
            if bits:
                assert f"{piece[0]:08b}" == bits.replace(" ", ""), line
            data += piece
        yield who, data


def plain(data):
    """The opcode and the payload of a frame, unmasked."""
    if not data[1] & MASKED:
        ((first, payload),) = split(data)
        return first[0] & 0x0F, payload
    assert len(data) == 6 + data[1] - MASKED
    return data[0] & 0x0F, unmask(data[2:6], data[6:])


class ByHand:
    """A client that writes bytes."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.file = self.socket.makefile("rb")

    def send(self, data):
        self.socket.sendall(data)

    def read_head(self):
        return b"".join(iter(self.file.readline, b"\r\n")) + b"\r\n"

    def read_frame(self):
        start = self.file.read(2)
        return start + self.file.read(start[1])


@pytest.fixture
def client(tmp_path):
    server = ServerProcess(tmp_path, "--ping-interval=1")
    client = ByHand(server.port)
    client.port = server.port
    yield client
    client.file.close()
    client.socket.close()
    server.stop()


def test_a_server_answers_these_bytes_with_those(client):
    client.send(head("request").replace(b":8888", b":%d" % client.port))
    assert client.read_head() == head("answer")
    for who, data in frames():
        opcode, payload = plain(data)
        if opcode == PING:
            asked = answered_ping(client, data)
        elif opcode == PONG:
            assert payload == plain(next(d for _, d in frames() if d[0] & 15 == PING))[1]
            client.send(bytes((0x8A, MASKED | len(asked))) + KEY + unmask(KEY, asked))
        elif who == "client":
            client.send(data)
        else:
            assert without_pings(client) == data
    assert client.file.read() == b""


def answered_ping(client, documented):
    """Waits for a ping of the server's own, which looks like the one that is shown."""
    opcode, payload = plain(client.read_frame())
    shown = plain(documented)
    assert opcode == shown[0] == PING
    assert re.fullmatch(rb"\d+\.\d+", payload)
    assert re.fullmatch(rb"\d+\.\d+", shown[1])
    return payload


def without_pings(client):
    """The next frame that is no ping, which may come at any time."""
    return next(data for data in iter(client.read_frame, None) if plain(data)[0] != PING)


def test_what_was_combined_with_the_key_is_told():
    (block,) = blocks("xor")
    wire, key, unmasked, reads = (line.split()[1:] for line in block.splitlines())
    assert unmask(KEY, bytes.fromhex("".join(wire))).hex(" ").split() == unmasked
    assert bytes.fromhex("".join(key)) == (KEY * 2)[:5]
    assert bytes.fromhex("".join(unmasked)).decode() == "".join(reads)


def test_what_was_compressed_inflates_to_what_was_said():
    compressed = next(data for _, data in frames() if data[0] & 0x40)
    payload = plain(compressed)[1]
    assert inflate(payload, 100) == b"Hello"
    assert f"{payload.hex(' ')}, masked; inflated: Hello" in DOC


def test_the_accept_value_comes_of_the_key_as_shown():
    (block,) = blocks("accept")
    together, digest, accept = block.splitlines()
    assert sha1(together.encode()).hexdigest() == digest.replace(" ", "")  # noqa: S324
    assert b64encode(bytes.fromhex(digest)).decode() == accept
    assert f"Sec-WebSocket-Accept: {accept}\r\n".encode() in head("answer")


def test_each_length_is_written_as_the_table_says():
    rows = re.findall(r"^\| ([\d,]+) \| `([0-9a-f ]+)` \|$", DOC, re.MULTILINE)
    assert len(rows) == 5
    for size, header in rows:
        number = int(size.replace(",", ""))
        whole = frame(BINARY, bytes(number))
        assert whole[: len(whole) - number].hex(" ") == header

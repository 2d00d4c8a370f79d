"""Changes inputs at random, from a seed: no coverage guides it, but it fits in a test."""

from collections.abc import Callable, Iterator, Sequence
from random import Random

TELLING = (0x00, 0x01, 0x7E, 0x7F, 0x80, 0x81, 0x82, 0x88, 0x89, 0xC1, 0xFE, 0xFF, 0x20, 0x3B, 0x3D)
"""Bytes that begin, end or count something, in a frame or in a header."""
LONGEST = 2048


def mutations(seeds: Sequence[bytes], number: int, seed: int) -> Iterator[bytes]:
    """That many inputs, each some seed with a few changes; the same ones every time."""
    rng = Random(seed)
    for _ in range(number):
        data = bytearray(rng.choice(seeds))
        for _ in range(rng.randrange(1, 5)):
            rng.choice(CHANGES)(data, rng)
        data += rng.choice(seeds)[1:] if rng.random() < 0.3 else b""
        yield bytes(data[:LONGEST])


def _flip(data: bytearray, rng: Random) -> None:
    data[_place(data, rng)] ^= 1 << rng.randrange(8)


def _overwrite(data: bytearray, rng: Random) -> None:
    data[_place(data, rng)] = rng.choice(TELLING)


def _insert(data: bytearray, rng: Random) -> None:
    data.insert(_place(data, rng), rng.choice(TELLING))


def _remove(data: bytearray, rng: Random) -> None:
    at = _place(data, rng)
    del data[at : at + rng.randrange(1, 8)]


def _repeat(data: bytearray, rng: Random) -> None:
    at = _place(data, rng)
    data[at:at] = data[at : at + rng.randrange(1, 30)]


def _place(data: bytearray, rng: Random) -> int:
    """Anywhere, mostly near the beginning, where headers are."""
    if not data:
        data.append(0)
    return rng.randrange(min(len(data), 12) if rng.random() < 0.5 else len(data))


CHANGES: tuple[Callable[[bytearray, Random], None], ...] = (
    _flip,
    _overwrite,
    _insert,
    _remove,
    _repeat,
)

"""The report: what was found, as tables."""

from __future__ import annotations

from bench.works import Book


def all_of(book: Book) -> list[str]:
    return [
        "\n".join(f"{k}: {[round(v * 1e6, 3) for v in vs]}" for k, vs in book.figures.items()),
        repr(book.failures),
    ]

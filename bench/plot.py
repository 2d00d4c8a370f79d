from pathlib import Path

from bench.works import Book


def draw(book: Book, path: Path) -> None: ...

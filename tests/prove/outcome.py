"""What a proof is given, and what it gives back."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Options:
    quick: bool
    results: Path  # a folder of the proof's own


@dataclass(frozen=True)
class Outcome:
    passed: bool
    detail: str


class CannotRun(Exception):
    """Says what is missing, as a sentence that follows "not run:"."""

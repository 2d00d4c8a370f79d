"""What a checker may find, by name."""

from collections.abc import Iterable
from typing import NamedTuple

LOST = "lost write"
DUPLICATE = "duplicate"
HOLE = "hole"
DISORDER = "out of order"
INCONSISTENT = "inconsistent ids"
UNSEEN = "unseen"
UNEXPECTED = "unexpected"

KINDS = {
    LOST: "acknowledged or shown to somebody, and not in the log",
    DUPLICATE: "in the log twice, or sent twice to one member",
    HOLE: "passed over in what one member got, and no gap told",
    DISORDER: "sent to one member after a later one",
    INCONSISTENT: "one id, two messages",
    UNSEEN: "in the log, and never sent to a member that came back",
    UNEXPECTED: "in the log, and never said like that",
}


class Finding(NamedTuple):
    kind: str
    words: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}"


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How many of each kind, none included."""
    found = [finding.kind for finding in findings]
    return {kind: found.count(kind) for kind in KINDS}

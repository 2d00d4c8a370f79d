"""A name is for people to read: one line of visible characters, composed, not too long.

What makes two names look alike or a line run backwards (control characters,
zero-width and bidirectional marks) is refused rather than silently removed, so
that nobody is called something they did not type.
"""

import unicodedata

from chat.errors import BadName

LONGEST = 40
NOBODY = "guest"

# Emoji are joined by these two; by themselves they are invisible.
_JOINERS = frozenset("\u200d\ufe0f")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def checked(name: str) -> str:
    """The name in Unicode NFC with its white space folded, or a `BadName` refusal."""
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    if not name:
        raise BadName(longest=LONGEST, why="this one is empty")
    if len(name) > LONGEST:
        raise BadName(longest=LONGEST, why=f"this one has {len(name)}")
    if any(_invisible(char) for char in name) or all(char in _JOINERS for char in name):
        raise BadName(longest=LONGEST, why="this one has characters that cannot be seen")
    return name


def _invisible(char: str) -> bool:
    return char not in _JOINERS and unicodedata.category(char) in _INVISIBLE

"""A name, of a person or a room, is for people to read: visible, composed, not too long.

What makes two names look alike or a line run backwards (control characters,
zero-width and bidirectional marks) is refused rather than silently removed, so
that nobody is called something they did not type.
"""

import unicodedata

from chat.errors import BadName, BadRoom

LONGEST = 40
LONGEST_ROOM = 64
NOBODY = "guest"
LOBBY = "lobby"

# Emoji are joined by these two; by themselves they are invisible.
_JOINERS = frozenset("\u200d\ufe0f")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def checked(name: str) -> str:
    """The name in Unicode NFC with its white space folded, or a `BadName` refusal."""
    name = _folded(name)
    if why := _unreadable(name, LONGEST):
        raise BadName(longest=LONGEST, why=why)
    return name


def checked_room(name: str) -> str:
    """The room's name in the same way, or a `BadRoom` refusal."""
    name = _folded(name)
    if why := _unreadable(name, LONGEST_ROOM):
        raise BadRoom(longest=LONGEST_ROOM, why=why)
    return name


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split()))


def _unreadable(name: str, longest: int) -> str:
    """Why this name cannot be, in words; empty when it can."""
    if not name:
        return "this one is empty"
    if len(name) > longest:
        return f"this one has {len(name)}"
    if any(_invisible(char) for char in name) or all(char in _JOINERS for char in name):
        return "this one has characters that cannot be seen"
    return ""


def _invisible(char: str) -> bool:
    return char not in _JOINERS and unicodedata.category(char) in _INVISIBLE

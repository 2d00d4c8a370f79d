"""A name, of a person or a room, is for people to read: visible, composed, not too long.

What makes two names look alike or a line run backwards (control characters,
zero-width and bidirectional marks) is refused rather than silently removed, so
that nobody is called something they did not type.
"""

import re
import unicodedata

from chat.errors import BadName, BadRoom

LONGEST = 40
LONGEST_ROOM = 64
NOBODY = "guest"
LOBBY = "lobby"

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# What is invisible in other categories: Unicode's Default_Ignorable_Code_Point, and a Braille
# cell without a dot.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0e\uffa0"
    "\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
# These two make one emoji of several, and of a sign; anywhere else they are invisible.
_JOINER, _AS_EMOJI = "\u200d", "\ufe0f"
_SIGNS = frozenset("©®‼⁉↔〰◻◼◽◾⤴⤵")  # the emoji that are no "other symbol" above U+2000
_SKIN = range(0x1F3FB, 0x1F400)
_KEYS = frozenset("#*0123456789")
_KEY_CAP = "\u20e3"


def checked(name: str) -> str:
    """The name in Unicode NFC with its white space folded, or a `BadName` refusal."""
    name = _folded(name)
    if why := _unreadable(name, LONGEST):
        raise BadName(longest=LONGEST, why=why)
    return name


def checked_room(name: str) -> str:
    """The room's name in the same way, or a `BadRoom` refusal."""
    name = _folded(name)
    why = _unreadable(name, LONGEST_ROOM)
    if name in (".", ".."):
        why = "this one means something else in an address"
    if why:
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
    if any(_invisible(name, place) for place in range(len(name))):
        return "this one has characters that cannot be seen"
    return ""


def _invisible(name: str, place: int) -> bool:
    char, before, after = name[place], name[:place][-1:], name[place + 1 :][:1]
    if char == _AS_EMOJI:
        return not (_is_emoji(before) or (before in _KEYS and after == _KEY_CAP))
    if char == _JOINER:
        return not (_is_emoji(after) and (_is_emoji(before) or before == _AS_EMOJI))
    return bool(_BLANK.match(char)) or unicodedata.category(char) in _INVISIBLE


def _is_emoji(char: str) -> bool:
    """Whether this may be an emoji, or the tone of its skin; "" is none."""
    if not char or char in _SIGNS or ord(char) in _SKIN:
        return bool(char)
    return char > "\u2000" and unicodedata.category(char) == "So"

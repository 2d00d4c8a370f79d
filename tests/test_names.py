"""Names are for people to read."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chat.errors import BadName, BadRoom
from chat.names import LONGEST, checked, checked_room

EMOJI = [
    "👩\u200d🚀",
    "❤\ufe0f",
    "❤\ufe0f\u200d🔥",
    "👩🏽\u200d🚀",
    "👨\u200d👩\u200d👧",
    "🏳\ufe0f\u200d🌈",
    "🙂\u200d↔\ufe0f",
    "1\ufe0f\u20e3",
    "#\ufe0f\u20e3",
    "‼\ufe0f",
    "©\ufe0f",
]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ada", "Ada"),
        ("  Ada \t Lovelace\n", "Ada Lovelace"),
        ("e\u0301", "é"),
        ("李小龙", "李小龙"),
        ("x" * LONGEST, "x" * LONGEST),
        *[(emoji, emoji) for emoji in EMOJI],
        *[(f"Ada {emoji} B", f"Ada {emoji} B") for emoji in EMOJI],
    ],
)
def test_a_name_is_composed_and_its_white_space_folded(typed, name):
    assert checked(typed) == name


@pytest.mark.parametrize(
    "typed", ["", " \n", "x" * (LONGEST + 1), "a\u202eb", "a\u200bb", "\u200d", "a\x00b", "\ue000"]
)
@pytest.mark.parametrize("check", [checked, checked_room])
def test_what_cannot_be_read_is_refused_in_words(check, typed):
    typed = typed * 2 if len(typed) > LONGEST else typed
    with pytest.raises((BadName, BadRoom), match=r"name is 1 to (40|64) visible characters"):
        check(typed)


# What Unicode calls Default_Ignorable_Code_Point, one of each stretch, and a blank Braille cell.
UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180d\u180e\u180f\u200b\u200c\u200e\u202a"
    "\u2060\u2065\u206f\u2800\u3164\ufe00\ufe0e\ufeff\uffa0\ufff0\ufff8\U0001bca0\U0001d173"
    "\U000e0000\U000e0001\U000e0020\U000e007f\U000e0100\U000e01ef\U000e0fff"
)


@pytest.mark.parametrize("unseen", UNSEEN, ids=lambda char: f"{ord(char):x}")
def test_what_cannot_be_seen_makes_no_second_name_that_looks_like_the_first(unseen):
    for typed in (unseen, f"Ada{unseen}", f"{unseen}Ada", f"A{unseen}da", f"👩{unseen}"):
        with pytest.raises(BadName, match="cannot be seen"):
            checked(typed)


@pytest.mark.parametrize("joiner", ["\u200d", "\ufe0f"])
def test_what_joins_emoji_joins_nothing_else(joiner):
    for typed in ("a", "1", "é", "李", "-", "+", "°", "👩\u200d", "👩\ufe0f\ufe0f"):
        for name in (typed + joiner, typed + joiner + "b", joiner + typed):
            with pytest.raises(BadName, match="cannot be seen"):
                checked(name)
    with pytest.raises(BadName, match="cannot be seen"):
        checked("👩\u200da")


@pytest.mark.parametrize("typed", [".", "..", " .. "])
def test_a_part_of_a_path_is_no_room(typed):
    with pytest.raises(BadRoom, match="address"):
        checked_room(typed)
    assert checked(typed)
    assert checked_room("...") == "..."


@given(some.text(max_size=80))
def test_a_checked_name_is_short_composed_and_stays_as_it_is(typed):
    try:
        name = checked(typed)
    except BadName:
        return
    assert 1 <= len(name) <= LONGEST
    assert unicodedata.is_normalized("NFC", name)
    assert checked(name) == name

"""Names are for people to read."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chat.errors import BadName
from chat.names import LONGEST, checked


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ada", "Ada"),
        ("  Ada \t Lovelace\n", "Ada Lovelace"),
        ("e\u0301", "é"),
        ("李小龙", "李小龙"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("x" * LONGEST, "x" * LONGEST),
    ],
)
def test_a_name_is_composed_and_its_white_space_folded(typed, name):
    assert checked(typed) == name


@pytest.mark.parametrize(
    "typed", ["", " \n", "x" * (LONGEST + 1), "a\u202eb", "a\u200bb", "\u200d", "a\x00b", "\ue000"]
)
def test_what_cannot_be_read_is_refused_in_words(typed):
    with pytest.raises(BadName, match="A name is 1 to 40 visible characters"):
        checked(typed)


@given(some.text(max_size=80))
def test_a_checked_name_is_short_composed_and_stays_as_it_is(typed):
    try:
        name = checked(typed)
    except BadName:
        return
    assert 1 <= len(name) <= LONGEST
    assert unicodedata.is_normalized("NFC", name)
    assert checked(name) == name

"""What was said, for a person at a terminal."""

from __future__ import annotations

import re
from datetime import datetime

from chat.message import Gap, Message

# All but tab and line feed: what others typed must not steer anybody's terminal.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def as_text(message: Message) -> str:
    """A line of text, or as many as the message has, each after the first set in."""
    at = datetime.fromisoformat(message.at).strftime("%Y-%m-%d %H:%M")
    first, *rest = f"{at}  {_readable(message.sender.name)}: {_words(message)}".split("\n")
    return "\n".join([first, *(f"    {line}" for line in rest), ""])


def gap_as_text(gap: Gap) -> str:
    """A line that says what is missing."""
    if gap.lost is None:
        return "-- the log of this room was started anew; what came before may be missing --\n"
    first, last = gap.lost
    which = f"message {first} is" if first == last else f"messages {first} to {last} are"
    return f"-- {which} no longer kept --\n"


def _words(message: Message) -> str:
    if message.deletes:
        return f"(deletes message {message.deletes})"
    if message.deleted:
        return "(deleted)"
    if isinstance(message.data, bytes):
        return f"({len(message.data)} bytes of binary)"
    return _readable(str(message.text)) + _edited(message)


def _edited(message: Message) -> str:
    if message.edits:
        return f" (now says message {message.edits})"
    return " (edited)" if message.edited else ""


def _readable(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))

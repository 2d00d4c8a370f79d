"""Lines that get the same bytes.

A thousand lines are a thousand objects, each with a method and a socket behind it, and
fetching those from memory takes longer than the loop over them. So a line that goes
straight to a bare socket is known here by its descriptor, and the loop writes to that;
a line that goes any other way (something waits, a tap looks, TLS) is asked itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from os import write

from handlers.engine.line import Line


class Crowd:
    """Some lines; each tells when it goes another way than before."""

    __slots__ = ("_others", "_straight")

    def __init__(self, lines: Iterable[Line]) -> None:
        self._straight: dict[int, Line] = {}
        self._others: set[Line] = set()
        for line in lines:
            line.crowd = self
            self.sort(line)

    def sort(self, line: Line) -> None:
        """Puts a line where it belongs now; one that is over belongs nowhere."""
        if line.is_straight and line.descriptor is not None:
            self._others.discard(line)
            # A number of its own: these lie side by side, where those of the sockets do not.
            self._straight[line.descriptor + 0] = line
            return
        if line.descriptor is not None:
            self._straight.pop(line.descriptor, None)
        (self._others.discard if line.over else self._others.add)(line)

    def send(self, data: bytes) -> None:
        """Sends the same bytes on all lines; neither waits nor raises."""
        size = len(data)
        rest: list[tuple[int, int | OSError]] = []
        for descriptor in self._straight:
            try:
                sent = write(descriptor, data)
            except OSError as error:
                rest.append((descriptor, error))
            else:
                if sent != size:
                    rest.append((descriptor, sent))
        for line in tuple(self._others):
            line.send(data)
        for descriptor, outcome in rest:
            self._straight[descriptor].not_taken(data, outcome)

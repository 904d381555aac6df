"""Several things at once on a terminal: a line for each, kept up to date below what is printed."""

import sys
from collections.abc import Sequence

_UP, _CLEAR = "\033[{}A", "\033[J"


class Board:
    """Its lines are on stderr; where nothing is to move there, it draws none."""

    def __init__(self, *, moving: bool) -> None:
        self._moving = moving
        self._drawn = 0

    def draw(self, lines: Sequence[str]) -> None:
        """In place of those that were drawn before."""
        if not self._moving:
            return
        self.clear()
        for line in lines:
            print(line, file=sys.stderr)
        sys.stderr.flush()
        self._drawn = len(lines)

    def clear(self) -> None:
        """To be called before anything else is printed."""
        if self._drawn:
            print(_UP.format(self._drawn) + "\r" + _CLEAR, end="", file=sys.stderr, flush=True)
        self._drawn = 0

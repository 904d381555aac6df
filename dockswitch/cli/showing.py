"""What is shown while a command runs against several engines: their output, in order; their state.

The first that is not done is shown as it goes, and each behind it in one piece once it is its turn.
"""

import json
import time
from collections.abc import Sequence

from dockswitch.model.matrix import Entry, Result
from dockswitch.report import matrix as telling
from dockswitch.report.board import Board
from dockswitch.report.report import Report
from dockswitch.switching import matrix
from dockswitch.system import files

_PIECE = 1 << 20  # bytes


class Showing:
    """Implements model.ports.Audience; `results` are as the entries stand."""

    def __init__(
        self, report: Report, entries: Sequence[Entry], logs: Sequence[str], *, fail_fast: bool
    ) -> None:
        self._report = report
        self._entries = entries
        self._logs = logs
        self._fail_fast = fail_fast
        self._board = Board(moving=report.moving)
        self._last = [""] * len(entries)
        self._results: list[Result | None] = [None] * len(entries)
        self._states = ["waits"] * len(entries)
        self._since: list[float | None] = [None] * len(entries)
        self._front, self._offset = 0, 0
        self._width = max(len(str(each.version)) for each in entries)

    @property
    def results(self) -> list[Result]:
        """Once all is over: one that was never begun was left out."""
        return [each or matrix.result("", code=0, left_out=True) for each in self._results]

    def began(self, place: int) -> None:
        self._is(place, "starts")

    def heard(self, place: int, line: str) -> None:
        said = json.loads(line)
        if "says" in said:
            self._board.clear()
            self._report.progress.say(f"{self._entries[place].version}: {said['says']}")
        elif "exit" in said or "error" in said:
            self._last[place] = line
            self._is(place, "ends")
        else:
            self._is(place, "runs")

    def ended(self, place: int, code: int) -> bool:
        found = matrix.result(self._last[place], code=code)
        self._results[place] = found
        self._is(place, telling.word(found))
        return not (self._fail_fast and (found.how != "done" or found.exit != 0))

    def waits(self) -> None:
        while self._front < len(self._entries) and self._shows(self._front):
            self._front, self._offset = self._front + 1, 0
        self._draw()

    def over(self) -> None:
        """Nothing more comes: those that were never begun keep nobody behind them from view."""
        for place in range(self._front, len(self._entries)):
            if self._since[place] is not None:
                self._shows(place)
            self._offset = 0
        self._front = len(self._entries)
        self._board.clear()

    def _is(self, place: int, state: str) -> None:
        self._states[place] = state
        self._since[place] = time.monotonic()

    def _shows(self, place: int) -> bool:
        """What is new of that one; whether it is all."""
        found, entry = self._results[place], self._entries[place]
        if self._since[place] is None:
            return False
        while piece := files.piece(self._logs[place], self._offset, _PIECE) or b"":
            # a line in the making waits for its end, where there may be one
            end = len(piece) if found and len(piece) < _PIECE else piece.rfind(b"\n") + 1
            if not end and len(piece) < _PIECE:
                break
            self._board.clear()
            if not self._offset:
                self._report.passed_on(f"--- {entry.version}\n".encode())
            end = end or len(piece)
            self._report.passed_on(piece[:end])
            self._offset += end
        if found is None:
            return False
        self._board.clear()
        why = f": {found.why}" if found.why else f" after {found.seconds:.1f} s"
        self._report.note(f"{entry.version}: {telling.word(found)}{why}")
        return True

    def _draw(self) -> None:
        """The lines of those that are not shown as done yet."""
        now = time.monotonic()
        lines = []
        for place in range(self._front, len(self._entries)):
            since = self._since[place]
            lasts = f"{now - since:.0f} s" if since and not self._results[place] else ""
            version = str(self._entries[place].version).ljust(self._width)
            lines.append(f"  {version}  {self._states[place]} {lasts}".rstrip())
        self._board.draw(lines)

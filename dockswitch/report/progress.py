"""Progress on long work: a bar on a terminal, a line a stage with --verbose, else silence."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn, Protocol

if TYPE_CHECKING:  # importing tqdm costs 50 ms, which a switch without a download saves
    from tqdm import tqdm


class Voice(Protocol):
    @property
    def verbose(self) -> bool: ...

    def logged(self, line: str) -> None: ...


class Bar:
    """Implements model.ports.Progress."""

    def __init__(self, voice: Voice, *, moving: bool) -> None:
        self._voice = voice
        self._moving = moving
        self._bar: tqdm[NoReturn] | None = None

    def begin(self, what: str, total: int | None) -> Callable[[int], None]:
        if not self._moving:
            return lambda _: None
        from tqdm import tqdm

        self._bar = tqdm(
            total=total, desc=what, unit="B", unit_scale=True, unit_divisor=1000, leave=False
        )
        return lambda done: self._advance(done)

    def end(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def say(self, line: str) -> None:
        self._voice.logged(line)
        if self._voice.verbose:
            self.above(f"· {line}")

    def above(self, line: str) -> None:
        """A line on stderr that does not tear the bar."""
        if self._bar is not None:
            self._bar.write(line, file=sys.stderr)
        else:
            print(line, file=sys.stderr, flush=True)

    def _advance(self, done: int) -> None:
        if self._bar is not None:
            self._bar.update(done)

"""What tests of fetching share: an impatient door, a progress that remembers, a clean failure."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dockswitch.system.archive import THREADS
from dockswitch.system.http import Door

DOOR = Door(connect=2, silence=2, waits=(0.0, 0.0, 0.0))


class Counting:
    """A Progress that remembers."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, int | None]] = []
        self.done = 0
        self.ended = 0

    def begin(self, what: str, total: int | None) -> Callable[[int], None]:
        self.begun.append((what, total))

        def add(size: int) -> None:
            self.done += size

        return add

    def end(self) -> None:
        self.ended += 1

    def say(self, line: str) -> None:
        raise AssertionError(line)


@contextmanager
def refused(
    error: type[BaseException] | tuple[type[BaseException], ...], into: Path, words: str = ""
) -> Iterator[None]:
    """The block fails with an error that says these words, and leaves nothing behind."""
    with pytest.raises(error) as failed:
        yield
    said = f"{failed.value} {getattr(failed.value, 'details', '')}"
    assert words in said
    assert not into.exists()
    for thread in threading.enumerate():
        if thread.name == THREADS:
            thread.join(5)
            assert not thread.is_alive()

"""What a command costs beside bare Python."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.child import Took
from tests.bench.environment import bare_python, dockswitch
from tests.bench.figures import Figure, Ratio, pairs

#: command → how many times bare Python it may cost, None where nothing is promised
_LOOKS = {
    "--version": 2.5,
    "current": 2.5,
    "which docker": 2.5,
    "list --json": None,
    "status": None,
}
_MOST_OF_USE = 12.0


def startup(root: Path, versions: tuple[str, str], count: int) -> Iterator[Figure]:
    """In a root where both versions are installed."""
    here, there = versions
    dockswitch(root, "use", "--no-start", here)
    for words, most in _LOOKS.items():
        yield _against_python(words, most, _command(root, *words.split()), count)
    yield _against_python(
        "use --no-start, in use already", None, _command(root, "use", "--no-start", here), count
    )
    turn = itertools.cycle((there, here))
    yield _against_python(
        "use --no-start",
        _MOST_OF_USE,
        lambda: _command(root, "use", "--no-start", next(turn))(),
        count,
    )


def _command(root: Path, *words: str) -> Callable[[], Took]:
    return lambda: dockswitch(root, *words).took


def _against_python(words: str, most: float | None, ours: Callable[[], Took], count: int) -> Figure:
    return Ratio(f"{words} : python -I -c pass", pairs(count, ours, bare_python), most)

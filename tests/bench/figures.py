"""The kinds of figure: a ratio of pairs, a bound, and one that could not be measured."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.bench.child import Took


@dataclass(frozen=True)
class Pair:
    """One run of ours and, right beside it, one of theirs."""

    ours: Took
    theirs: Took


@dataclass(frozen=True)
class Ratio:
    """Ours against theirs; `most` is the target, None where the figure is only for interest."""

    what: str
    pairs: tuple[Pair, ...]
    most: float | None

    @property
    def ours(self) -> float:
        return statistics.median(pair.ours.wall for pair in self.pairs)

    @property
    def theirs(self) -> float:
        return statistics.median(pair.theirs.wall for pair in self.pairs)

    @property
    def wall(self) -> float:
        """The median of the pairs' ratios: what disturbs a while disturbs both of a pair."""
        return statistics.median(pair.ours.wall / pair.theirs.wall for pair in self.pairs)

    @property
    def cpu(self) -> float | None:
        """The same of processor seconds, which a busy machine disturbs less."""
        if not all(pair.theirs.cpu for pair in self.pairs):
            return None
        ours = statistics.median(pair.ours.cpu for pair in self.pairs)
        return ours / statistics.median(pair.theirs.cpu for pair in self.pairs)

    @property
    def spread(self) -> float:
        """How far apart the middle half of the ratios lies, as a share of the median."""
        low, _, high = statistics.quantiles((p.ours.wall / p.theirs.wall for p in self.pairs), n=4)
        return (high - low) / self.wall


@dataclass(frozen=True)
class Bound:
    """A value that is not to grow beyond `most`, both in MiB."""

    what: str
    value: float
    most: float


@dataclass(frozen=True)
class NotMeasured:
    """A figure that this machine cannot give, and why."""

    what: str
    reason: str


Figure = Ratio | Bound | NotMeasured


def pairs(count: int, ours: Callable[[], Took], theirs: Callable[[], Took]) -> tuple[Pair, ...]:
    """Ours, theirs, ours, theirs … after one of each that does not count."""
    ours(), theirs()
    return tuple(Pair(ours(), theirs()) for _ in range(count))


def peak(figures: Sequence[Pair]) -> float:
    """The largest memory of ours, in MiB."""
    return max(pair.ours.peak for pair in figures) / (1 << 20)

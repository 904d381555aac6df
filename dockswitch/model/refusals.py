"""In which words engines refuse a client whose API they do not speak; a record, shipped as data."""

import csv
import functools
from dataclasses import dataclass

from dockswitch.model import shipped
from dockswitch.model.version import Version

_FROM_THE_ENGINE = "Error response from daemon: "  # how docker begins what an engine told it


@dataclass(frozen=True, slots=True)
class Refusals:
    """Those of the engines from one version on; each is empty where they do not look at that."""

    since: Version
    too_new: str
    too_old: str


def of(engine: Version) -> Refusals:
    """Those of that engine."""
    return max((each for each in _all() if each.since <= engine), key=lambda each: each.since)


def told(words: str, *, asked: str, oldest: str, newest: str) -> str:
    """As docker shows it to its user."""
    return _FROM_THE_ENGINE + words.format(asked=asked, oldest=oldest, newest=newest)


@functools.cache
def _all() -> tuple[Refusals, ...]:
    rows = csv.reader(shipped.text("record/refusals.csv").splitlines())
    next(rows)
    return tuple(Refusals(Version(since), new, old) for since, new, old, _ in rows)

"""In which words engines refuse a client whose API they do not speak; a record, shipped as data."""

import csv
import functools
from dataclasses import dataclass

from dockswitch.model import shipped
from dockswitch.model.version import Version

_FROM_THE_ENGINE = "Error response from daemon: "  # how docker begins what an engine told it


@dataclass(frozen=True, slots=True)
class Refusals:
    """Those of the engines from one version on; each is empty where they do not look at that.

    `in_json` says that they answer a client of an old API in JSON too, and not in plain text.
    """

    since: Version
    too_new: str
    too_old: str
    in_json: bool


def of(engine: Version) -> Refusals:
    """Those of that engine."""
    return max((each for each in _all() if each.since <= engine), key=lambda each: each.since)


def told(words: str, *, asked: str, oldest: str, newest: str, raw: bool) -> str:
    """As docker shows it to its user; `raw` where it does not read the JSON that it is told in."""
    message = words.format(asked=asked, oldest=oldest, newest=newest)
    return _FROM_THE_ENGINE + (f'{{"message":"{message}"}}' if raw else message)


@functools.cache
def _all() -> tuple[Refusals, ...]:
    rows = csv.reader(shipped.text("record/refusals.csv").splitlines())
    next(rows)
    return tuple(
        Refusals(Version(since), too_new, too_old, errors == "json")
        for since, too_new, too_old, errors, _ in rows
    )

"""A command against several engines: which they are, and what came of it with each."""

from dataclasses import dataclass
from typing import Literal

from dockswitch.model.release import Bundle, Release
from dockswitch.model.version import Version

# `broken` could not be started, `ended` was interrupted, `left out` was not even begun
How = Literal["done", "broken", "ended", "left out"]


@dataclass(frozen=True, slots=True)
class Column:
    """A release that words came to, the first of them first."""

    words: tuple[str, ...]
    release: Release


@dataclass(frozen=True, slots=True)
class Entry:
    """An engine that is to be tried, and the words that came to it, the first of them first."""

    words: tuple[str, ...]
    channel: str
    bundle: Bundle

    @property
    def version(self) -> Version:
        return self.bundle.version


@dataclass(frozen=True, slots=True)
class Result:
    """`exit` is the command's own code, None where it did not come to its end; `why` says why.

    `seconds` are those that the command ran, `ready` those until its engine answered.
    """

    how: How
    exit: int | None = None
    seconds: float = 0.0
    ready: float = 0.0
    why: str = ""

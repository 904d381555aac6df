"""Which stores of images and containers an engine knows, by the shipped record.

A store is one of its storage drivers, or the image store of containerd: of the engine's own, which
lies in the data-root, or of the machine's service, which lies elsewhere.
"""

import csv
import functools
from dataclasses import dataclass
from typing import Literal, cast

from dockswitch.model import shipped
from dockswitch.model.version import Version

CONTAINERD = "containerd"
SERVICE = "containerd of the machine"

# `itself`: an engine takes the store by itself where it finds its data (and containerd's where it
# finds no other's); `named`: only where its configuration names it.
How = Literal["itself", "named"]


@dataclass(frozen=True, slots=True)
class Store:
    """A store and engines that know it: from `since` on and `below` that; None is without end."""

    name: str
    how: How
    since: Version
    below: Version | None

    def at(self, version: Version) -> bool:
        return self.since <= version and (self.below is None or version < self.below)


def how(name: str, version: Version) -> How | None:
    """How an engine of that version comes to use a store; None where it does not know it."""
    return next((each.how for each in known() if each.name == name and each.at(version)), None)


def names() -> tuple[str, ...]:
    """Every store that any engine knew, each once."""
    return tuple(dict.fromkeys(each.name for each in known()))


@functools.cache
def known() -> tuple[Store, ...]:
    rows = csv.reader(shipped.text("record/stores.csv").splitlines())
    next(rows)
    return tuple(
        Store(
            name,
            cast("How", way),
            Version.parse(since),
            Version.parse(below) if below else None,
        )
        for name, way, since, below, _ in rows
    )

"""Which keys of daemon.json an engine knows, by the shipped record; each row there has its source.

`*` in the record stands for the versions whose flags were read: of others it knows nothing.
"""

import csv
import functools
from collections.abc import Mapping
from dataclasses import dataclass

from dockswitch.model import shipped
from dockswitch.model.version import Version

# Their objects are values; any other object is taken apart, and what is in it are keys as well.
# moby/moby:daemon/config/config.go@v28.5.2 (flatOptions)
_VALUES = {
    *("builder", "cluster-store-opts", "default-network-opts", "default-ulimits", "features"),
    *("log-opts", "runtimes"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """A key, or a key and one value of it (`storage-driver=aufs`), and the engines that take it.

    `until` is the first that refuses it; None where none does so far.
    """

    key: str
    since: Version
    until: Version | None

    def at(self, version: Version) -> bool:
        return self.since <= version and (self.until is None or version < self.until)


def refused(keys: Mapping[str, object], version: Version) -> tuple[str, ...] | None:
    """The keys that an engine does not start with, in their order; None where it is not known."""
    if not knows("*", version):
        return None
    flat = dict(_flat(keys))
    unknown = [key for key in flat if not knows(key, version)]
    values = [f"{key}={flat[key]}" for key in flat]
    gone = [each for each in values if each in _known() and not knows(each, version)]
    return (*unknown, *gone)


def knows(key: str, version: Version) -> bool:
    """Whether the engine takes the key, be it in daemon.json or as a flag."""
    return any(each.at(version) for each in _known().get(key, ()))


def span(key: str) -> tuple[Known, ...]:
    """The engines that take a key, oldest first; none where no engine ever did."""
    return tuple(_known().get(key, ()))


def _flat(keys: Mapping[str, object]) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for key, value in keys.items():
        if isinstance(value, dict) and key not in _VALUES:
            found += value.items()
        else:
            found.append((key, value))
    return found


@functools.cache
def _known() -> Mapping[str, list[Known]]:
    rows = csv.reader(shipped.text("record/daemon_keys.csv").splitlines())
    next(rows)
    found: dict[str, list[Known]] = {}
    for key, since, until, _ in rows:
        known = Known(key, Version.parse(since), Version.parse(until) if until else None)
        found.setdefault(key, []).append(known)
    return found

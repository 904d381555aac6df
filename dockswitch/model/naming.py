"""What architectures, systems, packages and archives are called by those who publish."""

from collections.abc import Mapping
from dataclasses import dataclass

from dockswitch.model.version import Version


@dataclass(frozen=True, slots=True)
class Architecture:
    """`name` is what `uname -m` says; `also` are other names for it."""

    name: str
    static: str
    apt: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class System:
    """An operating system as the addresses of static archives call it, and how those end."""

    static: str
    archive: str


@dataclass(frozen=True, slots=True)
class Distribution:
    suites: tuple[str, ...]
    archs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackageSpan:
    """A package of the set, from the version on that first had it until the first without it."""

    name: str
    since: Version
    until: Version | None = None

    def covers(self, version: Version) -> bool:
        return self.since <= version and (self.until is None or version < self.until)


@dataclass(frozen=True, slots=True)
class StaticNames:
    """The names of static archives: usual, with the architecture, released again, rootless."""

    name: str
    infix: str
    infixed: tuple[Version, ...]
    again: Mapping[str, int]
    rootless: str
    rootless_since: Version
    rootless_archs: tuple[str, ...]

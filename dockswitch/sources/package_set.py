"""Which packages of an apt index make up one release.

The client and the extras for rootless bear the engine's own version. Which plug-ins of the client
belong to a release, channels.yaml says by its version: an index says it only since 23.0, and names
none that came later. Which containerd.io an engine accepts, the index says. Of these, which have
versions of their own, the newest is what `apt-get install` would take too.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dockswitch.model import deb_order
from dockswitch.model.package_names import CLIENT, CONTAINERD, ENGINE, PLUGINS, ROOTLESS
from dockswitch.model.release import Package

_RELATION = re.compile(r"([a-z0-9][a-z0-9+.-]*)(?:\s*\(>=\s*([^)\s]+)\s*\))?")


@dataclass(frozen=True, slots=True)
class Listed:
    """A package with what its index says of others: Depends as it stands there."""

    package: Package
    depends: str = ""


class Index:
    """All packages of an index, by name and version."""

    def __init__(self, listed: Sequence[Listed]) -> None:
        self._listed: dict[str, dict[str, Listed]] = {}
        for each in listed:
            self._listed.setdefault(each.package.name, {})[each.package.version] = each

    def engines(self) -> Iterator[Package]:
        for each in self._listed.get(ENGINE, {}).values():
            yield each.package

    def companions(self) -> Iterator[Package]:
        """What has a version of its own beside an engine's."""
        for name in (CONTAINERD, *PLUGINS):
            for each in self._listed.get(name, {}).values():
                yield each.package

    def release_of(self, engine: Package, names: Collection[str]) -> tuple[Package, ...]:
        """The packages of that engine's release, itself first; `names` are those that belong to it,
        as far as they are there.
        """
        found = [self._find(name, engine.version) for name in (ENGINE, CLIENT, ROOTLESS)]
        own, client, rootless = found
        containerd = self._containerd(own.depends if own else "")
        plugins = self._plugins(names)
        same = (each.package for each in (own, client) if each)
        extras = (rootless.package,) if rootless else ()
        return (*same, *containerd, *extras, *plugins)

    def _find(self, name: str, version: str) -> Listed | None:
        return self._listed.get(name, {}).get(version)

    def _containerd(self, depends: str) -> tuple[Package, ...]:
        """The newest that the engine accepts, of the oldest major that it accepts.

        2.0 dropped what engines up to 19.03 start containers with (runtime v1), and an engine says
        only what is too old for it: see "Deprecated features" of containerd's RELEASES.md.
        """
        least = _wanted(depends).get(CONTAINERD)
        if least is None:
            return ()
        fitting = [
            each.package
            for version, each in self._listed.get(CONTAINERD, {}).items()
            if deb_order.key(version) >= deb_order.key(least)
        ]
        oldest = min((_major(each) for each in fitting), default=0)
        newest = _newest(each for each in fitting if _major(each) == oldest)
        return (newest,) if newest else ()

    def _plugins(self, names: Collection[str]) -> tuple[Package, ...]:
        there = (self._listed.get(name, {}).values() for name in PLUGINS if name in names)
        newest = (_newest(listed.package for listed in each) for each in there)
        return tuple(each for each in newest if each)


def _newest(packages: Iterator[Package]) -> Package | None:
    return max(packages, key=lambda each: deb_order.key(each.version), default=None)


def _major(package: Package) -> int:
    found = re.match(r"(?:\d+:)?(\d+)", package.version)
    return int(found[1]) if found else 0


def _wanted(relations: str) -> Mapping[str, str]:
    """The packages that a field names, each with its least version, or with `0`."""
    return {name: least or "0" for name, least in _RELATION.findall(relations)}

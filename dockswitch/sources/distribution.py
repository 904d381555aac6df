"""A distribution's own engine, docker.io, as the apt of this machine has it configured."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dockswitch.model import deb_order
from dockswitch.model.errors import NotPublished
from dockswitch.model.origin import Configured, Origin
from dockswitch.model.package_names import DISTRIBUTIONS
from dockswitch.model.ports import Reader
from dockswitch.model.release import Package, Release
from dockswitch.model.spellings import from_deb
from dockswitch.model.version import Version
from dockswitch.sources import packages_file

_RELATION = re.compile(r"([a-z0-9][a-z0-9+.-]*)(?:\s*\(\s*=\s*([^)\s]+)\s*\))?")


@dataclass(frozen=True, slots=True)
class _Found:
    package: Package
    origin: Origin
    needs: str


@dataclass(frozen=True, slots=True)
class DistributionEngine:
    """`package` is the engine's; `places` are all that apt has read, whatever they offer."""

    channel: str
    package: str
    places: tuple[Configured, ...]

    def __str__(self) -> str:
        return f"{self.package} in the sources that apt has configured"

    def releases(self, reader: Reader) -> Sequence[Release]:
        """What apt knows of, oldest first; raises NoOwnEngine."""
        known: dict[str, dict[str, _Found]] = {}
        for found in self._known(reader):
            known.setdefault(found.package.name, {})[found.package.version] = found
        newest: dict[Version, _Found] = {}
        for spelled in sorted(known.get(self.package, {}), key=deb_order.key):
            version = from_deb(spelled)
            if version is not None:
                newest[version] = known[self.package][spelled]
        if not newest:
            raise NoOwnEngine(self.package, str(reader.host))
        return [self._release(version, newest[version], known) for version in sorted(newest)]

    def _known(self, reader: Reader) -> Iterator[_Found]:
        """The distribution's packages for an engine: apt-cache says what they are, and where."""
        names = dict.fromkeys((self.package, *DISTRIBUTIONS))
        where = _where(reader.run(["apt-cache", "madison", *names]).out)
        places = {_said(each.origin): each for each in self.places}
        shown = reader.run(["apt-cache", "show", *names]).out
        for stanza in packages_file.stanzas(shown, tuple(names)):
            lines = where.get((stanza["Package"], stanza.get("Version", "")), ())
            at = next((places[line] for line in lines if line in places), None)
            package = packages_file.package(stanza, at.origin.url, at.trust) if at else None
            if at is not None and package is not None:
                needs = f"{stanza.get('Depends', '')}, {stanza.get('Recommends', '')}"
                yield _Found(package, at.origin, needs)

    def _release(
        self, version: Version, engine: _Found, known: Mapping[str, Mapping[str, _Found]]
    ) -> Release:
        found = _with_needed(engine, known)
        origins = {each.origin for each in found}
        arch = engine.origin.arch
        # Where its packages are in several parts of the archive, no one source has them all.
        origin = engine.origin if len(origins) == 1 else Origin("", "", "", arch)
        packages = [each.package for each in found]
        return packages_file.release_of(version, packages, channel=self.channel, origin=origin)


def _with_needed(engine: _Found, known: Mapping[str, Mapping[str, _Found]]) -> tuple[_Found, ...]:
    """The engine with what it runs on, of the packages that are an engine's; itself first."""
    found = {engine.package.name: engine}
    left = [engine]
    while left:
        for name, exact in _RELATION.findall(left.pop(0).needs):
            versions = known.get(name, {})
            if name in found or name not in DISTRIBUTIONS or not versions:
                continue
            newest = max(versions, key=deb_order.key)
            found[name] = versions.get(exact, versions[newest])
            left.append(found[name])
    return tuple(found.values())


def _where(madison: str) -> Mapping[tuple[str, str], Sequence[str]]:
    """By name and version, the sources that have it, in the words of apt-cache."""
    found: dict[tuple[str, str], list[str]] = {}
    for line in madison.splitlines():
        words = [word.strip() for word in line.split("|")]
        if len(words) == 3:
            found.setdefault((words[0], words[1]), []).append(words[2])
    return found


def _said(origin: Origin) -> str:
    return f"{origin.url} {origin.suite}/{origin.component} {origin.arch} Packages"


class NoOwnEngine(NotPublished):
    def __init__(self, package: str, host: str) -> None:
        super().__init__(
            f"apt has no {package} configured for {host}",
            details="none of its sources offers that package, or it has read none of them yet",
            hint="`apt-get update` has it read them; on Ubuntu it is in the component universe",
        )

"""The packages of the engine that is installed here, Docker's own or a distribution's."""

from collections.abc import Collection, Mapping

from dockswitch.apt import states
from dockswitch.apt.states import State
from dockswitch.model import package_names, package_words
from dockswitch.model.ports import Reader
from dockswitch.model.spellings import from_deb
from dockswitch.model.version import Version

# Beside one of these the others are not of an engine: runc may be there for podman.
_FAMILIES = {
    package_names.ENGINE: package_names.DOCKERS,
    package_names.DISTRIBUTIONS_ENGINE: package_names.DISTRIBUTIONS,
    package_names.OLDEST_ENGINE: (package_names.OLDEST_ENGINE, *package_names.DOCKERS),
}


def installed(reader: Reader) -> tuple[str, ...]:
    """As apt calls them (`NAME=VERSION`), the engine's own first; none where there is no engine."""
    found = states.states(reader, package_names.ALL)
    there = {name: each.version for name, each in found.items()}
    for engine, family in _FAMILIES.items():
        if engine in there:
            return tuple(package_words.there(name, there[name]) for name in family if name in there)
    return ()


def family(there: Collection[str]) -> tuple[str, ...]:
    """Of the packages that are there those that are of the engine among them.

    Docker's own are always: without an engine they are what is left of one.
    """
    families = (family for engine, family in _FAMILIES.items() if engine in there)
    names = {*package_names.DOCKERS, *(name for each in families for name in each)}
    return tuple(name for name in package_names.ALL if name in names and name in there)


def version(there: Mapping[str, State]) -> Version | None:
    """The version of the engine that is among these packages."""
    for name in package_names.ENGINES:
        if name in there:
            return from_deb(there[name].version)
    return None

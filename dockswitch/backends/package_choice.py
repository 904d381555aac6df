"""Which packages of a release apt is to install, and which may stay as they are.

The engine, its client and what it needs without root are of one release, and move together. A
containerd or a plug-in that is installed stays where the release is served by it.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from dockswitch.apt.states import State
from dockswitch.model import deb_order, package_names, package_words
from dockswitch.model.catalog import Catalog
from dockswitch.model.version import Version

# containerd 2 dropped what older engines start containers with; see "Deprecated features" of its
# RELEASES.md.
_ANY_CONTAINERD_SINCE = Version.parse("20.10.0-beta1")


def required(
    words: Sequence[str],
    version: Version,
    installed: Mapping[str, State],
    asked: Sequence[str] = (),
) -> tuple[str, ...]:
    """What apt is to be told of a release with these packages, where those are `installed`.

    `asked` are words of a person's own, which win.
    """
    said = package_words.versions(asked)
    release = {n: v for n, v in package_words.versions(words).items() if n not in said}
    there = [
        package_words.there(name, wanted)
        for name, wanted in release.items()
        if wanted is not None and not _may_stay(name, version, installed.get(name))
    ]
    names = {*release, *said}
    gone = [package_words.gone(name) for name in in_the_way(names, installed)]
    return (*there, *asked, *gone)


def files(words: Iterable[str]) -> tuple[str, ...]:
    """Those of the words that a file is needed for."""
    return tuple(word for word in words if package_words.split(word)[1] is not None)


def client_alone(words: Iterable[str]) -> tuple[str, ...]:
    """Of the words for a release, those that are about its client."""
    of_client = (package_names.CLIENT, "docker-cli", *package_names.PLUGINS)
    return tuple(word for word in words if package_words.split(word)[0] in of_client)


def _may_stay(name: str, version: Version, there: State | None) -> bool:
    """Whether what is installed of it serves the release."""
    if there is None or not there.whole:
        return False
    if name in package_names.PLUGINS:
        return True
    if name != package_names.CONTAINERD:
        return False
    least = Catalog.shipped().least_containerd(version)
    if deb_order.key(there.version) < deb_order.key(least or "0"):
        return False
    return version >= _ANY_CONTAINERD_SINCE or _major(there.version) < 2


def in_the_way(names: Collection[str], installed: Collection[str]) -> list[str]:
    """What is installed and cannot be beside these packages."""
    if package_names.ENGINE in names:
        others = {package_names.OLDEST_ENGINE, *package_names.DISTRIBUTIONS} - {"tini"}
        if package_names.CONTAINERD not in {*names, *installed}:
            others -= {"containerd", "runc"}  # an engine with a containerd of its own leaves them
        others |= set(package_names.RELEASE)
    elif package_names.DISTRIBUTIONS_ENGINE in names:
        others = {package_names.OLDEST_ENGINE, *package_names.DOCKERS}
    else:
        others = set()
    return [
        name for name in package_names.ALL if name in installed and name in others.difference(names)
    ]


def _major(version: str) -> int:
    found = re.match(r"(?:\d+:)?(\d+)", version)
    return int(found[1]) if found else 0

"""Installed packages kept before others replace them, so that going back needs no network."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dockswitch.apt import kept
from dockswitch.backends import bundles
from dockswitch.model.finding import Finding
from dockswitch.model.origin import Origin
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.release import Bundle, Fetched
from dockswitch.model.version import Version


@dataclass(frozen=True, slots=True)
class Kept:
    """`bundle` is None where not one of them could be kept; `absent` is what is missing in it."""

    bundle: Bundle | None
    absent: tuple[Finding, ...] = ()


def keep(
    system: System,
    version: Version,
    words: Sequence[str],
    progress: Progress,
    *,
    channel: str = "",
    origin: Origin | None = None,
) -> Kept:
    """The bundle of these installed packages (`NAME=VERSION`), the engine's own first.

    One that is kept already is taken; else its files are put together without the network.
    """
    there = whole(system, words)
    if there is not None:
        return Kept(there)
    shelf = system.layout.packages
    temporary = f"{shelf}/.tmp-{os.getpid()}-{system.now().replace(':', '')}"
    try:
        found = kept.keep_installed(system, words, into=temporary, progress=progress)
        if not found.files:
            system.discard(temporary)
            return Kept(None, found.absent)
        files = tuple(_as_known(system, each) for each in found.files)
        bundle = bundles.bundle_of(shelf, version, channel, files, (), origin)
        bundles.keep(system, temporary, bundle)
    except BaseException:
        system.discard(temporary)
        raise
    return Kept(bundle, found.absent)


def whole(reader: Reader, words: Sequence[str]) -> Bundle | None:
    """A kept bundle that has all of these packages, None where there is none."""
    for bundle in reversed(bundles.kept_as_packages(reader)):
        if set(words) <= set(bundle.words):
            return bundle
    return None


def _as_known(reader: Reader, file: Fetched) -> Fetched:
    """With the address and the trust that the same file came with."""
    for bundle in bundles.kept_as_packages(reader):
        for each in bundle.artifacts:
            if (each.package, each.sha256) == (file.package, file.sha256):
                return replace(file, url=each.url, trust=each.trust)
    return file

"""The programs of an engine in a folder, where it can be started on trial before it is switched to.

A bundle of archives is such a folder; one of packages is unpacked for that, and only that.
"""

import contextlib
import os
from collections.abc import Iterator
from urllib.parse import quote

from dockswitch.apt import kept
from dockswitch.model import package_names, package_words
from dockswitch.model.plan import Goal
from dockswitch.model.ports import Progress, System
from dockswitch.model.release import Bundle
from dockswitch.system.refusals import HostileArchive, UnreadPacking

# Where packages of an engine have programs.
_PLACES = ("usr/bin", "usr/sbin", "usr/libexec/docker", "usr/lib/docker")


@contextlib.contextmanager
def unpacked(system: System, goal: Goal, bundle: Bundle, progress: Progress) -> Iterator[str]:
    """The folder with the bundle's programs, inside the root; what was unpacked is gone behind it.

    Of packages that stay as they are installed it has none: these are on the machine.
    """
    if goal.packages is None:
        yield bundle.folder
        return
    # so named that a sweep removes it where we are killed
    folder = f"{system.layout.versions}/.tmp-{os.getpid()}-proof"
    urls = [f"file://{quote(system.layout.real(path))}" for path in _files(system, goal)]
    try:
        try:
            system.unpack_debs(urls, into=folder, progress=progress)
        except (UnreadPacking, HostileArchive):  # distributions use zstd, and links for an init
            _by_dpkg(system, _files(system, goal), folder)
        yield folder
    finally:
        system.discard(folder)


def _by_dpkg(system: System, files: list[str], folder: str) -> None:
    """Slower, as all of the files are written and not the programs alone."""
    system.discard(folder)
    whole = f"{folder}/.whole"
    system.folder(whole)
    for path in files:
        system.command(
            ["dpkg-deb", "--extract", system.layout.real(path), system.layout.real(whole)]
        )
    for place in _PLACES:
        for name in system.names(f"{whole}/{place}"):
            if system.kind(f"{whole}/{place}/{name}") == "file":
                system.move(f"{whole}/{place}/{name}", f"{folder}/{name}")


def _files(system: System, goal: Goal) -> list[str]:
    """The files of those packages that are to be installed and have programs of the engine."""
    wanted = package_words.versions(goal.packages or ()).items()
    engine = ((name, version) for name, version in wanted if name not in package_names.BESIDES)
    words = (package_words.there(name, version) for name, version in engine if version)
    return [path for word in words if (path := kept.find(system, word)) is not None]

"""The files of packages that are on this machine: found again, or put where they last."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from dockswitch.apt import repack
from dockswitch.model import package_words
from dockswitch.model.finding import Finding
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.release import Fetched
from dockswitch.model.trust import Trust

# apt's own, emptied by `apt-get clean`; see Dir::Cache::archives of apt.conf(5)
_CACHE = "/var/cache/apt/archives"


@dataclass(frozen=True, slots=True)
class Kept:
    """The files in the order that was asked for, and what is to be said of packages without one."""

    files: tuple[Fetched, ...]
    absent: tuple[Finding, ...]


def find(reader: Reader, word: str) -> str | None:
    """The kept file of the package that `NAME=VERSION` names, in any folder of the shelf."""
    return next(iter(_on_shelf(reader, word)), None)


def candidates(reader: Reader, word: str) -> tuple[str, ...]:
    """Every file here that bears the name of that package, be its content right or not."""
    return (*_on_shelf(reader, word), *paths_in(reader, _CACHE, word))


def paths_in(reader: Reader, folder: str, word: str) -> tuple[str, ...]:
    """The files in a folder that bear the name of that package, of whatever architecture."""
    name, version = package_words.split(word)
    if version is None:
        return ()
    start = package_words.file_name(name, version, "").removesuffix(".deb")
    found = (each for each in reader.names(folder) if each.startswith(start))
    return tuple(f"{folder}/{each}" for each in found if each.endswith(".deb"))


def keep_installed(system: System, words: Iterable[str], *, into: str, progress: Progress) -> Kept:
    """Puts the file of each package into the folder `into`, without the network.

    It is taken from a shelf or from apt's cache, else what is installed is packed again. What is
    not installed in that version cannot be had.
    """
    system.folder(into)
    files, absent = [], []
    for word in words:
        try:
            files.append(_kept(system, word, into, progress))
        except repack.NotRepacked as error:
            absent.append(Finding(f"{error.message}: {error.details}", error.hint))
    system.sync(into)
    return Kept(tuple(files), tuple(absent))


def _kept(system: System, word: str, into: str, progress: Progress) -> Fetched:
    path = next((each for each in candidates(system, word) if _is_good(system, each, word)), None)
    if path is None:
        progress.say(f"packing {word} again, so that going back needs no network")
        made = repack.repack(system, word, into=into)
    else:
        made = f"{into}/{os.path.basename(path)}"
        system.copy(path, made)
    # no address: what was packed again comes from nowhere
    name = quote(os.path.basename(made))
    return Fetched(name, system.sha256(made) or "", system.size(made) or 0, Trust.TLS, word)


def _is_good(reader: Reader, path: str, word: str) -> bool:
    if not _is_it(reader, path, word):
        return False
    return not path.startswith(f"{_CACHE}/") or _is_whole(reader, path, word)


def _is_it(reader: Reader, path: str, word: str) -> bool:
    """Whether a file holds what its name says: others write into apt's cache too."""
    asked = ["dpkg-deb", "--field", reader.layout.real(path), "Package", "Version"]
    told = reader.run(asked)
    fields = dict(line.split(": ", 1) for line in told.out.splitlines() if ": " in line)
    return (fields.get("Package"), fields.get("Version")) == package_words.split(word)


def _is_whole(reader: Reader, path: str, word: str) -> bool:
    """apt does not wait until a file in its cache is on disk: a power cut may have cut it short.

    Reading all of it takes seconds, its digest does not; but an index may have dropped it.
    """
    shown = reader.run(["apt-cache", "show", word]).out
    digests = re.findall(r"^SHA256: (\w+)", shown, flags=re.MULTILINE)
    if digests:
        return reader.sha256(path) in digests
    return reader.run(["dpkg-deb", "--contents", reader.layout.real(path)]).code == 0


def _on_shelf(reader: Reader, word: str) -> tuple[str, ...]:
    shelf = reader.layout.packages
    folders = [name for name in reader.names(shelf) if not name.startswith(".")]
    return tuple(path for name in folders for path in paths_in(reader, f"{shelf}/{name}", word))

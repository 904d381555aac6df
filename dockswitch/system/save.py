"""Fetches files as they are, hashing while they come."""

import contextlib
import hashlib
import os
import sys
from collections.abc import Sequence

from dockswitch.model.address import name_of, shown, unsigned
from dockswitch.model.ports import Progress, Unpacked
from dockswitch.model.unreachable import BadAddress, NotAnArchive, TooMuch
from dockswitch.system.disk import Early
from dockswitch.system.download import LARGEST, Download, LocalFile, download
from dockswitch.system.http import Door
from dockswitch.system.new_folder import anew_if_changed, new_folder

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)


def save(door: Door, urls: Sequence[str], *, into: str, progress: Progress) -> tuple[Unpacked, ...]:
    """Saves each file under the name that its address ends with, in the new folder `into`.

    The folder (a real path) is on disk when this returns. Raises BadAddress, Unreachable,
    NotServed, DiskFull, CannotWrite; the folder is gone then. Whether a digest is right, and
    whether it is the file that it is said to be, is the caller's to decide.
    """
    names = _names(urls)
    return anew_if_changed(
        lambda: _saved(door, dict(zip(names, urls, strict=True)), into, progress)
    )


def _saved(
    door: Door, named: dict[str, str], into: str, progress: Progress
) -> tuple[Unpacked, ...]:
    found = []
    with new_folder(into):
        for name, url in named.items():
            with contextlib.closing(download(door, url)) as source:
                poured = _poured(source, url, os.path.join(into, name), progress)
            found.append(Unpacked(unsigned(shown(url)), *poured, ()))
    return tuple(found)


def _poured(
    source: Download | LocalFile, url: str, path: str, progress: Progress
) -> tuple[str, int]:
    """The SHA-256 and the size of the file that is at that path now."""
    digest, size = hashlib.sha256(), 0
    add = progress.begin(name_of(url), source.total)
    file = os.open(path, _NEW, 0o644)
    try:
        with contextlib.closing(os.fdopen(file, "wb", buffering=0)) as out:
            if sys.platform != "win32":
                os.fchmod(file, 0o644)
            early = Early(file)
            for piece in source:
                _refuse(piece, url, size)
                digest.update(piece)
                written = 0
                while written < len(piece):
                    written += out.write(piece[written:])
                early.wrote(len(piece))
                size += len(piece)
                add(len(piece))
            early.begin()
    finally:
        progress.end()
    if not size:
        raise NotAnArchive(shown(url), "nothing")
    return digest.hexdigest(), size


def _refuse(piece: bytes, url: str, size: int) -> None:
    """What follows `size` bytes: a file of this machine has no limit of its own."""
    if not size and piece.lstrip().startswith(b"<"):
        raise NotAnArchive(shown(url), "a web page: a proxy's login page?")
    if size + len(piece) > LARGEST:
        raise TooMuch(shown(url), LARGEST)


def _names(urls: Sequence[str]) -> tuple[str, ...]:
    """The name of each; a hidden one might be that of the record beside it."""
    names = tuple(name_of(url) for url in urls)
    for url, name in zip(urls, names, strict=True):
        if not name or "/" in name or name.startswith(".") or not name.isprintable():
            raise BadAddress(shown(url), "its path does not end in the name of a file")
        if names.count(name) > 1:
            raise BadAddress(shown(url), f"another file is called {name} too")
    return names

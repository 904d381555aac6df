"""Fetches an archive and unpacks it in the same pass: one read of the network, none of the disk.

Four threads work at once: the network's, the digest's and the inflater's feed this one, which
writes. Pieces are handed on through short pipes, so memory does not grow with the archive.
"""

import contextlib
import errno
import hashlib
import os
import shutil
import threading
from collections.abc import Callable

from dockswitch.model.address import name_of, shown, unsigned
from dockswitch.model.ports import Progress, Unpacked
from dockswitch.model.unreachable import Changed, NotAnArchive
from dockswitch.system.disk import sync
from dockswitch.system.download import Download, LocalFile, download
from dockswitch.system.http import Door
from dockswitch.system.inflate import inflated
from dockswitch.system.pipe import BrokenOff, Pipe
from dockswitch.system.refusals import CannotWrite, DamagedArchive, DiskFull
from dockswitch.system.tarball import Tarball
from dockswitch.system.unpacked import Folder, make_folder

THREADS = "dockswitch-unpack"
_TRIES = 3  # of a file that changes while it is read
_KINDS = {
    b"PK": "a zip archive, and only .tgz can be unpacked",
    b"\xfd7": "an xz archive, and only .tgz can be unpacked",
    b"BZ": "a bzip2 archive, and only .tgz can be unpacked",
    b"(\xb5": "a zstd archive, and only .tgz can be unpacked",
}


def unpack(door: Door, url: str, *, into: str, progress: Progress) -> Unpacked:
    """Unpacks into the new folder `into` (a real path), which is on disk when this returns.

    Raises Unreachable, NotServed, DamagedArchive, HostileArchive, DiskFull, CannotWrite; the
    folder is gone then. Whether the digest is right is the caller's to decide.
    """
    for _ in range(_TRIES - 1):
        with contextlib.suppress(Changed):  # then from the beginning: what had come is gone
            return _once(door, url, into, progress)
    return _once(door, url, into, progress)


def _once(door: Door, url: str, into: str, progress: Progress) -> Unpacked:
    with contextlib.closing(download(door, url)) as source:
        _make(into)
        try:
            add = progress.begin(name_of(url), source.total)
            try:
                found = _Flow(source, shown(url), add).into(into)
            finally:
                progress.end()
            sync(into)
        except OSError as error:
            shutil.rmtree(into, ignore_errors=True)
            raise _cannot_write(into, error) from None
        except BaseException:
            shutil.rmtree(into, ignore_errors=True)
            raise
    return found


class _Flow:
    """The pieces of one archive on their way from the network to its digest and into a folder."""

    def __init__(self, source: Download | LocalFile, url: str, add: Callable[[int], None]) -> None:
        self._source = source
        self._url = url
        self._add = add
        self._to_hash: Pipe[bytes] = Pipe(8)
        self._to_inflate: Pipe[bytes] = Pipe(8)
        self._plain: Pipe[bytes] = Pipe(8)
        self._digest = hashlib.sha256()
        self._size = 0

    def into(self, path: str) -> Unpacked:
        threads = (
            _thread(self._read, self._to_hash, self._to_inflate),
            _thread(self._hash),
            _thread(self._inflate, self._plain),
        )
        folder = Folder(path, self._url)
        try:
            for member, content in Tarball(iter(self._plain), self._url):
                folder.take(member, content)
            for thread in threads:
                thread.join()
        finally:
            for pipe in (self._to_hash, self._to_inflate, self._plain):
                pipe.break_off()
        if not os.listdir(path):
            raise DamagedArchive(self._url, "there is nothing in it")
        return Unpacked(
            unsigned(self._url), self._digest.hexdigest(), self._size, folder.executables()
        )

    def _read(self) -> None:
        for piece in self._source:
            if not self._size:
                _recognise(piece, self._url)
            self._size += len(piece)
            self._to_hash.put(piece)
            self._to_inflate.put(piece)
            self._add(len(piece))
        if not self._size:
            raise NotAnArchive(self._url, "nothing")

    def _hash(self) -> None:
        for piece in self._to_hash:
            self._digest.update(piece)

    def _inflate(self) -> None:
        for block in inflated(self._to_inflate, self._url):
            self._plain.put(block)


def _thread(work: Callable[[], None], *feeds: Pipe[bytes]) -> threading.Thread:
    """Starts `work`; when it is over the pipes that it feeds end, with its failure if it failed."""

    def run() -> None:
        failure: BaseException | None = None
        try:
            work()
        except BrokenOff:
            pass
        except BaseException as error:  # noqa: BLE001  # raised again where the pipe is read
            failure = error
        for pipe in feeds:
            pipe.end(failure)

    # A daemon: after ^C nobody waits for a server that is silent.
    thread = threading.Thread(target=run, name=THREADS, daemon=True)
    thread.start()
    return thread


def _recognise(piece: bytes, url: str) -> None:
    """Raises NotAnArchive for a beginning that is not gzip's."""
    if piece.startswith(b"\x1f\x8b"):
        return
    if piece.lstrip().startswith(b"<"):
        raise NotAnArchive(url, "a web page: a proxy's login page?")
    raise NotAnArchive(url, _KINDS.get(piece[:2], "something that gzip did not make"))


def _make(into: str) -> None:
    try:
        os.makedirs(os.path.dirname(into), exist_ok=True)
        make_folder(into)
    except OSError as error:
        raise _cannot_write(into, error) from None


def _cannot_write(into: str, error: OSError) -> DiskFull | CannotWrite:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(into)
    return CannotWrite(into, error.strerror or type(error).__name__)

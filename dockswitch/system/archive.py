"""Fetches an archive and unpacks it in the same pass: one read of the network, none of the disk.

Four threads work at once: the network's, the digest's and the inflater's feed this one, which
writes. Pieces are handed on through short pipes, so memory does not grow with the archive.
"""

import contextlib
import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from dockswitch.model.address import name_of, shown, unsigned
from dockswitch.model.ports import Progress, Unpacked
from dockswitch.model.unreachable import NotAnArchive
from dockswitch.system.deb import MAGIC, files_of
from dockswitch.system.download import Download, LocalFile, download
from dockswitch.system.http import Door
from dockswitch.system.inflate import inflated
from dockswitch.system.new_folder import anew_if_changed, new_folder
from dockswitch.system.pipe import BrokenOff, Pipe
from dockswitch.system.programs import Programs
from dockswitch.system.refusals import DamagedArchive
from dockswitch.system.tarball import Tarball
from dockswitch.system.unpacked import Folder

THREADS = "dockswitch-unpack"
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
    archive = _zip if name_of(url).endswith(".zip") else _archive
    return anew_if_changed(lambda: archive(door, url, into, progress))


def unpack_debs(
    door: Door, urls: Sequence[str], *, into: str, progress: Progress
) -> tuple[Unpacked, ...]:
    """Unpacks the programs of Debian packages, one package after the other, into one folder.

    As `unpack`; raises UnreadPacking too. One answer for each package, with the names it brought.
    """
    return anew_if_changed(lambda: _debs(door, urls, into, progress))


def _archive(door: Door, url: str, into: str, progress: Progress) -> Unpacked:
    with contextlib.closing(download(door, url)) as source, new_folder(into):
        folder = Folder(into, shown(url))
        found = _poured(source, url, _TGZ, folder, progress)
        if not os.listdir(into):
            raise DamagedArchive(shown(url), "there is nothing in it")
        return Unpacked(unsigned(shown(url)), *found, folder.executables())


def _zip(door: Door, url: str, into: str, progress: Progress) -> Unpacked:
    """A zip archive has its list of members at its end: it is whole before it is unpacked."""
    import tempfile  # only Windows has such archives

    from dockswitch.system import zipped

    digest, size = hashlib.sha256(), 0
    with (
        contextlib.closing(download(door, url)) as source,
        new_folder(into),
        tempfile.TemporaryFile(dir=os.path.dirname(into)) as whole,
    ):
        add = progress.begin(name_of(url), source.total)
        try:
            for piece in source:
                if not size:
                    _refuse_other(piece, shown(url))
                size += len(piece)
                digest.update(piece)
                whole.write(piece)
                add(len(piece))
        finally:
            progress.end()
        if not size:
            raise NotAnArchive(shown(url), "nothing")
        folder = Folder(into, shown(url))
        for member, content in zipped.Zip(whole, size, shown(url)):
            folder.take(member, content)
        return Unpacked(unsigned(shown(url)), digest.hexdigest(), size, folder.executables())


def _debs(door: Door, urls: Sequence[str], into: str, progress: Progress) -> tuple[Unpacked, ...]:
    found = []
    with new_folder(into):
        folder = Programs(into)
        for url in urls:
            before = set(folder.names())
            folder.begin(shown(url))
            with contextlib.closing(download(door, url)) as source:
                poured = _poured(source, url, _DEB, folder, progress)
            new = tuple(name for name in folder.names() if name not in before)
            found.append(Unpacked(unsigned(shown(url)), *poured, new))
    return tuple(found)


def _poured(
    source: Download | LocalFile, url: str, kind: "_Kind", folder: Folder, progress: Progress
) -> tuple[str, int]:
    """The SHA-256 and the size of what was unpacked into the folder."""
    add = progress.begin(name_of(url), source.total)
    try:
        return _Flow(source, shown(url), add, kind).into(folder)
    finally:
        progress.end()


class _Flow:
    """The pieces of one archive on their way from the network to its digest and into a folder."""

    def __init__(
        self, source: Download | LocalFile, url: str, add: Callable[[int], None], kind: "_Kind"
    ) -> None:
        self._source = source
        self._kind = kind
        self._url = url
        self._add = add
        self._to_hash: Pipe[bytes] = Pipe(8)
        self._to_inflate: Pipe[bytes] = Pipe(8)
        self._plain: Pipe[bytes] = Pipe(8)
        self._digest = hashlib.sha256()
        self._size = 0

    def into(self, folder: Folder) -> tuple[str, int]:
        """The SHA-256 and the size of the archive, once all that is in it is in the folder."""
        threads = (
            _thread(self._read, self._to_hash, self._to_inflate),
            _thread(self._hash),
            _thread(self._inflate, self._plain),
        )
        try:
            for member, content in Tarball(iter(self._plain), self._url):
                folder.take(member, content)
            for thread in threads:
                thread.join()
        finally:
            for pipe in (self._to_hash, self._to_inflate, self._plain):
                pipe.break_off()
        return self._digest.hexdigest(), self._size

    def _read(self) -> None:
        for piece in self._source:
            if not self._size:
                self._kind.recognise(piece, self._url)
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
        for block in self._kind.plain(self._to_inflate, self._url):
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


def _is_tgz(piece: bytes, url: str) -> None:
    """Raises NotAnArchive for a beginning that is not gzip's."""
    if not piece.startswith(b"\x1f\x8b"):
        _refuse_page(piece, url)
        raise NotAnArchive(url, _KINDS.get(piece[:2], "something that gzip did not make"))


def _is_deb(piece: bytes, url: str) -> None:
    """Raises NotAnArchive for a beginning that is not a Debian package's."""
    if not piece.startswith(MAGIC):
        _refuse_page(piece, url)
        raise NotAnArchive(url, "no Debian package")


def _refuse_other(piece: bytes, url: str) -> None:
    """Raises NotAnArchive for a beginning that is not a zip archive's."""
    if not piece.startswith(b"PK\x03\x04"):
        _refuse_page(piece, url)
        raise NotAnArchive(url, "something that is no zip archive, as its name says")


def _refuse_page(piece: bytes, url: str) -> None:
    if piece.lstrip().startswith(b"<"):
        raise NotAnArchive(url, "a web page: a proxy's login page?")


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of archive: how it begins, and how it becomes a tar stream."""

    recognise: Callable[[bytes, str], None]
    plain: Callable[[Iterable[bytes], str], Iterator[bytes]]


_TGZ = _Kind(_is_tgz, inflated)
_DEB = _Kind(_is_deb, files_of)

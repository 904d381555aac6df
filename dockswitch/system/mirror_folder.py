"""The folder of a mirror: model.mirrored.Folder on a disk of this machine."""

import contextlib
import errno
import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace

from dockswitch.model.address import shown
from dockswitch.model.errors import NotAuthentic
from dockswitch.model.mirrored import Came, Judge, Page, Wanted
from dockswitch.model.ports import Progress
from dockswitch.model.release import Download
from dockswitch.model.unreachable import Changed, NotAnArchive
from dockswitch.system import copies, disk, exchange, files, local, locks
from dockswitch.system.http import Door
from dockswitch.system.part import Part, Running
from dockswitch.system.refusals import CannotWrite, NoRoomLeft

OWN = ".dockswitch"  # what is for us alone; no listing shows it
_AT_ONCE = 4  # files: more do not come faster, and a server is others' too
_ASKED_AT_ONCE = 16
_TEMPORARY = ".tmp-"  # in the name of what is being written, see files.write
_BEGINS = {".tgz": b"\x1f\x8b", ".zip": b"PK"}


class MirrorFolder:
    """Each method does what model.mirrored says of it; `path` is a real one."""

    def __init__(self, path: str, door: Door, tell: Callable[[str], None]) -> None:
        self.path = os.path.abspath(path)
        self._door = door
        self._tell = tell

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        with contextlib.ExitStack() as held:
            with self._writing():
                held.enter_context(
                    locks.locked(self._own("lock"), wait=60, tell=self._tell, what=self.path)
                )
            self._sweep()
            yield

    def read(self, place: str) -> bytes | None:
        return files.read(self._real(place))

    def stat(self, place: str) -> tuple[int, int] | None:
        try:
            found = os.stat(self._real(place))
        except (FileNotFoundError, NotADirectoryError):
            return None
        return found.st_size, found.st_mtime_ns

    def sha256(self, place: str) -> str | None:
        return copies.sha256(self._real(place))

    def names(self, folder: str) -> tuple[str, ...]:
        try:
            with os.scandir(self._real(folder)) as entries:
                found = [each.name + "/" * each.is_dir() for each in entries]
        except (FileNotFoundError, NotADirectoryError):
            return ()
        return tuple(sorted(name for name in found if not name.startswith(".")))

    def free(self) -> int:
        return files.free(self.path)

    def sizes(self, wanted: Sequence[Wanted]) -> Mapping[str, int]:
        def left(each: Wanted) -> int | None:
            size = each.download.size
            total = self._length(each.download.url) if size is None else size
            return None if total is None else max(total - self._part(each).begun.done, 0)

        if not wanted:
            return {}
        with ThreadPoolExecutor(min(len(wanted), _ASKED_AT_ONCE)) as pool:
            found = zip(wanted, pool.map(left, wanted), strict=True)
            return {each.place: size for each, size in found if size is not None}

    def write(self, place: str, content: bytes) -> None:
        real, staged = self._real(place), self._own("written")
        with self._writing():
            files.write(staged, content)  # there, so that no half of it is ever served
            files.move(staged, real)

    def fetch(
        self,
        wanted: Sequence[Wanted],
        judge: Judge,
        came: Callable[[Wanted, Came], None],
        progress: Progress,
        total: int | None,
    ) -> None:
        if not wanted:
            return
        running, lock = Running(), threading.Lock()
        door = replace(self._door, pause=running.pause)
        advance = progress.begin(f"{len(wanted)} files", total)

        def add(count: int) -> None:
            with lock:
                advance(count)

        def one(each: Wanted) -> None:
            found = self._fetched(each, judge, door, running, add)
            with lock:
                came(each, found)

        with ThreadPoolExecutor(min(len(wanted), _AT_ONCE)) as pool:
            futures = [pool.submit(one, each) for each in wanted]
            try:
                for future in as_completed(futures):
                    future.result()
            except BaseException:
                for future in futures:
                    future.cancel()
                running.end()
                raise
            finally:
                progress.end()

    def also(self, place: str, at: str) -> None:
        real, staged = self._real(at), self._own("written")
        with self._writing():
            files.write(staged, None)
            copies.copy(self._real(place), staged)
            files.move(staged, real)
            files.write(staged, None)  # two names of one file do not take each other's place

    def replace(self, folder: str, pages: Sequence[Page]) -> None:
        if self.stat(pages[-1].place) is not None and self._exchanged(folder, pages):
            return
        for page in pages:
            self.write(page.place, page.content)

    def remove(self, place: str) -> None:
        real = self._real(place)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(real)
        above = os.path.dirname(real)
        with contextlib.suppress(OSError):  # it is not empty, or not there
            while above != self.path:
                os.rmdir(above)
                above = os.path.dirname(above)

    def forget_parts(self, wanted: Sequence[Wanted]) -> None:
        kept = {os.path.basename(self._part(each).path) for each in wanted}
        for name in files.names(self._own("parts")):
            if name.removesuffix(".json") not in kept:
                files.write(self._own(f"parts/{name}"), None)

    def sync(self) -> None:
        disk.sync(self.path)

    def _sweep(self) -> None:
        """What a killed run left that is of no use: it was replaced, or not yet in place."""
        shutil.rmtree(self._own("staged"), ignore_errors=True)
        for folder in (self._own(""), self._own("parts/")):
            for name in files.names(folder):
                if _TEMPORARY in name:
                    files.write(folder + name, None)

    def _fetched(
        self,
        wanted: Wanted,
        judge: Judge,
        door: Door,
        running: Running,
        add: Callable[[int], None],
    ) -> Came:
        part = self._part(wanted)
        with self._writing():
            os.makedirs(os.path.dirname(part.path), exist_ok=True)
            sha256 = self._right(part, wanted, judge, lambda: part.fill(door, running, add))
            part.name(self._real(wanted.place))
        found = os.stat(self._real(wanted.place))
        return Came(sha256, found.st_size, found.st_mtime_ns)

    def _right(self, part: Part, wanted: Wanted, judge: Judge, fill: Callable[[], str]) -> str:
        """The SHA-256 of what came and is wanted.

        What an earlier run left may have been spoilt, and a file may change while it is read: then
        once more, from its beginning.
        """
        for last in (part.begun.done == 0, True):
            try:
                sha256 = fill()
                if not wanted.download.digests:
                    _refuse_other_kind(part.path, wanted.download)
                judge(wanted, sha256)
            except (NotAuthentic, NotAnArchive, Changed):
                part.drop()
                if last:
                    raise
            else:
                break
        return sha256

    def _part(self, wanted: Wanted) -> Part:
        key = hashlib.sha256(wanted.place.encode()).hexdigest()[:16]
        path = self._own(f"parts/{key}-{wanted.download.name}")
        return Part(path, wanted.download.url, told=bool(wanted.download.digests))

    def _exchanged(self, folder: str, pages: Sequence[Page]) -> bool:
        """Whether the pages are in place, all of them at once."""
        real, staged = self._real(folder), self._own("staged")
        try:
            exchange.linked(real, staged)
            for page in pages:
                files.write(f"{staged}/{os.path.relpath(page.place, folder)}", page.content)
            disk.sync(staged)
            exchange.exchange(staged, real)
        except OSError:  # a file system without hard links, or one that cannot exchange
            return False
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        files.sync_folder(os.path.dirname(real))
        return True

    def _length(self, url: str) -> int | None:
        if url.startswith("file:"):
            return files.size(local.path_of(url))
        return self._door.length(url)

    def _own(self, name: str) -> str:
        return f"{self.path}/{OWN}/{name}"

    def _real(self, place: str) -> str:
        real = os.path.join(self.path, place)
        if os.path.commonpath([self.path, os.path.normpath(real)]) != self.path:
            raise CannotWrite(real, f"it is not below {self.path}")
        return real

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """What the disk refuses, said for people."""
        try:
            yield
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise NoRoomLeft(self.path) from None
            raise CannotWrite(self.path, error.strerror or type(error).__name__) from None


def _refuse_other_kind(path: str, wanted: Download) -> None:
    """Of a file that no digest tells: raises NotAnArchive for what begins as no such file does."""
    begins = _BEGINS.get(os.path.splitext(wanted.name)[1], b"")
    with open(path, "rb") as file:
        if not file.read(len(begins) or 1).startswith(begins):
            raise NotAnArchive(shown(wanted.url), "something else")
        if not os.fstat(file.fileno()).st_size:
            raise NotAnArchive(shown(wanted.url), "nothing")

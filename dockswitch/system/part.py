"""A file that is on its way: what came of it outlives the run, and the next one goes on there."""

import contextlib
import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict

from dockswitch.model.address import shown, unsigned
from dockswitch.model.errors import Interrupted
from dockswitch.system import files
from dockswitch.system.disk import Early
from dockswitch.system.download import Begun, Download, LocalFile, download
from dockswitch.system.http import Door

_PIECE = 1 << 20  # bytes of what came already, to be hashed again
_BOOT = "/proc/sys/kernel/random/boot_id"


class Running:
    """The downloads that run at once, so that all of them can be ended from outside."""

    def __init__(self) -> None:
        self._open: set[Download | LocalFile] = set()
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def pause(self, seconds: float) -> None:
        """As `time.sleep`, but over when all is ended."""
        if self._ended.wait(seconds):
            raise Interrupted

    @contextlib.contextmanager
    def reading(self, source: Download | LocalFile) -> Iterator[None]:
        with self._lock:
            self._open.add(source)
        try:
            if self._ended.is_set():
                raise Interrupted
            yield
        finally:
            with self._lock:
                self._open.discard(source)
            source.close()

    def end(self) -> None:
        self._ended.set()
        with self._lock:
            for source in self._open:
                source.close()


class Part:
    """What there is of the file at `url`, in the file `path`; beside it stands what its server
    said of it.

    A machine that went down may have kept a length without its bytes: `told` says that a digest
    will tell, otherwise what came before that is not gone on with.
    """

    def __init__(self, path: str, url: str, *, told: bool) -> None:
        self.path = path
        self._url = url
        self._note = f"{path}.json"
        self._told = told

    @property
    def begun(self) -> Begun:
        """What an earlier run left of this very file."""
        try:
            said = json.loads(files.read(self._note) or b"{}")
            if said["url"] != _public(self._url) or not (self._told or said["boot"] == _boot()):
                return Begun()
            return Begun(files.size(self.path) or 0, said["total"], said["etag"], said["modified"])
        except (ValueError, KeyError, TypeError):
            return Begun()

    def drop(self) -> None:
        for path in (self.path, self._note):
            files.write(path, None)

    def fill(self, door: Door, running: Running, add: Callable[[int], None]) -> str:
        """Has it whole and on disk; returns its SHA-256. `add` is told of the bytes that come."""
        begun = self.begun
        if begun.done and begun.done == begun.total:  # it came whole, and nobody named it
            return self._hashed().hexdigest()
        source = download(door, self._url, begun if begun.done else None)
        with running.reading(source):
            if not source.start:
                self._write_note(source.begun)
            digest = self._hashed() if source.start else hashlib.sha256()
            with open(self.path, "ab" if source.start else "wb", buffering=0) as file:
                early = Early(file.fileno())
                for piece in source:
                    file.write(piece)
                    digest.update(piece)
                    early.wrote(len(piece))
                    add(len(piece))
                os.fsync(file.fileno())
        return digest.hexdigest()

    def name(self, path: str) -> None:
        """Gives it the name that it is to have."""
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.replace(self.path, path)
        files.write(self._note, None)

    def _hashed(self) -> "hashlib._Hash":
        digest = hashlib.sha256()
        with open(self.path, "rb", buffering=0) as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
        return digest

    def _write_note(self, begun: Begun) -> None:
        said = {**asdict(begun), "url": _public(self._url), "boot": _boot()}
        files.write(self._note, json.dumps(said).encode())


def _public(url: str) -> str:
    return shown(unsigned(url))


def _boot() -> str:
    """What tells one running time of the machine from another; empty where nobody does."""
    return (files.read(_BOOT) or b"").decode().strip()

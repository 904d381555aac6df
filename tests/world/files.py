"""The files, folders and links of a machine in memory; paths are paths inside the root."""

import enum
import errno
import os
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class File:
    content: bytes
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class Link:
    target: str


class Mark(enum.Enum):
    FOLDER = "folder"
    OTHER = "other"


Entry: TypeAlias = File | Link | Mark


class DeletesWhatIsKept(Exception):
    """Only what lies in the trash, bears a temporary name or is on trial goes in one go."""


class Files:
    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {"/": Mark.FOLDER}

    def read(self, path: str) -> bytes | None:
        entry = self.entries.get(self._followed(path))
        if entry is Mark.FOLDER:
            raise IsADirectoryError(errno.EISDIR, "Is a directory", path)
        return entry.content if isinstance(entry, File) else None

    def mode(self, path: str) -> int | None:
        entry = self.entries.get(self._followed(path))
        return entry.mode if isinstance(entry, File) else None

    def link(self, path: str) -> str | None:
        entry = self.entries.get(self._held(path))
        return entry.target if isinstance(entry, Link) else None

    def names(self, folder: str) -> tuple[str, ...]:
        start = self._followed(folder).rstrip("/") + "/"
        below = (path[len(start) :] for path in self.entries if path.startswith(start))
        return tuple(sorted(name for name in below if name and "/" not in name))

    def kind(self, path: str) -> str | None:
        match self.entries.get(self._held(path)):
            case File():
                return "file"
            case Link():
                return "link"
            case Mark() as mark:
                return mark.value
            case None:
                return None

    def write(self, path: str, content: bytes | None, mode: int = 0o644) -> None:
        self.put(path, None if content is None else File(content, mode))

    def point(self, path: str, target: str | None) -> None:
        self.put(path, None if target is None else Link(target))

    def put(self, path: str, entry: Entry | None) -> None:
        """Puts it there, as a rename would; None removes what is there."""
        held = self._held(path)
        if self.entries.get(held) is Mark.FOLDER:
            raise IsADirectoryError(errno.EISDIR, "Is a directory", path)
        if entry is None:
            self.entries.pop(held, None)
            return
        self.folder(os.path.dirname(held))
        self.entries[held] = entry

    def folder(self, path: str) -> None:
        if path == "/":
            return
        self.folder(os.path.dirname(path))
        held = self._followed(path)
        if self.entries.setdefault(held, Mark.FOLDER) is not Mark.FOLDER:
            raise FileExistsError(errno.EEXIST, "File exists", path)

    def copy(self, path: str, to: str) -> None:
        """Puts what is there in a second place; of a folder nothing that is in it."""
        entry = self.entries.get(self._held(path))
        if entry is None:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", path)
        if entry is Mark.FOLDER:
            self.folder(to)
            return
        self.put(to, entry)

    def move(self, path: str, to: str) -> None:
        if self.kind(path) is None:
            if self.kind(to) is None:
                raise FileNotFoundError(errno.ENOENT, "No such file or directory", path)
            return
        if self.names(to):
            raise OSError(errno.ENOTEMPTY, "Directory not empty", to)
        self.folder(os.path.dirname(to))
        for old in [each for each in self.entries if (each + "/").startswith(f"{path}/")]:
            self.entries[to + old[len(path) :]] = self.entries.pop(old)

    def discard(self, folder: str, *, count: int | None = None) -> None:
        """Deletes it and what is in it, or just `count` entries of it."""
        name = os.path.basename(folder)
        own = "/trials/" in folder or name.lstrip(".") == "proof"
        if "/trash/" not in folder and "tmp-" not in name and not own:
            raise DeletesWhatIsKept(folder)
        gone = sorted((e for e in self.entries if f"{e}/".startswith(f"{folder}/")), reverse=True)
        for each in gone[:count]:
            del self.entries[each]

    def append(self, path: str, text: str) -> None:
        self.put(path, File((self.read(path) or b"") + text.encode()))

    def _held(self, path: str) -> str:
        """The path with the links above its last name followed."""
        above, _, name = path.rpartition("/")
        return f"{self._followed(above)}/{name}" if above else path

    def _followed(self, path: str) -> str:
        done = ""
        for name in path.strip("/").split("/"):
            done = f"{done}/{name}"
            entry = self.entries.get(done)
            if isinstance(entry, Link):
                target = os.path.normpath(os.path.join(os.path.dirname(done), entry.target))
                done = self._followed(target)
        return done

"""What a partial mirror is made of: files to be fetched, index pages, and the folder they go to.

A `place` is a path below the mirror's folder, such as `linux/static/stable/x86_64/docker-28.tgz`.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from dockswitch.model.ports import Progress
from dockswitch.model.release import Download
from dockswitch.model.trust import Trust


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that the mirror is to have."""

    place: str
    download: Download


@dataclass(frozen=True, slots=True)
class Page:
    """A file whose content is known, and verified, before anything is fetched."""

    place: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Suite:
    """The signed index of an apt suite, whose pages belong together: the last one announces the
    others. `folder` is the suite's place; `parts` are those which it serves (`stable/amd64`).
    """

    folder: str
    parts: tuple[str, ...]
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A file that was fetched and verified; `size` in bytes, `time` is when it was last written,
    in nanoseconds: where either differs, it is read anew.
    """

    url: str
    sha256: str
    size: int
    trust: Trust
    time: int


@dataclass(frozen=True, slots=True)
class Came:
    """A file as it came: SHA-256 in hex, size in bytes, and the time as in Held."""

    sha256: str
    size: int
    time: int


# Raises NotAuthentic where these are not the bytes that are wanted.
Judge = Callable[[Wanted, str], None]


class Folder(Protocol):
    """The folder of a mirror (`system.mirror_folder`). No name in it is ever a half-made file's."""

    # its real path
    path: str

    # the lock of this folder; raises LockBusy
    def locked(self) -> AbstractContextManager[None]: ...

    # the content of a file, None where there is none
    def read(self, place: str) -> bytes | None: ...

    # bytes, and time of the last writing as in Held; None where there is no file
    def stat(self, place: str) -> tuple[int, int] | None: ...

    # the SHA-256 of a file in hex; None where there is none
    def sha256(self, place: str) -> str | None: ...

    # the names in a folder that are not hidden, sorted; a folder's ends in `/`
    def names(self, folder: str) -> tuple[str, ...]: ...

    # the bytes that are free for us
    def free(self) -> int: ...

    # what is left to come of each file, in bytes; none of those of which nobody tells
    def sizes(self, wanted: Sequence[Wanted]) -> Mapping[str, int]: ...

    # writes a file through a temporary one
    def write(self, place: str, content: bytes) -> None: ...

    # fetches files, several at once, and gives each its name once `judge` lets it. What came of one
    # that could not be finished is kept, and the next run goes on there. `came` is called for each
    # as it gets its name, by one thread at a time
    def fetch(
        self,
        wanted: Sequence[Wanted],
        judge: Judge,
        came: Callable[[Wanted, Came], None],
        progress: Progress,
        total: int | None,
    ) -> None: ...

    # has a file that is there at another place too, without a second copy where that can be
    def also(self, place: str, at: str) -> None: ...

    # replaces pages below a folder in one moment where the file system can, else in their order
    def replace(self, folder: str, pages: Sequence[Page]) -> None: ...

    # removes a file, and the folders that are empty without it
    def remove(self, place: str) -> None: ...

    # removes what came of files that were never finished, but for these
    def forget_parts(self, wanted: Sequence[Wanted]) -> None: ...

    # waits until all that was written is on disk
    def sync(self) -> None: ...

"""A folder that an archive is unpacked into: nothing gets out of it, nothing special gets in."""

import contextlib
import copy
import os
import sys
import tarfile
from collections.abc import Iterable
from tarfile import TarInfo

from dockswitch.system.disk import Early
from dockswitch.system.refusals import HostileArchive
from dockswitch.system.tarball import MOST_MEMBERS

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
_DEEPEST = 16
_DEVICES = frozenset(
    ("CON", "PRN", "AUX", "NUL", *(f"{n}{i}" for n in ("COM", "LPT") for i in range(10)))
)


class Folder:
    """Takes an archive's members without their one top folder; `url` is what errors call it.

    Modes become 0755 or 0644, the owner is whoever unpacks, and no member comes twice: so nothing
    is written through a link, and none of the ways past `tarfile`'s filter is open.
    """

    def __init__(self, path: str, url: str) -> None:
        self._path = path
        self._url = url
        self._top: str | None = None
        self._kinds: dict[tuple[str, ...], str] = {}

    def take(self, member: TarInfo, content: Iterable[memoryview]) -> None:
        """Raises HostileArchive, or OSError where it cannot be written."""
        place = self._place(member)
        if not place:
            return
        member = copy.copy(member)
        member.name = "/".join(place)
        if member.islnk():
            member.linkname = "/".join(self._below_top(member.linkname, member.name))
        self._refuse_special(member)
        self._add_parents(place)
        if member.isdir():
            self._add_folder(place)
            return
        self._claim(place, "link" if member.issym() else "file")
        if member.issym():
            self._add_link(place, member.linkname)
            return
        if member.islnk():
            self._add_hard_link(place, tuple(member.linkname.split("/")))
            return
        self._add_file(place, content, executable=bool(member.mode & 0o111))

    def _refuse_special(self, member: TarInfo) -> None:
        """What is no file, folder or link, and whatever else `tarfile` knows to be dangerous.

        Its filters (PEP 706) are missing in Debian 12's Python 3.11.2: nothing here relies on them.
        """
        if not (member.isreg() or member.isdir() or member.issym() or member.islnk()):
            raise self._hostile(f"{member.name!r} is no file, folder or link")
        if hasattr(tarfile, "data_filter"):
            try:
                tarfile.data_filter(member, self._path)
            except tarfile.FilterError as error:
                raise self._hostile(str(error)) from None

    def executables(self) -> tuple[str, ...]:
        """The names at the top of the folder that can be executed, sorted."""
        with os.scandir(self._path) as entries:
            return tuple(
                sorted(e.name for e in entries if e.is_file() and e.stat().st_mode & 0o100)
            )

    def _place(self, member: TarInfo) -> tuple[str, ...]:
        """Where in the folder a member belongs: nowhere if it is the folder itself."""
        parts = self._parts(member.name)
        if self._top is None and parts:
            self._top = parts[0]
        if len(parts) <= 1 and member.isdir() and parts[:1] in ((), (self._top,)):
            return ()
        return self._below_top(member.name, member.name)

    def _below_top(self, name: str, who: str) -> tuple[str, ...]:
        parts = self._parts(name)
        if len(parts) < 2 or parts[0] != self._top:
            raise self._hostile(f"{who!r} is not in the archive's one top folder")
        return parts[1:]

    def _parts(self, name: str) -> tuple[str, ...]:
        parts = tuple(part for part in name.split("/") if part not in ("", "."))
        if name.startswith("/") or ".." in parts:
            raise self._hostile(f"{name!r} leads out of the folder")
        if sys.platform == "win32" and any(map(_is_odd_on_windows, parts)):
            raise self._hostile(f"{name!r} is no name that Windows has")
        if not name.isprintable() or len(parts) > _DEEPEST:
            raise self._hostile(f"{name!r} is not a name of Docker's")
        return parts

    def _add_parents(self, place: tuple[str, ...]) -> None:
        for end in range(1, len(place)):
            self._add_folder(place[:end])

    def _add_folder(self, place: tuple[str, ...]) -> None:
        kind = self._kinds.get(place)
        if kind == "folder":
            return
        self._claim(place, "folder")
        make_folder(self._real(place))

    def _claim(self, place: tuple[str, ...], kind: str) -> None:
        if place in self._kinds:
            raise self._hostile(f"{'/'.join(place)!r} comes twice")
        if len(self._kinds) >= MOST_MEMBERS:
            raise self._hostile(f"it has more than {MOST_MEMBERS} members")
        self._kinds[place] = kind

    def _add_link(self, place: tuple[str, ...], target: str) -> None:
        """Only leading `..` are right in a target: behind a name they may leave through a link."""
        parts = [part for part in target.split("/") if part not in ("", ".")]
        ups = next((i for i, part in enumerate(parts) if part != ".."), len(parts))
        if target.startswith("/") or ups >= len(place) or ".." in parts[ups:] or not parts:
            raise self._hostile(f"the link {'/'.join(place)!r} leads out of the folder")
        os.symlink(target, self._real(place))

    def _add_hard_link(self, place: tuple[str, ...], target: tuple[str, ...]) -> None:
        if self._kinds.get(target) != "file" or target == place:
            raise self._hostile(f"the link {'/'.join(place)!r} leads to no file before it")
        os.link(self._real(target), self._real(place), follow_symlinks=False)

    def _add_file(
        self, place: tuple[str, ...], content: Iterable[memoryview], *, executable: bool
    ) -> None:
        mode = 0o755 if executable else 0o644
        file = os.open(self._real(place), _NEW, mode)
        with contextlib.closing(os.fdopen(file, "wb", buffering=0)) as out:
            if sys.platform != "win32":
                os.fchmod(file, mode)
            early = Early(file)
            for piece in content:
                written = 0
                while written < len(piece):
                    written += out.write(piece[written:])
                early.wrote(written)
            early.begin()

    def _real(self, place: tuple[str, ...]) -> str:
        return os.path.join(self._path, *place)

    def _hostile(self, what: str) -> HostileArchive:
        return HostileArchive(self._url, what)


def _is_odd_on_windows(name: str) -> bool:
    """Whether it would lead to another file or to a device: see "Naming Files" of Windows."""
    odd = set(name) & set('\\:*?"<>|') or name.endswith((".", " "))
    return bool(odd) or name.partition(".")[0].rstrip().upper() in _DEVICES


def make_folder(path: str) -> None:
    """Makes a folder that all may read, whatever the umask: everybody runs what is in it."""
    os.mkdir(path)
    os.chmod(path, 0o755)  # noqa: S103  # see above

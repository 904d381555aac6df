"""The one door to files: nothing bears its final name until it is right and on disk."""

import contextlib
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterator

_AS_IT_IS = getattr(os, "O_BINARY", 0)  # Windows would write other line ends
_PATIENCE = 2.0  # seconds that a file may be open elsewhere: an indexer, a scanner


def read(path: str) -> bytes | None:
    """The content of a file; None where there is none."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None


def piece(path: str, offset: int, length: int) -> bytes | None:
    """So many bytes of a file from an offset on, fewer at its end; None where there is none."""
    try:
        with open(path, "rb") as file:
            file.seek(offset)
            return file.read(length)
    except (FileNotFoundError, NotADirectoryError):
        return None


def link(path: str) -> str | None:
    """Where a link points; None where there is no link."""
    if sys.platform == "win32":
        return _pointed(path)
    try:
        return os.readlink(path)
    except OSError:
        return None


def names(folder: str) -> tuple[str, ...]:
    """The names in a folder, sorted; none where there is no folder."""
    try:
        return tuple(sorted(os.listdir(folder)))
    except (FileNotFoundError, NotADirectoryError):
        return ()


def kind(path: str) -> str | None:
    """file, folder, link, other, or None where there is nothing; links are not followed."""
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    if sys.platform == "win32" and _pointed(path) is not None:
        return "link"
    kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}
    return kinds.get(stat.S_IFMT(mode), "other")


def mode(path: str) -> int | None:
    """The permissions of a file; None where there is none."""
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return None


def size(path: str) -> int | None:
    """The bytes of a file; None where there is none."""
    try:
        return os.stat(path).st_size
    except (FileNotFoundError, NotADirectoryError):
        return None


def allows(path: str) -> bool | None:
    """Whether we may read and write what is there; None where nothing is."""
    return os.access(path, os.R_OK | os.W_OK) if os.path.exists(path) else None


def free(path: str) -> int:
    """The bytes that are free for us on the file system of a path, which may not be there yet."""
    while not os.path.exists(path):
        path = os.path.dirname(path) or "."
    if sys.platform == "win32":
        return shutil.disk_usage(path).free
    found = os.statvfs(path)
    return found.f_frsize * (found.f_bfree if os.geteuid() == 0 else found.f_bavail)


def write(path: str, content: bytes | None, mode: int = 0o644) -> None:
    """Writes through a temporary file beside it, fsync, rename; None removes the file."""
    if content is None:
        _remove(path)
        return
    with _beside(path) as temporary:
        opened = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with open(opened, "wb") as file:
            if sys.platform != "win32":
                _give(opened, path)
                os.fchmod(opened, mode)
            file.write(content)
            file.flush()
            os.fsync(opened)
        _replace(temporary, path)
    sync_folder(os.path.dirname(path))


def point(path: str, target: str | None) -> None:
    """Points a link by rename, so that it is never absent; None removes the link."""
    if target is None:
        _remove(path)
        return
    if sys.platform == "win32":
        from dockswitch.system import pointers

        write(path, pointers.content(path, target))
        return
    with _beside(path) as temporary:
        os.symlink(target, temporary)
        os.replace(temporary, path)
    sync_folder(os.path.dirname(path))


def move(path: str, to: str) -> None:
    """Renames; nothing happens where `path` is gone and `to` is there already."""
    os.makedirs(os.path.dirname(to), exist_ok=True)
    try:
        os.rename(path, to)
    except FileNotFoundError:
        if not os.path.lexists(to):
            raise
        return
    for folder in {os.path.dirname(path), os.path.dirname(to)}:  # most often the same
        sync_folder(folder)


def discard(folder: str) -> None:
    """Deletes a folder and all in it; links in it are not followed."""
    if not os.path.isdir(folder):
        _remove(folder)
        return
    try:
        shutil.rmtree(folder)
    except PermissionError:  # overlayfs leaves folders that only root may look into
        _open_up(folder)
        shutil.rmtree(folder)


def _open_up(folder: str) -> None:
    """Lets us, who own them, into all folders below that one.

    Windows deletes no file either that is only to be read.
    """
    for above, names, files in os.walk(folder):
        shut = [*names, *files] if sys.platform == "win32" else names
        for path in (os.path.join(above, name) for name in shut):
            if not os.path.islink(path):
                os.chmod(path, 0o700)


def append(path: str, line: str) -> None:
    """Appends one line and fsyncs; a new file's name is on disk too."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    new = not os.path.exists(path)
    opened = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _AS_IT_IS, 0o644)
    try:
        rest = line.encode() + b"\n"
        while rest:  # a disk that is nearly full takes a part, and refuses only what comes next
            rest = rest[os.write(opened, rest) :]
        os.fsync(opened)
    finally:
        os.close(opened)
    if new:
        sync_folder(os.path.dirname(path))


def sync_folder(folder: str) -> None:
    """Makes the names in a folder durable; Windows has no way to ask for that."""
    if sys.platform == "win32":
        return
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except (FileNotFoundError, NotADirectoryError):
        return
    sync_folder(os.path.dirname(path))


def _give(opened: int, path: str) -> None:
    """To the owner of the file that it replaces, where we may: not every file here is ours."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        was = os.stat(path)
        if (was.st_uid, was.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(opened, was.st_uid, was.st_gid)


def _pointed(path: str) -> str | None:
    from dockswitch.system import pointers

    try:
        with open(path, "rb") as file:
            return pointers.target(file.read(pointers.LONGEST + 1))
    except OSError:
        return None


def _replace(path: str, to: str) -> None:
    """Renames over what is there; Windows refuses that while somebody has it open, if briefly."""
    if sys.platform == "win32":
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(PermissionError):
                os.replace(path, to)
                return
            time.sleep(0.02)
    os.replace(path, to)


@contextlib.contextmanager
def _beside(path: str) -> Iterator[str]:
    """A temporary name beside the path, gone again if it was not renamed.

    It tells its maker: where that one was killed, the next command sweeps it up.
    """
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = f"{path}.tmp-{os.getpid()}-{os.urandom(4).hex()}"
    try:
        yield temporary
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)

"""Getting what was written onto the disk: begun early, waited for once."""

import contextlib
import ctypes
import os
import sys

# Linux alone has what is called here
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_WRITE = 2  # SYNC_FILE_RANGE_WRITE of sync_file_range(2)
_EARLY = 8 << 20  # bytes


def sync(folder: str) -> None:
    """Waits until all that was written to the folder's file system is on disk."""
    if _libc is None or not hasattr(_libc, "syncfs"):
        _sync_otherwise(folder)
        return
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if _libc.syncfs(place) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(place)


def _sync_otherwise(folder: str) -> None:
    """Everything, or file by file where nobody can ask for that."""
    if sys.platform == "win32":
        for above, _, names in os.walk(folder):
            for name in names:
                with open(os.path.join(above, name), "r+b") as file:
                    os.fsync(file.fileno())
    else:
        os.sync()


class Early:
    """Has the disk begin with a file while it is still written, so that `sync` finds little to do.

    Takes a quarter off an unpacking whose end is a sync. It promises nothing: `sync` does.
    """

    def __init__(self, file: int) -> None:
        self._file = file
        self._begun = 0
        self._written = 0

    def wrote(self, count: int) -> None:
        """`count` bytes more stand in the file."""
        self._written += count
        if self._written - self._begun >= _EARLY:
            self.begin()

    def begin(self) -> None:
        length = self._written - self._begun
        if _libc is None:
            return
        with contextlib.suppress(AttributeError):  # a libc without it
            _libc.sync_file_range(
                self._file, ctypes.c_int64(self._begun), ctypes.c_int64(length), _WRITE
            )
        self._begun = self._written

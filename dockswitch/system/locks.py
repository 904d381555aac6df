"""The lock of a state folder: one change at a time, and a message that names who holds it."""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator

from dockswitch.model.errors import Busy

# Windows has one lock of its own in Python (msvcrt); a library for it would cost more to import
# than all that is done with it here.
if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_SILENCE = 1.0  # seconds
# Windows keeps everybody from reading what is locked: this byte is far behind the pid.
_LOCKED_AT = 1 << 30


@contextlib.contextmanager
def locked(
    path: str,
    *,
    wait: float,
    tell: Callable[[str], None] = lambda _: None,
    what: str = "this machine",
) -> Iterator[None]:
    """Holds flock on `path` (a locked byte on Windows); raises LockBusy after `wait` seconds.

    `tell` gets one line for people where it takes more than a second; `what` is what whoever holds
    it is changing.
    The kernel drops the lock with its holder, so a dead holder never blocks; the pid in the file
    is only for the message.
    """
    os.makedirs(os.path.dirname(path), exist_ok=True)
    opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _acquire(opened, wait, tell, what)
        os.ftruncate(opened, 0)
        os.lseek(opened, 0, os.SEEK_SET)
        os.write(opened, f"{os.getpid()}\n".encode())
        yield
        os.ftruncate(opened, 0)
    finally:
        os.close(opened)


@contextlib.contextmanager
def claimed(path: str) -> Iterator[bool]:
    """Holds a lock of fcntl(2) on a file of our own making, which is gone behind it: whether we do.

    Nobody is waited for. It goes with us, however we end; the file stays then, and `holder` says
    that nobody has it.
    """
    os.makedirs(os.path.dirname(path), exist_ok=True)
    opened = _claim(path)
    try:
        yield opened is not None
    finally:
        if opened is not None:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
            os.close(opened)


def _claim(path: str) -> int | None:
    """The locked file; one that whoever had it removed while we opened it is no claim on the name.

    Locked as an open file and not as a process (F_OFD_SETLK): of the latter's locks any other look
    at the same file would lose it.
    """
    while True:
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        if not hold(opened):
            os.close(opened)
            return None
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(opened), os.stat(path)):
                return opened
        os.close(opened)


def hold(opened: int) -> bool:
    """Locks an open file for as long as anybody has it open that way: we, and who inherits it.

    Nothing happens where another has it locked, or the file system cannot; `holder` tells of it.
    Whether it is locked by us then.
    """
    import struct  # only where packages are installed, or something is claimed

    # struct flock, as below
    wanted = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    try:
        fcntl.fcntl(opened, fcntl.F_OFD_SETLK, wanted)
    except OSError:
        return False
    return True


def holder(path: str) -> int | None:
    """The process that holds a lock of fcntl(2) on a file, as apt and dpkg do; None for none.

    It is 0 where that process is not of our namespace, or several may have the file open (`hold`).
    """
    import struct  # only where packages are installed

    try:
        opened = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        # struct flock: type, whence, start, length, pid
        asked = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        kind, _, _, _, pid = struct.unpack("hhqqi", fcntl.fcntl(opened, fcntl.F_GETLK, asked))
    finally:
        os.close(opened)
    return None if kind == fcntl.F_UNLCK else max(pid, 0)


def _acquire(opened: int, wait: float, tell: Callable[[str], None], what: str) -> None:
    began, told = time.monotonic(), False
    while not _taken(opened):
        waited = time.monotonic() - began
        if waited >= wait:
            raise LockBusy(_holder(opened), int(wait), what)
        if waited >= _SILENCE and not told:
            tell(f"waiting for {_holder(opened)}, which is changing {what}")
            told = True
        time.sleep(0.05)


def _taken(opened: int) -> bool:
    if sys.platform == "win32":  # it locks from where the file stands, and drops it with the file
        os.lseek(opened, _LOCKED_AT, os.SEEK_SET)
        try:
            msvcrt.locking(opened, msvcrt.LK_NBLCK, 1)
        except OSError:  # EACCES, and EDEADLOCK after some tries
            return False
        return True
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(opened: int) -> str:
    os.lseek(opened, 0, os.SEEK_SET)
    pid = os.read(opened, 32).decode(errors="replace").strip()
    return f"process {pid}" if pid else "another process"


class LockBusy(Busy):
    def __init__(self, holder: str, waited: int, what: str = "this machine") -> None:
        super().__init__(
            f"another dockswitch is changing {what}",
            details=f"{holder} holds the lock; waited {waited} s for it",
            hint="wait until it is done, then run the same command again",
        )

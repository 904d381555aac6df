"""The lock of a state folder: one change at a time, and a message that names who holds it."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator

from dockswitch.model.errors import Busy


@contextlib.contextmanager
def locked(path: str, *, wait: float) -> Iterator[None]:
    """Holds flock on `path`; raises LockBusy after `wait` seconds.

    The kernel drops the lock with its holder, so a dead holder never blocks; the pid in the file
    is only for the message.
    """
    os.makedirs(os.path.dirname(path), exist_ok=True)
    opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _acquire(opened, wait)
        os.ftruncate(opened, 0)
        os.pwrite(opened, f"{os.getpid()}\n".encode(), 0)
        yield
        os.ftruncate(opened, 0)
    finally:
        os.close(opened)


def _acquire(opened: int, wait: float) -> None:
    until = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                pid = os.pread(opened, 32, 0).decode(errors="replace").strip()
                raise LockBusy(f"process {pid}" if pid else "another process", int(wait)) from None
            time.sleep(0.05)
        else:
            return


class LockBusy(Busy):
    def __init__(self, holder: str, waited: int) -> None:
        super().__init__(
            "another dockswitch is changing this machine",
            details=f"{holder} holds the lock; waited {waited} s for it",
            hint="wait until it is done, then run the same command again",
        )

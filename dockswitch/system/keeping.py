"""A process of ours that outlives us, and keeps what it entered until it is told to leave it."""

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from dockswitch.model.errors import DockswitchError, Interrupted
from dockswitch.system import proc

# What ends the wait: told to go, or a child has gone. A terminal that closes ends nothing.
_TOLD = (signal.SIGTERM, signal.SIGINT)
_HEARD = frozenset((*_TOLD, signal.SIGCHLD))
_LOOKS = 30.0  # seconds: a clock that is set, or a laptop that slept, changes when `until` comes


def keep(
    held: Callable[[], AbstractContextManager[int]], *, log: str, seconds: float | None
) -> int:
    """Starts a process that enters `held`; its pid, once it has entered.

    It leaves on SIGTERM, after so many `seconds` in there (None for never), and when the child of
    its own that `held` named ends. Its output is appended to `log`. Raises what entering it
    raised, as an error of the same code.
    """
    os.makedirs(os.path.dirname(log), exist_ok=True)
    reads, writes = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        os.close(reads)
        _own(held, log, seconds, writes)
    os.close(writes)
    try:
        said = _all(reads)
    except BaseException:  # we are interrupted; it has a session of its own, and heard nothing
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
        raise
    finally:
        os.close(reads)
    if said == b"\n":
        return pid
    os.waitpid(pid, 0)
    raise NotKept(said, log)


def _own(
    held: Callable[[], AbstractContextManager[int]], log: str, seconds: float | None, writes: int
) -> None:
    """In the child, which never returns: nothing of whoever called us may run twice."""
    code = 1
    try:
        _detach(log, keeps=writes)
        with held() as child:
            # first of all: whoever hears of us may tell us to leave at once
            signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
            os.write(writes, b"\n")
            writes = _closed(writes)
            _wait(child, time.time() + seconds if seconds is not None else None)
        code = 0
    except DockswitchError as error:
        _tell(writes, error)
    except KeyboardInterrupt:
        _tell(writes, Interrupted("it was ended while it began"))
    except BaseException as error:  # noqa: BLE001  # whoever waits is told, and the log
        _tell(writes, DockswitchError(f"{type(error).__name__}: {error}"))
    finally:
        with contextlib.suppress(OSError):
            sys.stderr.flush()
        os._exit(code)


def _detach(log: str, *, keeps: int) -> None:
    os.setsid()
    os.chdir("/")
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    for number in _TOLD:  # while it enters
        signal.signal(number, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDONLY)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for opened, to in ((nothing, 0), (written, 1), (written, 2)):
        os.dup2(opened, to)
    # what else is open is somebody else's: a lock, a pipe that a reader waits for the end of
    os.closerange(3, keeps)
    os.closerange(keeps + 1, 1 << 16)


def _wait(child: int, until: float | None) -> None:
    while not proc.is_gone(child):
        left = _LOOKS if until is None else min(until - time.time(), _LOOKS)
        if left <= 0:
            return
        heard = signal.sigtimedwait(_HEARD, left)
        if heard is not None and heard.si_signo in _TOLD:
            return


def _closed(opened: int) -> int:
    """What stands for it from now on: its number may be another file's soon."""
    os.close(opened)
    return -1


def _tell(writes: int, error: DockswitchError) -> None:
    fields = (error.code, error.exit, error.message, error.details, error.hint)
    with contextlib.suppress(OSError):  # nobody waits any more
        os.write(writes, json.dumps(fields).encode())


def _all(reads: int) -> bytes:
    parts = []
    while part := os.read(reads, 1 << 16):
        parts.append(part)
    return b"".join(parts)


class NotKept(DockswitchError):
    """What it failed with, in its own words; empty where it was killed."""

    def __init__(self, said: bytes, log: str) -> None:
        code, number, message, details, hint = (
            json.loads(said)
            if said
            else ("error", 1, "whoever was to keep it was killed", "", f"{log} may say more")
        )
        super().__init__(message, details=details, hint=hint)
        self.code, self.exit = code, number  # type: ignore[misc]  # as it was over there

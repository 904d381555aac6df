"""A real terminal on which a program runs and is talked with."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from contextlib import suppress

_LIMIT = 120.0  # seconds


def talk(argv: Sequence[str], dialogue: Sequence[tuple[str, str]]) -> tuple[int, str]:
    """Runs it; each time the first text of a pair is read, the second is typed.

    Returns the exit code and all that was shown. It is the program's controlling terminal, so
    that ^C is a signal and sudo may ask there.
    """
    leader, follower = os.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 200, 0, 0))
    process = subprocess.Popen(
        ["setsid", "--ctty", "--wait", *argv], stdin=follower, stdout=follower, stderr=follower
    )
    os.close(follower)
    shown, read = "", 0
    try:
        for expected, typed in dialogue:
            while expected not in shown[read:]:
                piece = _piece(leader)
                assert piece is not None, f"ended without {expected!r}: {shown}"
                shown += piece
            read = shown.index(expected, read) + len(expected)
            os.write(leader, typed.encode())
        while (piece := _piece(leader)) is not None:
            shown += piece
        return process.wait(_LIMIT), shown.replace("\r\n", "\n")
    finally:
        process.kill()
        process.wait()
        os.close(leader)


def _piece(leader: int) -> str | None:
    """What is shown next, None where nobody is left to show anything."""
    until = time.monotonic() + _LIMIT
    while time.monotonic() < until:
        if select.select([leader], [], [], 1.0)[0]:
            with suppress(OSError):
                return os.read(leader, 4096).decode(errors="replace") or None
            return None
    raise AssertionError("nothing was shown for too long")

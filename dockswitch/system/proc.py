"""What /proc says of a process."""

import os
import sys

_PIECE = 64 << 10  # bytes of /proc read at once


def is_gone(pid: int) -> bool:
    """Whether a process ended; a zombie has."""
    if sys.platform != "linux":
        from dockswitch.system import lives  # there is no /proc

        return not lives.lives(pid)
    return not os.path.exists(f"/proc/{pid}") or _is_zombie(pid)


def command_line(pid: int) -> tuple[str, ...]:
    """The words of a process; none for kernel threads, zombies and pids that are gone.

    One that was found on PATH calls itself by its bare name: then the first word is its path, where
    we may know it.
    """
    try:
        text = _proc_text(f"/proc/{pid}/cmdline")
    except OSError:
        return ()
    if not text.strip(b"\0"):
        return ()
    words = os.fsdecode(text).rstrip("\0").split("\0")
    if "/" not in words[0] and os.path.basename(program := executable(pid)) == words[0]:
        words[0] = program
    return tuple(words)


def executable(pid: int) -> str:
    """The file that a process runs, under the name it had; empty where we may not know."""
    try:
        return os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")
    except OSError:
        return ""


def _proc_text(path: str) -> bytes:
    """A file of /proc; `open` would cost twice as much, and every process is looked at."""
    opened = os.open(path, os.O_RDONLY)
    try:
        text = piece = os.read(opened, _PIECE)
        while len(piece) == _PIECE:
            piece = os.read(opened, _PIECE)
            text += piece
    finally:
        os.close(opened)
    return text


def _is_zombie(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] in (b"Z", b"X")
    except OSError:
        return False

"""Linux namespaces, and mounts in one: what `os` has from Python 3.12 on only, or never."""

import contextlib
import ctypes
import fcntl
import functools
import os
import signal
import socket
import struct
from collections.abc import Mapping, Sequence

# sched.h, sys/mount.h, sys/prctl.h
MOUNTS, NETWORK, PROCESSES, USERS = 0x00020000, 0x40000000, 0x20000000, 0x10000000
_BIND, _RECURSIVELY, _PRIVATE, _FOLLOWING = 0x1000, 0x4000, 0x40000, 0x80000
_DIES_WITH_ITS_MAKER = 1

# net/if.h, linux/sockios.h
_FLAGS_OF, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1


def load() -> None:
    """To be called before a fork, for behind one nothing should be loaded."""
    _library()


def leave(kinds: int) -> None:
    """From now on these namespaces are new ones of our own; raises OSError, as all here does."""
    _call("unshare", kinds)


def join(opened: int, kind: int) -> None:
    """From now on that namespace is the one that is open."""
    _call("setns", opened, kind)


def end_with_maker(number: signal.Signals = signal.SIGKILL) -> None:
    """Whoever started this process takes it along when it ends, however it ends.

    A change of user forgets it: it has to come after that.
    """
    _call("prctl", _DIES_WITH_ITS_MAKER, int(number), 0, 0, 0)


def own_mounts(*, following: bool = False) -> None:
    """What is mounted from now on is seen here alone; `following`, we see what others unmount."""
    leave(MOUNTS)
    mount("none", "/", "", _RECURSIVELY | (_FOLLOWING if following else _PRIVATE))


def loopback() -> None:
    """Brings up the one link that a new network has."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        asked = fcntl.ioctl(control, _FLAGS_OF, struct.pack("16sh14x", b"lo", 0))
        (flags,) = struct.unpack("16xh14x", asked)
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _UP))


def cover(
    folder: str,
    *,
    empty: Sequence[str] = (),
    without: Sequence[str] = (),
    written: Mapping[str, bytes] | None = None,
) -> None:
    """Puts a folder of our own over one, with all that is in it but what is said otherwise.

    Some names are `empty` folders in it, some are not there, and some are files `written` anew.
    """
    files = written or {}
    held = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    below = f"/proc/self/fd/{held}"
    names = [name for name in os.listdir(below) if name not in {*empty, *without, *files}]
    mount("tmpfs", folder, "tmpfs", 0, "mode=755")
    for name in empty:
        os.mkdir(f"{folder}/{name}", 0o711)
    for name in names:
        with contextlib.suppress(OSError):  # it may have vanished meanwhile
            _show(f"{below}/{name}", f"{folder}/{name}")
    for name, content in files.items():
        opened = os.open(f"{folder}/{name}", os.O_CREAT | os.O_WRONLY, 0o644)
        os.write(opened, content)
        os.close(opened)
    os.close(held)


def bind(source: str, target: str) -> None:
    """Shows a file or a folder, with all that is mounted in it, at another place too."""
    mount(source, target, "", _BIND | _RECURSIVELY)


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    words = (os.fsencode(word) for word in (source, target, kind))
    _call("mount", *words, ctypes.c_ulong(flags), options.encode())


def _show(source: str, target: str) -> None:
    if os.path.islink(source):
        os.symlink(os.readlink(source), target)
        return
    if os.path.isdir(source):
        os.mkdir(target)
    else:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
    bind(source, target)


def _call(function: str, *arguments: int | bytes | ctypes.c_ulong) -> None:
    if getattr(_library(), function)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{function}: {os.strerror(code)}")


@functools.cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)

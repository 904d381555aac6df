"""Start a process apart from the machine: in namespaces of its own, and gone with whoever made it.

`os.unshare` and `os.setns` exist from Python 3.12 on only.
"""

import contextlib
import ctypes
import functools
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence

from dockswitch.model.errors import NoNamespaces
from dockswitch.system import processes

# sched.h, sys/mount.h, sys/prctl.h
_NEW_MOUNTS, _NEW_NETWORK, _NEW_PROCESSES = 0x00020000, 0x40000000, 0x20000000
_BIND, _RECURSIVELY, _PRIVATE = 0x1000, 0x4000, 0x40000
_DIES_WITH_ITS_MAKER = 1

# What a dockerd writes whatever roots it is given, and where it looks for a containerd to share.
_RUN, _SHARED = "/run", ("docker", "containerd")
_ETC, _KEYS = "/etc", "docker"


def start(argv: Sequence[str], *, log: str, env: Mapping[str, str]) -> int:
    """As `processes.start`, but in network, mount and process namespaces of its own; its pid.

    With that process end all that it started and mounted, and it ends with us, however we end.
    No network is up in it; `/run/docker`, `/run/containerd` and `/etc/docker` are its own to write.
    Raises NoNamespaces, and CannotStart.
    """
    try:
        with _children_apart():
            return processes.start(argv, log=log, env=env, prepare=_enter)
    except OSError as error:
        raise NoNamespaces(error.strerror or str(error)) from None
    except subprocess.SubprocessError:
        raise NoNamespaces(f"{log} says why") from None


def start_tied(argv: Sequence[str], *, log: str, env: Mapping[str, str]) -> int:
    """As `processes.start`, for what makes namespaces itself: it ends with us, however we end."""
    _library()
    return processes.start(argv, log=log, env=env, prepare=_end_with_maker)


@contextlib.contextmanager
def _children_apart() -> Iterator[None]:
    """Within it, a child is the first process of a namespace: with it, the kernel ends them all."""
    own = os.open("/proc/thread-self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    try:
        _call("unshare", _NEW_PROCESSES)
        try:
            yield
        finally:
            _call("setns", own, _NEW_PROCESSES)
    finally:
        os.close(own)


def _enter() -> None:
    """In the child; whatever fails goes to its log, for there is no other way to tell."""
    try:
        _end_with_maker()
        _call("unshare", _NEW_MOUNTS | _NEW_NETWORK)
        _mount("none", "/", "", _RECURSIVELY | _PRIVATE)
        _mount("proc", "/proc", "proc", 0)
        _cover(_RUN, _SHARED)
        if os.path.isdir(f"{_ETC}/{_KEYS}"):
            _cover(f"{_ETC}/{_KEYS}", ())
        else:
            _cover(_ETC, (_KEYS,))
    except OSError as error:
        os.write(2, f"{error}\n".encode())
        raise


def _end_with_maker() -> None:
    _call("prctl", _DIES_WITH_ITS_MAKER, int(signal.SIGKILL), 0, 0, 0)


def _cover(folder: str, empty: Sequence[str]) -> None:
    """Puts a folder of our own over one, with all that is in it, but these names empty."""
    held = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    below = f"/proc/self/fd/{held}"
    names = [name for name in os.listdir(below) if name not in empty]
    _mount("tmpfs", folder, "tmpfs", 0, "mode=755")
    for name in empty:
        os.mkdir(f"{folder}/{name}", 0o711)
    for name in names:
        with contextlib.suppress(OSError):  # it may have vanished meanwhile
            _show(f"{below}/{name}", f"{folder}/{name}")


def _show(source: str, target: str) -> None:
    if os.path.islink(source):
        os.symlink(os.readlink(source), target)
        return
    if os.path.isdir(source):
        os.mkdir(target)
    else:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
    _mount(source, target, "", _BIND | _RECURSIVELY)


def _mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    words = (os.fsencode(word) for word in (source, target, kind))
    _call("mount", *words, ctypes.c_ulong(flags), options.encode())


def _call(function: str, *arguments: int | bytes | ctypes.c_ulong) -> None:
    if getattr(_library(), function)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{function}: {os.strerror(code)}")


@functools.cache
def _library() -> ctypes.CDLL:
    """The C library; first asked for before a fork, for behind one nothing should be loaded."""
    return ctypes.CDLL(None, use_errno=True)

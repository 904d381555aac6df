"""Runs dockswitch as if this were macOS or Windows: `python foreign.py darwin|win32 WORDS`.

What these systems lack is taken away, and what they say of themselves is said. The standard library
and others' packages are imported before, since they are made anew for each system; ours see nothing
else. It shows that nothing of Linux is relied on: it is no macOS and no Windows.
"""

import builtins
import ctypes
import errno
import fcntl
import importlib
import os
import platform
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import types
from collections.abc import Callable
from typing import Any

# Imported before, as said above; some of it asks the system what it is when it is imported.
_OTHERS = (
    *(
        "asyncio",
        "concurrent.futures",
        "csv",
        "distro",
        "getpass",
        "html",
        "http.client",
        "hashlib",
        "json",
        "shlex",
    ),
    *("logging", "multiprocessing", "packaging.specifiers", "packaging.version", "pathlib"),
    *("requests", "rich.console", "rich.progress", "site", "tarfile", "tqdm"),
    *("truststore", "typer", "typer.rich_utils", "urllib.request", "yaml", "zipfile"),
)
# Of Linux alone: Python on macOS has none of these.
_LINUX = {
    os: ("O_PATH", "pidfd_open", "sched_getaffinity", "O_TMPFILE"),
    socket: ("SO_PEERCRED",),
    signal: ("pidfd_send_signal",),
    fcntl: ("F_OFD_SETLK", "F_OFD_GETLK", "F_OFD_SETLKW"),
}
# Of POSIX, and not on Windows.
_POSIX = {
    os: (
        *("geteuid", "getuid", "getegid", "getgid", "getgroups", "getgrouplist", "uname"),
        *("killpg", "getpgid", "setsid", "fork", "chown", "lchown", "fchown", "fchmod", "statvfs"),
        *("pread", "pwrite", "sync", "mkfifo", "mknod", "openpty", "symlink", "sysconf", "WNOHANG"),
        *("O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC", "O_NONBLOCK", "posix_fadvise", "nice"),
    ),
    socket: ("AF_UNIX",),
    signal: (
        "SIGHUP",
        "SIGKILL",
        "SIGCONT",
        "SIGSTOP",
        "SIGCHLD",
        "pthread_sigmask",
        "SIG_SETMASK",
    ),
    select: ("poll", "POLLIN"),
}
_POSIX_MODULES = ("fcntl", "grp", "posix", "pty", "pwd", "resource", "spwd", "syslog", "termios")


def become(system: str) -> None:
    for name in _OTHERS:
        importlib.import_module(name)
    _hide_proc(system)
    ctypes.CDLL = _no_library(ctypes.CDLL, system)  # type: ignore[misc]
    if system == "win32":
        _become_windows()
    else:
        said = ("Darwin", "here", "24.1.0", "Darwin Kernel Version 24.1.0", "arm64")
        os.uname = lambda: os.uname_result(said)
    tempfile._O_TMPFILE_WORKS = False  # type: ignore[attr-defined]
    _take(_LINUX)
    sys.platform = system
    platform.system = lambda: {"win32": "Windows", "darwin": "Darwin"}[system]


def _become_windows() -> None:
    sys.modules["msvcrt"] = _msvcrt(fcntl.lockf)
    os.kill = _refused  # it would end whatever process that is
    os.readlink = _refused  # type: ignore[assignment]
    popen = subprocess.Popen.__init__

    def begin(self: Any, *args: Any, creationflags: int = 0, **more: Any) -> None:
        assert creationflags == 0x200, "not in a process group of its own"
        popen(self, *args, **more)

    subprocess.Popen.__init__ = begin  # type: ignore[method-assign]
    shutil._use_fd_functions = False  # type: ignore[attr-defined]
    _take(_POSIX)
    for name in _POSIX_MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    os.environ.update(PROCESSOR_ARCHITECTURE="AMD64", PATHEXT=".COM;.EXE;.BAT;.CMD")


def _take(names: dict[types.ModuleType, tuple[str, ...]]) -> None:
    for module, each in names.items():
        for name in each:
            if hasattr(module, name):
                delattr(module, name)


def _msvcrt(lockf: Callable[..., None]) -> types.ModuleType:
    """Python's own module for Windows, as far as it is used: a byte that is locked."""
    module = types.ModuleType("msvcrt")
    module.LK_NBLCK = 2  # type: ignore[attr-defined]

    def locking(opened: int, mode: int, count: int) -> None:
        assert mode == 2
        try:
            lockf(opened, 2 | 4, count, os.lseek(opened, 0, os.SEEK_CUR))  # LOCK_EX | LOCK_NB
        except OSError:
            raise PermissionError(errno.EACCES, "Permission denied") from None

    module.locking = locking  # type: ignore[attr-defined]
    return module


def _no_library(real: Any, system: str) -> Any:
    def library(name: str | None, *args: Any, **more: Any) -> Any:
        if name is None and system == "win32":
            raise TypeError("bad argument type for built-in operation")
        return real(name, *args, **more)

    return library


def _hide_proc(system: str) -> None:
    """No /proc and no /sys, whatever asks for them; Windows takes either slash."""
    for module, name in (
        (builtins, "open"),
        *(
            (os, name)
            for name in ("open", "listdir", "readlink", "scandir", "stat", "lstat", "access")
        ),
    ):
        setattr(module, name, _blind(getattr(module, name), system))


def _blind(real: Any, system: str) -> Any:
    def ask(path: Any = ".", *args: Any, **more: Any) -> Any:
        if isinstance(path, str) and path.startswith(("/proc", "/sys", "/run/")):
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", path)
        if isinstance(path, str) and system == "win32":
            path = path.replace("\\", "/")
        return real(path, *args, **more)

    return ask


def _refused(*_: object) -> None:
    raise AssertionError("Windows has no such thing, or another meaning of it")


if __name__ == "__main__":
    become(sys.argv[1])
    sys.argv = ["dockswitch", *sys.argv[2:]]
    from dockswitch.cli.main import main

    main()

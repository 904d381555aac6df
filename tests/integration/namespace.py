"""What keeps a test's engines apart from the machine: namespaces, and a root of their own."""

from __future__ import annotations

import ctypes
import fcntl
import functools
import os
import socket
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.integration.sweep import sweep, unmount

_CLONE_NEWNS, _CLONE_NEWNET = 0x00020000, 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1


def isolated() -> None:
    """Give this process a network and private `/etc`, `/run/docker` and `/run/containerd`.

    Engines write to these four whatever roots they were given. Call it from the main thread, before
    other threads start: a namespace belongs to a thread, and new threads inherit it.
    """
    enter_network_namespace()
    enter_mount_namespace()


@functools.cache
def enter_network_namespace() -> None:
    """Move this process into a network of its own, in which only loopback is up; once."""
    _machine_network()
    _call("unshare", _CLONE_NEWNET)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        name = b"lo"
        request = struct.pack("16sh14x", name, 0)
        (flags,) = struct.unpack("16xh14x", fcntl.ioctl(control, _SIOCGIFFLAGS, request))
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh14x", name, flags | _IFF_UP))


@contextmanager
def machine_network() -> Iterator[None]:
    """Within it, this thread (and what it starts) is back in the machine's own network.

    Only for what must download: building the mirror.
    """
    with _network(_machine_network()):
        yield


@contextmanager
def network_of(process: int) -> Iterator[None]:
    """Within it, this thread (and what it starts) is in the network of that process.

    A socket that is opened there stays there.
    """
    with open(f"/proc/{process}/ns/net", "rb") as theirs, _network(theirs.fileno()):
        yield


@contextmanager
def _network(there: int) -> Iterator[None]:
    with open("/proc/thread-self/ns/net", "rb") as own:
        _call("setns", there, _CLONE_NEWNET)
        try:
            yield
        finally:
            _call("setns", own.fileno(), _CLONE_NEWNET)


@functools.cache
def enter_mount_namespace() -> None:
    """Move this process into a mount namespace in which engines cannot write to the machine."""
    _call("unshare", _CLONE_NEWNS)
    _mount("--make-rprivate", "/")
    folder = Path(tempfile.mkdtemp(prefix="dk-ns-", dir="/tmp"))
    _mount("-t", "tmpfs", "tmpfs", folder)
    _private_etc(folder)
    _private_run(folder)
    # The mounts made from it keep the tmpfs alive; on the machine an empty folder is all there was.
    unmount(folder)
    folder.rmdir()


@contextmanager
def short_root() -> Iterator[Path]:
    """A fresh `/tmp/dk-XXXXXX`, swept at the end: processes ended, unmounted, removed.

    It is short because containerd's socket paths end at 104 bytes, and a longer one makes it retry
    in silence. Raises `LeftBehind` if anything outlives the sweep.
    """
    root = Path(tempfile.mkdtemp(prefix="dk-", dir="/tmp"))
    try:
        yield root
    finally:
        sweep(root)


@functools.cache
def _machine_network() -> int:
    """A file descriptor of the network this process began in; first asked before it leaves."""
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def _private_etc(folder: Path) -> None:
    for name in ("upper", "work"):
        (folder / name).mkdir()
    layers = f"lowerdir=/etc,upperdir={folder / 'upper'},workdir={folder / 'work'}"
    _mount("-t", "overlay", "-o", layers, "overlay", "/etc")


def _private_run(folder: Path) -> None:
    """A `/run` with all that the machine's has, but without its engines' folders.

    Not an overlay: a socket seen through one cannot be connected to.
    """
    run = folder / "run"
    run.mkdir(mode=0o755)
    for entry in Path("/run").iterdir():
        if entry.name in ("docker", "containerd"):
            continue
        _bind(entry, run / entry.name)
    _mount("--rbind", run, "/run")


def _bind(source: Path, target: Path) -> None:
    if source.is_symlink():
        target.symlink_to(os.readlink(source))
        return
    if source.is_dir():
        target.mkdir()
    elif source.exists():
        target.touch()
    with suppress(subprocess.CalledProcessError):
        # Files of /run may vanish between the listing and now.
        _mount("--rbind", source, target)


def _mount(*words: str | Path) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True, timeout=30)


def _call(function: str, *numbers: int) -> None:
    """A function of the C library; the module `os` has these two from 3.12 on only."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, function)(*numbers) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{function}: {os.strerror(code)}")

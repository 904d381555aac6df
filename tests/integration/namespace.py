"""What keeps a test's engines apart from the machine: namespaces, and a root that is swept."""

from __future__ import annotations

import ctypes
import fcntl
import functools
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_CLONE_NEWNS, _CLONE_NEWNET = 0x00020000, 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1

#: The programs of an engine, under the names of every era.
_ENGINE_PROGRAMS = frozenset(
    prefix + name
    for prefix in ("", "docker-")
    for name in ("containerd", "containerd-shim", "containerd-shim-runc-v2", "runc")
) | {"dockerd", "docker-proxy"}

#: seconds: dockerd grants its containers ten before it stops
_DOCKERD_GRACE, _OTHERS_GRACE, _KILL_GRACE = 13.0, 3.0, 5.0


class LeftBehind(Exception):
    """A test's root could not be swept: something still runs, is mounted or is written there."""


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
    with open("/proc/thread-self/ns/net", "rb") as own:
        _call("setns", _machine_network(), _CLONE_NEWNET)
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
    _umount(folder)
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
        _sweep(root)


def _sweep(root: Path) -> None:
    _end_processes(root)
    for mounted in reversed(_mounted_below(root)):
        _umount(mounted)
    left = [f"process {pid} ({_spoken(pid)})" for pid in _processes_of(root)]
    left += [f"mount {path}" for path in _mounted_below(root)]
    if not left:
        # While something is mounted there, a removal would reach beyond the root.
        shutil.rmtree(root, ignore_errors=True)
    if root.exists():
        left.append(f"folder {root}")
    if left:
        raise LeftBehind(f"under {root}: " + "; ".join(left))


def _end_processes(root: Path) -> None:
    """Politely from the top down, for a daemon restarts a containerd that ends before it does."""
    daemons = [pid for pid in _processes_of(root) if _program(pid) == "dockerd"]
    _signal(daemons, signal.SIGTERM, root)
    _wait_until_gone(daemons, root, _DOCKERD_GRACE)
    others = _processes_of(root)
    _signal([pid for pid in others if _program(pid) != "dockerd"], signal.SIGTERM, root)
    _wait_until_gone(others, root, _OTHERS_GRACE)
    deadline = time.monotonic() + _KILL_GRACE
    while (rest := _processes_of(root)) and time.monotonic() < deadline:
        _signal(rest, signal.SIGKILL, root)
        time.sleep(0.05)


def _wait_until_gone(pids: Iterable[int], root: Path, limit: float) -> None:
    deadline = time.monotonic() + limit
    waiting = set(pids)
    while waiting and time.monotonic() < deadline:
        time.sleep(0.05)
        waiting &= set(_processes_of(root))


def _processes_of(root: Path) -> list[int]:
    """The engines started with this root, and the containers that run on its layers."""
    pids = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
    return [pid for pid in pids if _belongs(pid, root)]


def _belongs(pid: int, root: Path) -> bool:
    words = _command_line(pid)
    # An empty command line is a thread of the kernel or a process that only waits to be reaped.
    if not words or pid == os.getpid():
        return False
    if Path(words[0]).name in _ENGINE_PROGRAMS:
        return any(f"{root}/" in f"{word}/" for word in words)
    return _runs_inside(pid, root)


def _runs_inside(pid: int, root: Path) -> bool:
    """Whether the process's own `/` is a layer below the root: a container that lost its shim."""
    with suppress(OSError):
        mounts = Path(f"/proc/{pid}/mountinfo").read_text(errors="replace").splitlines()
        return any(line.split()[4] == "/" and f"/{root.name}/" in line for line in mounts)
    return False


def _signal(pids: Iterable[int], number: signal.Signals, root: Path) -> None:
    """Signal each process that is still the one meant.

    A pid may be given to another process at any time; a file descriptor of it may not, so the
    command line is read again after it is open.
    """
    for pid in pids:
        with suppress(OSError):
            process = os.pidfd_open(pid)
            try:
                if _belongs(pid, root):
                    signal.pidfd_send_signal(process, number)
            finally:
                os.close(process)


def _command_line(pid: int) -> list[str]:
    with suppress(OSError):
        text = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0")
        return text.decode(errors="replace").split("\0") if text else []
    return []


def _program(pid: int) -> str:
    return Path((_command_line(pid) or [""])[0]).name


def _spoken(pid: int) -> str:
    return " ".join(_command_line(pid))[:200]


def _mounted_below(root: Path) -> list[Path]:
    """Mount points below the root, in the order they were mounted."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    # mountinfo writes blanks and backslashes as octal numbers; see proc(5).
    points = [line.split()[4].encode().decode("unicode_escape") for line in lines]
    return [Path(point) for point in points if Path(point).is_relative_to(root)]


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


def _umount(mounted: Path) -> None:
    """Lazily; whoever calls looks afterwards whether it is gone."""
    subprocess.run(["umount", "--lazy", mounted], check=False, capture_output=True, timeout=30)


def _call(function: str, *numbers: int) -> None:
    """A function of the C library; the module `os` has these two from 3.12 on only."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, function)(*numbers) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{function}: {os.strerror(code)}")

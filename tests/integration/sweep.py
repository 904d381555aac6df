"""Ends what an engine left behind: processes, mounts, cgroups, and then its root."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from tests.integration.cgroups import cgroups_of, containers_below, remove

#: The programs of an engine, under the names of every era.
_ENGINE_PROGRAMS = frozenset(
    prefix + name
    for prefix in ("", "docker-")
    for name in ("containerd", "containerd-shim", "containerd-shim-runc-v2", "runc")
) | {"dockerd", "docker-proxy", "rootlesskit"}

#: seconds: dockerd grants its containers ten before it stops
_DOCKERD_GRACE, _OTHERS_GRACE, _KILL_GRACE = 13.0, 3.0, 5.0


class LeftBehind(Exception):
    """A test's root could not be swept: something still runs, is mounted or is written there."""


def sweep(root: Path) -> None:
    """End what runs with this root, unmount what is below it, and remove it.

    Raises `LeftBehind` with all that would not go.
    """
    _end_processes(root)
    for mounted in reversed(_mounted_below(root)):
        unmount(mounted)
    cgroups = cgroups_of(containers_below(root))
    remove(cgroups)
    left = [f"process {pid} ({words})" for pid, words in processes_of(root).items()]
    left += [f"mount {path}" for path in _mounted_below(root)]
    left += [f"cgroup {path}" for path in cgroups if path.exists()]
    if not _mounted_below(root):
        # While something is mounted there, a removal would reach beyond the root.
        shutil.rmtree(root, ignore_errors=True)
    if root.exists():
        left.append(f"folder {root}")
    if left:
        raise LeftBehind(f"under {root}: " + "; ".join(left))


def unmount(mounted: Path) -> None:
    """Unmount lazily; whoever calls looks afterwards whether it is gone."""
    subprocess.run(["umount", "--lazy", mounted], check=False, capture_output=True, timeout=30)


def _end_processes(root: Path) -> None:
    """Politely from the top down, for a daemon restarts a containerd that ends before it does."""
    daemons = [pid for pid in processes_of(root) if _program(pid) == "dockerd"]
    _signal(daemons, signal.SIGTERM, root)
    _wait_until_stopped(daemons, root)
    others = processes_of(root)
    _signal([pid for pid in others if _program(pid) != "dockerd"], signal.SIGTERM, root)
    _wait_until_gone(others, root, _OTHERS_GRACE)
    deadline = time.monotonic() + _KILL_GRACE
    while (rest := processes_of(root)) and time.monotonic() < deadline:
        _signal(rest, signal.SIGKILL, root)
        time.sleep(0.05)


def _wait_until_stopped(daemons: Iterable[int], root: Path) -> None:
    """What runs in containers is killed, for few of ours hear a SIGTERM: each would cost the ten
    seconds that it is granted. A dockerd that stops starts none again.
    """
    deadline = time.monotonic() + _DOCKERD_GRACE
    while time.monotonic() < deadline:
        left = processes_of(root)
        if not set(daemons) & set(left):
            return
        contained = [pid for pid in left if _program(pid) not in _ENGINE_PROGRAMS]
        _signal(contained, signal.SIGKILL, root)
        time.sleep(0.05)


def _wait_until_gone(pids: Iterable[int], root: Path, limit: float) -> None:
    deadline = time.monotonic() + limit
    waiting = set(pids)
    while waiting and time.monotonic() < deadline:
        time.sleep(0.05)
        waiting &= set(processes_of(root))


def processes_of(root: Path) -> dict[int, str]:
    """The engines started with this root and the containers on its layers: pid, command line."""
    pids = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
    return {pid: " ".join(_command_line(pid)) for pid in pids if _belongs(pid, root)}


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


def _mounted_below(root: Path) -> list[Path]:
    """Mount points below the root, in the order they were mounted."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    # mountinfo writes blanks and backslashes as octal numbers; see proc(5).
    points = [line.split()[4].encode().decode("unicode_escape") for line in lines]
    return [Path(point) for point in points if Path(point).is_relative_to(root)]

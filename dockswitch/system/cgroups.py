"""The cgroups of containers, which stay when the engine that made them is killed."""

import contextlib
import os
import time
from collections.abc import Iterator

_BUSY = 2.0  # seconds: until the kernel has reaped what was killed in one


def clear(name: str) -> None:
    """Removes the cgroup of that name at the top of every hierarchy, with those below it.

    One in which something runs stays.
    """
    for hierarchy in _hierarchies():
        _remove(f"{hierarchy}/{name}")


def _remove(cgroup: str) -> None:
    deadline = time.monotonic() + _BUSY
    while os.path.isdir(cgroup):
        for folder, _, _ in os.walk(cgroup, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(folder)
        if time.monotonic() > deadline:
            return
        if os.path.isdir(cgroup):
            time.sleep(0.005)


def _hierarchies() -> Iterator[str]:
    """Where cgroups are mounted, of either version; proc(5) has the fields."""
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as mounts:
        for line in mounts:
            mount, _, kind = line.partition(" - ")
            if kind.startswith(("cgroup ", "cgroup2 ")):
                yield mount.split()[4]

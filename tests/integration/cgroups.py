"""The cgroups of containers, which stay when an engine is killed: only a shim removes them."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

#: What an engine's data-root holds that is large, and no list of containers.
_LARGE = frozenset({"image", "overlay2", "vfs"})

#: seconds: a cgroup is busy until the kernel has reaped what was killed in it
_BUSY_LIMIT = 2.0


def containers_below(root: Path) -> set[str]:
    """The ids of the containers of every data-root below this folder."""
    found = set[str]()
    for folder, inner, _ in os.walk(root):
        if Path(folder).name == "containers":
            found |= {name for name in inner if re.fullmatch(r"[0-9a-f]{64}", name)}
            inner.clear()
        inner[:] = [name for name in inner if name not in _LARGE]
    return found


def cgroups_of(containers: Iterable[str]) -> list[Path]:
    """Their cgroups in every hierarchy, whether cgroupfs or systemd named them."""
    return [
        cgroup
        for hierarchy in _hierarchies()
        for container in containers
        for name in (f"docker/{container}", f"system.slice/docker-{container}.scope")
        if (cgroup := hierarchy / name).is_dir()
    ]


def remove(cgroups: Iterable[Path]) -> None:
    """Remove those in which nothing runs any more; whoever calls looks afterwards."""
    deadline = time.monotonic() + _BUSY_LIMIT
    for cgroup in cgroups:
        while cgroup.exists():
            for folder, _, _ in os.walk(cgroup, topdown=False):
                with suppress(OSError):
                    Path(folder).rmdir()
            if time.monotonic() > deadline:
                return
            time.sleep(0.01)


def new_unified(name: str) -> Path:
    """A new cgroup of version 2 below our own; whoever made it removes it."""
    (unified,) = _hierarchies("cgroup2 ")[:1]
    cgroup = unified / _own() / name
    cgroup.mkdir()
    return cgroup


def called(name: str) -> list[Path]:
    """The cgroups of that name below our own: nspawn makes the same one in systemd's version 1."""
    every = [hierarchy / _own() / name for hierarchy in _hierarchies()]
    return [cgroup for cgroup in every if cgroup.is_dir()]


def _own() -> str:
    """Our own cgroup of version 2, from the root of its hierarchy; see cgroups(7)."""
    lines = Path("/proc/self/cgroup").read_text().splitlines()
    return next(line.removeprefix("0::/") for line in lines if line.startswith("0::/"))


def _hierarchies(*kinds: str) -> list[Path]:
    """Where cgroups are mounted, of either version; the fields are in proc(5)."""
    found = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        mount, _, kind = line.partition(" - ")
        if kind.startswith(kinds or ("cgroup ", "cgroup2 ")):
            found.append(Path(mount.split()[4]))
    return found

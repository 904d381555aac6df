"""Cgroups of a test's own: one in each hierarchy, for a host of its own the top of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

#: seconds: a cgroup is busy until the kernel has reaped what was killed in it
_BUSY_LIMIT = 5.0

# With processes at the top a cgroup of version 2 gives nothing to those below it: moby's own
# hack/dind moves them aside in the same way.
_MAKE_ROOM = """\
mkdir -p {top}/init; xargs -rn1 < {top}/cgroup.procs > {top}/init/cgroup.procs || :
sed -e 's/ / +/g' -e 's/^/+/' < {top}/cgroup.controllers > {top}/cgroup.subtree_control"""


@dataclass(frozen=True)
class Top:
    """A cgroup of ours, and the hierarchy that it is in: `options` is what mounts that."""

    folder: Path
    mounted: Path
    kind: str
    options: str

    def mount(self) -> str:
        """The shell's words that mount it where its hierarchy is, once it is a namespace's top."""
        lines = [f"mkdir -p {self.mounted}"] if self.mounted != _TOP else []
        lines.append(f"mount -t {self.kind} -o {self.options} {self.kind} {self.mounted}")
        if self.kind == "cgroup2" and self.mounted == _TOP:
            lines.append(_MAKE_ROOM.format(top=self.mounted))
        return "\n".join(lines)


_TOP = Path("/sys/fs/cgroup")


def mounting(tops: tuple[Top, ...]) -> str:
    """The shell's words that mount them all."""
    hybrid = any(top.mounted != _TOP for top in tops)
    first = [f"mount -t tmpfs -o mode=755 tmpfs {_TOP}"] if hybrid else []
    return "\n".join([*first, *(top.mount() for top in tops)])


def joining(tops: tuple[Top, ...]) -> str:
    """The shell's words that move the shell into them all."""
    return "".join(f"echo $$ > {top.folder}/cgroup.procs; " for top in tops)


@contextmanager
def cgroup_tops() -> Iterator[tuple[Top, ...]]:
    """Within it they are there; what runs in them then has to end with the block."""
    name = f"dk-host-{os.getpid()}"
    tops = tuple(_top(line, name) for line in _hierarchies())
    for top in tops:
        top.folder.mkdir()
        for each in ("cpuset.cpus", "cpuset.mems"):
            # Version 1 gives them to nobody by itself, and takes no process without them.
            with suppress(OSError):
                (top.folder / each).write_text((top.folder.parent / each).read_text())
    try:
        yield tops
    finally:
        for top in tops:
            _remove(top.folder)


def _hierarchies() -> list[str]:
    """The lines of mountinfo about them, of either version; the fields are in proc(5)."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [line for line in lines if line.partition(" - ")[2].startswith("cgroup")]


def _top(line: str, name: str) -> Top:
    place, _, rest = line.partition(" - ")
    kind, _, options = rest.split()
    mounted = Path(place.split()[4])
    given = [each for each in options.split(",") if each not in ("rw", "ro", "clone_children")]
    if any(each.startswith("name=") for each in given):
        given.insert(0, "none")
    return Top(mounted / _own(given).lstrip("/") / name, mounted, kind, ",".join(given) or "rw")


def _own(controllers: list[str]) -> str:
    """Our own cgroup in the hierarchy of these controllers, none of them for version 2's."""
    wanted = set(controllers) - {"none"}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, named, path = line.split(":", 2)
        if set(filter(None, named.split(","))) & wanted or (not named and not wanted):
            return path
    return "/"


def _remove(cgroup: Path) -> None:
    """With all below it."""
    deadline = time.monotonic() + _BUSY_LIMIT
    while cgroup.exists():
        for folder, _, _ in os.walk(cgroup, topdown=False):
            with suppress(OSError):
                Path(folder).rmdir()
        assert time.monotonic() < deadline, f"{cgroup} is busy"
        time.sleep(0.01)

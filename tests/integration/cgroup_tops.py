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
    """The shell's words that move the shell into them all, aside where room was made."""
    folders = " ".join(str(top.folder) for top in tops)
    aside = 'if [ -d "$each/init" ]; then each="$each/init"; fi'
    return f'for each in {folders}; do {aside}; echo $$ > "$each/cgroup.procs"; done;'


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
    kind, _, said = rest.split()
    mounted = Path(place.split()[4])
    known, own = _ours(set() if kind == "cgroup2" else set(said.split(",")))
    options = f"none,{known}" if known.startswith("name=") else known or "rw"
    return Top(mounted / own.lstrip("/") / name, mounted, kind, options)


def _ours(mounted: set[str]) -> tuple[str, str]:
    """What a hierarchy that is mounted so is called, nothing for version 2's, and our cgroup in it.

    See cgroups(7).
    """
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, known, path = line.split(":", 2)
        if (not known and not mounted) or (known and set(known.split(",")) <= mounted):
            return known, path
    raise AssertionError(f"this process is in no cgroup of {mounted}")


def _remove(cgroup: Path) -> None:
    """With all below it."""
    deadline = time.monotonic() + _BUSY_LIMIT
    while cgroup.exists():
        for folder, _, _ in os.walk(cgroup, topdown=False):
            with suppress(OSError):
                Path(folder).rmdir()
        assert time.monotonic() < deadline, f"{cgroup} is busy"
        time.sleep(0.01)

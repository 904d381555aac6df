"""A host of the test's own: its network, processes, mounts, cgroups and places are nobody else's.

dockswitch runs on it as on a machine, without --root.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.integration import below
from tests.integration.cgroup_tops import Top, cgroup_tops, joining, mounting
from tests.integration.namespace import short_root
from tests.integration.program import Dockswitch

#: An address that only this host has: for what runs on it, the world outside.
WORLD = "192.0.2.1"

#: seconds for one run of a program there
_LIMIT = 120

_KINDS = ("--mount", "--net", "--pid", "--cgroup")
_SETTLE = """\
set -e
mount --make-rprivate /
for place in lib cache; do
    mkdir -p "$1/var/$place"
    mount --bind "$1/var/$place" "/var/$place"
done
for place in /usr/local/bin /run; do mount -t tmpfs -o mode=755 tmpfs "$place"; done
mkdir /run/upper /run/work /run/home
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc
eval "$3"
ip link set lo up
ip link add world type bridge
ip address add "$2/24" dev world
ip link set world up
echo ready
# The kernel reaps whom nobody else waits for.
trap '' CHLD
exec sleep infinity
"""


@dataclass(frozen=True)
class Host(Dockswitch):
    """The host whose first process is `pid`; `root` is what its disk holds, and `tops` its own."""

    pid: int = 0
    tops: tuple[Top, ...] = ()

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "HOME": "/run/home"}

    def command(self, *words: str) -> list[str]:
        """The command line that runs another one there."""
        script = f'{joining(self.tops)} exec nsenter "$@"'
        return ["sh", "-c", script, "sh", f"--target={self.pid}", *_KINDS, "--", *words]

    def dockswitch(self, *words: str) -> list[str]:
        """The command line that runs dockswitch there."""
        program = [sys.executable, "-m", "dockswitch", "--mirror", self.mirror]
        return self.command(*program, *words)

    def said(self, *words: str, given: bytes = b"", **settings: str) -> str:
        """What another program says there, which has to go well."""
        ran = subprocess.run(
            self.command(*words),
            cwd=self.root,
            env={**self.environment(), **settings},
            input=given,
            capture_output=True,
            check=False,
            timeout=_LIMIT,
        )
        told = ran.stderr.decode(errors="replace")
        assert ran.returncode == 0, f"{' '.join(words)} ended with {ran.returncode}: {told}"
        return ran.stdout.decode()

    def at(self, path: str) -> Path:
        """A place of the host, seen from here."""
        return Path(f"/proc/{self.pid}/root{path}")

    def processes(self) -> dict[int, str]:
        """What runs there, by the numbers that it has there: command lines."""
        found = {}
        for entry in self._numbers():
            with suppress(OSError):
                said = (entry / "cmdline").read_bytes().rstrip(b"\0")
                found[int(entry.name)] = said.replace(b"\0", b" ").decode(errors="replace")
        return {pid: said for pid, said in found.items() if said}

    def namespaces(self) -> set[str]:
        """All that anything there lives in."""
        found = set[str]()
        for entry in self._numbers():
            with suppress(OSError):
                found |= {os.readlink(each) for each in (entry / "ns").iterdir()}
        return found

    def memory(self) -> int:
        """Bytes that all that runs there has in memory, what is shared counted once."""
        total = 0
        for entry in self._numbers():
            with suppress(OSError):
                lines = (entry / "smaps_rollup").read_text().splitlines()
                total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return total * 1024

    def answering(self, address: str = "unix:///run/docker.sock") -> str:
        """The version that an engine of the host answers."""
        socket = self.at(address.removeprefix("unix://"))
        return str(below.asked(socket, "/version")["Version"])

    def _numbers(self) -> list[Path]:
        return [entry for entry in self.at("/proc").iterdir() if entry.name.isdigit()]

    def _argv(self, words: list[str] | tuple[str, ...]) -> list[str]:
        return self.dockswitch(*words)


@contextmanager
def host(mirror: Path) -> Iterator[Host]:
    """Such a host, with a folder for a mirror; all that runs there ends with the block."""
    with short_root() as root, cgroup_tops() as tops:
        begun = ["unshare", *_KINDS, "--fork", "--kill-child", "--mount-proc", "sh", "-c", _SETTLE]
        script = f'{joining(tops)} exec "$@"'
        made = subprocess.Popen(
            ["sh", "-c", script, "sh", *begun, "sh", str(root), WORLD, mounting(tops)],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert made.stdout is not None
            assert made.stdout.readline() == "ready\n"
            yield Host(root, f"file://{mirror}", pid=process_of(made), tops=tops)
        finally:
            made.kill()
            made.communicate(timeout=30)


def process_of(entering: subprocess.Popen[str]) -> int:
    """What a command line of `Host.command` has started there, by the number that it has here."""
    path = Path(f"/proc/{entering.pid}/task/{entering.pid}/children")
    while not (words := path.read_text().split()):
        assert entering.poll() is None, f"it ended with {entering.returncode}"
        time.sleep(0.002)
    return int(words[0])

"""A machine of the test's own on which ordinary people live, some of whom may use sudo."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_REPOSITORY = Path(__file__).parents[2]
#: Nobody else's secret: it is typed by a test on a machine that ends with it.
PASSWORD = "open sesame"
#: name → sudoers rule; the first group of each is their own
PEOPLE = {
    "ann": "ann ALL=(ALL) NOPASSWD: ALL",
    "ben": "ben ALL=(ALL) ALL",
    "cat": "",
    "dan": f"dan ALL=(ALL) NOPASSWD: {sys.executable}, {Path(sys.executable).parent}/dockswitch",
}
_FIRST_UID = 7001
#: What dockswitch, sudo and dockerd write to is private; what runs ends with its namespace.
_APART = """\
set -e
mount --make-rprivate /
for place in /var/lib /var/cache /usr/local/bin /run; do
    mount -t tmpfs -o mode=755 tmpfs "$place"
done
mkdir /run/upper /run/work /run/home
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc
ip link set lo up
echo ready
exec sleep infinity
"""
#: A checkout may lie where nobody else may go: all is imported before somebody else it is.
_AS = """\
import importlib, os, pkgutil, pwd, sys
import requests, truststore, yaml
import dockswitch
for each in pkgutil.walk_packages(dockswitch.__path__, "dockswitch."):
    if not each.name.endswith("__main__"):
        importlib.import_module(each.name)
who = pwd.getpwnam(sys.argv[1])
os.initgroups(who.pw_name, who.pw_gid)
os.setgid(who.pw_gid)
os.setuid(who.pw_uid)
os.chdir(who.pw_dir)
sys.argv = ["dockswitch", *sys.argv[2:]]
from dockswitch.cli.main import main
main()
"""


@dataclass(frozen=True)
class Said:
    """What a command left: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def shown(self) -> list[str]:
        """The commands that it showed before it ran them."""
        return [line for line in self.err.splitlines() if line.startswith("$ ")]


@dataclass(frozen=True)
class Machine:
    """The namespaces of the process `pid`."""

    pid: int

    def __call__(self, name: str, *words: str, **env: str) -> Said:
        """dockswitch as that person, without a terminal."""
        return _said(self.argv(name, *words, **env))

    def root(self, *words: str) -> Said:
        """Another program, as root."""
        return _said([*self._inside(), *words])

    def argv(self, name: str, *words: str, **env: str) -> list[str]:
        kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(_REPOSITORY)}
        env = {**kept, "LANG": "C.UTF-8", "HOME": f"/run/home/{name}", **env}
        clean = ["env", "-i", *(f"{key}={value}" for key, value in env.items())]
        return [*self._inside(), *clean, sys.executable, "-c", _AS, name, *words]

    def _inside(self) -> list[str]:
        return ["nsenter", "-t", str(self.pid), "--mount", "--net", "--pid", "--"]


@contextmanager
def machine(*, network: bool) -> Iterator[Machine]:
    """Such a machine, with a `network` of its own where engines are to run on it."""
    kinds = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    made = subprocess.Popen(
        ["unshare", *kinds, *(["--net"] if network else []), "sh", "-c", _APART],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert made.stdout is not None
        assert made.stdout.readline() == "ready\n"
        inner = Path(f"/proc/{made.pid}/task/{made.pid}/children").read_text().split()[0]
        found = Machine(int(inner))
        _settle(found)
        yield found
    finally:
        made.kill()
        made.communicate(timeout=30)


def _settle(there: Machine) -> None:
    """Gives each of the people a home, a password and their rule."""
    hashed = subprocess.run(
        ["openssl", "passwd", "-6", PASSWORD], capture_output=True, text=True, check=True
    ).stdout.strip()
    lines = ["set -e", "groupadd --system docker || true"]
    for uid, (name, rule) in enumerate(PEOPLE.items(), _FIRST_UID):
        lines += [
            f"echo '{name}:x:{uid}:{uid}::/run/home/{name}:/bin/sh' >> /etc/passwd",
            f"echo '{name}:x:{uid}:' >> /etc/group",
            f"echo '{name}:{hashed}:19000:0:99999:7:::' >> /etc/shadow",
            f"mkdir -m 755 /run/home/{name}; chown {uid}:{uid} /run/home/{name}",
            f"echo '{rule}' > /etc/sudoers.d/{name}",
        ]
    made = there.root("sh", "-c", "\n".join(lines))
    assert made.code == 0, made.err


def _said(argv: Sequence[str]) -> Said:
    ran = subprocess.run(
        argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120
    )
    return Said(ran.returncode, ran.stdout, ran.stderr)

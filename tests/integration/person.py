"""An ordinary user of a machine, and dockswitch as they run it for an engine of their own."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.integration import below
from tests.integration.image import image_of
from tests.integration.program import Dockswitch

#: What a login shell has; not what this process was started with.
_PATH = "/usr/local/bin:/usr/bin:/bin"

#: Ids that nobody on this machine uses: each test process has a user of its own.
_UID = 100_000 + os.getpid()
_SUBIDS = 65_536
_FIRST_SUBID = 1_000_000_000 + os.getpid() % 40_000 * _SUBIDS  # and all of them below 2 ** 32

_PACKAGE = Path(__file__).resolve().parents[2] / "dockswitch"

#: seconds for one run of a docker client
_CLIENT_LIMIT = 60


@dataclass(frozen=True)
class Person(Dockswitch):
    """Their home and their runtime folder are below `root`; call it isolated."""

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def state(self) -> Path:
        return self.home / ".local/share/dockswitch"

    @property
    def socket(self) -> Path:
        return self.root / "run/docker.sock"

    @property
    def uid(self) -> int:
        return _UID

    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "USER": name(),
            "XDG_RUNTIME_DIR": str(self.root / "run"),
            "PATH": _PATH,
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": f"{self.root}/program:{self.root}/packages",
            **self.settings,
        }

    def docker(self, *words: str, given: bytes = b"") -> str:
        """What the docker client that is linked in their home says."""
        ran = subprocess.run(
            as_them([str(self.home / ".local/bin/docker"), *words]),
            env={**self.environment(), "DOCKER_HOST": f"unix://{self.socket}"},
            cwd=self.root,
            input=given,
            capture_output=True,
            check=False,
            timeout=_CLIENT_LIMIT,
        )
        said = ran.stderr.decode(errors="replace")
        assert ran.returncode == 0, f"docker {words[0]} failed with {ran.returncode}: {said}"
        return ran.stdout.decode()

    def import_image(self, program: Path) -> None:
        """An image `probe` that holds a program of this machine and its libraries."""
        self.docker("import", "-", "probe", given=image_of(program))

    def answering(self) -> str:
        return str(below.asked(self.socket, "/version")["Version"])

    def processes(self) -> dict[int, str]:
        """All that runs as them or as one of the users that are theirs: pid and command line."""
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and _is_theirs(entry.stat().st_uid):
                    said = (entry / "cmdline").read_bytes().rstrip(b"\0")
                    found[int(entry.name)] = said.replace(b"\0", b" ").decode()
            except OSError:
                continue
        return {pid: said for pid, said in found.items() if said}

    def _argv(self, words: list[str] | tuple[str, ...]) -> list[str]:
        program = [os.path.realpath(sys.executable), "-m", "dockswitch"]
        return as_them([*program, "--user", "--mirror", self.mirror, *words])


def name() -> str:
    return f"dk{_UID}"


def as_them(argv: Sequence[str]) -> list[str]:
    """That command line, run by them."""
    return ["setpriv", f"--reuid={_UID}", f"--regid={_UID}", "--init-groups", "--", *argv]


@contextmanager
def living(root: Path, mirror: str) -> Iterator[Person]:
    """A person who has all that an engine without root asks for; call it isolated."""
    _settle()
    root.chmod(0o755)
    for folder in ("home", "run"):
        (root / folder).mkdir(mode=0o700)
        os.chown(root / folder, _UID, _UID)
    # The checkout may lie where they may not go, and so may what was installed for it.
    bound: dict[Path, Path | str] = {
        root / "program/dockswitch": _PACKAGE,
        root / "packages": sysconfig.get_path("purelib"),
    }
    for target, source in bound.items():
        target.mkdir(parents=True)
        subprocess.run(["mount", "--bind", source, target], check=True, timeout=30)
    yield Person(root, mirror)


@functools.cache
def _settle() -> None:
    """Note them in the private /etc, and make a private /dev/net/tun that anybody may open."""
    lines = {
        "passwd": f"{name()}:x:{_UID}:{_UID}::/nonexistent:/bin/sh",
        "group": f"{name()}:x:{_UID}:",
        "subuid": f"{name()}:{_FIRST_SUBID}:{_SUBIDS}",
        "subgid": f"{name()}:{_FIRST_SUBID}:{_SUBIDS}",
    }
    for file, line in lines.items():
        with Path("/etc", file).open("a") as opened:
            opened.write(f"{line}\n")
    Path("/dev/net").mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/dev/net"], check=True, timeout=30)
    os.mknod("/dev/net/tun", 0o020666, os.makedev(10, 200))
    Path("/dev/net/tun").chmod(0o666)


def _is_theirs(uid: int) -> bool:
    return uid == _UID or _FIRST_SUBID <= uid < _FIRST_SUBID + _SUBIDS

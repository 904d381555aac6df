"""dockswitch with machines of Lima's, below a root: whose limactl it is decides the environment."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.integration.program import Dockswitch

_STANDINS = Path(__file__).parents[1] / "standins"

#: seconds
_LIMIT = 240


@dataclass(frozen=True)
class Lima:
    """`run` is dockswitch's, with its own limactl; instances lie in `home`."""

    program: Dockswitch
    home: Path

    def limactl(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["limactl", "--tty=false", *words],
            env={**self.program.environment(), "LIMA_HOME": str(self.home)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_LIMIT,
        )

    def shell(self, name: str, *words: str) -> str:
        """What a command says there, as its user; it must end well."""
        ran = self.limactl("shell", "--workdir", "/", name, *words)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def names(self) -> list[str]:
        if not self.home.is_dir():
            return []
        return sorted(each.name for each in self.home.iterdir() if each.name[0] not in "._")

    def docker(self, name: str, *words: str) -> str:
        """What the engine there says to a client there."""
        return self.shell(name, "sudo", "docker", *words).strip()


@contextmanager
def standing_in(root: Path, mirror: str, files: Path, bound: Path) -> Iterator[Lima]:
    """With the stand-in for limactl, whose guests are Debian; at the end none of them is left."""
    image = root / "image"
    image.write_text("what a cloud image would be")
    digest = hashlib.sha256(image.read_bytes()).hexdigest()
    settings = root / "etc/dockswitch"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "guests.csv").write_text(
        "distribution,codename,since,arch,image,digest\n"
        f"debian,bookworm,20.10.0,{platform.machine()},file://{image},sha256:{digest}\n"
    )
    environment = {
        "HOME": "/home",  # inside the root: as short as can be, for the sake of sockets
        "PATH": f"{_STANDINS}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "STANDIN_LIMA_FILES": str(files),
        "STANDIN_LIMA_MIRROR": str(bound),
    }
    lima = Lima(Dockswitch(root, mirror, environment), root / "home/.lima")
    try:
        yield lima
    finally:
        for name in lima.names():
            lima.limactl("delete", "--force", name)

"""What the demo's machine is made of, built while something else is shown.

python -m tests.integration.demo_machine DIR    build it in DIR, unless it is there already
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.integration import apt_repository, mirror, rootfs
from tests.integration.apt_holdings import AptRepository
from tests.integration.archive import ArchiveMissing, PackagesMissing
from tests.integration.mirror import MirrorFailed

_CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Made:
    """The files of a machine with systemd, and a signed repository for its apt."""

    files: Path
    repository: AptRepository


def make(cache: Path) -> Made:
    """Both at once; whoever else builds one of them is waited for.

    Raises `ArchiveMissing`, `PackagesMissing` or `MirrorFailed`.
    """
    with ThreadPoolExecutor(1) as pool:
        files = pool.submit(rootfs.build, cache / "systemd")
        repository = apt_repository.build(cache / "apt", mirror.build(cache / "mirror"))
        return Made(files.result(), repository)


@contextmanager
def being_made(cache: Path) -> Iterator[subprocess.Popen[str]]:
    """`make` by a process of its own, in the network that this one is in now.

    The block ends once it has: what it started in the new machine would outlive it.
    """
    words = [sys.executable, "-m", "tests.integration.demo_machine", str(cache)]
    with subprocess.Popen(words, cwd=_CHECKOUT, stderr=subprocess.PIPE, text=True) as maker:
        yield maker


def main(words: list[str]) -> int:
    try:
        make(Path(words[0]))
    except (ArchiveMissing, PackagesMissing, MirrorFailed) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

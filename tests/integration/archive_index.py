"""Debian's own index of packages as a repository on disk, so that apt on a machine without a
network knows what every machine's apt knows.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path

from tests.integration.archive import AptState, Archive, ArchiveMissing

_SUITE = "bookworm"

_HELPER = "/usr/lib/apt/apt-helper"

#: What has apt read it as it lies there: whole, and in no other language.
APT_CONF = 'Acquire::Languages "none";\n'


def build(root: Path) -> Path:
    """The repository in `root`, fetched unless it is there; it has an index and no packages.

    Call it in the machine's network. Raises `ArchiveMissing` or `PackagesMissing`.
    """
    root.parent.mkdir(parents=True, exist_ok=True)
    with root.with_name(f"{root.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.is_dir():
            _fetch(root)
    return root


def source(url: str) -> str:
    """A deb822 source of it for apt, trusted by the machine's own keyring of the archive."""
    return (
        f"Types: deb\nURIs: {url}\nSuites: {_SUITE}\nComponents: main\nBy-Hash: no\n"
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
    )


def _fetch(root: Path) -> None:
    work = root.with_name(f"{root.name}.tmp")
    # Only a builder that was killed leaves one: we hold the lock.
    shutil.rmtree(work, ignore_errors=True)
    try:
        state = AptState.create(work / "apt", Archive.of_machine(), _SUITE)
        state.update()
        lists = state.folder / "state/lists"
        dists = work / "root/dists" / _SUITE
        arch = _architecture()
        index = dists / f"main/binary-{arch}/Packages"
        index.parent.mkdir(parents=True)
        _one(lists, f"*_dists_{_SUITE}_InRelease").rename(dists / "InRelease")
        packed = _one(lists, f"*_dists_{_SUITE}_main_binary-{arch}_Packages*")
        with index.open("wb") as file:
            # Some machines have apt keep its lists packed.
            subprocess.run([_HELPER, "cat-file", packed], stdout=file, check=True)
        (work / "root").rename(root)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _one(folder: Path, pattern: str) -> Path:
    found = list(folder.glob(pattern))
    if len(found) != 1:
        have = ", ".join(sorted(path.name for path in folder.iterdir()))
        raise ArchiveMissing(f"apt keeps no {pattern} of the archive, but {have}")
    return found[0]


def _architecture() -> str:
    asked = ["dpkg", "--print-architecture"]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()

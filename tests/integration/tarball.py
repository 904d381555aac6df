"""Static tarballs whose bytes depend on their files alone."""

from __future__ import annotations

import gzip
import hashlib
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path


def pack(members: Mapping[str, Path], target: Path, *, mtime: int, level: int = 6) -> None:
    """Write a .tgz of these members, all of them root's programs of mode 0755.

    Sorted, and with neither the times, owners nor name of this build. Level 6 is what makes a
    tarball about as large as Docker's own, so that a download costs what it costs there.
    """
    with (
        target.open("wb") as raw,
        gzip.GzipFile("", "wb", level, raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar,
    ):
        for folder in _folders(members):
            tar.addfile(_member(folder, tarfile.DIRTYPE, mtime))
        for name, path in sorted(members.items()):
            member = _member(name, tarfile.REGTYPE, mtime)
            member.size = path.stat().st_size
            with path.open("rb") as file:
                tar.addfile(member, file)
    os.utime(target, (mtime, mtime))


def digest(path: Path) -> str:
    """The file's sha256, in hexadecimal."""
    with path.open("rb") as file:
        sha256 = hashlib.sha256()
        while block := file.read(1 << 20):
            sha256.update(block)
    return sha256.hexdigest()


def _folders(members: Mapping[str, Path]) -> list[str]:
    """Every folder of a member, each after the one that holds it."""
    folders = {str(parent) for name in members for parent in Path(name).parents}
    return sorted(folders - {"."})


def _member(name: str, kind: bytes, mtime: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.mode, member.mtime = kind, 0o755, mtime
    member.uname = member.gname = "root"
    return member

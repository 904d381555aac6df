"""Packages of Debian's own, for a machine to install: fetched once and kept."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.integration.archive import AptState, Archive
from tests.integration.systemd_machine import Machine

#: Debian's engine, and what it wants beyond what every such machine has.
ENGINE = ("docker.io", "containerd", "runc", "tini", "adduser")

#: cloud-init, and what it imports.
CLOUD_INIT = (
    *("cloud-init", "python3-yaml", "python3-configobj", "python3-jinja2", "python3-markupsafe"),
    *("python3-jsonpatch", "python3-json-pointer", "python3-jsonschema", "python3-attr"),
    *("python3-pyrsistent", "python3-netifaces", "python3-oauthlib", "python3-serial"),
    *("python3-requests", "python3-urllib3", "python3-idna", "python3-chardet"),
    *("python3-certifi", "python3-charset-normalizer", "python3-six"),
)

_PLACE = "/opt/packages"


def fetch(cache: Path, files: Path, names: Sequence[str] = ENGINE) -> Path:
    """The folder below `cache` of these packages for a machine made of these files.

    Call it in the machine's network.
    Raises `ArchiveMissing` and `PackagesMissing`.
    """
    cache.mkdir(parents=True, exist_ok=True)
    suite = _suite_of(files)
    folder = cache / suite
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.is_dir():
            return folder
        with tempfile.TemporaryDirectory(dir=cache) as temporary:
            apt = AptState.create(Path(temporary), Archive.of_machine(), suite)
            apt.update()
            apt.download(names)
            shutil.move(apt.folder / "debs", folder)
    return folder


def install(machine: Machine, packages: Path) -> None:
    """Install them there as apt would, but from these files; an engine is started by it."""
    shutil.copytree(packages, f"{machine.root}{_PLACE}")
    machine.shell(["sh", "-c", f"dpkg --install {_PLACE}/*.deb"])


def unpack(machine: Machine, packages: Path) -> None:
    """Put their files there, and nothing else: no unit of theirs is started, then or at boot."""
    shutil.copytree(packages, f"{machine.root}{_PLACE}", dirs_exist_ok=True)
    # a folder lib is not to take the place of the link to usr/lib
    takes = "dpkg-deb --fsys-tarfile $each | tar -C / -x --keep-directory-symlink"
    machine.shell(["sh", "-ec", f"for each in {_PLACE}/*.deb; do {takes}; done"])


def _suite_of(files: Path) -> str:
    """The suite that a machine's files came from."""
    lines = (files / "etc/os-release").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)["VERSION_CODENAME"]

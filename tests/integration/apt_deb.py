"""One Debian package, made with dpkg-deb from files that are there."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

#: seconds
_LIMIT = 120


@dataclass(frozen=True)
class Deb:
    """A package: `fields` are those of its control file besides the four that every one has.

    `files` are by their place on the machine: a program of this machine's, or the text of a file.
    Those of `/etc` are conffiles. `scripts` are dpkg's (postinst and so on).
    """

    name: str
    version: str
    summary: str
    fields: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Path | str] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    scripts: Mapping[str, str] = field(default_factory=dict)

    @property
    def conffiles(self) -> tuple[str, ...]:
        return tuple(f"/{place}" for place in sorted(self.files) if place.startswith("etc/"))

    def file_name(self, arch: str) -> str:
        """As archives name it: without the epoch."""
        return f"{self.name}_{self.version.rpartition(':')[2]}_{arch}.deb"

    def control(self, arch: str) -> str:
        said = {
            "Package": self.name,
            "Version": self.version,
            "Architecture": arch,
            "Maintainer": "Docker <support@docker.com>",
            **self.fields,
            "Section": "admin",
            "Priority": "optional",
            "Description": self.summary,
        }
        return "".join(f"{name}: {value}\n" for name, value in said.items())


def make(deb: Deb, arch: str, target: Path, *, time: int) -> None:
    """Write the .deb, equal for equal files; `time` is that of its members."""
    tree = target.with_suffix(".tree")
    tree.mkdir(parents=True)
    try:
        _lay_out(deb, arch, tree)
        # Docker's own are packed with xz, which would be most of what a test of them takes.
        words = ["dpkg-deb", "-Znone", "--root-owner-group", "--build"]
        env = {"PATH": os.environ["PATH"], "SOURCE_DATE_EPOCH": str(time)}
        subprocess.run(
            [*words, str(tree), str(target)],
            check=True,
            capture_output=True,
            timeout=_LIMIT,
            env=env,
        )
    finally:
        shutil.rmtree(tree)


def _lay_out(deb: Deb, arch: str, tree: Path) -> None:
    for folder in deb.folders:
        (tree / folder).mkdir(parents=True)
    for place, content in deb.files.items():
        path = tree / place
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            path.hardlink_to(content)
            continue
        path.write_text(content)
        path.chmod(0o644)
    control = tree / "DEBIAN"
    control.mkdir(mode=0o755)
    (control / "control").write_text(deb.control(arch))
    for name, script in deb.scripts.items():
        (control / name).write_text(script)
        (control / name).chmod(0o755)
    if deb.conffiles:
        (control / "conffiles").write_text("".join(f"{path}\n" for path in deb.conffiles))

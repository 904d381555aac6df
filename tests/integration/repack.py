"""Engines that are not well, in a channel folder of their own."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from pathlib import Path

from tests.integration.tarball import pack


def publish(channel: Path, version: str, binaries: Path, changed: Mapping[str, str | Path]) -> None:
    """Pack the binaries of a folder under that version, some replaced.

    A text in `changed` is a script. `channel` is what a mirror has as `linux/static/CHANNEL`.
    Not compressed: its size is of no interest to anyone.
    """
    folder = channel / platform.machine()
    scripts = folder.parent / "scripts"
    folder.mkdir(parents=True, exist_ok=True)
    scripts.mkdir(exist_ok=True)
    members = {f"docker/{path.name}": path for path in binaries.iterdir() if path.name[0] != "."}
    for name, instead in changed.items():
        if isinstance(instead, str):
            (scripts / name).write_text(instead)
        members[f"docker/{name}"] = scripts / name if isinstance(instead, str) else instead
    pack(members, folder / f"docker-{version}.tgz", mtime=0, level=0)

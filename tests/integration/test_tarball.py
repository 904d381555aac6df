"""The same files are packed to the same bytes, whenever and by whomever."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

from tests.integration.tarball import digest, pack


def test_times_and_modes_of_the_files_do_not_show(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / name).write_text(name)
    members = {f"docker/{name}": tmp_path / name for name in ("b", "a")}
    pack(members, tmp_path / "one.tgz", mtime=86400)
    os.utime(tmp_path / "a", (5, 5))
    (tmp_path / "b").chmod(0o600)
    pack(dict(reversed(members.items())), tmp_path / "two.tgz", mtime=86400)
    assert digest(tmp_path / "one.tgz") == digest(tmp_path / "two.tgz")
    assert (tmp_path / "one.tgz").stat().st_mtime == 86400


def test_each_folder_stands_before_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("f")
    pack({"docker/completion/bash/docker": tmp_path / "f"}, tmp_path / "t.tgz", mtime=0)
    with tarfile.open(tmp_path / "t.tgz") as tar:
        assert tar.getnames() == [
            "docker",
            "docker/completion",
            "docker/completion/bash",
            "docker/completion/bash/docker",
        ]

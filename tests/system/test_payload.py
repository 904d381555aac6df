"""The image of one program."""

import io
import shutil
import tarfile
from pathlib import Path

from dockswitch.system.payload import payload


def names(packed: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        return archive.getnames()


def test_a_dynamic_program_brings_its_libraries_and_their_loader(tmp_path: Path) -> None:
    shutil.copy(shutil.which("true") or "/bin/true", tmp_path / "docker-init")
    found = names(payload(str(tmp_path / "docker-init")))
    assert "sbin/docker-init" in found
    assert any("/libc." in name for name in found)
    assert any("/ld-" in name for name in found)


def test_what_needs_no_libraries_comes_alone(tmp_path: Path) -> None:
    (tmp_path / "docker-init").write_text("#!/bin/sh\n")
    packed = payload(str(tmp_path / "docker-init"))
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        (entry,) = archive.getmembers()
        assert (entry.name, entry.mode, entry.uid, entry.mtime) == ("sbin/docker-init", 0o755, 0, 0)


def test_the_same_files_make_the_same_image(tmp_path: Path) -> None:
    shutil.copy(shutil.which("true") or "/bin/true", tmp_path / "docker-init")
    first = payload(str(tmp_path / "docker-init"))
    (tmp_path / "docker-init").touch()
    assert payload(str(tmp_path / "docker-init")) == first

"""Files in a second place: the same file where that can be, and otherwise one just like it."""

import hashlib
import os
import stat
from pathlib import Path

import pytest

from dockswitch.system import copies


def test_a_file_is_the_same_file_in_both_places(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"here")
    copies.copy(str(file), str(tmp_path / "new/folder/file"))
    assert file.samefile(tmp_path / "new/folder/file")


def test_a_link_and_a_folder_are_what_they_are_and_nothing_in_it_comes_along(
    tmp_path: Path,
) -> None:
    (tmp_path / "folder").mkdir(mode=0o710)
    (tmp_path / "folder/file").touch()
    (tmp_path / "link").symlink_to("folder/file")
    for name in ("folder", "link"):
        copies.copy(str(tmp_path / name), str(tmp_path / "to" / name))
    assert (tmp_path / "to/link").readlink() == Path("folder/file")
    assert list((tmp_path / "to/folder").iterdir()) == []
    assert stat.S_IMODE((tmp_path / "to/folder").stat().st_mode) == 0o710


def test_on_another_file_system_it_is_a_copy_with_its_permissions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"here")
    file.chmod(0o4750)
    os.utime(file, (1, 2))
    monkeypatch.setattr(copies, "_linked", lambda path, to: False)
    copies.copy(str(file), str(tmp_path / "copy"))
    copied = (tmp_path / "copy").stat()
    assert not file.samefile(tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"here"
    assert (stat.S_IMODE(copied.st_mode), copied.st_mtime) == (0o4750, 2)


def test_a_digest_is_that_of_the_whole_file(tmp_path: Path) -> None:
    content = os.urandom(3 << 20)
    (tmp_path / "file").write_bytes(content)
    assert copies.sha256(str(tmp_path / "file")) == hashlib.sha256(content).hexdigest()
    assert copies.sha256(str(tmp_path / "file/below")) is None
    assert copies.sha256(str(tmp_path / "none")) is None

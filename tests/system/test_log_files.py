"""Files that commands print to: empty, in order, somebody's own."""

import os
from pathlib import Path

import pytest

from dockswitch.system import log_files

NAMES = ("28.5.2.log", "20.10.24.log")


def test_they_are_empty_and_stay_where_a_folder_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "some" / "logs"
    folder.mkdir(parents=True)
    (folder / NAMES[0]).write_text("of the last time\n")
    with log_files.begun(str(folder), NAMES, None) as logs:
        assert logs == [str(folder / name) for name in NAMES]
        assert [Path(log).read_bytes() for log in logs] == [b"", b""]
    assert sorted(os.listdir(folder)) == sorted(NAMES)


def test_without_a_folder_they_are_gone_at_the_end() -> None:
    with log_files.begun(None, NAMES, None) as logs:
        assert all(map(os.path.isfile, logs))
    assert not any(map(os.path.exists, logs))


def test_no_link_is_followed_for_whoever_may_write_everywhere(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text("kept\n")
    (tmp_path / NAMES[0]).symlink_to(theirs)
    with pytest.raises(OSError, match=NAMES[0]), log_files.begun(str(tmp_path), NAMES, None):
        pass
    assert theirs.read_text() == "kept\n"

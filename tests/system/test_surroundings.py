"""What is asked of the machine itself: permissions, room, programs, its control groups."""

import os
from pathlib import Path

import pytest

from dockswitch.system import commands, files, hosts


def test_the_permissions_of_a_file_are_told(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("x")
    path.chmod(0o640)
    assert files.mode(str(path)) == 0o640
    assert files.mode(str(tmp_path / "nothing")) is None
    assert files.mode(str(path / "below")) is None


def test_the_room_is_that_of_the_folder_that_a_path_would_be_in(tmp_path: Path) -> None:
    found = files.free(str(tmp_path / "not" / "there" / "yet"))
    told = os.statvfs(tmp_path)
    assert 0 < found <= told.f_frsize * told.f_blocks


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_that_is_replaced_keeps_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "theirs"
    path.write_text("x")
    os.chown(path, 4711, 4712)
    files.write(str(path), b"y", 0o600)
    told = path.stat()
    assert (told.st_uid, told.st_gid, told.st_mode & 0o777) == (4711, 4712, 0o600)
    files.write(str(tmp_path / "new"), b"y")
    assert (tmp_path / "new").stat().st_uid == os.geteuid()


def test_the_first_program_of_a_path_is_found_with_where_it_leads(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / "docker").write_text("not to be run")
    (tmp_path / "three" / "docker").write_text("#!/bin/sh\n")
    (tmp_path / "three" / "docker").chmod(0o755)
    (tmp_path / "two" / "docker").symlink_to("../three/docker")
    (tmp_path / "two" / "gone").symlink_to("../nowhere")
    path = f"{tmp_path}/none::{tmp_path}/one:{tmp_path}/two:{tmp_path}/three"
    found = commands.program("docker", path)
    assert found is not None
    assert found.path == f"{tmp_path}/two/docker"
    assert found.leads == os.path.realpath(tmp_path / "three" / "docker")
    assert commands.program("gone", path) is None
    direct = commands.program(f"{tmp_path}/three/docker", "")
    assert direct is not None
    assert direct.path == f"{tmp_path}/three/docker"


def test_this_machine_tells_its_kernel_and_its_control_groups() -> None:
    host = hosts.this()
    assert host.kernel == os.uname().release
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        unified = any(
            line.split()[4] == "/sys/fs/cgroup" and " - cgroup2 " in line for line in mounts
        )
    assert host.cgroup == (2 if unified else 1)


def test_a_piece_of_a_file_is_read_without_the_rest(tmp_path: Path) -> None:
    path = str(tmp_path / "boot2docker.iso")
    with open(path, "wb") as file:
        file.truncate(1 << 40)
        file.seek(0x8028)
        file.write(b"b2d-v1.12.6")
    assert files.piece(path, 0x8028, 5) == b"b2d-v"
    assert files.piece(path, (1 << 40) - 2, 5) == b"\0\0"
    assert files.piece(path, 1 << 41, 5) == b""
    assert files.piece(f"{path}.not", 0, 5) is None
    assert files.piece(f"{path}/not", 0, 5) is None

"""Which processes are engines, and which of them are ours."""

import io
import os
import shutil
import signal
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dockswitch.model.ports import Daemon
from dockswitch.system.daemons import below, children, daemons
from dockswitch.system.payload import payload
from dockswitch.system.proc import command_line

SLEEP = shutil.which("sleep") or "/bin/sleep"


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    """A versions folder in which a stand-in for dockerd can be executed."""
    folder = tmp_path / "state/versions"
    (folder / "28.5.2-abcd").mkdir(parents=True)
    shutil.copy(SLEEP, folder / "28.5.2-abcd/dockerd")
    return folder


@contextmanager
def process(*argv: str, program: str | Path | None = None) -> Iterator[int]:
    with subprocess.Popen(argv, executable=program or argv[0]) as started:
        while not command_line(started.pid):
            pass
        try:
            yield started.pid
        finally:
            started.kill()


def found(pid: int, versions: Path) -> Daemon | None:
    return next((one for one in daemons(str(versions)) if one.pid == pid), None)


def test_a_version_s_dockerd_is_ours(versions: Path) -> None:
    dockerd = str(versions / "28.5.2-abcd/dockerd")
    with process(dockerd, "60") as pid:
        assert found(pid, versions) == Daemon(pid, (dockerd, "60"), ours=True, uid=os.getuid())


def test_one_that_was_found_on_path_is_known_by_its_file(versions: Path) -> None:
    dockerd = str(versions / "28.5.2-abcd/dockerd")
    with process("dockerd", "60", program=dockerd) as pid:
        assert found(pid, versions) == Daemon(pid, (dockerd, "60"), ours=True, uid=os.getuid())


def test_so_it_is_when_its_version_is_in_the_trash_by_now(versions: Path) -> None:
    with process(str(versions / "28.5.2-abcd/dockerd"), "60") as pid:
        trash = versions.parent / "trash"
        trash.mkdir()
        (versions / "28.5.2-abcd").rename(trash / "28.5.2-abcd")
        daemon = found(pid, versions)
        assert daemon
        assert daemon.ours


def test_so_it_is_when_its_file_is_deleted(versions: Path) -> None:
    with process(str(versions / "28.5.2-abcd/dockerd"), "60") as pid:
        shutil.rmtree(versions / "28.5.2-abcd")
        daemon = found(pid, versions)
        assert daemon
        assert daemon.ours


def test_so_it_is_by_way_of_a_link(versions: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(versions.parent)
    with process(str(versions / "28.5.2-abcd/dockerd"), "60") as pid:
        daemon = found(pid, tmp_path / "link/versions")
        assert daemon
        assert daemon.ours


def test_one_that_only_bears_the_name_of_ours_is_not(versions: Path) -> None:
    dockerd = str(versions / "28.5.2-abcd/dockerd")
    with process(dockerd, "60", program=SLEEP) as pid:
        daemon = found(pid, versions)
        assert daemon
        assert not daemon.ours


def test_a_distribution_s_dockerd_is_seen_and_not_ours(versions: Path, tmp_path: Path) -> None:
    shutil.copy(SLEEP, tmp_path / "dockerd")
    with process(str(tmp_path / "dockerd"), "60") as pid:
        daemon = found(pid, versions)
        assert daemon
        assert not daemon.ours


@pytest.mark.parametrize(
    ("name", "file"),
    [("/usr/bin/dockerd-current", "sleep"), ("an odd name", "dockerd")],
)
def test_it_is_known_by_its_name_or_its_file(
    name: str, file: str, versions: Path, tmp_path: Path
) -> None:
    shutil.copy(SLEEP, tmp_path / file)
    with process(name, "60", program=tmp_path / file) as pid:
        assert found(pid, versions)


def test_a_client_is_no_daemon(versions: Path) -> None:
    with process("docker", "60", program=SLEEP) as pid:
        assert not found(pid, versions)


@pytest.mark.skipif(os.getuid() != 0, reason="only root may change its root")
def test_one_in_a_container_is_none_of_this_machine_s(versions: Path, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    with tarfile.open(fileobj=io.BytesIO(payload(SLEEP))) as archive:
        archive.extractall(inside)
    dockerd = versions / "28.5.2-abcd/dockerd"
    (inside / str(dockerd)[1:]).parent.mkdir(parents=True)
    shutil.copy(SLEEP, inside / str(dockerd)[1:])
    with process("chroot", str(inside), str(dockerd), "60", program=shutil.which("chroot")) as pid:
        while os.readlink(f"/proc/{pid}/root") == "/":
            pass
        assert found(pid, versions) is None


def test_the_children_of_a_process_are_found_by_their_parent() -> None:
    script = f"{SLEEP} 60 & {SLEEP} 61 & wait"
    with process("/bin/sh", "-c", script) as pid:
        try:
            # between fork and exec a child still has its parent's command line
            until = time.monotonic() + 10
            while {one.argv for one in children(pid)} != {(SLEEP, "60"), (SLEEP, "61")}:
                assert time.monotonic() < until
        finally:
            for one in children(pid):
                os.kill(one.pid, signal.SIGKILL)
    assert children(pid) == ()


def test_shims_are_found_by_the_folder_that_they_run_from(versions: Path) -> None:
    folder = versions / "28.5.2-abcd"
    shutil.copy(SLEEP, folder / "containerd-shim-runc-v2")
    with process("shim", "60", program=folder / "containerd-shim-runc-v2") as pid:
        assert [(one.pid, one.argv) for one in below(str(folder))] == [(pid, ("shim", "60"))]
        assert [one.pid for one in below(str(versions))] == [pid]
        assert below(str(versions / "28.5")) == ()

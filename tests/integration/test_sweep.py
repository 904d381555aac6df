"""Nothing that a test starts, mounts or writes outlives its root."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.integration.cgroups import cgroups_of
from tests.integration.daemon import Daemon
from tests.integration.holdings import Mirror
from tests.integration.image import image_of
from tests.integration.namespace import short_root
from tests.integration.sweep import processes_of
from tests.integration.unpacking import unpack


def test_a_root_is_short_and_gone_afterwards(isolation: None) -> None:
    with short_root() as root:
        (root / "written").touch()
        assert len(str(root)) <= len("/tmp/dk-12345678")
    assert not root.exists()


def test_what_is_mounted_is_unmounted(isolation: None) -> None:
    with short_root() as root:
        inner = root / "a/b"
        inner.mkdir(parents=True)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", root / "a"], check=True)
        inner.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", inner], check=True)
    assert str(root) not in Path("/proc/self/mountinfo").read_text()
    assert not root.exists()


def test_an_engine_left_running_is_ended_and_a_bystander_is_not(
    isolation: None, tmp_path: Path
) -> None:
    bystander = _start_as_containerd(tmp_path)
    try:
        with short_root() as root:
            left = _start_as_containerd(root)
        assert left.wait(5) != 0
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def _start_as_containerd(folder: Path) -> subprocess.Popen[bytes]:
    """A program of that name, for it is by name and folder that engines are known."""
    program = folder / "containerd"
    shutil.copy2("/bin/sleep", program)
    return subprocess.Popen([program, "60"])


@pytest.fixture(scope="module")
def newest(mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the newest engine's binaries."""
    engine = mirror.engines[-1]
    place = tmp_path_factory.mktemp("engine")
    unpack(mirror.folder(engine.channels[0]) / engine.name, place)
    return place / "docker"


@pytest.mark.engine
# A containerd that lives ends the container of a shim that died.
@pytest.mark.parametrize(
    "killed", [(), ("dockerd",), ("dockerd", "containerd", "containerd-shim-runc-v2")]
)
def test_a_container_left_running_is_ended(
    isolation: None, newest: Path, killed: tuple[str, ...]
) -> None:
    with short_root() as root:
        daemon = Daemon.start(newest, root, "--live-restore")
        daemon.docker(["import", "-", "probe"], image_of(Path("/bin/sleep")))
        network = ["--network", "none"]
        container = daemon.docker(["run", "--detach", *network, "probe", "/sleep", "600"]).strip()
        assert cgroups_of([container])
        for pid, told in processes_of(root).items():
            if Path(told.split()[0]).name in killed:
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.2)
        assert any("/sleep" in told for told in processes_of(root).values())
    assert not processes_of(root)
    assert not cgroups_of([container])
    assert not root.exists()
    daemon.process.wait(5)

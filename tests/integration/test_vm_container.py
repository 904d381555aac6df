"""What is run in a virtual machine to try a container, with a real engine and a real shell."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockswitch.vms.docker_machine.container import SCRIPT
from tests.integration.daemon import Daemon
from tests.integration.holdings import Mirror
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine


@pytest.fixture
def daemon(root: Path, stock: Stock, mirror: Mirror) -> Iterator[Daemon]:
    """An engine that has nothing yet."""
    daemon = Daemon.start(stock.folder(mirror.engines[0]), root)
    yield daemon
    daemon.stop()


def tried(daemon: Daemon, programs: Path) -> subprocess.CompletedProcess[str]:
    """As sshd runs it in the machine, where these programs are."""
    return subprocess.run(
        ["/bin/sh", "-c", SCRIPT],
        env={
            "PATH": f"{programs}:/usr/bin:/bin",
            "HOME": str(daemon.root),
            "DOCKER_HOST": f"unix://{daemon.root / 's'}",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def leaves_nothing(daemon: Daemon) -> bool:
    return not daemon.docker(["ps", "-aq"]) and not daemon.docker(["images", "-aq"])


def test_a_container_of_its_own_docker_init_runs_and_leaves_nothing(daemon: Daemon) -> None:
    for _ in range(2):
        ran = tried(daemon, daemon.folder)
        assert ran.returncode == 0, ran.stderr
        assert "tini version" in ran.stdout
        assert leaves_nothing(daemon)


def test_what_a_killed_one_left_is_in_nobodys_way(daemon: Daemon, root: Path) -> None:
    tar = subprocess.run(
        ["tar", "-C", str(daemon.folder), "-c", "docker-init"], capture_output=True, check=True
    )
    daemon.docker(["import", "-", "dockswitch-health"], tar.stdout)
    daemon.docker(["create", "--name", "dockswitch-health", "dockswitch-health", "/docker-init"])
    ran = tried(daemon, daemon.folder)
    assert ran.returncode == 0, ran.stderr
    assert leaves_nothing(daemon)


def test_one_that_does_not_run_is_told_and_leaves_nothing(daemon: Daemon, root: Path) -> None:
    """An engine without docker-init has its client tried, which runs alone where it is static."""
    programs = root / "programs"
    programs.mkdir()
    os.link(daemon.folder / "docker", programs / "docker")
    ran = tried(daemon, programs)
    assert ran.returncode != 0
    assert ran.stderr
    assert leaves_nothing(daemon)

"""dockswitch's own engine, outside of a switch: started, stopped, watched, and killed by others."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.integration import below, whole
from tests.integration.holdings import Engine, Mirror
from tests.integration.program import Dockswitch
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine


@pytest.fixture
def engine(program: Dockswitch, mirror: Mirror, stock: Stock) -> Engine:
    """The engine in use, which runs."""
    first = mirror.engines[0]
    stock.hand_out(program.root, first)
    program.run("use", first.version).ended(0)
    return first


def test_it_is_stopped_and_started(program: Dockswitch, engine: Engine) -> None:
    (running,) = below.dockerds(program.root)
    status = program.run("daemon", "status").ended(0).plain
    assert (status["pid"], status["version"]) == (running, engine.version)
    assert program.run("daemon", "start").ended(0).plain["changed"] is False
    assert below.dockerds(program.root) == [running]
    assert program.run("daemon", "stop").ended(0).plain["changed"] is True
    assert below.dockerds(program.root) == []
    assert not (program.root / below.SOCKET).exists()
    assert program.run("daemon", "status").ended(1).plain["pid"] is None
    assert program.run("daemon", "stop").ended(0).plain["changed"] is False
    assert program.run("daemon", "start").ended(0).plain["changed"] is True
    whole.is_whole(program, engine.version)


def test_it_is_restarted(program: Dockswitch, engine: Engine) -> None:
    (before,) = below.dockerds(program.root)
    said = program.run("daemon", "restart").ended(0).plain
    assert below.dockerds(program.root) == [said["pid"]]
    assert said["pid"] != before
    whole.is_whole(program, engine.version)


def test_its_log_tells_the_last_start(program: Dockswitch, engine: Engine) -> None:
    lines = program.run("daemon", "logs", "--lines", "200").ended(0).plain["lines"]
    assert any(f"versions/{engine.version}-" in line for line in lines)
    assert any("API listen on" in line for line in lines)
    assert len(program.run("daemon", "logs", "-n", "2").ended(0).plain["lines"]) == 2


def test_without_a_version_there_is_nothing_to_start(program: Dockswitch) -> None:
    assert "use stable" in program.run("daemon", "start").ended(1).error


def test_it_keeps_nothing_of_the_run_that_started_it(program: Dockswitch, engine: Engine) -> None:
    (running,) = below.dockerds(program.root)
    process = Path(f"/proc/{running}")
    assert os.readlink(process / "cwd") == "/"
    assert os.getsid(running) == running
    opened = [os.readlink(entry) for entry in (process / "fd").iterdir() if entry.exists()]
    assert str(program.root / below.STATE / "lock") not in opened
    assert os.readlink(process / "fd/0") == "/dev/null"


def test_one_that_others_killed_is_drift_and_comes_back(
    program: Dockswitch, engine: Engine
) -> None:
    program.run("status", "--exit-code").ended(0)
    (running,) = below.dockerds(program.root)
    os.kill(running, signal.SIGKILL)
    _wait_until_gone(program.root)
    status = program.run("status", "--exit-code").ended(10).plain
    assert (status["installed"], status["running"]) == (engine.version, None)
    assert ["daemon start" in line for line in status["drift"]] == [True]
    program.run("status").ended(0)
    program.run("daemon", "status").ended(1)
    began = time.monotonic()
    program.run("daemon", "start").ended(0)
    assert time.monotonic() - began < 15  # and not the 20 s that dockerd waits for its containerd
    whole.is_whole(program, engine.version)


def test_the_same_use_brings_back_one_that_was_killed(program: Dockswitch, engine: Engine) -> None:
    (running,) = below.dockerds(program.root)
    os.kill(running, signal.SIGKILL)
    _wait_until_gone(program.root)
    program.run("use", engine.version).ended(0)
    whole.is_whole(program, engine.version)


def test_a_pid_file_that_was_left_names_nobody(program: Dockswitch, engine: Engine) -> None:
    program.run("daemon", "stop").ended(0)
    pidfile = program.root / "run/dockswitch/docker.pid"
    pidfile.write_text(str(os.getpid()))  # alive, and no engine
    program.run("daemon", "start").ended(0)
    assert pidfile.read_text() == str(below.dockerds(program.root)[0])
    whole.is_whole(program, engine.version)


def _wait_until_gone(root: Path) -> None:
    deadline = time.monotonic() + 10
    while below.dockerds(root):
        assert time.monotonic() < deadline
        time.sleep(0.01)

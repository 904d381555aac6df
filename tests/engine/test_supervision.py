"""Engines under dockswitch's own supervision, with stand-ins that really run."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dockswitch.engine.foreign import ForeignEngine
from dockswitch.engine.own import Own
from dockswitch.engine.running import observed, running
from dockswitch.model.step import Engine
from dockswitch.system.here import Here
from dockswitch.system.proc import command_line
from tests.engine.daemon import DEAF, WAITS, place, process

FOLDER = "/var/lib/dockswitch/versions/28.5.2-abcd"
OWN = Own({"PATH": os.environ["PATH"], "HTTPS_PROXY": "http://proxy"})


def step(script: str = WAITS, *, folder: str = FOLDER) -> Engine:
    """An Engine step whose dockerd is a shell that runs a script."""
    config = ("--config-file", "{root}/var/lib/dockswitch/daemon.json")
    places = ("--exec-root", "{root}/run/docker", "--pidfile", "{root}/run/dockswitch/docker.pid")
    return Engine((f"{{root}}{folder}/dockerd", "-c", script, *config, *places))


def soon(true: Callable[[], object]) -> bool:
    deadline = time.monotonic() + 5
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(true())


@pytest.fixture
def installed(machine: Here) -> Iterator[Here]:
    """A machine with a version on it; no engine of it outlives a failure."""
    place(Path(machine.layout.real(FOLDER)), "dockerd", "containerd")
    yield machine
    for left in machine.below(machine.layout.state):
        machine.end(left.pid, wait=5, kill=True, argv=left.argv)


def test_an_engine_is_started_observed_and_stopped(installed: Here) -> None:
    assert OWN.running(installed) is None
    assert observed(installed) == Engine(())
    started = OWN.start(installed, step())
    try:
        assert started.ours
        assert OWN.running(installed) == started
        assert observed(installed) == step()
    finally:
        OWN.stop(installed)
    assert OWN.running(installed) is None
    assert observed(installed) == Engine(())


def test_starting_what_runs_is_nothing(installed: Here) -> None:
    started = OWN.start(installed, step())
    try:
        assert OWN.start(installed, step()) == started
    finally:
        OWN.stop(installed)


def test_starting_another_stops_the_one_before(installed: Here) -> None:
    other = f"{FOLDER}-2"
    place(Path(installed.layout.real(other)), "dockerd")
    first = OWN.start(installed, step())
    second = OWN.start(installed, step(folder=other))
    try:
        assert not command_line(first.pid)
        assert OWN.running(installed) == second
    finally:
        OWN.stop(installed)


def test_it_finds_its_siblings_and_our_proxy(installed: Here) -> None:
    OWN.start(installed, step(f"command -v containerd; echo $HTTPS_PROXY; {WAITS}"))
    try:
        said = (installed.layout.real(f"{FOLDER}/containerd"), "http://proxy")
        assert soon(lambda: OWN.logs(installed, 2) == said)
    finally:
        OWN.stop(installed)


def test_a_version_s_dockerd_with_another_configuration_is_not_the_engine(installed: Here) -> None:
    dockerd = Path(installed.layout.real(f"{FOLDER}/dockerd"))
    with process(dockerd, "--config-file", "/elsewhere.json"):
        assert running(installed) is None


@pytest.mark.parametrize("file", ["/etc/docker/daemon.json", "/var/lib/dockswitch/daemon.json"])
def test_the_machine_s_and_our_configuration_are_the_engine_s(installed: Here, file: str) -> None:
    dockerd = Path(installed.layout.real(f"{FOLDER}/dockerd"))
    with process(dockerd, f"--config-file={installed.layout.real(file)}") as pid:
        found = running(installed)
        assert found
        assert found.pid == pid


def test_one_that_is_deaf_is_killed(installed: Here) -> None:
    quick = Quick(installed.layout, installed.host)
    started = OWN.start(quick, step(DEAF))
    assert soon(lambda: OWN.logs(quick, 1) == ("deaf",))
    OWN.stop(quick)
    assert not command_line(started.pid)


class Quick(Here):
    """A machine on which nobody's grace is longer than a blink."""

    def end(self, pid: int, *, wait: float, kill: bool = False, argv: object = None) -> bool:
        return super().end(pid, wait=0.2 if not kill else wait, kill=kill)


def test_a_killed_engine_s_containerd_is_ended_before_the_next_start(installed: Here) -> None:
    layout = installed.layout
    containerd = Path(layout.real(f"{FOLDER}/containerd"))
    toml = layout.real("/run/docker/containerd/containerd.toml")
    with (
        process(containerd, "--config", toml, name="containerd") as left,
        process(containerd, "-address", toml, name="containerd-shim-runc-v2") as shim,
        process(containerd, "--config", "/run/other/containerd.toml", name="containerd") as other,
    ):
        OWN.start(installed, step())
        OWN.stop(installed)
        assert not command_line(left)
        assert command_line(shim)
        assert command_line(other)


def test_stale_pid_files_and_sockets_go_before_a_start(installed: Here) -> None:
    layout = installed.layout
    noted = f"{layout.exec_root}/containerd/containerd.pid"
    installed.write(noted, str(os.getpid()).encode())  # a pid that somebody else has by now
    installed.write(layout.pidfile, str(os.getpid()).encode())
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(layout.real(layout.socket))
    OWN.start(installed, step())
    try:
        assert [installed.kind(path) for path in (noted, layout.pidfile, layout.socket)] == [
            None
        ] * 3
    finally:
        OWN.stop(installed)


def test_an_engine_is_stopped_although_its_configuration_is_spoiled(installed: Here) -> None:
    started = OWN.start(installed, step())
    installed.write(installed.layout.engine_config, b"{ spoiled")
    OWN.stop(installed)
    assert not command_line(started.pid)


def test_a_foreign_engine_keeps_ours_from_starting(installed: Here, tmp_path: Path) -> None:
    dockerd = place(tmp_path / "usr/bin", "dockerd") / "dockerd"
    with process(dockerd, "--data-root", f"{tmp_path}/var/lib/docker") as pid:
        with pytest.raises(ForeignEngine):
            OWN.start(installed, step())
        assert command_line(pid)
        assert running(installed) is None


def test_a_stop_where_none_runs_is_nothing(installed: Here) -> None:
    OWN.stop(installed)
    assert OWN.running(installed) is None

"""Real engines: started, asked, stopped, broken, killed, and somebody else's."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from dockswitch.engine import api, flags, health
from dockswitch.engine.daemon_config import DaemonConfig, own_config_step
from dockswitch.engine.flags import RootTooLong
from dockswitch.engine.foreign import ForeignEngine
from dockswitch.engine.log import last_words
from dockswitch.engine.own import Own
from dockswitch.engine.running import observed, running
from dockswitch.model.host import Host
from dockswitch.model.layout import Layout
from dockswitch.model.plan import Wanted
from dockswitch.model.ports import Daemon
from dockswitch.model.step import Engine
from dockswitch.model.version import Version
from dockswitch.system.here import Here
from tests.integration import daemon as by_hand
from tests.integration.holdings import Mirror
from tests.integration.unpacking import unpack

pytestmark = pytest.mark.engine

OWN = Own(os.environ)


@dataclass(frozen=True)
class Installed:
    """One version of the mirror's in a root, and what it is started with."""

    machine: Here
    version: Version
    folder: str

    @property
    def config(self) -> DaemonConfig:
        return DaemonConfig.read(self.machine)

    @property
    def step(self) -> Engine:
        return Engine(
            flags.command_line(self.machine.layout, Wanted(self.version, self.folder), self.config)
        )

    @property
    def real(self) -> Path:
        return Path(self.machine.layout.real(self.folder))

    def start(self) -> Daemon:
        return OWN.start(self.machine, self.step)

    def waited(self) -> str | None:
        return health.wait_until_well(
            self.machine,
            self.config.socket,
            self.version,
            alive=lambda: running(self.machine) is not None,
            said=lambda: last_words(OWN.logs(self.machine, 200)),
        )

    def container(self) -> str | None:
        return health.runs_container(self.machine, self.config.socket, f"{self.folder}/docker-init")

    @contextmanager
    def well(self) -> Iterator[Daemon]:
        """Runs within, and is stopped at the end, whoever started it last."""
        daemon = self.start()
        try:
            assert self.waited() is None
            yield daemon
        finally:
            OWN.stop(self.machine)


def install(mirror: Mirror, root: Path, at: int = -1) -> Installed:
    engine = mirror.engines[at]
    machine = Here(Layout.of_system(root=str(root)), Host("linux", mirror.arch))
    folder = f"{machine.layout.versions}/{engine.version}-{engine.sha256[:8]}"
    real = Path(machine.layout.real(folder))
    real.parent.mkdir(parents=True, exist_ok=True)
    unpack(mirror.folder(engine.channels[0]) / engine.name, real.parent)
    (real.parent / "docker").rename(real)
    given = own_config_step(machine.layout)
    assert given.content
    machine.write(given.path, given.content.encode())
    return Installed(machine, Version.parse(engine.version), folder)


@pytest.mark.parametrize("at", range(4))
def test_each_engine_starts_is_well_runs_a_container_and_stops(
    mirror: Mirror, root: Path, at: int
) -> None:
    if at >= len(mirror.engines):
        pytest.skip(f"left out: {mirror.left_out}")
    it = install(mirror, root, at)
    with it.well() as daemon:
        assert observed(it.machine) == it.step
        assert it.machine.listener(it.config.socket) == daemon.pid
        found = api.identity(it.machine, it.config.socket)
        engine = mirror.engines[at]
        assert found == api.Identity(it.version, engine.api, engine.min_api)
        assert it.container() is None
        assert it.container() is None
        for left in ("/containers/json?all=1", "/images/json?all=1"):
            assert api.objects(it.machine.call(it.config.socket, "GET", left)) == []
        # a second check that somebody else's daemon is not in the way finds only ours
        assert OWN.start(it.machine, it.step) == daemon
    assert running(it.machine) is None
    assert it.machine.below(it.machine.layout.state) == ()
    assert it.machine.kind(it.config.socket) is None


def test_a_dynamic_payload_runs_too(mirror: Mirror, root: Path) -> None:
    it = install(mirror, root)
    (it.real / "docker-init").write_bytes(Path("/bin/true").read_bytes())
    with it.well():
        assert it.container() is None


def test_only_a_container_finds_out_a_broken_runc(mirror: Mirror, root: Path) -> None:
    it = install(mirror, root)
    (it.real / "runc").write_text("#!/bin/sh\necho broken >&2; exit 1\n")
    with it.well():
        why = it.container()
        assert why
        assert why.startswith("it starts no container: failed to create task for container")
        listed = it.machine.call(it.config.socket, "GET", "/containers/json?all=1")
        assert api.objects(listed) == []


@pytest.mark.parametrize("at", [0, -1], ids=["oldest", "newest"])
def test_a_killed_engine_starts_again(mirror: Mirror, root: Path, at: int) -> None:
    it = install(mirror, root, at)
    with it.well() as killed:
        assert it.machine.end(killed.pid, wait=5, kill=True, argv=killed.argv)
        assert running(it.machine) is None
        assert it.machine.kind(it.machine.layout.pidfile) == "file"
        again = it.start()
        assert again.pid != killed.pid
        assert it.waited() is None
        assert it.container() is None


def test_what_a_killed_health_check_left_is_removed(mirror: Mirror, root: Path) -> None:
    it = install(mirror, root)
    with it.well():
        socket = it.config.socket
        image = it.machine.payload(f"{it.folder}/docker-init")
        it.machine.call(socket, "POST", health._IMPORT, body=image, content="application/x-tar")
        body = json.dumps(health._container("docker-init")).encode()
        made = it.machine.call(socket, "POST", "/containers/create", body=body)
        assert made
        assert made.status == 201
        health.remove_leftovers(it.machine, socket)
        for left in ("/containers/json?all=1", "/images/json?all=1"):
            assert api.objects(it.machine.call(socket, "GET", left)) == []


def test_one_that_cannot_start_says_why_at_once(mirror: Mirror, root: Path) -> None:
    it = install(mirror, root)
    it.machine.write(it.machine.layout.engine_config, b'{"no-such-key": 1}')
    it.start()
    why = it.waited()
    assert why
    assert why.startswith("the engine ended as it started: unable to configure the Docker daemon")
    assert why.endswith("don't match any configuration option: no-such-key")


@pytest.mark.parametrize("at", [0, -1], ids=["oldest", "newest"])
def test_daemon_json_decides_the_places(mirror: Mirror, root: Path, at: int) -> None:
    it = install(mirror, root, at)
    keys = (
        f'{{"hosts": ["unix://{root}/s"], "data-root": "{root}/data", "exec-root": "{root}/exec",'
        f' "pidfile": "{root}/pid", "bridge": "none", "iptables": false, "init": true}}'
    )
    it.machine.write(it.machine.layout.engine_config, keys.encode())
    with it.well():
        assert it.config.socket == "/s"
        assert it.container() is None
        assert (root / "data").is_dir()
        assert (root / "pid").is_file()
    assert it.machine.below(it.machine.layout.state) == ()


@pytest.mark.parametrize("shared", ["socket", "pid file", "data-root"])
def test_a_daemon_started_by_hand_is_refused_and_untouched(
    mirror: Mirror, root: Path, shared: str
) -> None:
    it = install(mirror, root)
    theirs = root / "t"
    theirs.mkdir()
    foreign = by_hand.Daemon.start(it.real.rename(root / "b"), theirs)
    try:
        keys = {
            "socket": f'{{"hosts": ["unix://{theirs}/s"]}}',
            "pid file": f'{{"pidfile": "{theirs}/pid"}}',
            "data-root": f'{{"data-root": "{theirs}/data"}}',
        }
        it.machine.write(it.machine.layout.engine_config, keys[shared].encode())
        with pytest.raises(ForeignEngine) as raised:
            it.start()
        assert f"uses the {shared} {theirs}/" in raised.value.message
        assert f"(process {foreign.process.pid}) is left untouched" in raised.value.details
        assert foreign.version()["Version"] == str(it.version)
        assert running(it.machine) is None
    finally:
        foreign.stop()


def test_a_long_root_is_refused_before_anything_starts(mirror: Mirror, root: Path) -> None:
    it = install(mirror, root / ("long" * 16))
    with pytest.raises(RootTooLong):
        flags.check_root(it.machine.layout, it.config)


def test_under_a_root_no_bridge_is_made(mirror: Mirror, root: Path) -> None:
    before = sorted(os.listdir("/sys/class/net"))
    with install(mirror, root).well():
        assert sorted(os.listdir("/sys/class/net")) == before


def test_a_containerd_that_outlived_its_engine_does_not_hold_up_the_next(
    mirror: Mirror, root: Path
) -> None:
    it = install(mirror, root)
    with it.well() as killed:
        assert it.machine.end(killed.pid, wait=5, kill=True, argv=killed.argv)
        toml = it.machine.layout.real(f"{it.config.exec_root}/containerd/containerd.toml")
        # Some engines take theirs along when they are killed, and some do not.
        containerds = ["containerd", "--config", toml]
        with subprocess.Popen(
            containerds, executable=it.real / "containerd", stderr=subprocess.DEVNULL
        ) as left:
            noted = f"{it.config.exec_root}/containerd/containerd.pid"
            it.machine.write(noted, str(left.pid).encode())
            began = time.monotonic()
            it.start()
            assert it.waited() is None
            assert time.monotonic() - began < 10
        assert it.container() is None

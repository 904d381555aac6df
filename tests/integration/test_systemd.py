"""Real engines under a real systemd: switched, undone, refused, rebooted."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration import systemd_machine
from tests.integration.holdings import Engine, Mirror
from tests.integration.stock import Stock
from tests.integration.systemd_machine import Machine
from tests.integration.whole_machine import is_bare, is_whole

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

_ETC = "/etc/systemd/system"
_DROP_INS = f"{_ETC}/docker.service.d"
_VERSIONS = "/var/lib/dockswitch/versions"
_PID = ["systemctl", "show", "-P", "MainPID", "docker.service"]

#: What no trial beside the running engine finds out, for that one has no bridge.
_DIES = {"bip": "nonsense"}


@pytest.fixture
def stocked(machine_files: Path, mirror: Mirror, stock: Stock) -> Iterator[Machine]:
    """A machine on which the two oldest versions are installed, and none is in use."""
    with systemd_machine.fresh(machine_files, mirror.root) as machine:
        stock.hand_out(machine.disk, *mirror.engines[:2])
        machine.boot()
        yield machine


@pytest.fixture
def pair(mirror: Mirror) -> tuple[Engine, Engine]:
    return mirror.engines[0], mirror.engines[1]


def test_an_engine_is_used_switched_rolled_back_rebooted_and_taken_away(
    stocked: Machine, pair: tuple[Engine, Engine]
) -> None:
    old, new = pair
    assert stocked.attempt(["getent", "group", "docker"]).returncode == 2
    stocked.run("use", old.version).ended(0)
    is_whole(stocked, old.version)
    owned = stocked.shell(["stat", "-c", "%U:%G %a", "/run/docker.sock"])
    assert owned == "root:docker 660\n"
    used = stocked.run("use", new.version).ended(0).plain
    assert used["restarted"] is True
    is_whole(stocked, new.version)
    stocked.run("rollback").ended(0)
    is_whole(stocked, old.version)
    stocked.reboot()
    is_whole(stocked, old.version)
    stocked.run("use", "system").ended(0)
    is_bare(stocked)
    stocked.shell(["getent", "group", "docker"])
    stocked.reboot()
    is_bare(stocked)


def test_an_engine_that_does_not_start_is_undone_and_leaves_no_start_limit(
    stocked: Machine, pair: tuple[Engine, Engine]
) -> None:
    old, new = pair
    stocked.run("use", old.version).ended(0)
    stocked.write("/etc/docker/daemon.json", json.dumps(_DIES))
    for _ in range(2):  # systemd gives up after three starts in a minute
        failed = stocked.run("use", new.version).ended(15)
        assert f"{old.version} is back" in failed.error
        assert "invalid CIDR address" in failed.error
        is_whole(stocked, old.version)
    refused = stocked.run("daemon", "restart").ended(1)
    assert "invalid CIDR address" in refused.error
    assert stocked.attempt(["systemctl", "is-failed", "docker.service"]).returncode == 1
    stocked.shell(["rm", "/etc/docker/daemon.json"])
    stocked.run("daemon", "start").ended(0)
    is_whole(stocked, old.version)


def test_the_owner_s_drop_ins_are_kept_and_another_engine_is_refused_by_name(
    stocked: Machine, pair: tuple[Engine, Engine]
) -> None:
    old, new = pair
    stocked.write(f"{_DROP_INS}/proxy.conf", "[Service]\nEnvironment=HTTPS_PROXY=http://proxy:1\n")
    stocked.run("use", old.version).ended(0)
    assert "http://proxy:1" in stocked.shell(["docker", "info"])
    other = f"{_DROP_INS}/override.conf"
    stocked.write(other, "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd://\n")
    pid = stocked.shell(_PID)
    refused = stocked.run("use", new.version).ended(1)
    assert other in refused.error
    assert "/usr/bin/dockerd" in refused.error
    assert stocked.shell(_PID) == pid
    stocked.shell(["rm", other])
    stocked.run("use", new.version).ended(0)
    is_whole(stocked, new.version)
    assert "http://proxy:1" in stocked.shell(["docker", "info"])


def test_a_unit_of_somebody_else_s_is_refused_by_name(
    stocked: Machine, pair: tuple[Engine, Engine]
) -> None:
    theirs = "[Service]\nExecStart=/bin/sleep 600\n"
    stocked.write(f"{_ETC}/docker.service", theirs)
    refused = stocked.run("use", pair[0].version).ended(1)
    assert f"{_ETC}/docker.service is in the way" in refused.error
    assert stocked.shell(["cat", f"{_ETC}/docker.service"]) == theirs
    assert stocked.attempt(["getent", "group", "docker"]).returncode == 2


def test_a_client_waits_for_the_engine_that_its_socket_starts(
    stocked: Machine, pair: tuple[Engine, Engine]
) -> None:
    old, _ = pair
    stocked.run("use", old.version).ended(0)
    stocked.shell(["systemctl", "stop", "docker.service"])
    assert stocked.attempt(["pgrep", "-x", "dockerd"]).returncode == 1
    # To look is no reason to start it.
    assert stocked.run("status").ended(0).plain["running"] is None
    assert stocked.run("daemon", "status").ended(1).plain["pid"] is None
    assert stocked.attempt(["pgrep", "-x", "dockerd"]).returncode == 1
    asked = ["docker", "version", "--format", "{{.Server.Version}}"]
    assert stocked.shell(asked).strip() == old.version
    is_whole(stocked, old.version)


def test_an_engine_is_stopped_started_and_listened_to(
    stocked: Machine, pair: tuple[Engine, Engine]
) -> None:
    old, _ = pair
    stocked.run("use", old.version).ended(0)
    stocked.run("daemon", "stop").ended(0)
    # Its socket too: nobody starts it by asking.
    asked: subprocess.CompletedProcess[str] = stocked.attempt(["docker", "version"])
    assert "Cannot connect to the Docker daemon" in asked.stderr
    assert stocked.run("status", "--exit-code").ended(10).plain["drift"]
    stocked.run("daemon", "start").ended(0)
    is_whole(stocked, old.version)
    pid = stocked.shell(_PID)
    restarted = stocked.run("daemon", "restart").ended(0).plain
    assert str(restarted["pid"]) == stocked.shell(_PID).strip() != pid.strip()
    lines = stocked.run("daemon", "logs", "--lines", "500").ended(0).plain["lines"]
    assert any(f"version={old.version}" in line for line in lines)
    assert any("API listen on /run/docker.sock" in line for line in lines)


def test_with_hosts_in_daemon_json_the_engine_makes_its_own_sockets(
    stocked: Machine, pair: tuple[Engine, Engine]
) -> None:
    old, new = pair
    stocked.run("use", old.version).ended(0)
    hosts = {"hosts": ["unix:///run/docker.sock", "unix:///run/other.sock"]}
    stocked.write("/etc/docker/daemon.json", json.dumps(hosts))
    stocked.run("use", new.version).ended(0)
    other = ["docker", "-H", "unix:///run/other.sock", "version", "--format", "{{.Server.Version}}"]
    assert stocked.shell(other).strip() == new.version
    assert stocked.attempt(["systemctl", "is-active", "docker.socket"]).returncode != 0
    stocked.shell(["rm", "/etc/docker/daemon.json"])
    stocked.run("rollback").ended(0)
    is_whole(stocked, old.version)


def test_the_machine_s_own_containerd_is_shared_and_left_alone(
    stocked: Machine, pair: tuple[Engine, Engine]
) -> None:
    old, new = pair
    (folder,) = stocked.shell(["sh", "-c", f"echo {_VERSIONS}/{new.version}-*"]).split()
    unit = (
        f"[Service]\nType=notify\nExecStart={folder}/containerd\nDelegate=yes\nKillMode=process\n"
    )
    path = f"Environment=PATH={folder}:/usr/sbin:/usr/bin:/sbin:/bin\n"
    stocked.write(f"{_ETC}/containerd.service", unit + path)
    stocked.run("use", old.version).ended(0)
    is_whole(stocked, old.version)
    one = stocked.shell(["pgrep", "-x", "containerd"])
    main = stocked.shell(["systemctl", "show", "-P", "MainPID", "containerd.service"])
    assert one == main
    stocked.run("use", new.version).ended(0)
    is_whole(stocked, new.version)
    stocked.run("use", "system").ended(0)
    assert stocked.shell(["pgrep", "-x", "containerd"]) == one

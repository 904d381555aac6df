"""Engines without root under their owner's own systemd."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress

import pytest

from tests.integration import rootfs
from tests.integration.holdings import Engine, Mirror
from tests.integration.moments import fractions
from tests.integration.systemd_machine import Machine

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

_BOOT_LIMIT = 60  # seconds
_HOME = f"/home/{rootfs.PERSON}"
_RECOVER = "dockswitch-recover.service"
#: How many switches are cut; DOCKSWITCH_KILLS=100 asks for so many.
_CUTS = int(os.environ.get("DOCKSWITCH_KILLS", "2"))
_RUN = """\
set -e
bin=$(dirname "$(readlink -f "$(command -v docker)")")
tar --owner=0 --group=0 -C "$bin" -c docker-init | docker import - probe > /dev/null
docker run --rm probe /docker-init --version
docker info --format '{{.SecurityOptions}} {{.CgroupDriver}}'
docker version --format '{{.Server.Version}}'
"""
_PROBE = f"""\
export DOCKER_HOST="unix://$XDG_RUNTIME_DIR/docker.sock" PATH="$HOME/.local/bin:$PATH"
{_RUN}"""


def test_a_users_own_systemd_runs_it_switches_it_and_starts_it_at_boot(
    machine: Machine, mirror: Mirror
) -> None:
    old, new = mirror.engines[1], mirror.engines[-1]
    machine.log_in(rootfs.PERSON)
    said = machine.run("--user", "use", old.version, as_user=rootfs.PERSON).ended(0).plain
    assert said["to"] == old.version
    is_whole(machine, old)
    said = machine.run("--user", "use", "test", new.version, as_user=rootfs.PERSON).ended(0).plain
    assert said["restarted"]
    scopes = ["list-units", "--all", "--no-legend", "docker-*.scope"]
    assert systemctl(machine, *scopes) == ""  # none is left of the proof's container
    is_whole(machine, new)
    beside = ("--user", "try", old.version, "--", "sh", "-c", _RUN)
    tried = machine.told(*beside, as_user=rootfs.PERSON).ended(0).out
    assert "tini" in tried
    assert "name=rootless" in tried
    assert "systemd" in tried  # makes the control groups of its containers too
    assert tried.splitlines()[-1] == old.version
    assert systemctl(machine, *scopes) == ""
    is_whole(machine, new)
    machine.run("--user", "rollback", as_user=rootfs.PERSON).ended(0)
    is_whole(machine, old)
    machine.reboot()
    await_active(machine)
    is_whole(machine, old)
    machine.run("--user", "use", "system", as_user=rootfs.PERSON).ended(0)
    units = machine.shell(["find", f"{_HOME}/.config/systemd/user", "-not", "-type", "d"])
    assert units == ""
    assert "dockerd" not in machine.shell(["ps", "-eo", "comm"])


def test_a_power_cut_at_any_moment_of_a_switch_mends_itself_at_boot(
    machine: Machine, mirror: Mirror
) -> None:
    pair = mirror.engines[0], mirror.engines[1]
    machine.log_in(rootfs.PERSON)
    wanted, now = pair
    for engine in (now, wanted, now):  # both are fetched when the last is measured
        began = time.monotonic()
        machine.run("--user", "use", engine.version, as_user=rootfs.PERSON).ended(0)
        whole_run = time.monotonic() - began
    for fraction in fractions(_CUTS):
        words = ["--user", "use", wanted.version]
        with machine.started(*words, as_user=rootfs.PERSON) as process:
            with suppress(subprocess.TimeoutExpired):
                process.wait(fraction * whole_run)
            machine.cut_power()
        machine.boot()
        await_active(machine)
        # Nobody ran dockswitch but its unit.
        shown = systemctl(machine, "show", "-P", "Result", "-P", "ActiveState", _RECOVER)
        assert shown.split() == ["success", "active"]
        found = machine.told("--user", "current", as_user=rootfs.PERSON).ended(0).out.strip()
        now, wanted = pair if found == pair[0].version else pair[::-1]
        assert found == now.version
        is_whole(machine, now)
        recovered = machine.run("--user", "recover", as_user=rootfs.PERSON).ended(0).plain
        assert recovered["changed"] is False


def test_a_cut_switch_is_undone_before_docker_starts(machine: Machine, mirror: Mirror) -> None:
    old, new = mirror.engines[:2]
    machine.log_in(rootfs.PERSON)
    machine.run("--user", "use", old.version, as_user=rootfs.PERSON).ended(0)
    machine.run("--user", "install", new.version, as_user=rootfs.PERSON).ended(0)
    state = machine.root / _HOME[1:] / ".local/share/dockswitch"
    current = os.readlink(state / "current")
    with machine.started("--user", "use", new.version, as_user=rootfs.PERSON) as process:
        while os.readlink(state / "current") == current:
            assert process.poll() is None
            time.sleep(0.001)
        machine.cut_power()
    machine.boot()
    await_active(machine)
    said = machine.shell(["journalctl", "-b", "-o", "cat", f"_SYSTEMD_USER_UNIT={_RECOVER}"])
    assert f"the switch to {new.version} is undone: stable {old.version} is back" in said
    is_whole(machine, old)


def is_whole(machine: Machine, engine: Engine) -> None:
    """Fail unless its owner's systemd runs that version, without root, and it runs a container."""
    assert systemctl(machine, "is-active", "docker.service") == "active\n"
    assert systemctl(machine, "is-enabled", "docker.service") == "enabled\n"
    said = machine.shell(["sh", "-c", _PROBE], as_user=rootfs.PERSON)
    assert "tini" in said
    assert "name=rootless" in said
    assert said.splitlines()[-1] == engine.version
    status = machine.run("--user", "status", as_user=rootfs.PERSON).ended(0).plain
    assert (status["running"], status["drift"]) == (engine.version, [])


def await_active(machine: Machine) -> None:
    """Wait until it is up again, which nobody but systemd started."""
    words = ["systemctl", "--user", "is-active", "docker.service"]
    deadline = time.monotonic() + _BOOT_LIMIT
    while machine.attempt(words, as_user=rootfs.PERSON).returncode != 0:
        assert time.monotonic() < deadline, systemctl(machine, "status", "docker.service")
        time.sleep(0.2)


def systemctl(machine: Machine, *words: str) -> str:
    return machine.shell(["systemctl", "--user", *words], as_user=rootfs.PERSON)

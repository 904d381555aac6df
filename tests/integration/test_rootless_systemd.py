"""Engines without root under their owner's own systemd."""

from __future__ import annotations

import time

import pytest

from tests.integration import rootfs
from tests.integration.holdings import Engine, Mirror
from tests.integration.systemd_machine import Machine

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

_BOOT_LIMIT = 60  # seconds
_HOME = f"/home/{rootfs.PERSON}"
_UNIT = f"{_HOME}/.config/systemd/user/docker.service"
_PROBE = """\
set -e
export DOCKER_HOST="unix://$XDG_RUNTIME_DIR/docker.sock"
docker="$HOME/.local/bin/docker"
bin=$(dirname "$(readlink -f "$docker")")
tar --owner=0 --group=0 -C "$bin" -c docker-init | "$docker" import - probe > /dev/null
"$docker" run --rm probe /docker-init --version
"$docker" info --format '{{.SecurityOptions}} {{.CgroupDriver}}'
"$docker" version --format '{{.Server.Version}}'
"""


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
    is_whole(machine, new)
    machine.run("--user", "rollback", as_user=rootfs.PERSON).ended(0)
    is_whole(machine, old)
    machine.reboot()
    await_active(machine)
    is_whole(machine, old)
    machine.run("--user", "use", "system", as_user=rootfs.PERSON).ended(0)
    machine.shell(["test", "!", "-e", _UNIT])
    assert "dockerd" not in machine.shell(["ps", "-eo", "comm"])


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

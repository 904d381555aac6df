"""Debian's docker.io under systemd: adopted, left, cut from power, and gone back to."""

from __future__ import annotations

import json
import os
import random
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.integration import package
from tests.integration.holdings import Mirror
from tests.integration.systemd_machine import Machine

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

#: How many runs are killed, at a moment each of their own.
_KILLS = 4

#: Of every state that a unit can be in, what systemd says; an adopted one is to have it again.
_STATE = ["systemctl", "show", "docker.service", "docker.socket"]
_STATE += ["--property=Id,ActiveState,UnitFileState,FragmentPath"]

_APP = """\
cd / && tar --create --dereference --file - bin/sleep $(ldd /bin/sleep | grep -o '/[^ ]*') |
docker import - app && docker run --detach --restart=always --network=none --name=kept \
    --stop-signal=KILL app /bin/sleep 1000
"""


@pytest.fixture
def debian(machine: Machine, packages: Path) -> Machine:
    """A machine on which docker.io is installed and runs a container."""
    package.install(machine, packages)
    machine.shell(["sh", "-c", _APP])
    return machine


def test_the_package_is_adopted_left_and_gone_back_to(debian: Machine, mirror: Mirror) -> None:
    package_version = debian.shell(["dpkg-query", "-W", "-f=${Version}", "docker.io"])
    state, version, kept = debian.shell(_STATE), _server(debian), _running(debian)
    new = mirror.engines[2].version
    error = debian.run("use", new).ended(1).error
    assert f"the package docker.io {package_version}, unit docker.service" in error
    assert "`systemctl stop docker.service docker.socket`" in error
    found = debian.run("adopt").ended(0).plain["neighbour"]
    assert (found["kind"], found["package"]) == ("package", "docker.io")
    assert (found["version"], found["package_version"]) == (version, package_version)
    assert debian.shell(_STATE) == state

    assert debian.run("use", new).ended(0).plain["restarted"] is True
    assert (_server(debian), _running(debian)) == (new, kept)
    debian.reboot()
    assert (_server(debian), _running(debian)) == (new, kept)
    debian.run("status", "--exit-code").ended(0)

    debian.run("use", "system").ended(0)
    assert (_server(debian), _running(debian)) == (version, kept)
    assert debian.shell(_STATE) == state
    assert debian.shell(["sh", "-c", "find /etc/systemd -name '*dockswitch*'"]) == ""
    debian.run("status", "--exit-code").ended(0)


def test_what_its_owner_set_is_there_again(debian: Machine, mirror: Mirror) -> None:
    # A unit of the owner's own stands where ours is to be; it is not started at boot, and the
    # socket alone waits for the first client.
    unit = debian.shell(["sed", "s/^Type=.*/&\\nNice=-3/", "/lib/systemd/system/docker.service"])
    debian.write("/etc/systemd/system/docker.service", unit)
    debian.shell(["systemctl", "disable", "docker.service"])
    debian.shell(["systemctl", "daemon-reload"])
    debian.shell(["systemctl", "restart", "docker.service"])
    state, version = debian.shell(_STATE), _server(debian)
    assert "UnitFileState=disabled" in state
    new = mirror.engines[0].version
    debian.run("adopt").ended(0)
    dice = random.Random(os.environ.get("DOCKSWITCH_TEST_SEED") or None)
    for part in range(_KILLS):
        wanted = "system" if debian.run("current").code == 0 else new
        after = (part + dice.random()) / _KILLS * 4
        print(f"use {wanted} killed after {after:.2f} s")
        with debian.started("use", wanted) as process, suppress(subprocess.TimeoutExpired):
            process.wait(after)
        if part == 1:
            debian.cut_power()
            debian.boot()
        debian.run("recover").ended(0)
        ours = debian.run("current").code == 0
        assert _server(debian) == (new if ours else version)
        assert len(_running(debian)) == 1
        if not ours:
            assert debian.shell(["cat", "/etc/systemd/system/docker.service"]) == unit
    if debian.run("current").code == 0:
        debian.run("use", "system").ended(0)
    assert debian.shell(_STATE) == state
    assert debian.shell(["cat", "/etc/systemd/system/docker.service"]) == unit


def _server(machine: Machine) -> str:
    told = json.loads(machine.shell(["docker", "version", "--format", "{{json .}}"]))
    return str(told["Server"]["Version"])


def _running(machine: Machine) -> list[str]:
    """The containers that run; an engine that just came up is given a moment to start them."""
    deadline = time.monotonic() + 10
    while not (found := machine.shell(["docker", "ps", "--quiet"]).split()):
        if time.monotonic() > deadline:
            break
        time.sleep(0.2)
    return found

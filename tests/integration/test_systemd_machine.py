"""A machine with systemd boots in a container, serves an engine, and is switched off and on."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.integration import rootfs
from tests.integration.cgroups import called
from tests.integration.holdings import Engine, Mirror
from tests.integration.systemd_machine import Machine, booted

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

_UNIT = """\
[Service]
Type=notify
Environment=PATH=/opt/engine:/usr/sbin:/usr/bin:/sbin:/bin
ExecStart=/opt/engine/dockerd
Delegate=yes
KillMode=process

[Install]
WantedBy=multi-user.target
"""


def test_an_engine_runs_under_its_systemd_and_is_back_after_a_reboot(
    machine: Machine, mirror: Mirror
) -> None:
    assert machine.shell(["systemctl", "is-system-running"]) == "running\n"
    engine = mirror.engines[0]
    _unpack(machine, engine)
    machine.write("/etc/systemd/system/docker.service", _UNIT)
    machine.shell(["systemctl", "enable", "--now", "docker.service"])
    assert _container(machine, "import") == "tini"
    machine.reboot()
    assert machine.shell(["systemctl", "is-active", "docker.service"]) == "active\n"
    assert _container(machine) == "tini"


def test_after_a_power_cut_it_boots_with_what_was_on_its_disk(machine: Machine) -> None:
    machine.write("/etc/kept", "kept")
    machine.cut_power()
    machine.boot()
    assert machine.shell(["cat", "/etc/kept"]) == "kept"


def test_a_person_has_a_login_of_their_own_there(machine: Machine) -> None:
    machine.log_in(rootfs.PERSON)
    whoami = machine.shell(["id", "-un"], as_user=rootfs.PERSON)
    assert whoami == f"{rootfs.PERSON}\n"
    asked = ["systemctl", "--user", "is-system-running", "--wait"]
    assert machine.shell(asked, as_user=rootfs.PERSON) == "running\n"
    assert machine.shell(["sudo", "-n", "id", "-un"], as_user=rootfs.ADMIN) == "root\n"
    # A root of a namespace of their own may mount a /proc: so may an engine without root.
    words = ["--map-root-user", "--pid", "--mount", "--fork", "--mount-proc"]
    machine.shell(["unshare", *words, "true"], as_user=rootfs.PERSON)


def test_dockswitch_runs_there_and_ends_when_it_is_killed(machine: Machine, mirror: Mirror) -> None:
    listed = machine.run("list-remote", "stable").ended(0).plain["releases"]
    assert [each["version"] for each in listed] == [
        engine.version for engine in mirror.engines if "stable" in engine.channels
    ]
    with machine.started("run", mirror.engines[0].version, "--", "sleep", "60") as process:
        while rootfs.PROGRAM not in machine.shell(["ps", "-e", "-o", "args"]):
            assert process.poll() is None
            time.sleep(0.05)
    assert rootfs.PROGRAM not in machine.shell(["ps", "-e", "-o", "args"])


def test_nothing_of_it_is_left(machine_files: Path, mirror: Mirror) -> None:
    with booted(machine_files, mirror.root) as machine:
        name, disk = machine.disk.name, machine.disk
        assert called(name)
    assert not called(name)
    assert not disk.exists()
    assert name not in Path("/proc/self/mountinfo").read_text()


def _unpack(machine: Machine, engine: Engine) -> None:
    tarballs = f"{rootfs.MIRROR}/linux/static/{engine.channels[0]}"
    script = f"mkdir /opt/engine && tar -xzf {tarballs}/*/{engine.name} -C /opt/engine"
    machine.shell(["sh", "-c", f"{script} --strip-components=1"])


def _container(machine: Machine, first: str = "") -> str:
    """The first word of a container made of docker-init alone."""
    docker = ["env", "PATH=/opt/engine:/usr/bin:/bin"]
    if first:
        packed = "tar -C /opt/engine -c docker-init | docker import - probe"
        machine.shell([*docker, "sh", "-c", packed])
    words = ["run", "--rm", "--network", "bridge", "probe", "/docker-init", "--version"]
    return machine.shell([*docker, "docker", *words]).split()[0]

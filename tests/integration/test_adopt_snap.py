"""A snap of Docker: its engine is a real one, under a stand-in for `snap`, as there is no snapd.

The stand-in answers with snapd's tables, and starts and stops the unit that snapd would have made;
the engine sees a file tree of its own, as a confined one does.
"""

from __future__ import annotations

import json

import pytest

from tests.integration import rootfs
from tests.integration.holdings import Engine, Mirror
from tests.integration.systemd_machine import Machine

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

_BASE, _FOLDER = "/snap/core22/current", "/snap/docker/2915/bin"

_SNAP = """\
#!/bin/sh
unit=snap.docker.dockerd.service
case "$1 $2" in
"list docker")
    notes=-; [ -e /var/lib/disabled ] && notes=disabled
    echo "Name    Version     Rev   Tracking       Publisher   Notes"
    echo "docker  {version}  2915  latest/stable  canonical✓  $notes" ;;
"services docker")
    echo "Service                          Startup   Current   Notes"
    echo "docker.dockerd                   enabled   $(systemctl is-active $unit)  -"
    echo "docker.nvidia-container-toolkit  enabled   inactive  -" ;;
"disable docker") systemctl disable --now $unit && touch /var/lib/disabled ;;
"enable docker") rm -f /var/lib/disabled && systemctl enable --now $unit ;;
*) exit 64 ;;
esac
"""

_UNIT = f"""\
[Unit]
Description=Service for snap application docker.dockerd
[Service]
Type=notify
RootDirectory={_BASE}
MountAPIVFS=yes
BindPaths=/usr /etc /run /var /snap /dev
Environment=PATH={_FOLDER}:/usr/sbin:/usr/bin:/sbin:/bin
ExecStart={_FOLDER}/dockerd --group docker --exec-root=/run/snap.docker \\
    --data-root=/var/snap/docker/common/var-lib-docker --pidfile=/run/snap.docker/docker.pid \\
    --config-file=/var/snap/docker/current/config/daemon.json
Delegate=yes
KillMode=process
[Install]
WantedBy=multi-user.target
"""

_PLACES = f"""\
mkdir -p {_FOLDER} {_BASE}/proc {_BASE}/sys {_BASE}/tmp /var/snap/docker/current/config
for each in usr etc run var snap dev; do mkdir -p {_BASE}/$each; done
for each in bin sbin lib lib64; do ln -s usr/$each {_BASE}/$each; done
tar -xzf {rootfs.MIRROR}/linux/static/{{channel}}/*/{{name}} -C {_FOLDER} --strip-components=1
printf '{{{{}}}}' > /var/snap/docker/current/config/daemon.json
groupadd --system docker
chmod 755 /usr/bin/snap
snap enable docker || {{{{ journalctl -u snap.docker.dockerd --no-pager; exit 1; }}}}
"""


@pytest.fixture
def snapped(machine: Machine, mirror: Mirror) -> tuple[Machine, Engine]:
    """A machine on which an engine runs as the snap's would."""
    engine = mirror.engines[0]
    version = engine.version.partition("+")[0]
    machine.write("/usr/bin/snap", _SNAP.format(version=version))
    machine.write("/etc/systemd/system/snap.docker.dockerd.service", _UNIT)
    machine.shell(["sh", "-ec", _PLACES.format(name=engine.name, channel=engine.channels[0])])
    return machine, engine


def test_the_snap_is_disabled_and_its_images_stay_behind_and_back(
    snapped: tuple[Machine, Engine], mirror: Mirror
) -> None:
    machine, engine = snapped
    theirs = engine.version.partition("+")[0]
    packed = f"tar -C {_FOLDER} -c docker-init | {_FOLDER}/docker import - app"
    machine.shell(["sh", "-c", packed])
    assert f"the snap docker {theirs}" in machine.run("use", "stable").ended(1).error
    found = machine.run("adopt").ended(0).plain
    assert (found["neighbour"]["kind"], found["neighbour"]["version"]) == ("snap", theirs)
    assert found["neighbour"]["pid"] is not None
    assert "stay behind in /var/snap/docker/common/var-lib-docker" in " ".join(found["notes"])

    new = mirror.engines[1].version
    machine.run("use", new).ended(0)
    assert _images(machine) == (new, [])
    assert "disabled" in machine.shell(["snap", "list", "docker"])
    machine.run("use", "system").ended(0)
    assert _images(machine) == (engine.version, ["app:latest"])
    assert "disabled" not in machine.shell(["snap", "list", "docker"])
    status = machine.run("status", "--exit-code").ended(0).plain
    assert status["neighbour"]["package"] == "docker"


def _images(machine: Machine) -> tuple[str, list[str]]:
    """The version that answers, and the names of its images."""
    docker = f"{_FOLDER}/docker"
    told = json.loads(machine.shell([docker, "version", "--format", "{{json .}}"]))
    names = machine.shell([docker, "images", "--format", "{{.Repository}}:{{.Tag}}"])
    return str(told["Server"]["Version"]), names.split()

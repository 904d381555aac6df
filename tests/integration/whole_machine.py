"""What it means that one version is wholly in use on a machine that systemd runs."""

from __future__ import annotations

import json

from tests.integration.systemd_machine import Machine

#: Everything that is asked of the machine itself, in one go.
_LOOKS = """\
docker version --format '{{.Client.Version}} {{.Server.Version}}'
readlink /var/lib/dockswitch/current
pgrep -x dockerd | wc -l
readlink /proc/$(systemctl show -P MainPID docker.service)/exe
systemctl is-active docker.service docker.socket | uniq
systemctl show -P NeedDaemonReload docker.service docker.socket | grep -c yes
systemctl list-units --failed --plain --no-legend | wc -l
find /etc/systemd/system /var/lib/dockswitch /usr/local/bin -name '*.tmp-*' | wc -l
docker ps --all --quiet --filter label=io.dockswitch.health | wc -l
docker images --quiet --filter label=io.dockswitch.health | wc -l
"""

#: A container made of docker-init alone.
_CONTAINER = """\
tar -C /usr/local/bin -ch docker-init | docker import - probe >/dev/null
docker run --rm --init --network none probe /docker-init --version
"""


def is_whole(machine: Machine, version: str) -> None:
    """Fail unless this version is in use, run by systemd, serves a container, and that is all."""
    folder = f"versions/{version}-"
    seen = machine.shell(["sh", "-c", _LOOKS]).splitlines()
    client, current, dockerds, program, active, reload, failed, *left = seen
    assert client == f"{version} {version}"
    assert current.startswith(folder)
    assert (dockerds, program) == ("1", f"/var/lib/dockswitch/{current}/dockerd")
    assert (active, reload, failed) == ("active", "0", "0")
    assert left == ["0", "0", "0"]
    assert "tini" in machine.shell(["sh", "-c", _CONTAINER])
    status = machine.run("status", "--exit-code").ended(0).plain
    assert (status["installed"], status["running"], status["drift"]) == (version, version, [])


def is_bare(machine: Machine) -> None:
    """Fail if anything of dockswitch runs there, is linked or is known to systemd."""
    assert machine.attempt(["pgrep", "-x", "dockerd"]).returncode == 1
    assert machine.shell(["ls", "/usr/local/bin"]) == ""
    units = machine.shell(["systemctl", "list-unit-files", "--plain", "--output=json"])
    names = [each["unit_file"] for each in json.loads(units)]
    assert not [name for name in names if name.startswith(("docker", "dockswitch"))]
    loaded = machine.shell(["systemctl", "list-units", "--all", "--plain", "--no-legend"])
    assert "docker.s" not in loaded
    assert "dockswitch-recover" not in loaded

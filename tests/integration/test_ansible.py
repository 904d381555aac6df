"""Four hosts provisioned by real Ansible: installed, pinned, rolled forward, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dockswitch import ansible
from tests.integration import ansible_hosts, rootfs, single_file
from tests.integration.ansible_hosts import Fleet
from tests.integration.apt_holdings import AptRepository
from tests.integration.namespace import machine_network

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("guests")]

NAMES = ("one", "two", "three", "four")
SWITCH = "dockswitch.engine.engine : The engine is that one"
ROLE = """\
- hosts: all
  gather_facts: false
  roles: [dockswitch.engine.engine]
"""
FACTS = """\
- hosts: all
  gather_facts: false
  tasks:
    - name: facts
      dockswitch.engine.docker_engine_facts:
"""
LOOKUP = """\
- hosts: one
  gather_facts: false
  tasks:
    - name: looked up
      ansible.builtin.debug:
        msg: "{{ lookup('dockswitch.engine.release', 'test latest', mirror=mirror) }}"
"""
#: On the third host something is not well once the new engine is there.
GATE = """\
#!/bin/sh
docker info > /dev/null && ! { [ -e /etc/broken ] && docker version | grep -q 28.5.2; }
"""


@pytest.fixture(scope="module")
def fleet(
    machine_files: Path, apt_repository: AptRepository, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("ansible")
    with machine_network():
        ansible.unpack(folder / "collections", single_file.built())
    with ansible_hosts.up(machine_files, apt_repository.root, NAMES, folder) as fleet:
        for machine in fleet.machines.values():
            machine.shell(["rm", "-f", "/etc/apt/sources.list"])
            machine.write("/etc/dpkg/dpkg.cfg.d/quick", "force-unsafe-io\n")
            site = apt_repository.channels_yaml(f"file://{rootfs.MIRROR}")
            machine.write("/etc/dockswitch/channels.yaml", site)
            machine.write("/usr/local/bin/gate", GATE)
            machine.shell(["chmod", "755", "/usr/local/bin/gate"])
        yield fleet


def test_a_fleet_is_provisioned_pinned_and_rolled_forward_and_stops_where_a_host_is_not_well(
    fleet: Fleet, apt_repository: AptRepository
) -> None:
    old, new = (apt_repository.starting(channel)[-1].version for channel in ("stable", "test"))
    here = {"engine_mirror": f"file://{rootfs.MIRROR}", "engine_backend": "apt"}
    pinned = {**here, "engine_channel": "stable", "engine_version": old}

    # On fresh hosts check mode tells what the real run then does, and leaves nothing.
    foreseen = fleet.play(ROLE, "--check", "--diff", **pinned).ended(0)
    assert fleet.versions() == dict.fromkeys(NAMES, "")
    assert not any((m.root / "usr/local/lib/dockswitch").exists() for m in fleet.machines.values())
    done = fleet.play(ROLE, "--diff", **pinned).ended(0)
    for name in NAMES:
        was, became = (each.results[SWITCH, name] for each in (foreseen, done))
        for told in ("changed", "diff", "from", "to", "channel", "generation", "trust"):
            assert was[told] == became[told], told
        assert became["trust"] == "signed"
    assert fleet.versions() == dict.fromkeys(NAMES, old)

    # Twice the same is once.
    for _ in range(2):
        assert fleet.play(ROLE, **pinned).ended(0).changed == dict.fromkeys(NAMES, 0)
    facts = fleet.play(FACTS).ended(0).results["facts", "four"]["ansible_facts"]["docker_engine"]
    assert (facts["installed"], facts["running"], facts["drift"]) == (old, old, [])
    assert facts["held"]

    # One after the other, and the third is not well.
    fleet.machines["three"].write("/etc/broken", "")
    up = {**here, "engine_channel": "test", "engine_version": new, "engine_gate": "gate"}
    rolled = fleet.play("dockswitch.engine.rolling", **up)
    assert rolled.code != 0
    assert fleet.versions() == {"one": new, "two": new, "three": old, "four": old}
    assert "four" not in rolled.hosts
    assert (
        fleet.play(FACTS)
        .ended(0)
        .results["facts", "three"]["ansible_facts"]["docker_engine"]["drift"]
        == []
    )

    # Mended, it goes on where it stopped.
    fleet.machines["three"].shell(["rm", "/etc/broken"])
    fleet.play("dockswitch.engine.rolling", **up).ended(0)
    assert fleet.versions() == dict.fromkeys(NAMES, new)
    looked = fleet.play(LOOKUP, mirror=f"file://{apt_repository.root}").ended(0)
    assert looked.results["looked up", "one"]["msg"] == new

"""Hosts provisioned by real Ansible: from one lock, rolled forward, stopped, and back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dockswitch import ansible
from tests.integration import ansible_hosts, rootfs_old, single_file
from tests.integration.ansible_hosts import ADDRESS, Fleet, Played
from tests.integration.apt_holdings import AptRepository
from tests.integration.holdings import Mirror
from tests.integration.namespace import machine_network

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("guests")]

#: The last has a Python that is too old for the program.
NAMES, OLD = ("one", "two", "three", "four"), "old"
SWITCH, FACTS = "dockswitch.engine.engine : The engine is that one", "facts"
ROLE = """\
- hosts: all
  gather_facts: false
  roles: [dockswitch.engine.engine]
"""
LOOKS = """\
- hosts: all
  gather_facts: false
  tasks:
    - name: facts
      dockswitch.engine.docker_engine_facts:
    - name: looked up
      ansible.builtin.debug:
        msg: "{{ lookup('dockswitch.engine.release', 'test latest', mirror=engine_mirror) }}"
      run_once: true
"""
#: On the third host something is not well once the new engine is there.
GATE = """\
#!/bin/sh
docker info > /dev/null && ! { [ -e /etc/broken ] && docker version | grep -q 28.5.2; }
"""
TOLD = ("changed", "diff", "from", "to", "channel", "generation", "trust", "brought", "form")


@pytest.fixture(scope="module")
def fleet(
    machine_files: Path, apt_repository: AptRepository, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("ansible")
    with machine_network():
        old = rootfs_old.build(machine_files.parent)
        ansible.unpack(folder / "collections", single_file.built())
    (folder / "channels.yaml").write_text(apt_repository.channels_yaml(ADDRESS))
    files = {**dict.fromkeys(NAMES, machine_files), OLD: old}
    with ansible_hosts.up(files, apt_repository.root, folder, ordinary=("four",)) as fleet:
        for machine in fleet.machines.values():
            machine.write("/etc/dpkg/dpkg.cfg.d/quick", "force-unsafe-io\n")
            machine.write("/etc/dockswitch/channels.yaml", apt_repository.channels_yaml(ADDRESS))
            machine.write("/usr/local/bin/gate", GATE)
            machine.shell(["chmod", "755", "/usr/local/bin/gate"])
        yield fleet


def test_a_fleet_is_provisioned_from_one_lock_rolled_forward_and_stops_where_a_host_is_not_well(
    fleet: Fleet, apt_repository: AptRepository, mirror: Mirror
) -> None:
    before, after = (apt_repository.starting(each)[-1].version for each in ("stable", "test"))
    oldest = mirror.engines[0].version
    versions = {**dict.fromkeys(NAMES, before), OLD: oldest}
    _locks(fleet, before, oldest)
    fleet.knows(**{OLD: {"engine_version": oldest, "engine_backend": "static"}})
    common = {"engine_mirror": ADDRESS, "engine_channel": "stable"}
    locked: dict[str, Any] = {**common, "engine_lock": str(fleet.folder / "fleet.lock")}

    # On fresh hosts check mode tells what the real run then does, and leaves nothing.
    foreseen = fleet.play(ROLE, "--check", "--diff", **locked).ended(0)
    assert fleet.versions() == dict.fromkeys(versions, "")
    assert not any(machine.left() for machine in map(_Left, fleet.machines.values()))
    done = fleet.play(ROLE, "--diff", **locked).ended(0)
    for name in versions:
        was, became = (_told(each, name) for each in (foreseen, done))
        assert was == became
        assert (became["changed"], became["trust"]) == (True, "locked")
    assert fleet.versions() == versions

    # One lock, one mirror: no host asked for anything but the very files.
    asked = fleet.asked()
    assert all(path.endswith((".deb", ".tgz")) for paths in asked.values() for path in paths)
    assert all(asked.values())

    # Twice the same is once, and asks for nothing.
    playbook = fleet.folder / "again.yml"
    playbook.write_text(ROLE)
    twice = fleet.play(ROLE, str(playbook), **locked).ended(0)
    assert twice.changed == dict.fromkeys(versions, 0)
    assert not any(fleet.asked().values())
    looks = fleet.play(LOOKS, **locked).ended(0)
    assert looks.results["looked up", "one"]["msg"] == after
    for name, version in versions.items():
        facts = _facts(looks, name)
        assert (facts["installed"], facts["running"], facts["drift"]) == (version, version, [])
        assert bool(facts["held"]) == (name != OLD)

    # One after the other, and the third is not well.
    fleet.machines["three"].write("/etc/broken", "")
    up = {"engine_channel": "test", "engine_version": after, "engine_gate": "gate"}
    up |= {"engine_backend": "apt", "engine_hosts": "all:!old", "engine_mirror": ADDRESS}
    rolled = fleet.play("dockswitch.engine.rolling", **up)
    assert rolled.code != 0
    states = {"one": after, "two": after, "three": before, "four": before, OLD: oldest}
    assert fleet.versions() == states
    assert "four" not in rolled.hosts
    assert fleet.asked()["four"] == []

    # Mended, it goes on where it stopped. One that cannot be reached takes its batch back.
    fleet.machines["three"].shell(["rm", "/etc/broken"])
    fleet.knows(gone={"ansible_ssh_common_args": "-o ProxyCommand=false"})
    batches = {"engine_serial": 2, "engine_hosts": "one,two,three,gone,four"}
    stopped = fleet.play("dockswitch.engine.rolling", **{**up, **batches})
    assert stopped.results["Stop here", "gone"]["msg"] == "gone cannot be reached"
    assert fleet.versions() == states
    fleet.knows()
    fleet.play("dockswitch.engine.rolling", **up).ended(0)
    assert fleet.versions() == {**dict.fromkeys(NAMES, after), OLD: oldest}

    # What somebody did by hand is told.
    fleet.machines["one"].shell(["apt-mark", "unhold", "docker-ce"])
    fleet.machines[OLD].shell(["systemctl", "stop", "docker.socket", "docker.service"])
    looks = fleet.play(LOOKS, **up).ended(0)
    drift = {name: " ".join(_facts(looks, name)["drift"]) for name in versions}
    assert "docker-ce no longer held" in drift["one"]
    assert "no engine runs" in drift[OLD]
    assert {drift[name] for name in ("two", "three", "four")} == {""}


class _Left:
    """What a machine has of dockswitch's."""

    def __init__(self, machine: Any) -> None:
        self._root = machine.root

    def left(self) -> list[str]:
        places = ("usr/local/lib/dockswitch", "var/lib/dockswitch", "var/cache/dockswitch.pyz")
        return [place for place in places if (self._root / place).exists()]


def _locks(fleet: Fleet, *versions: str) -> None:
    """One file for all of them, made by whoever plays."""
    hosts = ("--for", "debian:bookworm/amd64", "--for", "debian:bullseye/amd64")
    words = ["lock", *(f"stable@{each}" for each in versions), *hosts]
    subprocess.run(
        [
            sys.executable,
            fleet.folder / "collections" / ansible.NAME / ansible.PROGRAM,
            *words,
            "-o",
            fleet.folder / "fleet.lock",
        ],
        env={
            **os.environ,
            "HOME": str(fleet.folder),
            "DOCKSWITCH_MIRROR": ADDRESS,
            "DOCKSWITCH_CHANNELS": str(fleet.folder / "channels.yaml"),
        },
        check=True,
        timeout=60,
    )


def _told(played: Played, name: str) -> dict[str, object]:
    result = played.results[SWITCH, name]
    return {each: result.get(each) for each in TOLD}


def _facts(played: Played, name: str) -> dict[str, Any]:
    facts: dict[str, Any] = played.results[FACTS, name]["ansible_facts"]["docker_engine"]
    return facts

"""A held engine stays: apt, dpkg and unattended-upgrades leave it alone, and it is let go of."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from dockswitch.model import package_names
from tests.integration import package, rootfs, upgrades
from tests.integration.apt_holdings import AptRepository
from tests.integration.apt_machine import Apt
from tests.integration.archive import ArchiveMissing, PackagesMissing
from tests.integration.namespace import machine_network
from tests.integration.needs import demand

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

_PIN = """\
Package: docker-ce
Pin: version {docker-ce}
Pin-Priority: 1001
"""

#: What a program of packages does before all else.
_LOCKS = """\
import fcntl, time
lock = open("/var/lib/dpkg/lock-frontend", "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
print("locked", flush=True)
time.sleep(3)
"""


@pytest.fixture(scope="session")
def unattended(machine_files: Path) -> Path:
    """unattended-upgrades and what it wants, beside the machine's files."""
    try:
        with machine_network():
            beside = machine_files.parent.with_name("upgrades")
            return package.fetch(beside, machine_files, upgrades.PACKAGES)
    except (ArchiveMissing, PackagesMissing) as error:
        demand(str(error))
        raise


def test_a_held_engine_is_left_alone_by_all_that_upgrades_until_it_is_let_go_of(
    apt: Apt, apt_repository: AptRepository, unattended: Path
) -> None:
    older, newest = apt_repository.starting("stable")[0], apt_repository.starting("stable")[-1]
    apt.use_source(apt_repository, "stable")
    apt.install(older)
    package.install(apt.machine, unattended)
    upgrades.allow_everything(apt)
    assert apt.machine.run("status").ended(0).plain["held"] is False
    assert newest.packages["docker-ce"] in apt.get("--simulate", "dist-upgrade")

    why = ["hold", "--reason", "the cluster wants it"]
    said = apt.machine.run(*why, as_user=rootfs.ADMIN).ended(0).plain["held"]
    assert said["packages"] == [f"{name}={older.packages[name]}" for name in _held(apt)]
    assert set(_held(apt)) == set(older.packages)
    assert (said["owner"], said["reason"]) == (rootfs.ADMIN, "the cluster wants it")
    assert apt.machine.run("status").ended(0).plain["held"] == said
    named = ["install", "docker-ce", "containerd.io"]
    for words in (["upgrade"], ["dist-upgrade"], named, [*named, "--target-release", "bookworm"]):
        assert "Inst " not in apt.get("--simulate", *words)
    policy = apt.machine.attempt(["apt-cache", "policy", "docker-ce"])
    assert f"Candidate: {older.packages['docker-ce']}\n" in policy.stdout
    assert policy.stderr == ""
    # A pin of somebody else's that would even downgrade does not move what is held either.
    apt.machine.write("/etc/apt/preferences.d/docker", _PIN.format(**newest.packages))
    for words in (["upgrade"], ["dist-upgrade"]):
        assert "Inst " not in apt.get("--simulate", *words)
    apt.machine.shell(["rm", "/etc/apt/preferences.d/docker"])

    upgrades.run(apt)
    assert _versions(apt) == older.packages
    apt.machine.run("unhold").ended(0)
    assert _held(apt) == []
    assert apt.machine.run("status").ended(0).plain["held"] is False
    upgrades.run(apt)
    assert _versions(apt) == {name: newest.packages[name] for name in older.packages}

    history = apt.machine.run("history").ended(0).plain["generations"]
    assert [(each["wish"], bool(each["held"])) for each in history] == [
        ("hold", True),
        ("unhold", False),
    ]


def test_a_hold_of_somebody_else_is_shown_and_left_to_them(
    apt: Apt, apt_repository: AptRepository
) -> None:
    wanted = apt_repository.starting("stable")[-1]
    apt.use_source(apt_repository, "stable")
    error = apt.machine.run("hold").ended(1).error
    assert "there is no engine here that could be held" in error
    apt.install(wanted)
    apt.machine.shell(["apt-mark", "hold", "containerd.io"])
    assert apt.machine.run("status").ended(0).plain["held"]["foreign"] == ["containerd.io"]
    pid = _at_work(apt)
    told = apt.machine.told("hold").ended(0)
    assert f"waiting for process {pid} (python3" in told.err
    said = apt.machine.run("status").ended(0).plain["held"]
    others = {f"{name}={version}" for name, version in wanted.packages.items()}
    assert others - set(said["packages"]) == {f"containerd.io={wanted.packages['containerd.io']}"}
    assert (said["owner"], said["foreign"]) == ("root", ["containerd.io"])
    apt.machine.shell(["apt-mark", "unhold", "docker-ce"])
    error = apt.machine.run("status", "--exit-code").ended(10).plain["drift"]
    assert error == ["docker-ce no longer held: `dockswitch hold` or `dockswitch unhold`"]
    apt.machine.run("hold").ended(0)
    apt.machine.run("unhold").ended(0)
    assert _held(apt) == ["containerd.io"]


def _held(apt: Apt) -> list[str]:
    """The packages that are held, Docker's own engine first, as dockswitch tells them."""
    held = apt.machine.shell(["apt-mark", "showhold"]).split()
    return sorted(held, key=package_names.ALL.index)


def _versions(apt: Apt) -> dict[str, str]:
    """Docker's packages that are wholly installed, held or not."""
    form = "${db:Status-Abbrev}|${Package}|${Version}\\n"
    told = apt.machine.shell(
        ["dpkg-query", "--show", "--showformat", form, "docker-*", "containerd*"]
    )
    lines = [line.split("|") for line in told.splitlines()]
    return {name: version for status, name, version in lines if status in ("ii ", "hi ")}


def _at_work(apt: Apt) -> str:
    """Another program, by its process, that has dpkg's lock for a while."""
    pid = apt.machine.shell(["sh", "-c", f"python3 -c '{_LOCKS}' >/tmp/lock 2>&1 & echo $!"])
    while apt.machine.attempt(["grep", "-q", "locked", "/tmp/lock"]).returncode:
        time.sleep(0.05)
    return pid.strip()

"""Exported scripts do what `use` does on a machine: where they end, and what they refuse."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockswitch.export.script import render
from tests.integration import cut_short, exported, package, scripts, systemd_machine, unwell
from tests.integration.apt_holdings import AptRepository
from tests.integration.apt_machine import Apt
from tests.integration.holdings import Mirror
from tests.integration.needs import demand
from tests.integration.packaged import Story
from tests.integration.systemd_machine import Machine

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("guests")]

DASH, BUSYBOX = ("dash",), ("/opt/busybox", "sh")


@pytest.fixture
def one(machine_files: Path, apt_repository: AptRepository) -> Iterator[Machine]:
    """A machine that finds static archives and packages where Docker's would be."""
    with systemd_machine.booted(machine_files, apt_repository.root) as running:
        Story.of(Apt(running), apt_repository)
        yield running


@pytest.fixture
def two(machine_files: Path, apt_repository: AptRepository) -> Iterator[tuple[Machine, Machine]]:
    """Two machines alike: one for scripts, one for `use`."""
    busybox = shutil.which("busybox")
    demand(None if busybox else "this machine has no busybox")
    with (
        systemd_machine.booted(machine_files, apt_repository.root) as one,
        systemd_machine.booted(machine_files, apt_repository.root) as other,
    ):
        for each in (one, other):
            Story.of(Apt(each), apt_repository)
        shutil.copy(str(busybox), one.root / "opt/busybox")
        yield one, other


def same(one: Machine, other: Machine) -> None:
    """Fail unless both are in the same state, to the file."""
    mine, theirs = exported.state(one), exported.state(other)
    assert mine.status == theirs.status
    assert mine.packages == theirs.packages
    assert mine.held == theirs.held
    assert mine.paths == theirs.paths
    assert mine.kept == theirs.kept
    assert mine.generation == theirs.generation


# Behind a second release by packages what is kept differs: `use` fetches less, going by what is
# there. That scripts go up and down by packages is shown in test_script.
@pytest.mark.parametrize(
    ("backend", "shell", "releases"),
    [("static", DASH, (-1, 0)), ("apt", BUSYBOX, (-1,))],
    ids=["static", "apt"],
)
def test_a_script_ends_where_use_does(
    two: tuple[Machine, Machine],
    apt_repository: AptRepository,
    backend: str,
    shell: tuple[str, ...],
    releases: tuple[int, ...],
) -> None:
    one, other = two
    starting = apt_repository.starting("stable")
    was = None
    for at in releases:
        version = starting[at].version
        words = (version, "--backend", backend)
        one.run("export", "sh", *words, "-o", exported.SCRIPT).ended(0)
        code, foreseen = exported.run(one, "--check", shell=shell)
        assert (code, foreseen["changed"]) == (10, True), foreseen
        code, done = exported.run(one, shell=shell)
        assert code == 0, done
        assert {**foreseen, "said": ""} == {**done, "said": ""}
        used = other.run("use", *words).ended(0).plain
        for key in ("changed", "from", "to", "backend", "restarted"):
            assert done[key] == used[key], key
        assert (done["from"], done["to"]) == (was, version)
        same(one, other)
        for check in ((), ("--check",)):
            code, again = exported.run(one, *check, shell=shell)
            assert (code, again["changed"], again["restarted"]) == (0, False, False)
        assert one.run("use", *words).ended(0).plain["changed"] is False
        was = version


_CONFIG = """\
datasource_list: [NoCloud]
network: {config: disabled}
# what this machine has no programs for, and what takes time
locale: false
ssh_deletekeys: false
ssh_genkeytypes: []
"""
_SEED = "/var/lib/cloud/seed/nocloud"
_STAGES = (["init", "--local"], ["init"], ["modules", "-m", "config"], ["modules", "-m", "final"])


def test_cloud_init_takes_it_and_apt_follows_its_pins(
    one: Machine, cloud_init: Path, apt_repository: AptRepository
) -> None:
    old, *_, new = apt_repository.starting("stable")
    apt = Apt(one)
    apt.use_source(apt_repository, "stable")
    place = "/etc/apt/preferences.d/docker-engine"
    pinned = one.run("export", "preferences", old.version, "-o", place).ended(0).plain
    for each in pinned["artifacts"]:
        name, _, version = each["package"].partition("=")
        policy = one.shell(["apt-cache", "policy", name])
        assert f"Candidate: {version}\n" in policy
        assert f"{version} 999" in policy
    one.shell(["rm", place])

    package.unpack(one, cloud_init)
    for backend in ("static", "apt"):
        words = (new.version, "--backend", backend, "-o", f"{_SEED}/user-data")
        one.shell(["mkdir", "-p", _SEED])
        one.run("export", "cloud-init", *words).ended(0)
        said = one.attempt(["cloud-init", "schema", "--config-file", f"{_SEED}/user-data"])
        assert (said.returncode, said.stderr) == (0, ""), said.stdout
    one.write(f"{_SEED}/meta-data", "instance-id: one\n")
    one.write("/etc/cloud/cloud.cfg.d/99_test.cfg", _CONFIG)
    for stage in _STAGES:
        one.attempt(["cloud-init", *stage])
    assert "status: done" in one.shell(["cloud-init", "status", "--long"])
    status = one.run("status", "--exit-code").ended(0).plain
    assert (status["running"], status["backend"]) == (new.version, "apt")


@pytest.mark.parametrize("backend", ["static", "apt"])
def test_what_is_not_well_is_undone(
    one: Machine, mirror: Mirror, apt_repository: AptRepository, backend: str
) -> None:
    starting = apt_repository.starting("stable")
    old, new = starting[0].version, starting[-1]
    if backend == "static":
        engine = next(each for each in mirror.engines if each.version == new.version)
        script = scripts.of_archive(mirror, engine)
        place = f"{scripts.folder_of_archive(mirror, engine)}/{engine.name}"
        broken = unwell.archive(one, script, place, "runc")
    else:
        script = scripts.of_packages(apt_repository, new)
        pool = scripts.folder_of_packages(apt_repository, new)
        file = script.bundle.url.rpartition("/")[2]
        broken = unwell.packages(one, script, f"{pool}/{file}", "dockerd")
    one.write("/opt/broken.sh", render(broken))
    words = ("--files", unwell.FOLDER)

    # where nothing was there before, nothing is there behind it
    if backend == "static":
        before = exported.traces(one)
        code, said = exported.run(one, *words, script="/opt/broken.sh")
        assert (code, said["changed"], said["error"]["code"]) == (15, False, "undone"), said
        assert said["from"] is None
        assert exported.traces(one) == before
        assert one.attempt(["pgrep", "-x", "dockerd"]).returncode == 1

    one.run("export", "sh", old, "--backend", backend, "-o", exported.SCRIPT).ended(0)
    assert exported.run(one)[0] == 0
    before, was = exported.traces(one), exported.state(one)
    code, said = exported.run(one, *words, script="/opt/broken.sh")
    assert (code, said["error"]["code"], said["restarted"]) == (15, "undone", True), said
    assert (said["from"], said["to"]) == (old, new.version)
    assert exported.traces(one) == before
    now = exported.state(one)
    assert (now.status, now.held, now.packages) == (was.status, was.held, was.packages)
    code, again = exported.run(one)
    assert (code, again["changed"]) == (0, False)
    one.run("use", old, "--backend", backend).ended(0)

    # where the way back is gone too, hands are needed; what is well goes on from there
    if backend == "static":
        program = f"{one.shell(['readlink', '-f', '/var/lib/dockswitch/current']).strip()}/dockerd"
        one.shell(["mv", program, f"{program}.away"])
        code, said = exported.run(one, *words, script="/opt/broken.sh")
        assert (code, said["error"]["code"], said["changed"]) == (16, "hands-needed", True), said
        one.shell(["mv", f"{program}.away", program])
        code, said = exported.run(one)
        assert (code, said["changed"]) == (0, True), said
        assert one.run("status", "--exit-code").ended(0).plain["running"] == old


#: What a script is about to do when it is killed.
_MOMENTS = ("systemctl stop docker.service", "mv *current.tmp*", "mv *.jsonl")


def test_whenever_it_is_killed_the_next_run_goes_on(
    one: Machine, apt_repository: AptRepository
) -> None:
    starting = apt_repository.starting("stable")
    was, wanted = starting[0].version, starting[-1].version
    for version in (was, wanted):
        words = (version, "--backend", "static", "-o", f"/opt/{version}.sh")
        one.run("export", "sh", *words).ended(0)
    cut_short.ready(one)
    assert exported.run(one, script=f"/opt/{was}.sh")[0] == 0
    for moment in _MOMENTS:
        script = f"/opt/{wanted}.sh"
        cut_short.run(one, moment, script)
        # going on is a change, whatever was done already, and says from what
        code, foreseen = exported.run(one, "--check", script=script)
        assert (code, foreseen["from"]) == (10, was)
        code, said = exported.run(one, script=script)
        assert (code, said["changed"], said["from"]) == (0, True, was), said
        assert one.run("status", "--exit-code").ended(0).plain["running"] == wanted
        assert exported.left(one) == []
        was, wanted = wanted, was

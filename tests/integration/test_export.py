"""Exported scripts do what `use` does on a machine: where they end, and what they refuse."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration import exported, systemd_machine
from tests.integration.apt_holdings import AptRepository
from tests.integration.apt_machine import Apt
from tests.integration.needs import demand
from tests.integration.packaged import Story
from tests.integration.systemd_machine import Machine

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("guests")]

DASH, BUSYBOX = ("dash",), ("/opt/busybox", "sh")


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
            each.shell(["rm", "-f", "/etc/docker/key.json"])
        shutil.copy(str(busybox), one.root / "opt/busybox")
        yield one, other


def same(one: Machine, other: Machine) -> None:
    mine, theirs = exported.state(one), exported.state(other)
    assert mine.paths == theirs.paths
    assert mine.kept == theirs.kept
    assert mine.packages == theirs.packages
    assert mine.held == theirs.held
    assert mine.generation == theirs.generation
    assert mine.status == theirs.status


@pytest.mark.parametrize(
    ("backend", "shell"), [("static", DASH), ("apt", BUSYBOX)], ids=["static", "apt"]
)
def test_a_script_ends_where_use_does(
    two: tuple[Machine, Machine],
    apt_repository: AptRepository,
    backend: str,
    shell: tuple[str, ...],
) -> None:
    one, other = two
    starting = apt_repository.starting("stable")
    was = None
    for release in (starting[-1], starting[0]):
        version = release.version
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

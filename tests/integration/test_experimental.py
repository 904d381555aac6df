"""Experimental features of real engines: on for a switch, off again, and daemon.json as before."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockswitch.system import hosts
from tests.integration import below, whole
from tests.integration.holdings import Mirror
from tests.integration.program import Dockswitch
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine

OWNERS = '{\n\t"labels" : ["site=a"],\n\t"experimental" : false,\n\t"debug" : true\n}\n'


def test_they_are_on_until_the_rollback_and_its_owner_s_file_is_as_before(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, new = mirror.engines[0], mirror.engines[-1]
    stock.hand_out(program.root, old, new)
    path = program.root / "etc/docker/daemon.json"
    path.parent.mkdir(parents=True)
    path.write_text(OWNERS)
    path.chmod(0o600)
    program.run("use", old.version).ended(0)
    assert not _experimental(program)
    program.run("use", new.version, "--experimental").ended(0)
    assert _experimental(program)
    assert path.read_text() == OWNERS.replace("false", "true")
    assert path.stat().st_mode & 0o777 == 0o600
    program.run("rollback").ended(0)
    assert not _experimental(program)
    assert path.read_text() == OWNERS
    whole.is_whole(program, old.version)
    assert "site=a" not in _journals(program.root)


def test_a_machine_without_daemon_json_gets_none(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    engine = mirror.engines[0]
    stock.hand_out(program.root, engine)
    program.run("use", engine.version).ended(0)
    (first,) = below.dockerds(program.root)
    assert program.run("use", engine.version, "--experimental").ended(0).plain["restarted"]
    assert _experimental(program)
    (second,) = below.dockerds(program.root)
    again = program.run("use", engine.version, "--experimental").ended(0).plain
    assert not again["changed"]
    assert below.dockerds(program.root) == [second]
    program.run("daemon", "restart").ended(0)
    assert _experimental(program)
    assert program.run("use", engine.version).ended(0).plain["restarted"]
    assert not _experimental(program)
    assert first != second
    assert not (program.root / "etc/docker").exists()
    whole.is_whole(program, engine.version)


def test_a_switch_that_fails_leaves_its_owner_s_file(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    engine = mirror.engines[0]
    stock.hand_out(program.root, engine, mirror.relabelled)
    path = program.root / "etc/docker/daemon.json"
    path.parent.mkdir(parents=True)
    path.write_text(OWNERS)
    refused = 18 if hosts.this().cgroup == 2 else 15  # beforehand, or as it starts
    program.run("use", mirror.relabelled.version, "--experimental").ended(refused)
    assert path.read_text() == OWNERS
    whole.nothing_is_there(program.root)


def _experimental(program: Dockswitch) -> bool:
    told = whole.docker(program, "version", "--format", "{{.Server.Experimental}}")
    return {"true": True, "false": False}[told.strip()]


def _journals(root: Path) -> str:
    return "".join(path.read_text() for path in (root / below.STATE / "journal").iterdir())

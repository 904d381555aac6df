"""A version that is needed is not removed: in use, the one before, or still running containers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration import below, whole
from tests.integration.holdings import Mirror
from tests.integration.image import image_of
from tests.integration.program import Dockswitch
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine


def test_the_version_in_use_stays_and_another_goes(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, old, new)
    program.run("use", old.version).ended(0)
    assert "in use" in program.run("uninstall", old.version).ended(1).error
    assert program.run("uninstall", new.version).ended(0).plain["removed"] == [new.version]
    assert _kept(program) == [old.version]
    assert not below.unfinished(program.root)
    assert new.version in program.run("uninstall", new.version).ended(1).error
    whole.is_whole(program, old.version)


def test_prune_keeps_what_is_in_use_and_the_one_before(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, middle, new = mirror.engines[:3]
    stock.hand_out(program.root, old, middle, new)
    for engine in (old, middle):
        program.run("use", engine.version).ended(0)
    said = program.run("prune", "--dry-run").ended(0).plain
    assert (said["changed"], said["removed"]) == (False, [new.version])
    assert len(_kept(program)) == 3
    said = program.run("prune").ended(0).plain
    assert (said["changed"], said["removed"], said["bytes"]) == (True, [new.version], new.bytes)
    assert _kept(program) == [old.version, middle.version]
    assert program.run("prune").ended(0).plain["removed"] == []
    program.run("rollback").ended(0)
    whole.is_whole(program, old.version)


def test_the_engine_that_runs_stays_also_when_the_links_are_elsewhere(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, old, new)
    program.run("use", old.version).ended(0)
    program.run("use", new.version, "--no-start").ended(0)
    assert "still run" in program.run("uninstall", old.version).ended(1).error
    assert below.answering(program.root) == old.version


def test_a_version_whose_container_lives_on_stays(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, new, other = mirror.engines[:3]
    stock.hand_out(program.root, old, new, other)
    _live_restore(program.root)
    program.run("use", old.version).ended(0)
    whole.docker(program, "import", "-", "sleeper", given=image_of(Path("/bin/sleep")))
    started = ["--detach", "--network", "none", "sleeper", "/sleep", "600"]
    container = whole.docker(program, "run", *started).strip()
    before = _pid(program, container)
    # Twice up: the version of the shim is then neither in use nor the one before.
    for engine in (new, other):
        program.run("use", engine.version).ended(0)
        assert _pid(program, container) == before
    assert "shims" in program.run("uninstall", old.version).ended(1).error
    assert program.run("prune").ended(0).plain["removed"] == []
    assert old.version in _kept(program)
    whole.docker(program, "rm", "--force", container)
    assert program.run("prune").ended(0).plain["removed"] == [old.version]
    whole.is_whole(program, other.version)


def test_going_back_to_what_was_removed_says_how_to_have_it(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, old, new)
    program.run("use", old.version, "--no-start").ended(0)
    program.run("use", new.version, "--no-start").ended(0)
    program.run("uninstall", old.version).ended(0)
    error = program.run("rollback").ended(1).error
    assert "dockswitch install" in error
    assert old.version in error
    whole.is_linked(program.root, new.version)


def _kept(program: Dockswitch) -> list[str]:
    return [each["version"] for each in program.run("list").ended(0).plain["installed"]]


def _live_restore(root: Path) -> None:
    path = root / "etc/docker/daemon.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"live-restore": True}))


def _pid(program: Dockswitch, container: str) -> int:
    said = whole.docker(program, "inspect", "--format", "{{.State.Pid}}", container)
    assert int(said) > 0
    return int(said)

"""Runs that have little to do, or are told to do less: again, --no-start, --dry-run, --check."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration import below, whole
from tests.integration.holdings import Mirror
from tests.integration.image import image_of
from tests.integration.program import Dockswitch
from tests.integration.server import MirrorServer
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine


def test_a_second_use_of_an_exact_spec_changes_nothing(
    program: Dockswitch, mirror: Mirror, mirror_server: MirrorServer, stock: Stock
) -> None:
    engine = mirror.engines[0]
    stock.hand_out(program.root, engine)
    program.run("use", engine.version).ended(0)
    running, before = below.dockerds(program.root), below.listing(program.root / below.STATE)
    said = program.run("use", engine.version).ended(0).plain
    assert (said["changed"], said["restarted"], said["generation"]) == (False, False, 1)
    assert (said["from"], said["to"]) == (engine.version, engine.version)
    assert mirror_server.requests == []
    assert below.dockerds(program.root) == running
    after = below.listing(program.root / below.STATE)
    assert {name for name in before if name not in after or after[name] != before[name]} <= {"lock"}
    assert after.keys() == before.keys()


def test_another_channel_s_same_release_is_recorded_and_restarts_nothing(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    engine = mirror.engines[0]
    stock.hand_out(program.root, engine)
    program.run("use", engine.version).ended(0)
    running = below.dockerds(program.root)
    said = program.run("use", "stable", engine.version, "--check").ended(10).plain
    assert (said["changed"], said["steps"], said["generation"]) == (True, [], 2)
    said = program.run("use", "stable", engine.version).ended(0).plain
    assert (said["changed"], said["channel"], said["restarted"]) == (True, "stable", False)
    assert below.dockerds(program.root) == running


def test_no_start_switches_the_links_and_leaves_the_engine(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, old, new)
    program.run("use", old.version, "--no-start").ended(0)
    whole.is_linked(program.root, old.version)
    assert below.dockerds(program.root) == []
    program.run("status", "--exit-code").ended(0)
    program.run("use", old.version).ended(0)
    running = below.dockerds(program.root)
    said = program.run("use", new.version, "--no-start").ended(0).plain
    assert (said["from"], said["to"], said["restarted"]) == (old.version, new.version, False)
    whole.is_linked(program.root, new.version)
    assert below.dockerds(program.root) == running
    assert below.answering(program.root) == old.version
    drift = program.run("status", "--exit-code").ended(10).plain["drift"]
    assert [old.version in line and new.version in line for line in drift] == [True]
    program.run("use", new.version).ended(0)
    whole.is_whole(program, new.version)


def test_client_only_links_docker_alone(program: Dockswitch, mirror: Mirror, stock: Stock) -> None:
    engine = mirror.engines[0]
    stock.hand_out(program.root, engine)
    program.run("use", engine.version, "--client-only").ended(0)
    assert list(below.links(program.root)) == ["docker"]
    assert below.dockerds(program.root) == []
    program.run("use", engine.version).ended(0)
    whole.is_whole(program, engine.version)


@pytest.mark.parametrize("word", ["--dry-run", "--check"])
def test_what_would_be_done_is_said_and_not_done(
    program: Dockswitch, mirror: Mirror, mirror_server: MirrorServer, stock: Stock, word: str
) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, old, new)
    pending = 10 if word == "--check" else 0
    before = below.listing(program.root)
    said = program.run("use", old.version, word).ended(pending).plain
    assert below.listing(program.root) == before
    assert (said["changed"], said["from"], said["to"]) == (True, None, old.version)
    assert (said["generation"], said["impact"], said["restarted"]) == (1, [], False)
    program.run("use", old.version).ended(0)
    before, running = below.listing(program.root / below.STATE), below.dockerds(program.root)
    said = program.run("use", new.version, word).ended(pending).plain
    assert (said["from"], said["to"], said["restarted"]) == (old.version, new.version, True)
    assert said["steps"][0] == "stop the engine"
    assert (said["generation"], said["downtime_seconds"], said["trust"]) == (2, None, "tls")
    assert isinstance(said["seconds"], float)
    said = program.run("use", old.version, word).ended(0).plain
    assert (said["changed"], said["steps"]) == (False, [])
    said = program.run("use", "system", word).ended(pending).plain
    assert (said["from"], said["to"]) == (old.version, None)
    assert below.listing(program.root / below.STATE) == before
    assert below.dockerds(program.root) == running
    assert mirror_server.requests == []


def test_a_check_of_what_is_not_here_asks_the_index_and_fetches_nothing(
    program: Dockswitch, mirror: Mirror, mirror_server: MirrorServer
) -> None:
    said = program.run("use", "stable", "--check").ended(10).plain
    assert mirror_server.requests == [f"/linux/static/stable/{mirror.arch}/"]
    assert [each["url"] for each in said["artifacts"]] == [
        f"{program.mirror}/linux/static/stable/{mirror.arch}/docker-{said['to']}.tgz"
    ]
    assert not (program.root / below.STATE).exists()


def test_what_becomes_of_containers_is_foreseen(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, old, new)
    program.run("use", old.version).ended(0)
    whole.docker(program, "import", "-", "sleeper", given=image_of(Path("/bin/sleep")))
    for name, restart in (("once", "no"), ("forever", "always")):
        named = ["--name", name, "--restart", restart, "--detach", "--network", "none"]
        whole.docker(program, "run", *named, "sleeper", "/sleep", "600")
    assert program.run("use", new.version, "--dry-run").ended(0).plain["impact"] == [
        "container forever (sleeper) stops and starts again",
        "container once (sleeper) stops",
    ]
    assert program.run("use", "system", "--dry-run").ended(0).plain["impact"] == [
        "container forever (sleeper) stops",
        "container once (sleeper) stops",
    ]
    assert program.run("use", new.version, "--no-start", "--dry-run").plain["impact"] == []
    program.run("use", new.version).ended(0)
    running = whole.docker(program, "ps", "--format", "{{.Names}}").split()
    assert running == ["forever"]

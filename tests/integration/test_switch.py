"""Switching between real engines, there and back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration import whole
from tests.integration.archive import SUITES
from tests.integration.holdings import Engine, Mirror
from tests.integration.program import Dockswitch
from tests.integration.server import MirrorServer
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine


def newest(mirror: Mirror, channel: str) -> Engine:
    return [engine for engine in mirror.engines if channel in engine.channels][-1]


def test_the_words_of_a_first_day(program: Dockswitch, mirror: Mirror) -> None:
    stable, test = newest(mirror, "stable"), newest(mirror, "test")
    said = program.run("use", "stable").ended(0).plain
    tells_a_switch(said, None, stable, "stable", generation=1)
    assert said["artifacts"][0]["url"].endswith(f"/linux/static/stable/{mirror.arch}/{stable.name}")
    assert not said["restarted"]
    assert said["downtime_seconds"] is None
    whole.is_whole(program, stable.version)
    said = program.run("use", "test").ended(0).plain
    tells_a_switch(said, stable, test, "test", generation=2)
    assert said["restarted"]
    assert 0 < said["downtime_seconds"] < said["seconds"]
    whole.is_whole(program, test.version)
    said = program.run("rollback").ended(0).plain
    tells_a_switch(said, test, stable, "stable", generation=3)
    whole.is_whole(program, stable.version)
    said = program.run("use", "previous").ended(0).plain
    tells_a_switch(said, stable, test, "test", generation=4)
    whole.is_whole(program, test.version)
    said = program.run("use", "system").ended(0).plain
    assert (said["changed"], said["from"], said["to"]) == (True, test.version, None)
    assert (said["channel"], said["trust"], said["artifacts"]) == (None, None, [])
    whole.nothing_is_there(program.root)
    status = program.run("status", "--exit-code").ended(0).plain
    assert (status["installed"], status["running"], status["generation"]) == (None, None, 5)


@pytest.mark.parametrize("lower", range(len(SUITES) - 1))
def test_each_neighbour_and_back(
    program: Dockswitch, mirror: Mirror, stock: Stock, lower: int
) -> None:
    if lower + 1 >= len(mirror.engines):
        pytest.skip(f"the mirror has {len(mirror.engines)} engines only")
    old, new = mirror.engines[lower : lower + 2]
    stock.hand_out(program.root, old, new)
    said = program.run("use", old.version).ended(0).plain
    tells_a_switch(said, None, old, said["channel"], generation=1)
    whole.is_whole(program, old.version)
    said = program.run("use", f"test@{new.version}").ended(0).plain
    tells_a_switch(said, old, new, "test", generation=2)
    whole.is_whole(program, new.version)
    said = program.run("rollback").ended(0).plain
    tells_a_switch(said, new, old, said["channel"], generation=3)
    whole.is_whole(program, old.version)


def test_the_oldest_and_the_newest_in_one_jump(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, new = mirror.engines[0], mirror.engines[-1]
    stock.hand_out(program.root, old, new)
    for engine in (old, new, old):
        program.run("use", engine.version).ended(0)
        whole.is_whole(program, engine.version)


def test_what_is_kept_is_switched_to_without_the_network(
    program: Dockswitch, mirror: Mirror, mirror_server: MirrorServer, stock: Stock
) -> None:
    old, new = mirror.engines[0], mirror.engines[1]
    stock.hand_out(program.root, old, new)
    program.run("use", old.version).ended(0)
    program.run("use", new.version).ended(0)
    assert mirror_server.requests == []


def test_what_a_person_is_told(program: Dockswitch, mirror: Mirror, stock: Stock) -> None:
    old = mirror.engines[0]
    stock.hand_out(program.root, old)
    said = program.told("use", old.version).ended(0)
    first, second = said.out.splitlines()
    assert first.startswith(f"system scope below {program.root} · static backend · trust tls (")
    assert f"{old.version} is running (generation 1)" in second
    assert "\033" not in said.out + said.err


def test_before_the_first_switch_there_is_nothing_to_go_back_to(program: Dockswitch) -> None:
    program.run("rollback").ended(11)
    program.run("use", "previous").ended(11)
    program.run("current").ended(1)


def tells_a_switch(
    said: dict[str, Any], old: Engine | None, new: Engine, channel: str, *, generation: int
) -> None:
    """Every field that programs may rely on, and its type."""
    assert said["changed"] is True
    assert said["from"] == (old.version if old else None)
    assert (said["to"], said["channel"], said["backend"]) == (new.version, channel, "static")
    assert (said["generation"], said["trust"]) == (generation, "tls")
    assert [(each["sha256"], each["bytes"]) for each in said["artifacts"]] == [
        (new.sha256, new.bytes)
    ]
    assert said["artifacts"][0]["url"].endswith(f"/{new.name}")
    assert said["restarted"] is (old is not None)
    assert isinstance(said["downtime_seconds"], float | None)
    assert isinstance(said["seconds"], float)
    assert said["seconds"] > 0
    # a static engine brings no plugins of the client, which is said once
    once = [note for note in said["notes"] if "docker compose" in note]
    assert said["notes"] == ([] if old else once)
    assert said["recovered"] is None

"""A command against several real engines at once, and that nothing is left of them."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.integration import below
from tests.integration.holdings import Mirror
from tests.integration.program import Dockswitch, finish
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine

_ASKS = "docker version --format '{{.Client.Version}} {{.Server.Version}}'"


@pytest.fixture
def stocked(program: Dockswitch, mirror: Mirror, stock: Stock) -> Dockswitch:
    """All engines are here, and none runs."""
    stock.hand_out(program.root, *mirror.engines)
    return program


def test_each_engine_is_asked_by_its_own_client(
    stocked: Dockswitch, mirror: Mirror, tmp_path: Path
) -> None:
    versions = [engine.version for engine in mirror.engines]
    fails = f"{_ASKS} | tee /dev/stderr | grep -qv ^{versions[-1]} || exit 7"
    logs = str(tmp_path / "logs")
    result = stocked.run(
        "matrix", *versions, versions[0], "--logs", logs, "--", "sh", "-c", fails
    ).ended(7)
    rows = result.plain["results"]
    assert [row["version"] for row in rows] == versions
    assert [row["exit"] for row in rows] == [0] * (len(versions) - 1) + [7]
    assert rows[0]["specs"] == [versions[0]] * 2  # and ran once
    assert all(row["seconds"] > 0 and row["ready_seconds"] > 0 for row in rows)
    for version, row in zip(versions, rows, strict=True):
        assert Path(row["log"]).read_text() == f"{version} {version}\n"
    # in the order of the engines, whichever was first
    shown = [line for line in result.err.splitlines() if line.startswith("--- ")]
    assert shown == [f"--- {version}" for version in versions]
    nothing_is_left(stocked)


def test_people_are_shown_a_table_and_what_happens(stocked: Dockswitch, mirror: Mirror) -> None:
    versions = [engine.version for engine in mirror.engines[:2]]
    words = ("matrix", *versions, "--jobs", "1", "--progress", "always", "--", "sh", "-c", _ASKS)
    result = stocked.told(*words).ended(0)
    lines = result.out.splitlines()
    assert lines[:4] == [
        line for version in versions for line in (f"--- {version}", f"{version} {version}")
    ]
    assert lines[4].split() == ["SPEC", "VERSION", "RESULT", "SECONDS"]
    assert [line.split()[1:4] for line in lines[5:]] == [
        [version, "exit", "0"] for version in versions
    ]
    for state in ("waits", "starts", "runs"):
        assert f"{versions[1]}  {state}" in result.err
    nothing_is_left(stocked)


def test_one_that_cannot_start_is_told_and_the_others_run(
    stocked: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    broken, well = mirror.relabelled, mirror.engines[0]
    stock.hand_out(stocked.root, broken)
    result = stocked.run("matrix", broken.version, well.version, "--", "docker", "ps").ended(125)
    first, second = result.plain["results"]
    assert (first["how"], first["exit"]) == ("broken", None)
    assert "does not run here on trial" in first["why"]
    assert (second["how"], second["exit"]) == ("done", 0)
    nothing_is_left(stocked)


def test_one_that_cannot_be_had_is_told_before_anything_starts(
    program: Dockswitch, mirror: Mirror
) -> None:
    result = program.run("matrix", mirror.engines[0].version, "97", "--", "true").ended(125)
    assert "97" in result.error
    assert below.links(program.root) == {}
    assert not (program.root / below.STATE / "versions").exists()


def test_the_first_that_fails_ends_the_others(stocked: Dockswitch, mirror: Mirror) -> None:
    one, two, three = (engine.version for engine in mirror.engines[:3])
    fails = f"{_ASKS} | grep -q ^{two} && exit 3; sleep 100"
    result = stocked.run(
        "matrix", one, two, three, "--jobs", "2", "--fail-fast", "--", "sh", "-c", fails
    ).ended(3)
    assert [row["how"] for row in result.plain["results"]] == ["ended", "done", "left out"]
    nothing_is_left(stocked)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_where_it_is_ended(
    stocked: Dockswitch, mirror: Mirror, number: signal.Signals, tmp_path: Path
) -> None:
    versions = [engine.version for engine in mirror.engines[:2]]
    begun = f'touch "{tmp_path}/$(docker version --format "{{{{.Server.Version}}}}")"; sleep 100'
    with stocked.started("matrix", *versions, "--jobs", "2", "--", "sh", "-c", begun) as process:
        wait_for(*(tmp_path / version for version in versions))
        process.send_signal(number)
        if number == signal.SIGKILL:
            process.wait(60)
        else:
            result = finish(process).ended(130)
            assert "every engine that was on trial has ended" in result.error
    if number == signal.SIGKILL:  # they hear of it, and clear up by themselves
        deadline = time.monotonic() + 60
        while below.dockerds(stocked.root) or trials(stocked):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    nothing_is_left(stocked)


def nothing_is_left(program: Dockswitch) -> None:
    assert below.dockerds(program.root) == []
    assert trials(program) == []
    assert program.run("list", "--trials").ended(0).plain["trials"] == []


def trials(program: Dockswitch) -> list[str]:
    """What there is of any in the state folder."""
    return os.listdir(program.root / below.STATE / "trials")


def wait_for(*paths: Path) -> None:
    deadline = time.monotonic() + 60
    while not all(path.exists() for path in paths):
        assert time.monotonic() < deadline
        time.sleep(0.02)

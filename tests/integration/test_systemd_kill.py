"""Switches under systemd that are killed, or cut from power: one version is there, whole."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.integration import systemd_machine
from tests.integration.holdings import Mirror
from tests.integration.moments import fractions
from tests.integration.program import finish
from tests.integration.stock import Stock
from tests.integration.systemd_machine import Machine
from tests.integration.whole_machine import is_bare, is_whole

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

#: How many switches each test ends; DOCKSWITCH_KILLS=100 asks for so many.
_KILLS = int(os.environ.get("DOCKSWITCH_KILLS", "3"))


@pytest.fixture
def pair(mirror: Mirror) -> tuple[str, str]:
    """The two that start fastest are the oldest ones."""
    return mirror.engines[0].version, mirror.engines[1].version


@pytest.fixture
def stocked(machine_files: Path, mirror: Mirror, stock: Stock) -> Iterator[Machine]:
    with systemd_machine.fresh(machine_files, mirror.root) as machine:
        stock.hand_out(machine.disk, *mirror.engines[:2])
        machine.boot()
        yield machine


def test_a_switch_killed_at_any_moment_leaves_one_version_whole(
    stocked: Machine, pair: tuple[str, str]
) -> None:
    now, whole_run = _begin(stocked, pair)
    for fraction in fractions(_KILLS):
        wanted = _other(pair, now)
        took = _killed(stocked, wanted, fraction * whole_run)
        if took is not None:  # it was quicker than the one that was measured
            whole_run = took
        stocked.run("recover").ended(0)
        now = _found(stocked, now, wanted)
        is_whole(stocked, now)


def test_a_power_cut_at_any_moment_of_a_switch_mends_itself_at_boot(
    stocked: Machine, pair: tuple[str, str]
) -> None:
    now, whole_run = _begin(stocked, pair)
    for fraction in fractions(_KILLS):
        wanted = _other(pair, now)
        with stocked.started("use", wanted) as process:
            with suppress(subprocess.TimeoutExpired):
                process.wait(fraction * whole_run)
            stocked.cut_power()
        stocked.boot()
        # Nobody ran dockswitch but its unit.
        recovered = ["systemctl", "show", "-P", "Result", "dockswitch-recover.service"]
        assert stocked.shell(recovered) == "success\n"
        now = _found(stocked, now, wanted)
        answers = stocked.shell(["docker", "version", "--format", "{{.Server.Version}}"])
        assert answers.strip() == now
        assert stocked.run("status", "--exit-code").ended(0).plain["running"] == now
        # What a health check left in the engine goes with the next command.
        assert stocked.run("recover").ended(0).plain["changed"] is False
        is_whole(stocked, now)


def test_a_power_cut_in_a_first_switch_leaves_nothing_or_all(
    stocked: Machine, pair: tuple[str, str]
) -> None:
    old, _ = pair
    began = time.monotonic()
    stocked.run("use", old).ended(0)
    whole_run = time.monotonic() - began
    for fraction in fractions(max(_KILLS // 4, 1)):
        stocked.run("use", "system").ended(0)
        with stocked.started("use", old) as process:
            with suppress(subprocess.TimeoutExpired):
                process.wait(fraction * whole_run)
            stocked.cut_power()
        stocked.boot()
        # Cut before its unit was there, it is the next command that undoes the rest.
        stocked.run("recover").ended(0)
        if stocked.run("current").code == 0:
            is_whole(stocked, old)
        else:
            is_bare(stocked)


def _begin(machine: Machine, pair: tuple[str, str]) -> tuple[str, float]:
    """The version that is in use then, and the seconds that a switch took."""
    machine.run("use", pair[0]).ended(0)
    began = time.monotonic()
    machine.run("use", pair[1]).ended(0)
    return pair[1], time.monotonic() - began


def _other(pair: tuple[str, str], now: str) -> str:
    return next(version for version in pair if version != now)


def _found(machine: Machine, *may_be: str) -> str:
    found = machine.told("current").ended(0).out.strip()
    assert found in may_be
    return found


def _killed(machine: Machine, wanted: str, after: float) -> float | None:
    """Kill a switch after so many seconds; what it took, in seconds, where it was done before."""
    began = time.monotonic()
    with machine.started("use", wanted) as process, suppress(subprocess.TimeoutExpired):
        process.wait(after)
        took = time.monotonic() - began
        finish(process).ended(0)
        return took
    return None

"""Switches that undo themselves unless they are confirmed: by systemd's timer, over reboots."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.integration import rootfs, systemd_machine
from tests.integration.apt_holdings import AptRepository
from tests.integration.apt_machine import Apt
from tests.integration.holdings import Mirror
from tests.integration.packaged import Story
from tests.integration.stock import Stock
from tests.integration.systemd_machine import Machine
from tests.integration.test_rootless_systemd import is_whole as is_whole_without_root
from tests.integration.whole_machine import is_whole

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

_TIMER = "dockswitch-revert.timer"
#: seconds; an engine may take 20 to start
_LIMIT = 120
_NO_PLUGINS = ("--package", "docker-buildx-plugin-", "--package", "docker-compose-plugin-")


@pytest.fixture
def stocked(machine_files: Path, mirror: Mirror, stock: Stock) -> Iterator[Machine]:
    """A machine on which the two oldest versions are installed, and none is in use."""
    with systemd_machine.fresh(machine_files, mirror.root) as machine:
        stock.hand_out(machine.disk, *mirror.engines[:2])
        machine.boot()
        yield machine


def test_without_a_word_the_old_engine_is_back_also_over_a_reboot_and_confirmed_it_stays(
    stocked: Machine, mirror: Mirror
) -> None:
    old, new = (engine.version for engine in mirror.engines[:2])
    stocked.run("use", old).ended(0)

    # whoever asked is gone with all that they started
    line = f"{rootfs.PROGRAM} use {new} --revert-after 10s && touch /run/used && sleep 600"
    with stocked.under_way(["setsid", "sh", "-c", line]):
        _until(lambda: (stocked.root / "run/used").exists())
        waits = _status(stocked)["unconfirmed"]
        assert (waits["generation"], waits["goes_back_to"]) == (2, 1)
    _is_back(stocked, old)
    is_whole(stocked, old)
    _nobody_waits(stocked)
    (_, _, back) = stocked.run("history").ended(0).plain["generations"]
    assert (back["version"], back["unconfirmed"], back["wish"]) == (old, 2, "generation 1")
    late = stocked.run("confirm").ended(1)
    assert "generation 2 was not confirmed in time, and was taken back" in late.error

    used = stocked.run("use", new, "--revert-after", "10m").ended(0).plain
    assert _moment(used["revert_at"]) > time.time() + 500
    stocked.reboot()
    waits = _status(stocked)["unconfirmed"]
    assert (waits["until"], waits["goes_back_to"]) == (used["revert_at"], 3)
    assert _TIMER in stocked.shell(["systemctl", "list-timers", "--no-legend"])
    told = stocked.told("doctor").out
    assert f"generation 4 gives way to 3 at {used['revert_at']}" in told
    confirmed = stocked.run("confirm").ended(0).plain
    assert (confirmed["changed"], confirmed["generation"]) == (True, 4)
    is_whole(stocked, new)
    _nobody_waits(stocked)

    due = stocked.run("use", old, "--revert-after", "8s").ended(0).plain["revert_at"]
    stocked.cut_power()
    time.sleep(max(_moment(due) - time.time(), 0) + 1)
    stocked.boot()
    _is_back(stocked, new)
    is_whole(stocked, new)
    _nobody_waits(stocked)
    assert stocked.run("confirm").ended(1).plain["error"]["code"] == "error"


def test_packages_are_back_and_held_as_they_were(apt: Apt, apt_repository: AptRepository) -> None:
    story = Story.of(apt, apt_repository)
    old, new = (story.newest(channel) for channel in ("stable", "test"))
    story.use(old.version, *_NO_PLUGINS)
    held, packages = story.held(), story.installed()
    assert held
    said = story.use("test", new.version, "--no-hold", *_NO_PLUGINS, "--revert-after", "1s")
    assert said["revert_at"]
    _is_back(apt.machine, old.version)
    assert (story.held(), story.installed()) == (held, packages)
    story.is_as_told()


def test_one_of_a_person_s_own_goes_back_by_their_own_systemd(
    machine: Machine, mirror: Mirror
) -> None:
    old, new = mirror.engines[:2]
    machine.log_in(rootfs.PERSON)
    machine.run("--user", "use", old.version, as_user=rootfs.PERSON).ended(0)
    words = ["--user", "use", new.version, "--revert-after", "1s"]
    machine.run(*words, as_user=rootfs.PERSON).ended(0)
    _until(lambda: _status(machine, rootfs.PERSON)["unconfirmed"] is None)
    is_whole_without_root(machine, old)
    units = machine.shell(["find", f"/home/{rootfs.PERSON}/.config/systemd/user", "-name", "*rev*"])
    assert units == ""


def _status(machine: Machine, person: str = "") -> dict[str, Any]:
    scope = ["--user"] if person else []
    return machine.run(*scope, "status", as_user=person).ended(0).plain


def _is_back(machine: Machine, version: str) -> None:
    """Wait until nothing waits any more, which nobody but systemd saw to."""
    _until(lambda: _status(machine)["unconfirmed"] is None)
    assert _status(machine)["running"] == version


def _nobody_waits(machine: Machine) -> None:
    units = machine.shell(["systemctl", "list-units", "--all", "--no-legend", "dockswitch-revert*"])
    assert units == ""
    places = ["/etc/systemd/system", "/var/lib/systemd/timers"]
    assert machine.shell(["find", *places, "-name", "*dockswitch-revert*"]) == ""


def _until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _LIMIT
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def _moment(text: str) -> float:
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    return moment.timestamp()

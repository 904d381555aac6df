"""Who waits for a switch to be confirmed: systemd's timer, or a process of ours."""

import dataclasses

import pytest

from dockswitch.engine import unit_files, watch
from dockswitch.engine.units import REVERT, REVERT_TIMER
from dockswitch.engine.watch import NobodyWatches
from dockswitch.model.layout import Layout
from dockswitch.model.unconfirmed import Unconfirmed
from tests.world import World

WAITS = Unconfirmed(2, 1, "2026-12-01T12:10:00Z", 600)
PROGRAM = ("/opt/my tools/dockswitch",)


def machine() -> World:
    world = World("")
    world.host = dataclasses.replace(world.host, init="systemd")
    return world


def test_the_timer_goes_by_the_clock_and_by_the_time_that_passes() -> None:
    world = machine()
    watch.begin(world, WAITS, PROGRAM)
    timer = (unit_files.ours(world, REVERT_TIMER) or "").splitlines()
    assert "OnCalendar=2026-12-01 12:10:00 UTC" in timer
    assert "OnActiveSec=600" in timer
    assert "Persistent=true" in timer
    service = (unit_files.ours(world, REVERT) or "").splitlines()
    assert 'ExecStart="/opt/my tools/dockswitch" recover --unconfirmed' in service
    assert "KillMode=process" in service
    assert "RestartPreventExitStatus=16" in service
    wants = "/etc/systemd/system/timers.target.wants/dockswitch-revert.timer"
    assert world.link(wants) == f"/etc/systemd/system/{REVERT_TIMER}"
    assert watch.is_watched(world)


def test_it_goes_and_nothing_is_left() -> None:
    world = machine()
    before = dict(world.files.entries)
    watch.begin(world, WAITS, PROGRAM)
    world.write(f"/var/lib/systemd/timers/stamp-{REVERT_TIMER}", b"")
    watch.end(world)
    assert not watch.is_watched(world)
    assert {path for path in world.files.entries if "revert" in path} == set()
    assert set(before) <= set(world.files.entries)
    watch.end(world)


def test_a_timer_that_is_there_and_runs_is_left_alone() -> None:
    world = machine()
    watch.begin(world, WAITS, PROGRAM)
    world.acts = []
    watch.again(world, WAITS, PROGRAM, due=False)
    assert world.acts == []
    watch.again(world, WAITS, PROGRAM, due=True)
    assert world.acts == ["systemctl start --no-block dockswitch-revert.service"]
    watch.again(world, dataclasses.replace(WAITS, wait=60), PROGRAM, due=False)
    assert "systemctl restart dockswitch-revert.timer" in world.acts


def test_below_a_root_a_process_waits_that_is_started_once() -> None:
    world = World("/m")
    watch.begin(world, WAITS, PROGRAM)
    (process,) = world.processes.values()
    assert process.argv == (*PROGRAM, "--root", "/m", "recover", "--unconfirmed")
    watch.begin(world, WAITS, PROGRAM)
    watch.again(world, WAITS, PROGRAM, due=True)
    assert len(world.processes) == 1
    assert watch.is_watched(world)


def test_one_that_ends_at_once_is_told_with_where_it_says_why() -> None:
    world = World("/m")
    world.nobody_waits = True
    with pytest.raises(NobodyWatches) as failure:
        watch.begin(world, WAITS, PROGRAM)
    assert failure.value.details == "/m/var/lib/dockswitch/log/unconfirmed.log says why"


def test_that_of_a_person_acts_for_that_person() -> None:
    layout = Layout.of_user(env={"HOME": "/home/anna"}, uid=1000)
    assert watch.words(layout) == ("--user", "recover", "--unconfirmed")
    folder = "/home/anna/.config/systemd/user"
    assert unit_files.path(layout, REVERT_TIMER) == f"{folder}/{REVERT_TIMER}"
    enabled = unit_files.enabled(layout, REVERT_TIMER)
    assert enabled == f"{folder}/timers.target.wants/{REVERT_TIMER}"

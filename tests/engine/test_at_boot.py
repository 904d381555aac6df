"""The unit that undoes an unfinished switch at boot."""

import dataclasses

from dockswitch.engine import at_boot
from dockswitch.model.step import File, Link
from dockswitch.switching import transaction
from tests.world import World

PLACE = "/etc/systemd/system/dockswitch-recover.service"
LINK = "/etc/systemd/system/multi-user.target.wants/dockswitch-recover.service"
PROGRAM = ("/opt/my tools/dockswitch",)


def machine(root: str = "", init: str = "systemd") -> World:
    world = World(root)
    world.host = dataclasses.replace(world.host, init=init)
    return world


def prepared() -> World:
    world = machine()
    for step in at_boot.readies(world, PROGRAM):
        transaction.act(world, step)
    return world


def test_it_runs_this_program_before_docker_and_only_at_boot() -> None:
    unit, link = at_boot.readies(machine(), PROGRAM)
    assert isinstance(unit, File)
    lines = (unit.content or "").splitlines()
    assert 'ExecStart="/opt/my tools/dockswitch" recover --boot' in lines
    assert "Before=docker.service docker.socket containerd.service shutdown.target" in lines
    assert "RemainAfterExit=yes" in lines
    assert link == Link(LINK, PLACE)


def test_once_it_is_there_nothing_is_to_do() -> None:
    assert at_boot.readies(prepared(), PROGRAM) == ()


def test_it_follows_a_program_that_moved() -> None:
    (step,) = at_boot.readies(prepared(), ("/usr/bin/dockswitch",))
    assert step == File(PLACE, getattr(step, "content", None))


def test_whoever_disables_it_is_left_alone() -> None:
    world = prepared()
    world.point(LINK, None)
    assert at_boot.readies(world, PROGRAM) == ()


def test_it_goes_when_nothing_of_ours_is_left() -> None:
    world = prepared()
    at_boot.remove(world)
    assert (world.read(PLACE), world.link(LINK)) == (None, None)
    at_boot.remove(world)


def test_there_is_none_below_a_root_or_without_systemd() -> None:
    assert at_boot.readies(machine("/m"), PROGRAM) == ()
    assert at_boot.readies(machine(init="other"), PROGRAM) == ()

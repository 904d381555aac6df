"""A hold across a switch of its packages: never lost, and never somebody else's."""

from dataclasses import replace

import pytest

from dockswitch.apt import across, preferences
from dockswitch.apt.across import NotOurs
from dockswitch.model.hold import Hold
from dockswitch.model.layout import PREFERENCES
from dockswitch.model.step import Holds, Packages, Step
from dockswitch.switching import journal, recover, transaction
from tests.world import World
from tests.world.commands import Quiet

OLD = ("docker-ce=5:26.1.5-1", "containerd.io=1.7.1-1", "docker-model-plugin=1")
NEW = ("docker-ce=5:28.5.2-1", "containerd.io=1.7.28-1")
HOLD = Hold("anna", "the cluster wants it", "2026-11-24T12:45:44Z", asked=True)
CHANGE = (Packages(NEW),)


def held(hold: Hold | None = HOLD) -> World:
    """The old packages are there, and held by us."""
    world = World()
    world.dpkg.has(*OLD)
    for step in across.steps(world, hold, OLD, before=()):
        transaction.act(world, step)
    world.acts.clear()
    return world


def switched(world: World, steps: tuple[Step, ...]) -> None:
    """As a switch does it, with apt in the middle, which here cannot change what is held."""
    opened = journal.begin(world, "28", container=False)
    for step in across.let_go(world):
        transaction.perform(world, opened, step)
    assert not world.dpkg.held & {"docker-ce", "containerd.io"}
    world.dpkg.has(*NEW)
    for step in steps:
        transaction.perform(world, opened, step)


def test_a_hold_goes_along_with_a_switch() -> None:
    world = held()
    switched(world, across.steps(world, HOLD, NEW, before=CHANGE))
    assert world.dpkg.held == {"docker-ce", "containerd.io"}
    assert preferences.read(world) == (HOLD, NEW)


def test_an_undo_brings_the_old_hold_back() -> None:
    world = held()
    before = dict(world.files.entries)
    switched(world, across.steps(world, HOLD, NEW, before=CHANGE))
    world.dpkg.has(*OLD)  # as the inverse of the packages does it
    recover.recover(world, Quiet())
    assert world.dpkg.held == {"docker-ce", "containerd.io", "docker-model-plugin"}
    assert world.files.entries[PREFERENCES] == before[PREFERENCES]


def test_a_switch_that_holds_nothing_lets_go() -> None:
    world = held()
    switched(world, across.steps(world, None, NEW, before=CHANGE))
    assert world.dpkg.held == set()
    assert world.kind(PREFERENCES) is None


def test_where_all_is_so_already_there_is_nothing_to_do() -> None:
    world = held()
    later = replace(HOLD, since="2027-01-01T00:00:00Z")
    assert across.steps(world, later, OLD, before=()) == ()
    assert across.steps(world, later, OLD[::-1], before=()) == ()
    assert across.steps(World(), None, NEW, before=()) == ()
    assert across.let_go(World()) == ()


def test_what_somebody_let_go_of_is_held_again() -> None:
    world = held()
    world.dpkg.has(*OLD[:1])
    (step,) = across.steps(world, HOLD, OLD, before=())
    assert step == Holds(("docker-ce", "containerd.io", "docker-model-plugin"))


def test_what_somebody_else_holds_stays_theirs() -> None:
    world = World()
    world.dpkg.has(*OLD)
    world.dpkg.packages["containerd.io"].letters = "hi "
    for step in across.steps(world, HOLD, OLD, before=()):
        transaction.act(world, step)
    assert preferences.read(world) == (HOLD, (OLD[0], OLD[2]))
    for step in across.steps(world, None, (), before=()):
        transaction.act(world, step)
    assert world.dpkg.held == {"containerd.io"}


def test_a_file_of_that_name_that_is_none_of_ours_is_not_overwritten() -> None:
    world = World()
    world.dpkg.has(*OLD)
    world.files.write(PREFERENCES, b"Package: docker-ce\n")
    with pytest.raises(NotOurs) as failure:
        across.steps(world, HOLD, OLD, before=())
    assert failure.value.message == f"/m{PREFERENCES} is not as dockswitch wrote it"
    assert "move it aside" in failure.value.hint

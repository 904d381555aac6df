"""A switch by apt that is killed, or cut from power, at any call: one whole set is there."""

import copy
from collections.abc import Callable

import pytest

from dockswitch.switching import history
from tests.switching.test_packages import NEW, OLD, OURS, after, machine, use
from tests.world import MOMENTS, Moment, World
from tests.world.commands import boot, go_back, mend, switch
from tests.world.deaths import deaths
from tests.world.debian import release, there
from tests.world.packaged_truth import has
from tests.world.truth import answering

THEIRS = release("27.5.1", "1.7.25-1")


def with_theirs() -> World:
    world = machine()
    world.apt.has(*THEIRS)
    return world


def with_ours() -> World:
    world = machine()
    switch(world, OURS)
    return world


def ours_after(version: str) -> World:
    world = after(version)
    switch(world, OURS)
    return world


JOBS: list[tuple[str, Callable[[], World], Callable[[World], object]]] = [
    ("the first use", machine, lambda world: use(world, NEW)),
    ("up", lambda: after(OLD), lambda world: use(world, NEW)),
    ("down", lambda: after(NEW), lambda world: use(world, OLD)),
    ("a rollback", lambda: after(OLD, NEW), go_back),
    ("a rollback to nothing", lambda: after(OLD), lambda world: go_back(world, 0)),
    ("from somebody else's", with_theirs, lambda world: use(world, NEW)),
    ("from ours", with_ours, lambda world: use(world, NEW)),
    ("to ours", lambda: after(NEW), lambda world: switch(world, OURS)),
    ("from ours over older ones", lambda: ours_after(OLD), lambda world: use(world, NEW)),
]
EVERY = pytest.mark.parametrize(("name", "begin", "job"), JOBS, ids=[job[0] for job in JOBS])


def state(world: World) -> tuple[frozenset[str], str | None, frozenset[str]]:
    """The packages, the engine that answers, and what is held."""
    return frozenset(there(world)), answering(world), frozenset(world.dpkg.held)


def states(begun: World, job: Callable[[World], object]) -> set[object]:
    """Before and after, and there is no other."""
    done = copy.deepcopy(begun)
    job(done)
    found: set[object] = {state(begun), state(done)}
    assert len(found) == 2
    return found


@pytest.mark.parametrize("moment", MOMENTS)
@EVERY
def test_after_a_kill_at_any_call_the_next_command_finds_one_whole_set(
    name: str, begin: Callable[[], World], job: Callable[[World], object], moment: Moment
) -> None:
    begun = begin()
    two = states(begun, job)
    for death in deaths(begun, job, moment, least=20):
        world = death.world
        with death.told():
            mend(world)
            assert state(world) in two
            has(world, tuple(there(world)))
            assert len([each for each in world._living() if each.version]) <= 1
            assert mend(world) is None


@pytest.mark.parametrize("moment", MOMENTS)
@EVERY
def test_after_a_power_cut_at_any_call_it_boots_with_one_whole_set(
    name: str, begin: Callable[[], World], job: Callable[[World], object], moment: Moment
) -> None:
    begun = begin()
    two = states(begun, job)
    for death in deaths(begun, job, moment, least=20):
        world = death.world
        world.power_cut()
        boot(world)
        with death.told():
            assert state(world) in two
            mend(world)
            if answering(world) is None:
                # No engine is there to remove what a health check left; the next one's does.
                world.data.clear()
            has(world, tuple(there(world)))
            now = history.newest(world)
            assert now.running == (answering(world) is not None) or now.version is None

"""A switch that is killed at any moment: the next command finds one whole version."""

import copy
from collections.abc import Callable

import pytest

from dockswitch.switching import history
from tests.world import MOMENTS, Moment, World
from tests.world.commands import go_back, mend, switch
from tests.world.truth import in_use, is_whole

OLD, NEW = "20.10.24+dfsg1", "28.5.2+dfsg4"


def machine() -> World:
    return World(stable=[OLD], test=[OLD, NEW])


def after_old() -> World:
    world = machine()
    switch(world, OLD)
    return world


def after_both() -> World:
    world = after_old()
    switch(world, NEW)
    return world


JOBS: list[tuple[str, Callable[[], World], Callable[[World], object]]] = [
    ("the first use", machine, lambda world: switch(world, NEW)),
    ("a use", after_old, lambda world: switch(world, NEW)),
    ("a rollback", after_both, go_back),
    ("a rollback to before", after_old, lambda world: go_back(world, 0)),
]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(("name", "begin", "job"), JOBS, ids=[job[0] for job in JOBS])
def test_after_a_kill_at_any_call_the_next_command_finds_one_whole_version(
    name: str, begin: Callable[[], World], job: Callable[[World], object], moment: Moment
) -> None:
    start, number, came = begin(), 0, True
    before = in_use(start)
    while came:
        number += 1
        world = copy.deepcopy(start)
        with world.dies_at(number, moment) as death:
            job(world)
        came = death.came
        where = f"killed {moment} {world.acts[-1]} ({number})"
        mend(world)
        try:
            is_whole(world)
        except AssertionError as error:
            raise AssertionError(where) from error
        files, engines = copy.deepcopy(world.files.entries), [e.pid for e in world.engines]
        assert mend(world) is None, where
        assert world.files.entries == files, where
        assert [e.pid for e in world.engines] == engines, where
        if came and moment == "before":
            assert in_use(world) in (before, *(str(g.version) for g in history.generations(world)))
    assert number > 20

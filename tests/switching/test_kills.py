"""A switch that is killed at any moment: the next command finds one whole version."""

import copy
from collections.abc import Callable

import pytest

from dockswitch.switching import history
from tests.world import MOMENTS, Moment, World
from tests.world.commands import mend
from tests.world.deaths import NEW, OLD, deaths, jobs
from tests.world.truth import in_use, is_whole


def machine() -> World:
    return World(stable=[OLD], test=[OLD, NEW])


JOBS = jobs(machine)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(("name", "begin", "job"), JOBS, ids=[job[0] for job in JOBS])
def test_after_a_kill_at_any_call_the_next_command_finds_one_whole_version(
    name: str, begin: Callable[[], World], job: Callable[[World], object], moment: Moment
) -> None:
    start = begin()
    before = in_use(start)
    for death in deaths(start, job, moment, least=20):
        world = death.world
        mend(world)
        with death.told():
            is_whole(world)
            files, engines = copy.deepcopy(world.files.entries), [e.pid for e in world.engines]
            assert mend(world) is None
            assert world.files.entries == files
            assert [e.pid for e in world.engines] == engines
            if death.came and moment == "before":
                then = (str(g.version) for g in history.generations(world))
                assert in_use(world) in (before, *then)

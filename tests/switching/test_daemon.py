"""Starting and stopping our engine outside of a switch, and where the machine then differs."""

import pytest

from dockswitch.engine.foreign import ForeignEngine
from dockswitch.switching import history
from dockswitch.switching.daemon import DidNotStart, NoEngine, State, state
from dockswitch.switching.drift import answering as answers
from dockswitch.switching.drift import drift
from tests.world import MOMENTS, Manners, Moment, World
from tests.world.commands import get, installed, mend, start, stop, switch
from tests.world.truth import answering, is_whole, nothing_is_left

A, B = "20.10.24+dfsg1", "28.5.2+dfsg4"


def machine() -> World:
    world = World(stable=[A, B])
    switch(world, A)
    return world


def drifted(world: World) -> tuple[str, ...]:
    return drift(world, history.newest(world), installed(world))


def test_a_machine_as_its_history_says_has_no_drift() -> None:
    assert drifted(World()) == ()
    assert drifted(machine()) == ()


def test_an_engine_is_stopped_and_started_again() -> None:
    world = machine()
    pid = world.engines[0].pid
    assert stop(world) == State(None, None, changed=True)
    assert world.engines == []
    is_whole(world, stopped=True)
    assert drifted(world) == ("no engine runs: `dockswitch daemon start`",)
    found = start(world)
    assert (found.version, found.changed) == (A, True)
    assert found.pid not in (None, pid)
    is_whole(world)
    assert drifted(world) == ()


def test_a_second_stop_or_start_changes_nothing() -> None:
    world = machine()
    before = state(world)
    assert start(world) == before
    stop(world)
    assert stop(world) == State(None, None, changed=False)


def test_there_is_nothing_to_start_before_the_first_switch() -> None:
    world = World(stable=[A])
    get(world, A)
    with pytest.raises(NoEngine) as failure:
        start(world)
    assert failure.value.hint == "`dockswitch use stable` installs and starts one"
    assert state(world) == State(None, None)
    assert answers(world) is None


def test_an_engine_that_does_not_start_says_its_last_words_and_is_gone() -> None:
    world = machine()
    stop(world)
    world.manners[A] = Manners(dies="failed to start daemon: no space left on device")
    with pytest.raises(DidNotStart) as failure:
        start(world)
    assert failure.value.message == f"{A} did not start"
    assert failure.value.details == (
        "the engine ended as it started: failed to start daemon: no space left on device"
    )
    assert failure.value.hint == "`dockswitch daemon logs` shows more"
    world.manners[A] = Manners(mute=True)
    with pytest.raises(DidNotStart):
        start(world)
    assert world.engines == []


def test_a_foreign_engine_keeps_ours_from_starting() -> None:
    world = machine()
    stop(world)
    pid = world.starts_foreign(["/usr/bin/dockerd"], socket="/run/docker.sock")
    with pytest.raises(ForeignEngine):
        start(world)
    assert world.alive(pid)
    assert stop(world) == State(None, None, changed=False)
    assert world.alive(pid)


def test_an_engine_that_runs_and_does_not_answer_is_started_anew() -> None:
    world = machine()
    pid = world.engines[0].pid
    world.engines[0].manners = Manners(mute=True)
    found = start(world)
    assert (found.version, found.changed) == (A, True)
    assert found.pid != pid
    is_whole(world)


def test_what_started_by_itself_from_the_version_in_use_is_ours() -> None:
    world = machine()
    argv = world.engines[0].argv
    stop(world)
    world.start(argv, log=world.layout.log, env={})
    world.pause(1)
    assert state(world).version == A
    is_whole(world)


def test_links_that_were_flipped_without_the_engine_are_told() -> None:
    world = machine()
    switch(world, B, start=False)
    assert drifted(world) == (f"the engine that runs is {A}, not {B}: `dockswitch daemon restart`",)
    stop(world)
    start(world)
    assert answering(world) == B
    assert drifted(world) == ()


def test_a_current_that_somebody_else_moved_is_told() -> None:
    world = machine()
    folder = get(world, B).bundle.folder
    world.files.point(world.layout.current, f"versions/{folder.rpartition('/')[2]}")
    assert drifted(world) == (
        f"{B} is in use, where generation 1 says {A}",
        f"the engine that runs is {A}, not {B}: `dockswitch daemon restart`",
    )
    world.files.point(world.layout.current, None)
    assert f"nothing is in use, where generation 1 says {A}" in drifted(world)


def test_an_engine_that_died_is_told_and_a_use_starts_it_again() -> None:
    world = machine()
    for engine in list(world.processes.values()):
        engine.ends = world.clock
    assert drifted(world) == ("no engine runs: `dockswitch daemon start`",)
    assert switch(world, A).changed
    is_whole(world)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("command", [start, stop], ids=["start", "stop"])
def test_a_start_or_stop_that_is_killed_leaves_the_next_one_to_do_it(
    command: object, moment: Moment
) -> None:
    number, came = 0, True
    while came:
        number += 1
        world = machine()
        if command is start:
            stop(world)
        with world.dies_at(number, moment) as death:
            start(world) if command is start else stop(world)
        came = death.came
        mend(world)
        if command is start:
            start(world)
        else:
            stop(world)
        is_whole(world, stopped=command is stop)
        nothing_is_left(world)
    assert number > 3

"""What becomes of the containers that run at a switch, and of a switch that loses one."""

import contextlib
import copy
from collections.abc import Callable

import pytest

from dockswitch.model.errors import SwitchUndone
from dockswitch.model.step import Containers
from dockswitch.switching import history
from tests.world import MOMENTS, Manners, Moment, World
from tests.world.commands import go_back, installed, mend, preview, switch
from tests.world.deaths import deaths
from tests.world.engines import Container
from tests.world.truth import answering, is_whole

OLD, NEW = "20.10.24+dfsg1", "28.5.2+dfsg4"
MACHINES = "/m/var/lib/docker"


def machine(version: str = OLD, *, live_restore: bool = False) -> World:
    world = World(stable=[OLD], test=[NEW])
    if live_restore:
        world.write(world.layout.engine_config, b'{"live-restore": true}')
    switch(world, OLD)
    if version == NEW:
        switch(world, NEW)
    return world


def running(world: World) -> set[str]:
    found = world.data[MACHINES].containers
    return {key for key, each in found.items() if each.running}


def with_all(world: World) -> World:
    for restart in ("no", "always", "unless-stopped"):
        world.has_container(restart, restart)
    world.has_container("rm", removed=True)
    return world


def test_a_switch_keeps_what_its_policy_brings_back() -> None:
    world = with_all(machine())
    assert switch(world, NEW).changed
    assert running(world) == {"always", "unless-stopped"}
    is_whole(world)


@pytest.mark.parametrize("lost", ["always", "unless-stopped"])
def test_a_container_that_does_not_come_back_undoes_the_switch(lost: str) -> None:
    world = with_all(machine())
    world.manners = {NEW: Manners(loses=lost)}
    with pytest.raises(SwitchUndone) as failure:
        switch(world, NEW)
    assert failure.value.details == (
        f"container {lost} ran before and does not run now: it ended with 137"
    )
    is_whole(world)
    assert answering(world) == OLD


def test_an_undone_switch_starts_again_what_has_no_policy_too() -> None:
    world = with_all(machine())
    world.manners, world.on_trial = {NEW: Manners(dies="no")}, {NEW: Manners()}
    with pytest.raises(SwitchUndone):
        switch(world, NEW)
    # what was made to go when it stops went
    assert running(world) == {"no", "always", "unless-stopped"}


def test_with_live_restore_all_run_on_upwards() -> None:
    world = with_all(machine(live_restore=True))
    switch(world, NEW)
    assert running(world) == {"no", "always", "unless-stopped", "rm"}
    assert {each.started_by for each in world.data[MACHINES].containers.values()} == {OLD}


def test_with_live_restore_what_a_newer_engine_started_is_stopped_and_started_downwards() -> None:
    world = with_all(machine(NEW, live_restore=True))
    plan = preview(world, OLD)[0]
    assert [str(each) for each in plan.steps if isinstance(each, Containers)] == [
        "stop 4 containers",
        "start 3 containers again",
    ]
    switch(world, OLD)
    assert running(world) == {"no", "always", "unless-stopped"}
    assert {each.started_by for each in world.data[MACHINES].containers.values()} == {OLD}
    is_whole(world)


def test_a_data_root_that_daemon_json_names_is_the_same_one() -> None:
    world = World(stable=[OLD], test=[NEW])
    keys = f'{{"live-restore": true, "data-root": "{MACHINES}"}}'
    world.write(world.layout.engine_config, keys.encode())
    switch(world, NEW)
    plan = preview(world, OLD)[0]
    assert not [each for each in plan.steps if isinstance(each, Containers)]
    world.engines[0].data.containers["newer"] = Container({}, running=True, started_by=NEW)
    plan = preview(world, OLD)[0]
    found = [str(each) for each in plan.steps if isinstance(each, Containers)]
    assert found == ["stop 1 container", "start 1 container again"]


def test_what_an_older_engine_started_runs_on_downwards() -> None:
    world = machine(live_restore=True)
    world.has_container("older")
    folder = world.layout.real(installed(world).folder)
    world.runs([f"{folder}/containerd-shim-runc-v2", "-namespace", "moby", "-id", "older"])
    switch(world, NEW)
    world.has_container("newer")
    with world.dies_at(10_000):
        go_back(world)
    found = world.data[MACHINES].containers
    assert {key: each.started_by for key, each in found.items()} == {"older": OLD, "newer": OLD}
    assert running(world) == {"older", "newer"}
    assert "POST /containers/newer/stop" in world.acts
    assert "POST /containers/older/stop" not in world.acts


@pytest.mark.parametrize("live_restore", [False, True])
def test_on_a_data_root_of_its_own_nobody_is_waited_for_and_nobody_runs_on(
    live_restore: bool,  # noqa: FBT001 -- pytest gives it by name
) -> None:
    world = with_all(machine(NEW, live_restore=live_restore))
    assert switch(world, OLD, data="separate").changed
    assert running(world) == set()
    is_whole(world)
    # with live-restore all would have run on
    go_back(world)
    assert running(world) == {"always", "unless-stopped"} | ({"no"} if live_restore else set())
    assert history.newest(world).left == ()


def test_what_was_stopped_is_remembered_over_other_switches() -> None:
    world = with_all(machine(NEW, live_restore=True))
    switch(world, OLD, data="separate")
    switch(world, f"{OLD}", data="separate")
    world.has_container("own", "unless-stopped")
    go_back(world, 2)
    assert running(world) == {"no", "always", "unless-stopped"}
    own = f"/m{world.layout.state}/data/{OLD}"
    assert not world.data[own].containers["own"].running
    go_back(world, 3)
    assert world.data[own].containers["own"].running
    assert running(world) == set()


def test_one_that_does_not_start_on_return_is_told_and_undoes_nothing() -> None:
    world = with_all(machine(NEW, live_restore=True))
    switch(world, OLD, data="separate")
    world.data[MACHINES].containers["no"].refuses = "port is already allocated"
    outcome = go_back(world)
    assert running(world) == {"always", "unless-stopped"}
    assert [note for note in outcome.notes if "no: port is already allocated" in note]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_return_forgets_nobody_and_leaves_nobody_running(moment: Moment) -> None:
    start = with_all(machine(NEW, live_restore=True))
    switch(start, OLD, data="separate")
    for death in deaths(start, go_back, moment, least=40):
        world = death.world
        mend(world)
        with death.told():
            is_whole(world)
            if answering(world) == OLD:
                assert running(world) == set()
                go_back(world)
            assert running(world) == {"no", "always", "unless-stopped"}


def test_an_undone_switch_to_a_data_root_of_its_own_starts_all_again() -> None:
    world = with_all(machine(NEW, live_restore=True))
    world.manners, world.on_trial = {OLD: Manners(dies="no")}, {OLD: Manners()}
    with pytest.raises(SwitchUndone):
        switch(world, OLD, data="separate")
    assert running(world) == {"no", "always", "unless-stopped"}
    is_whole(world)


def test_a_job_that_is_done_meanwhile_is_not_missed() -> None:
    world = machine(live_restore=True)
    job, app = world.has_container("job"), world.has_container("app", "always")

    def done() -> None:
        job.running, job.code = False, 0

    world.meanwhile("start /", done)
    assert switch(world, NEW).changed
    assert app.running


def test_a_container_that_ends_with_an_error_under_live_restore_undoes_the_switch() -> None:
    world = machine(live_restore=True)
    job = world.has_container("job")

    def done() -> None:
        job.running, job.code = False, 255

    world.meanwhile("start /", done)
    with pytest.raises(SwitchUndone, match="failed and was undone"):
        switch(world, NEW)


def taken_over(world: World) -> World:
    """Behind its switch up the newer engine restarts some itself, and then is not well."""

    def restarted() -> None:
        for key in ("no", "unless-stopped"):
            world.data[MACHINES].containers[key].started_by = NEW

    world.manners, world.on_trial = {NEW: Manners(refuses="OCI")}, {NEW: Manners()}
    world.meanwhile("start /", restarted)
    return world


def test_an_undone_switch_up_starts_anew_what_the_newer_engine_restarted() -> None:
    world = taken_over(with_all(machine(live_restore=True)))
    with pytest.raises(SwitchUndone):
        switch(world, NEW)
    assert running(world) == {"no", "always", "unless-stopped", "rm"}
    assert {each.started_by for each in world.data[MACHINES].containers.values()} == {OLD}
    is_whole(world)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_undo_starts_anew_what_the_newer_engine_restarted(moment: Moment) -> None:
    start, number, came = with_all(machine(live_restore=True)), 0, True
    while came:
        number += 1
        world = taken_over(copy.deepcopy(start))
        with world.dies_at(number, moment) as death, contextlib.suppress(SwitchUndone):
            switch(world, NEW)
        came = death.came
        world.meanwhile("nothing", lambda: None)
        mend(world)
        is_whole(world)
        assert running(world) == {"no", "always", "unless-stopped", "rm"}, world.acts[-1]
    assert number > 60


JOBS: dict[str, tuple[Callable[[], World], str, set[str]]] = {
    "up": (lambda: with_all(machine()), NEW, {"always", "unless-stopped"}),
    "down": (
        lambda: with_all(machine(NEW, live_restore=True)),
        OLD,
        {"no", "always", "unless-stopped"},
    ),
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("job", list(JOBS))
def test_a_killed_switch_brings_its_containers_back(job: str, moment: Moment) -> None:
    begin, wanted, behind = JOBS[job]
    start = begin()
    generation = history.newest(start).number
    for death in deaths(start, lambda world: switch(world, wanted), moment, least=40):
        world = death.world
        mend(world)
        with death.told():
            is_whole(world)
            done = history.newest(world).number > generation
            expected = behind if done else {"no", "always", "unless-stopped"}
            assert running(world) - {"rm"} == expected

"""An engine that somebody else started: adopted, left and gone back to, whatever goes wrong."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dockswitch.backends.links import ForeignFile
from dockswitch.engine.foreign import ForeignEngine
from dockswitch.engine.parting import NeighbourGone
from dockswitch.model.errors import SwitchUndone
from dockswitch.model.layout import Layout
from dockswitch.switching import drift, history
from dockswitch.switching.adopt import NoNeighbour, OfTheMachineOnly, RunsAlready
from tests.world import MOMENTS, Manners, Moment, World
from tests.world.commands import adopt, get, go_back, mend, preview, switch
from tests.world.deaths import deaths
from tests.world.truth import answering, is_whole

THEIRS, OLD, NEW = "20.10.5", "20.10.24+dfsg1", "28.5.2+dfsg4"
ARGV = (
    "/m/opt/docker/dockerd",
    *("--data-root", "/m/var/lib/docker", "--exec-root", "/m/run/docker"),
    *("-H", "unix:///m/run/docker.sock", "--pidfile", "/m/run/docker.pid"),
    *("--config-file", "/m/its.json", "--debug"),
)
PATH, FOLDER = "/m/opt/docker:/usr/bin", "/m/srv"


def machine(*flags: str) -> World:
    """A machine on which somebody runs an engine."""
    world = World(stable=[OLD, NEW])
    world.files.write("/its.json", b"{}")
    world.starts_by_hand((*ARGV, *flags), THEIRS, PATH, FOLDER)
    world.pause(1)
    return world


def adopted() -> World:
    world = machine()
    adopt(world)
    return world


def left() -> World:
    world = adopted()
    switch(world, NEW)
    return world


def theirs(world: World) -> list[tuple[tuple[str, ...], str, str]]:
    """The engines of somebody else that live: command line, PATH and folder."""
    return [
        (each.argv, each.environment["PATH"], each.folder)
        for each in world.processes.values()
        if each.version and not each.ours and world.alive(each.pid)
    ]


AS_IT_WAS = [(ARGV, PATH, FOLDER)]


def test_to_adopt_stops_nothing_and_is_generation_0() -> None:
    world = machine()
    pids = [each.pid for each in world.processes.values()]
    found = adopt(world)
    assert (found.changed, found.generation) == (True, 0)
    assert str(found.neighbour) == f"/m/opt/docker/dockerd {THEIRS} (unpacked)"
    assert [each.pid for each in world.processes.values()] == pids
    assert theirs(world) == AS_IT_WAS
    (generation,) = history.generations(world)
    assert (generation.number, generation.version, generation.running) == (0, None, False)
    assert generation.neighbour == replace(found.neighbour, pid=None)
    is_whole(world)


def test_what_of_its_command_line_ours_will_not_have_is_said() -> None:
    (note,) = adopt(machine()).notes
    assert "started with --config-file, --debug: put in daemon.json" in note


def test_to_adopt_twice_is_nothing_to_do() -> None:
    world = adopted()
    again = adopt(world)
    assert (again.changed, again.generation) == (False, 0)
    assert len(history.generations(world)) == 1


def test_where_ours_runs_there_is_nothing_to_adopt() -> None:
    world = World(stable=[NEW])
    switch(world, NEW)
    with pytest.raises(RunsAlready) as failure:
        adopt(world)
    assert "`dockswitch use system`" in failure.value.hint


def test_where_nobody_is_there_is_nothing_to_adopt() -> None:
    with pytest.raises(NoNeighbour, match="there is no engine to adopt"):
        adopt(World())


def test_a_person_s_own_engine_is_not_adopted() -> None:
    world = World()
    world.layout = Layout.of_user(env={"HOME": "/home/me"}, uid=1000)
    with pytest.raises(OfTheMachineOnly):
        adopt(world)


def test_an_engine_with_places_of_its_own_is_not_adopted() -> None:
    world = World(stable=[NEW])
    world.files.write("/its.json", b"{}")
    elsewhere = tuple(word.replace("/m/run", "/m/x").replace("/m/var", "/m/x") for word in ARGV)
    world.starts_by_hand(elsewhere, THEIRS, PATH, FOLDER)
    with pytest.raises(NoNeighbour):
        adopt(world)
    switch(world, NEW)
    assert theirs(world) == [(elsewhere, PATH, FOLDER)]


def test_without_adopt_it_is_refused_and_the_way_is_named() -> None:
    world = machine()
    with pytest.raises(ForeignEngine, match="did not start uses the socket") as failure:
        switch(world, NEW)
    assert failure.value.hint.startswith("`dockswitch adopt` takes it over")
    assert theirs(world) == AS_IT_WAS


def test_the_first_use_stops_it_and_use_system_starts_it_as_it_was() -> None:
    world = adopted()
    first = switch(world, NEW)
    assert first.restarted
    assert first.left is not None
    assert first.downtime is not None
    assert theirs(world) == []
    is_whole(world)
    back = switch(world, "system")
    assert theirs(world) == AS_IT_WAS
    assert (back.after.version, back.after.number) == (None, 2)
    is_whole(world)
    assert answering(world) == THEIRS
    assert drift.answering(world) == THEIRS
    assert not switch(world, "system").changed


@pytest.mark.parametrize("words", ["system", "previous"])
def test_there_and_back_as_often_as_one_likes(words: str) -> None:
    world = adopted()
    for version in (NEW, OLD, NEW):
        switch(world, version)
        is_whole(world)
        switch(world, words if version != OLD else "system")
        is_whole(world)
        assert theirs(world) == AS_IT_WAS
    assert go_back(world).after.version is not None
    assert go_back(world, 0).after.version is None
    assert theirs(world) == AS_IT_WAS


def test_switches_among_ours_leave_it_alone() -> None:
    world = left()
    switch(world, OLD)
    assert history.newest(world).neighbour is not None
    is_whole(world)
    switch(world, "system")
    assert theirs(world) == AS_IT_WAS


def test_a_plan_names_it_and_touches_nothing() -> None:
    world = adopted()
    plan, _ = preview(world, NEW)
    assert plan.restarts
    assert str(plan.steps[0]) == "stop /opt/docker/dockerd, which was started by hand"
    plan, _ = preview(left(), "system")
    assert str(plan.steps[-1]) == "start /opt/docker/dockerd, which was started by hand"
    assert theirs(world) == AS_IT_WAS


def test_a_new_engine_that_is_not_well_brings_it_back() -> None:
    world = adopted()
    world.manners[NEW], world.on_trial[NEW] = Manners(dies="no"), Manners()
    with pytest.raises(SwitchUndone, match=f"{THEIRS} \\(unpacked\\) is back"):
        switch(world, NEW)
    assert theirs(world) == AS_IT_WAS
    is_whole(world)


def test_an_engine_that_does_not_run_here_never_costs_it_a_stop() -> None:
    world = adopted()
    world.on_trial[NEW] = Manners(dies="no")
    pids = [each.pid for each in world.processes.values()]
    with pytest.raises(SwitchUndone, match="was never stopped"):
        switch(world, NEW)
    assert set(pids) <= {each.pid for each in world.processes.values() if world.alive(each.pid)}


def test_one_that_does_not_come_back_leaves_ours() -> None:
    world = left()
    world.manners[THEIRS] = Manners(dies="no")
    with pytest.raises(SwitchUndone, match=f"{NEW.partition('+')[0]}.* is back"):
        switch(world, "system")
    is_whole(world)


def test_one_that_does_not_stop_is_never_killed() -> None:
    world = adopted()
    (engine,) = (each for each in world.processes.values() if each.version)
    engine.manners = Manners(deaf=True)
    with pytest.raises(SwitchUndone) as failure:
        switch(world, NEW)
    assert f"(process {engine.pid}) does not stop" in failure.value.details
    assert theirs(world) == AS_IT_WAS
    is_whole(world)


def test_one_that_is_gone_is_told_before_ours_stops() -> None:
    world = left()
    pids = [each.pid for each in world.engines]
    world.files.write("/opt/docker/dockerd", None)
    with pytest.raises(NeighbourGone, match="is not installed any more"):
        switch(world, "system")
    assert [each.pid for each in world.engines] == pids


def test_one_that_was_upgraded_answers_as_what_it_is_now() -> None:
    world = left()
    world.files.write("/opt/docker/dockerd", b"dockerd 20.10.99", 0o755)
    switch(world, "system")
    assert answering(world) == "20.10.99"
    assert not switch(world, "system").changed


def test_its_own_data_root_stays_in_use() -> None:
    world = World(stable=[OLD, NEW])
    world.files.write("/its.json", b"{}")
    argv = tuple(word.replace("/m/var/lib/docker", "/m/srv/docker") for word in ARGV)
    world.starts_by_hand(argv, THEIRS, PATH, FOLDER)
    adopt(world)
    for version in (NEW, OLD):
        switch(world, version)
        (engine,) = world.engines
        assert "/m/srv/docker" in engine.argv
    assert not switch(world, OLD).changed


def test_its_files_where_links_of_ours_go_are_put_aside_and_back() -> None:
    world = World(stable=[OLD, NEW])
    world.files.write("/its.json", b"{}")
    argv = ("/m/usr/local/bin/dockerd", *ARGV[1:])
    world.starts_by_hand(argv, THEIRS, PATH, FOLDER)
    world.files.write("/usr/local/bin/docker", b"their client", 0o755)
    world.files.point("/usr/local/bin/runc", "/m/usr/local/bin/../bin/their-runc")
    before = {path: entry for path, entry in world.files.entries.items() if "/bin/" in path}
    adopt(world)
    for version in (NEW, OLD):
        switch(world, version)
        assert world.read("/usr/local/bin/docker") == f"docker {version}".encode()
        assert world.read("/usr/local/bin/docker.before-dockswitch") == b"their client"
    switch(world, "system")
    after = {path: entry for path, entry in world.files.entries.items() if "/bin/" in path}
    assert after == before
    assert theirs(world) == [(argv, PATH, FOLDER)]
    world.manners[NEW], world.on_trial[NEW] = Manners(dies="no"), Manners()
    with pytest.raises(SwitchUndone):
        switch(world, NEW)
    assert {p: entry for p, entry in world.files.entries.items() if "/bin/" in p} == before


def test_what_is_none_of_its_own_there_is_in_the_way_as_ever() -> None:
    world = adopted()
    world.files.write("/usr/local/bin/docker", b"somebody else's", 0o755)
    with pytest.raises(ForeignFile):
        switch(world, NEW)
    assert theirs(world) == AS_IT_WAS


def test_only_links_flip_beside_it_with_no_start() -> None:
    world = adopted()
    switch(world, NEW, start=False)
    assert theirs(world) == AS_IT_WAS
    assert history.newest(world).neighbour is not None


def test_after_system_another_one_can_be_adopted() -> None:
    world = World(stable=[NEW])
    switch(world, NEW)
    switch(world, "system")
    world.files.write("/its.json", b"{}")
    world.starts_by_hand(ARGV, THEIRS, PATH, FOLDER)
    assert adopt(world).generation == 3
    switch(world, NEW)
    assert switch(world, "system").after.number == 5
    assert theirs(world) == AS_IT_WAS


JOBS: list[tuple[str, Callable[[], World], Callable[[World], object]]] = [
    ("adopt", machine, adopt),
    ("the first use", adopted, lambda world: switch(world, NEW)),
    ("use system", left, lambda world: switch(world, "system")),
]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(("name", "begin", "job"), JOBS, ids=[job[0] for job in JOBS])
def test_after_a_kill_at_any_call_one_of_the_two_runs(
    name: str, begin: Callable[[], World], job: Callable[[World], object], moment: Moment
) -> None:
    machine = begin()
    get(machine, NEW)
    for death in deaths(machine, job, moment, least=3):
        world = death.world
        mend(world)
        with death.told():
            is_whole(world)
            assert (theirs(world) == AS_IT_WAS) == (history.newest(world).version is None)
            assert mend(world) is None

"""The wanted engine is proven before the old one stops: one that does not run costs nothing."""

import pytest

from dockswitch.model.errors import SwitchUndone
from dockswitch.switching import history, journal
from tests.world import MOMENTS, Manners, Moment, World
from tests.world.commands import go_back, mend, switch
from tests.world.files import Entry, File
from tests.world.truth import answering, is_whole, nothing_is_left

OLD, NEW = "20.10.24+dfsg1", "28.5.2+dfsg4"

DIES = Manners(dies="failed to start daemon: driver not supported")
REFUSES = Manners(refuses="OCI runtime create failed")


def machine(new: Manners = Manners()) -> World:  # noqa: B008 -- frozen
    """Where OLD runs, and NEW has these manners."""
    world = World(stable=[OLD], test=[NEW])
    switch(world, OLD)
    world.manners = {NEW: new}
    return world


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        (DIES, "the engine ended as it started: failed to start daemon: driver not supported"),
        (Manners(mute=True), "no engine answered on /run/.proof/docker.sock within 90 s: "),
        (Manners(answers="27.0.0"), f"27.0.0 answers where {NEW} is wanted"),
        (REFUSES, "it starts no container: OCI runtime create failed"),
    ],
)
def test_one_that_does_not_run_here_never_stops_the_old_one(new: Manners, reason: str) -> None:
    world = machine(new)
    engines, journals = [each.pid for each in world.engines], len(journal.read_all(world))
    with pytest.raises(SwitchUndone) as failure:
        switch(world, NEW)
    error = failure.value
    assert (error.exit, error.code) == (15, "undone")
    assert error.message == f"{NEW} does not run here: {OLD} was never stopped"
    assert error.details.startswith(reason)
    assert error.hint == "what it said on trial stands in /m/var/lib/dockswitch/log/proof.log"
    assert [each.pid for each in world.engines] == engines
    assert len(journal.read_all(world)) == journals
    is_whole(world)
    assert answering(world) == OLD


def test_a_rollback_is_proven_too() -> None:
    world = machine()
    switch(world, NEW)
    world.manners = {OLD: DIES}
    engines = [each.pid for each in world.engines]
    with pytest.raises(SwitchUndone, match="was never stopped"):
        go_back(world)
    assert [each.pid for each in world.engines] == engines
    is_whole(world)


def test_a_container_counts_only_where_the_old_engine_runs_one() -> None:
    world = machine(REFUSES)
    for engine in world.engines:
        engine.manners = REFUSES
    outcome = switch(world, NEW)
    (note,) = outcome.notes
    assert note.startswith("it runs no container, and neither did the engine before it: ")
    is_whole(world)


def test_where_nothing_is_stopped_nothing_is_proven() -> None:
    world = World(stable=[OLD, NEW])
    with world.dies_at(10_000):
        switch(world, OLD)
    assert not [act for act in world.acts if act.startswith("start apart")]
    with world.dies_at(10_000):
        switch(world, NEW, start=False)
        go_back(world, 0)
    assert not [act for act in world.acts if act.startswith("start apart")]
    nothing_is_left(world)


def test_where_nothing_can_be_started_apart_the_switch_goes_on_and_says_so() -> None:
    world = machine()
    world.no_namespaces = "Operation not permitted"
    (note,) = switch(world, NEW).notes
    assert note == (
        f"{NEW} was not proven before the old engine was stopped: nothing can be started apart "
        "from this machine: Operation not permitted"
    )
    is_whole(world)


def test_the_keys_of_daemon_json_are_met_on_trial() -> None:
    world = machine()
    world.write(world.layout.engine_config, b'{"live-restore": true, "runtimes": {"x": {}}}')
    kept: list[bytes | None] = []
    config = f"{world.layout.proof}/daemon.json"
    world.meanwhile("start apart", lambda: kept.append(world.files.read(config)))
    switch(world, NEW)
    (written,) = kept
    assert written is not None
    assert b'"runtimes"' in written
    assert b"live-restore" not in written


def test_a_key_that_the_switch_sets_is_met_too_and_nobody_else_reads_them() -> None:
    world = machine()
    world.write(world.layout.engine_config, b'{"labels": ["a=b"]}')
    kept: list[Entry | None] = []
    config = f"{world.layout.proof}/daemon.json"
    world.meanwhile("start apart", lambda: kept.append(world.files.entries.get(config)))
    switch(world, NEW, experimental=True)
    (written,) = kept
    assert isinstance(written, File)
    assert b'"experimental": true' in written.content
    assert b'"labels"' in written.content
    assert written.mode == 0o600


@pytest.mark.parametrize("moment", MOMENTS)
def test_one_that_was_killed_on_trial_leaves_the_old_engine_untouched(moment: Moment) -> None:
    number, proving = 0, True
    seen = 0
    while proving:
        number += 1
        world = machine()
        engines = [each.pid for each in world.engines]
        with world.dies_at(number, moment) as death:
            switch(world, NEW)
        assert death.came
        proving = not any(act.startswith("append") for act in world.acts)
        if not proving:
            break
        seen += any(act.startswith("start apart") for act in world.acts)
        assert mend(world) is None  # nothing had been journalled
        assert [each.pid for each in world.engines] == engines
        is_whole(world)
        assert history.newest(world).number == 1
    assert seen > 5

"""A new engine that is not well: everything is undone, or hands are asked for."""

import pytest

from dockswitch.model.errors import HandsNeeded, Interrupted, SwitchUndone
from dockswitch.switching import history, journal, recover
from dockswitch.switching.drift import drift
from tests.world import Manners, World
from tests.world.commands import go_back, installed, mend, start, switch
from tests.world.truth import answering, is_whole

OLD, NEW = "20.10.24+dfsg1", "28.5.2+dfsg4"

DIES = Manners(dies="failed to start daemon: driver not supported")
MUTE = Manners(mute=True)
LIES = Manners(answers="27.0.0")
REFUSES = Manners(refuses="OCI runtime create failed")


def machine(**manners: Manners) -> World:
    """Where OLD runs; both versions are well when they are proven, and these are their manners."""
    world = World(stable=[OLD], test=[NEW])
    switch(world, OLD)
    world.manners = {OLD: manners.get("old", Manners()), NEW: manners.get("new", Manners())}
    world.on_trial = {OLD: Manners(), NEW: Manners()}
    return world


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        (DIES, "the engine ended as it started: failed to start daemon: driver not supported"),
        (MUTE, "no engine answered on /run/docker.sock within 90 s: it said nothing"),
        (LIES, f"27.0.0 answers where {NEW} is wanted"),
        (REFUSES, "it starts no container: OCI runtime create failed"),
    ],
)
def test_an_engine_that_is_not_well_is_undone_and_says_why(new: Manners, reason: str) -> None:
    world = machine(new=new)
    with pytest.raises(SwitchUndone) as failure:
        switch(world, NEW)
    error = failure.value
    assert (error.exit, error.code) == (15, "undone")
    assert error.message == f"the switch to {NEW} failed and was undone: {OLD} is back"
    assert error.details == reason
    assert error.hint == "`dockswitch daemon logs` shows what the engine said"
    is_whole(world)
    assert answering(world) == OLD
    assert [str(each.version) for each in history.generations(world)] == [OLD]
    assert mend(world) is None


def test_a_first_engine_that_is_not_well_leaves_the_machine_as_it_was() -> None:
    world = World(stable=[NEW])
    world.manners = {NEW: DIES}
    with pytest.raises(SwitchUndone) as failure:
        switch(world, "stable")
    assert failure.value.message == (
        "the switch to stable failed and was undone: the machine is as it was"
    )
    is_whole(world)
    assert history.newest(world) == history.BEFORE


@pytest.mark.parametrize("new", [Manners(starts_in=20), Manners(starts_in=80)])
def test_an_engine_that_takes_its_time_is_waited_for(new: Manners) -> None:
    world = machine(new=new)
    outcome = switch(world, NEW)
    assert outcome.downtime == pytest.approx(new.starts_in + Manners().stops_in, abs=0.3)
    is_whole(world)


def test_an_old_engine_that_ignores_sigterm_is_killed_and_what_it_left_is_cleared() -> None:
    world = machine()
    for engine in world.engines:
        engine.manners = Manners(deaf=True)
    outcome = switch(world, NEW)
    is_whole(world)
    # a containerd that was left behind would have cost 20 s more
    assert outcome.downtime == pytest.approx(30, abs=1)


def test_the_container_counts_only_where_the_old_engine_ran_one() -> None:
    world = machine(new=REFUSES)
    for engine in world.engines:
        engine.manners = REFUSES
    outcome = switch(world, NEW)
    (note,) = outcome.notes
    assert note == (
        "it runs no container, and neither did the engine before it: "
        "it starts no container: OCI runtime create failed"
    )
    is_whole(world)
    assert answering(world) == NEW


def test_the_first_engine_has_to_run_a_container() -> None:
    world = World(stable=[NEW])
    world.manners = {NEW: REFUSES}
    with pytest.raises(SwitchUndone):
        switch(world, NEW)


def test_an_undo_that_fails_asks_for_hands_and_a_later_recover_finishes_it() -> None:
    world = machine(old=DIES, new=REFUSES)
    with pytest.raises(HandsNeeded) as failure:
        switch(world, NEW)
    error = failure.value
    assert (error.exit, error.code) == (16, "hands-needed")
    assert error.message == "the machine could not be brought back to what it was"
    assert error.details == (
        "the engine ended as it started: failed to start daemon: driver not supported"
    )
    assert error.hint == (
        "mend what is named, then run `dockswitch recover`; where that can never be, "
        "`dockswitch recover --accept` takes the machine as it stands"
    )
    last = journal.last(world)
    assert last is not None
    assert last.open
    now = history.newest(world)
    assert f"the switch to {NEW} did not finish: `dockswitch recover`" in drift(
        world, now, installed(world)
    )
    with pytest.raises(HandsNeeded):  # nothing was mended, so nothing else is done either
        start(world)
    world.manners[OLD] = Manners()
    recovered = mend(world)
    assert recovered is not None
    assert recovered.wish == NEW
    is_whole(world)
    assert answering(world) == OLD


def test_what_can_never_be_undone_can_be_accepted() -> None:
    world = machine(old=DIES, new=REFUSES)
    with pytest.raises(HandsNeeded):
        switch(world, NEW)
    with world.locked():
        accepted = recover.accept(world)
        assert accepted is not None
        assert accepted.wish == NEW
        assert recover.accept(world) is None
    world.manners = {}
    assert switch(world, NEW).changed
    is_whole(world)
    assert answering(world) == NEW


def test_an_undo_needs_the_container_where_the_old_engine_ran_one() -> None:
    world = machine(old=REFUSES, new=DIES)
    with pytest.raises(HandsNeeded) as failure:
        switch(world, NEW)
    assert failure.value.details == "it starts no container: OCI runtime create failed"


def test_a_rollback_that_fails_comes_back_too() -> None:
    world = machine(old=DIES)
    switch(world, NEW)
    with pytest.raises(SwitchUndone) as failure:
        go_back(world)
    assert failure.value.message == (
        f"the switch to generation 1 failed and was undone: {NEW} is back"
    )
    is_whole(world)


def test_an_interrupt_at_any_call_undoes_the_switch_at_once() -> None:
    number, said = 0, list[Interrupted]()
    while True:
        number += 1
        world = machine()
        try:
            with world.interrupted_at(number):
                switch(world, NEW)
        except Interrupted as interrupt:
            said.append(interrupt)
        except KeyboardInterrupt:
            pass  # nothing had been begun, or all was done
        assert mend(world) is None  # but for what an interrupted health check left, at the most
        is_whole(world)
        if number > len(world.acts):
            break
        stands = history.newest(world).number == 2
        assert answering(world) == (NEW if stands else OLD)
    assert answering(world) == NEW
    assert {each.exit for each in said} == {130}
    assert {each.details for each in said} == {f"the switch to {NEW} was undone: {OLD} is back"}
    assert len(said) > 10


def test_what_a_killed_writer_left_where_apt_looks_is_swept_and_nothing_else() -> None:
    world = machine()
    left = [
        "/etc/apt/sources.list.d/dockswitch.sources.tmp-999999-0123abcd",
        "/etc/apt/keyrings/dockswitch.asc.tmp-999999-0123abcd",
        "/etc/apt/preferences.d/dockswitch.tmp-999999-0123abcd",
        "/usr/sbin/policy-rc.d.tmp-999999-0123abcd",
        "/var/cache/dockswitch/apt/dockswitch.sources.tmp-999999-0123abcd",
    ]
    theirs = ["/etc/apt/sources.list.d/docker.list.tmp-999999-0", "/usr/sbin/x.tmp-999999-0"]
    for path in (*left, *theirs, "/etc/apt/sources.list.d/dockswitch.sources"):
        world.write(path, b"half")
    recover.sweep(world)
    assert [path for path in left if world.kind(path)] == []
    assert all(world.kind(path) for path in theirs)
    assert world.kind("/etc/apt/sources.list.d/dockswitch.sources")

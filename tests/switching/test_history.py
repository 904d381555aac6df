"""The history: the fold of the committed journals, and the way back in it."""

import pytest

from dockswitch.backends.bundles import NotInstalled
from dockswitch.model.errors import SwitchUndone
from dockswitch.switching import history
from tests.world import Manners, World
from tests.world.commands import go_back, mend, switch, uninstall
from tests.world.truth import answering, in_use, is_whole

A, B, C = "20.10.24+dfsg1", "26.1.5+dfsg1", "28.5.2+dfsg4"


def machine() -> World:
    return World(stable=[A, B], test=[B, C])


def told(world: World) -> list[tuple[int, str]]:
    return [(each.number, str(each.version)) for each in history.generations(world)]


def test_before_the_first_switch_there_is_generation_0() -> None:
    world = machine()
    assert history.generations(world) == ()
    assert history.newest(world) == history.BEFORE
    with pytest.raises(history.NoSuchGeneration) as failure:
        go_back(world)
    assert failure.value.exit == 11
    assert failure.value.message == "nothing to go back to"
    assert failure.value.details == "there was no switch yet"


def test_each_switch_is_a_generation_and_each_undone_one_is_none() -> None:
    world = machine()
    switch(world, A)
    world.manners[B] = Manners(dies="no")
    with pytest.raises(SwitchUndone):
        switch(world, B)
    switch(world, C)
    with world.dies_at(20):
        switch(world, A)
    mend(world)
    assert told(world) == [(1, A), (2, C)]
    assert history.newest(world).number == 2


def test_a_rollback_is_a_new_generation_that_equals_an_old_one() -> None:
    world = machine()
    for version in (A, B, C):
        switch(world, version)
    old = history.generations(world)[0]
    outcome = go_back(world, 1)
    assert told(world) == [(1, A), (2, B), (3, C), (4, A)]
    new = outcome.after
    assert (new.folder, new.channel, new.artifacts) == (old.folder, old.channel, old.artifacts)
    assert new.wish == "generation 1"
    is_whole(world)


def test_a_rollback_goes_to_and_fro_between_the_last_two() -> None:
    world = machine()
    for version in (A, B, C):
        switch(world, version)
    assert [str(go_back(world).after.version) for _ in range(3)] == [B, C, B]
    is_whole(world)


def test_a_rollback_to_what_is_in_use_changes_nothing() -> None:
    world = machine()
    switch(world, A)
    engines = [each.pid for each in world.engines]
    assert not go_back(world, 1).changed
    assert [each.pid for each in world.engines] == engines


def test_a_rollback_passes_over_a_generation_that_only_changed_the_channel() -> None:
    world = machine()
    for words in (A, B, f"test {B}"):
        switch(world, words)
    assert str(go_back(world).after.version) == A


def test_a_rollback_from_the_first_switch_leads_out_of_dockswitch() -> None:
    world = machine()
    switch(world, A)
    outcome = go_back(world)
    assert outcome.after.version is None
    assert answering(world) is None
    is_whole(world)
    assert str(go_back(world).after.version) == A
    is_whole(world)


def test_a_rollback_brings_back_an_engine_that_was_not_started_as_it_was() -> None:
    world = machine()
    switch(world, A, start=False)
    switch(world, B, start=False)
    go_back(world)
    assert world.engines == []
    is_whole(world)


def test_a_rollback_to_a_time_without_an_engine_stops_the_one_that_runs() -> None:
    world = machine()
    switch(world, A, start=False)
    switch(world, B)
    outcome = go_back(world)
    assert (str(outcome.after.version), outcome.after.running) == (A, False)
    is_whole(world)
    assert world.engines == []


def test_a_rollback_to_the_client_alone_links_the_client_alone() -> None:
    world = machine()
    switch(world, A, client_only=True)
    switch(world, B)
    go_back(world)
    assert world.names(world.layout.bin) == ("docker",)
    assert in_use(world) == A


@pytest.mark.parametrize("number", [7, -1])
def test_a_generation_that_never_was_is_11(number: int) -> None:
    world = machine()
    switch(world, A)
    with pytest.raises(history.NoSuchGeneration) as failure:
        go_back(world, number)
    assert failure.value.message == f"there is no generation {number}"
    assert failure.value.details == "the newest generation is 1"
    assert failure.value.hint == "`dockswitch history` lists them"


def test_a_rollback_to_a_version_that_was_removed_says_how_to_have_it_again() -> None:
    world = machine()
    switch(world, A)
    switch(world, B)
    uninstall(world, A)
    with pytest.raises(NotInstalled) as failure:
        go_back(world)
    assert failure.value.message == f"stable {A} is not installed"
    assert failure.value.details == f"installed: {B}"
    assert failure.value.hint == f"`dockswitch install stable {A}` fetches it"
    is_whole(world)


def test_a_rollback_needs_no_network() -> None:
    world = machine()
    switch(world, A)
    switch(world, B)
    world.publishers.requests.clear()
    world.offline = True
    go_back(world)
    assert world.publishers.requests == []

"""Removing versions: never one that is in use, that runs, or whose shims still run."""

import pytest

from dockswitch.backends import bundles
from dockswitch.backends.bundles import NotInstalled
from dockswitch.switching.removal import StillNeeded
from tests.world import MOMENTS, Moment, World
from tests.world.commands import get, go_back, kept, mend, prune, switch, uninstall
from tests.world.deaths import deaths
from tests.world.truth import is_whole

A, B, C = "20.10.24+dfsg1", "26.1.5+dfsg1", "28.5.2+dfsg4"


def machine() -> World:
    """C in use, B before it, A before that."""
    world = World(stable=[A, B, C])
    for version in (A, B, C):
        switch(world, version)
    return world


def test_a_version_that_nothing_needs_goes() -> None:
    world = machine()
    gone = uninstall(world, A)
    assert [str(each.version) for each in gone] == [A]
    assert kept(world) == [B, C]
    is_whole(world)


def test_the_version_in_use_stays() -> None:
    world = machine()
    with pytest.raises(StillNeeded) as failure:
        uninstall(world, C)
    assert failure.value.message == f"{C} cannot be removed"
    assert failure.value.details == "it is in use"
    assert failure.value.hint == (
        "switch to another version first, and stop the containers that it started"
    )
    assert kept(world) == [A, B, C]


def test_a_version_whose_shims_run_stays() -> None:
    world = machine()
    folder = bundles.kept(world)[0].folder
    world.runs([f"{world.layout.real(folder)}/containerd-shim-runc-v2", "-id", "web"])
    with pytest.raises(StillNeeded) as failure:
        uninstall(world, A)
    assert failure.value.details == (
        "programs of it still run: its engine, or the shims of containers that it started"
    )
    assert prune(world) == ()
    assert kept(world) == [A, B, C]


def test_an_engine_that_runs_though_another_is_linked_keeps_its_version() -> None:
    world = machine()
    switch(world, A, start=False)
    with pytest.raises(StillNeeded):
        uninstall(world, C)


def test_what_is_not_there_is_told_with_what_is() -> None:
    world = machine()
    with pytest.raises(NotInstalled) as failure:
        uninstall(world, "19.03.15")
    assert failure.value.message == "19.03.15 is not installed"
    assert failure.value.details == f"installed: {A}, {B}, {C}"


def test_a_prune_keeps_what_is_in_use_and_what_a_rollback_goes_back_to() -> None:
    world = machine()
    get(world, A)
    assert [str(each.version) for each in prune(world)] == [A]
    assert kept(world) == [B, C]
    assert prune(world) == ()
    go_back(world)
    is_whole(world)


def test_a_version_that_was_removed_is_fetched_anew() -> None:
    world = machine()
    uninstall(world, A)
    world.publishers.requests.clear()
    switch(world, A)
    assert world.publishers.requests
    is_whole(world)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_removal_that_is_killed_leaves_whole_versions_only(moment: Moment) -> None:
    for death in deaths(machine(), prune, moment, least=3):
        world = death.world
        mend(world)
        with death.told():
            is_whole(world)
            for bundle in bundles.kept(world):
                assert set(bundle.names) < set(world.names(bundle.folder))
            assert kept(world) in ([A, B, C], [B, C])


def test_an_undone_switch_is_undone_before_anything_is_removed() -> None:
    world = machine()
    with world.dies_at(12):
        switch(world, A)
    uninstall(world, A)
    is_whole(world)

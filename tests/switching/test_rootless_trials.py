"""Engines of a user's own on trial: in the network of a kit, and not without what they need."""

import pytest

from dockswitch.backends import bundles
from dockswitch.engine.flags import option
from dockswitch.engine.rootless import NoKit
from dockswitch.engine.rootless_needs import Lacking
from dockswitch.model.ports import Finished
from dockswitch.switching import rootless, trial_sweep
from tests.switching.test_rootless import NEW, OLD, machine
from tests.switching.test_trials import keep, no_trial_is_left, of, trial
from tests.world import World
from tests.world.commands import get, kept, mend, switch
from tests.world.truth import answering, is_whole


def with_another() -> World:
    """One engine in use, another that is only here, with its kit."""
    world = machine()
    switch(world, OLD)
    get(world, NEW, rootless="needed")
    client = f"{world.layout.real(of(world, NEW).folder)}/docker"
    world.answers[client] = lambda _: Finished(1, "", "docker: 'context' is not a docker command.")
    return world


def test_it_is_in_the_network_of_its_kit_which_publishes_nothing_here() -> None:
    world = with_another()
    with trial(world) as tried:
        (dockerd,) = (each for each in world.engines if each.apart)
        # the kit itself stays in the network of the machine
        assert tried.pid == dockerd.pid
        assert (option(dockerd.argv, "--userland-proxy-path") or "").endswith("/docker-proxy")
        (kit,) = (
            each
            for each in world.processes.values()
            if each.parent == dockerd.pid and each.argv[0].endswith("/rootlesskit")
        )
        assert kit.environment["DOCKERD_ROOTLESS_ROOTLESSKIT_PORT_DRIVER"] == "none"
        assert kit.environment["DOCKERD_ROOTLESS_ROOTLESSKIT_DETACH_NETNS"] == "false"
        assert kit.environment["XDG_RUNTIME_DIR"] != world.layout.real(world.layout.runtime)
        assert answering(world) == OLD
    is_whole(world)
    no_trial_is_left(world)


def test_the_kit_leads_out_of_it_and_slirp4netns_is_not_started_by_us() -> None:
    world = with_another()
    del world.programs["/usr/bin/slirp4netns"]  # the kit brings one
    with trial(world):
        assert world.told == []
    no_trial_is_left(world)


def test_two_of_them_have_two_kits() -> None:
    world = with_another()
    with trial(world, "one") as one, trial(world, "two", OLD) as two:
        assert len({one.pid, two.pid, one.socket, two.socket}) == 4
    no_trial_is_left(world)


def test_one_that_is_kept_is_ended_by_its_name_or_by_recovering() -> None:
    world = with_another()
    keep(world, "rc")
    trial_sweep.end(world, "rc")
    no_trial_is_left(world)
    keep(world, "rc")
    world.claims.clear()  # whoever keeps it is killed
    mend(world)
    no_trial_is_left(world)
    is_whole(world)


def test_what_it_would_miss_is_said_before_it_is_fetched_or_started() -> None:
    world = with_another()
    del world.programs["/usr/bin/newuidmap"]
    with pytest.raises(Lacking) as failure:
        rootless.refuse(world)
    assert failure.value.hint == (
        "run `PACKAGE-MANAGER install uidmap` and the same command again, "
        "or leave out --user for an engine with root"
    )
    with pytest.raises(Lacking), trial(world):
        pass
    no_trial_is_left(world, log=True)
    assert answering(world) == OLD


def test_one_without_its_kit_is_none() -> None:
    world = machine()
    get(world, NEW)
    with pytest.raises(NoKit), trial(world):
        pass
    no_trial_is_left(world, log=True)
    assert [str(each.version) for each in bundles.kept(world)] == [NEW] == kept(world)

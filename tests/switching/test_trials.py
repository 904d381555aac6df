"""Engines on trial beside the machine's own: whose they are, and that nothing is left of them."""

import contextlib
import errno
from collections.abc import Iterator

import pytest

from dockswitch.backends import bundles
from dockswitch.engine.flags import option
from dockswitch.model.ports import Finished
from dockswitch.model.release import Bundle
from dockswitch.switching import kept_trials, trial_record, trial_sweep, trials
from dockswitch.switching.kept_trials import BadHours
from dockswitch.switching.removal import StillNeeded
from dockswitch.switching.trial_images import NobodyHasImages, NoSuchImage
from dockswitch.switching.trial_sweep import NoSuchTrial
from dockswitch.switching.trials import BadName, DoesNotAnswer, NameTaken, Tried
from tests.world import MOMENTS, Manners, Moment, World
from tests.world.commands import Quiet, get, kept, mend, prune, switch, uninstall
from tests.world.deaths import NEW, OLD, deaths
from tests.world.truth import answering, is_whole


def machine() -> World:
    """One engine in use, another that is only here."""
    world = World(stable=[OLD], test=[OLD, NEW])
    switch(world, OLD)
    get(world, NEW)
    return world


def of(world: World, version: str) -> Bundle:
    return next(each for each in bundles.kept(world) if str(each.version) == version)


@contextlib.contextmanager
def trial(world: World, name: str = "", version: str = NEW, *images: str) -> Iterator[Tried]:
    with trials.begun(world, of(world, version), name, Quiet(), images=images) as tried:
        yield tried


def keep(world: World, name: str, hours: float | None = None) -> kept_trials.Kept:
    return kept_trials.keep(world, of(world, NEW), name, Quiet(), hours=hours)


def no_trial_is_left(world: World, *, log: bool = False) -> None:
    layout = world.layout
    below = (
        f"{layout.trials}/",
        f"{layout.trials_run}/",
        *(() if log else (f"{layout.state}/log/trial",)),
    )
    assert not [path for path in world.files.entries if path.startswith(below)]
    assert not [each.argv for each in world.engines if each.apart]
    assert not world.cgroups


def test_it_answers_beside_the_one_in_use_and_is_gone_at_the_end() -> None:
    world = machine()
    with trial(world) as tried:
        assert (tried.name, tried.version, tried.channel) == ("t1", NEW, "test")
        assert world.listener(tried.socket) == tried.pid
        assert trial_record.lives(world, "t1")
        assert answering(world) == OLD
    is_whole(world)
    no_trial_is_left(world)


def test_what_it_is_stands_written_before_anything_of_it_runs() -> None:
    world, found = machine(), list[trial_record.Record | None]()
    world.meanwhile("start apart", lambda: found.append(trial_record.read(world, "t1")))
    with trial(world) as tried:
        (record,) = found
        assert record is not None
        assert (record.version, record.pid, record.folder) == (NEW, 0, tried.folder)


def test_it_has_a_bridge_though_below_a_root_the_one_in_use_has_none() -> None:
    world = machine()
    with trial(world):
        (tried,) = (each for each in world.engines if each.apart)
        assert option(tried.argv, "--bridge") is None
        assert (
            "bridge"
            not in (world.read("/var/lib/dockswitch/trials/t1/daemon.json") or b"").decode()
        )


def test_where_nothing_leads_out_of_its_network_one_line_names_the_package() -> None:
    world = machine()
    with trial(world):
        assert [line for line in world.told if "the package slirp4netns brings it" in line]
    world.programs.clear()
    with trial(world):
        assert "the package iptables brings it" in world.told[-1]
        assert b'"bridge": "none"' in (
            world.read("/var/lib/dockswitch/trials/t1/daemon.json") or b""
        )


def test_each_has_a_name_of_its_own() -> None:
    world = machine()
    with trial(world) as one, trial(world, version=OLD) as other, trial(world, "rc"):
        assert (one.name, other.name) == ("t1", "t2")
        assert len({one.socket, other.socket}) == 2
        with pytest.raises(NameTaken) as failure, trial(world, "rc"):
            pass
        assert failure.value.message == "there is a trial rc already"
        assert failure.value.details.startswith(f"{NEW}, since 2026-")
        assert failure.value.hint == "take another name, or end it: dockswitch try --end rc"
    no_trial_is_left(world)


@pytest.mark.parametrize("name", ["-x", "A", "a b", "../x", "a" * 21, "a.b"])
def test_a_name_is_short_and_plain(name: str) -> None:
    world = machine()
    with pytest.raises(BadName) as failure, trial(world, name):
        pass
    assert failure.value.message == f"no trial can be called {name!r}"
    no_trial_is_left(world)


@pytest.mark.parametrize("moment", MOMENTS)
def test_after_a_kill_at_any_call_recovering_leaves_nothing_of_it(moment: Moment) -> None:
    def tries(world: World) -> None:
        with trial(world):
            world.pause(1)

    for death in deaths(machine(), tries, moment, least=8):
        with death.told():
            mend(death.world)
            no_trial_is_left(death.world)
            is_whole(death.world)


def test_interrupted_at_any_call_it_is_gone() -> None:
    number, came = 0, True
    while came:
        number += 1
        world, came = machine(), False
        try:
            with world.interrupted_at(number), trial(world):
                world.pause(1)
        except KeyboardInterrupt:
            came = True
        world.files.write(world.layout.trial_log("t1"), None, 0o644)
        mend(world)  # it may have come while it was ending
        no_trial_is_left(world)
        is_whole(world)
    assert number > 8


def test_on_a_full_disk_it_is_gone_and_says_so() -> None:
    number, came = 0, True
    while came:
        number += 1
        world, came = machine(), False
        try:
            with world.full(number), trial(world):
                pass
        except OSError as error:
            came = error.errno == errno.ENOSPC
        assert trial_record.names(world) == ()
        no_trial_is_left(world, log=True)
        is_whole(world)
    assert number > 4


def test_recovering_leaves_one_alone_whose_owner_lives() -> None:
    world = machine()
    with trial(world) as tried:
        mend(world)
        assert world.listener(tried.socket) == tried.pid
        assert trial_record.names(world) == ("t1",)


def test_one_of_a_killed_owner_gives_its_name_to_the_next() -> None:
    world = machine()

    def tries(world: World) -> None:
        with trial(world):
            world.pause(1)

    *_, last = (each for each in deaths(world, tries, "before", least=8) if each.came)
    assert trial_record.names(last.world) == ("t1",)
    with trial(last.world) as tried:
        assert tried.name == "t1"
    no_trial_is_left(last.world)


def test_one_that_does_not_answer_is_gone_and_its_log_says_why() -> None:
    world = machine()
    world.on_trial[NEW] = Manners(dies="no space left on device")
    with pytest.raises(DoesNotAnswer) as failure, trial(world):
        pass
    assert failure.value.message == f"{NEW} does not run here on trial; nothing else was touched"
    assert "no space left on device" in failure.value.details
    log = "/m/var/lib/dockswitch/log/trial-t1.log"
    assert failure.value.hint == f"what it said stands in {log}"
    assert b"no space left" in (world.read(world.layout.stored(log)) or b"")
    no_trial_is_left(world, log=True)
    is_whole(world)


def test_images_of_the_engine_here_go_along() -> None:
    world = machine()
    (engine,) = world.engines
    engine.data.images["app"] = {}
    with trial(world, "", NEW, "app"):
        (tried,) = (each for each in world.engines if each.apart)
        assert list(tried.data.images) == ["app"]
    with pytest.raises(NoSuchImage) as failure, trial(world, "", NEW, "app", "web:2"):
        pass
    assert failure.value.message == "the engine here has no image web:2"
    assert failure.value.hint.startswith("`docker pull web:2` fetches it")
    no_trial_is_left(world)


def test_where_no_engine_runs_nobody_has_images() -> None:
    world = World(stable=[NEW])
    get(world, NEW)
    with pytest.raises(NobodyHasImages) as failure, trial(world, "", NEW, "app"):
        pass
    assert failure.value.details == "no engine answers on /m/run/docker.sock"
    with trial(world) as tried:
        assert tried.version == NEW
    no_trial_is_left(world)


def test_a_version_on_trial_is_not_removed() -> None:
    world = machine()
    with trial(world):
        with pytest.raises(StillNeeded) as failure:
            uninstall(world, NEW)
        assert failure.value.details == "it is on trial as t1: `dockswitch try --end t1` ends that"
        assert prune(world) == ()
    assert [str(each.version) for each in prune(world)] == [NEW]
    assert kept(world) == [OLD]


def test_one_that_is_kept_stays_until_it_is_ended() -> None:
    world = machine()
    client = f"{world.layout.real(of(world, NEW).folder)}/docker"
    world.answers[client] = lambda _: Finished(1, "", "docker: 'context' is not a docker command.")
    found = keep(world, "rc", 1.5)
    assert found.until.startswith("2026-01-01T01:30:0")
    assert found.context == ""
    assert world.told[-1] == "no docker client here has contexts"
    assert world.listener(found.tried.socket) == found.tried.pid
    with pytest.raises(NameTaken):
        keep(world, "rc")
    record = trial_record.read(world, "rc")
    assert record is not None
    assert record.owner not in (0, record.pid)
    assert trial_sweep.end(world, "rc").version == NEW
    no_trial_is_left(world)


@pytest.mark.parametrize("hours", [0.0, -1.0, 1e9])
def test_one_is_kept_for_some_time_or_for_good(hours: float) -> None:
    world = machine()
    with pytest.raises(BadHours):
        keep(world, "rc", hours)
    no_trial_is_left(world)


def test_what_is_not_there_is_told_with_those_that_are() -> None:
    world = machine()
    with pytest.raises(NoSuchTrial) as failure:
        trial_sweep.end(world, "rc")
    assert (failure.value.message, failure.value.details) == (
        "there is no trial 'rc'",
        "there is none",
    )
    with trial(world, "one"), trial(world, "two"), pytest.raises(NoSuchTrial) as failure:
        trial_sweep.end(world, "rc")
    assert failure.value.details == "there are: one, two"

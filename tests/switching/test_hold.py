"""`hold` and `unhold`: what is installed is held, and neither a kill nor a switch loses that."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dockswitch.backends import bundles
from dockswitch.model.errors import Busy
from dockswitch.model.layout import PREFERENCES, Layout
from dockswitch.model.release import Fetched
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version
from dockswitch.switching import drift, history, hold, packaged_goal
from dockswitch.switching.hold import NoPackages, OfTheMachineOnly
from tests.world import MOMENTS, Moment, World
from tests.world.commands import Quiet, installed, mend, switch
from tests.world.deaths import NEW, OLD, deaths
from tests.world.truth import is_whole

WORDS = ("docker-ce=5:28.5.2-1", "docker-ce-cli=5:28.5.2-1", "containerd.io=1.7.28-1")
NAMES = {"docker-ce", "docker-ce-cli", "containerd.io"}


def machine() -> World:
    """Packages of Docker's are installed; podman's runc is none of theirs."""
    world = World(stable=[OLD, NEW])
    world.files.write("/var/lib/dpkg/status", b"")
    world.dpkg.has(*WORDS, "tini=0.19-1")
    return world


def held(reason: str | None = "the cluster wants it") -> World:
    world = machine()
    hold.hold(world, "anna", reason, Quiet())
    return world


def test_what_is_installed_now_is_held() -> None:
    world = machine()
    found = hold.hold(world, "anna", "the cluster wants it", Quiet())
    assert (found.changed, found.generation) == (True, 1)
    assert found.held == hold.observed(world)
    assert found.held.words == WORDS
    assert found.held.hold == history.newest(world).hold
    assert world.dpkg.held == NAMES
    assert drift.drift(world, history.newest(world), installed(world)) == ()
    is_whole(world)


def test_to_hold_twice_is_nothing_to_do_and_another_reason_is_written_down() -> None:
    world = held()
    assert not hold.hold(world, "berta", None, Quiet()).changed
    again = hold.hold(world, "berta", "so do I", Quiet())
    assert again.changed
    assert again.held.hold is not None
    assert (again.held.hold.owner, again.held.hold.reason) == ("berta", "so do I")


def test_a_package_that_came_since_is_held_too_and_the_reason_stays() -> None:
    world = held()
    world.dpkg.has("docker-compose-plugin=2.40-1")
    again = hold.hold(world, "berta", None, Quiet())
    assert again.changed
    assert world.dpkg.held == {*NAMES, "docker-compose-plugin"}
    assert again.held.hold is not None
    assert again.held.hold.reason == "the cluster wants it"


def test_let_go_of_it_is_as_before() -> None:
    world = held()
    found = hold.unhold(world, Quiet())
    assert (found.changed, found.held, world.dpkg.held) == (True, hold.observed(machine()), set())
    assert world.kind(PREFERENCES) is None
    assert history.newest(world).hold is None
    assert not hold.unhold(world, Quiet()).changed
    is_whole(world)


def test_a_distribution_s_own_engine_is_held_as_well() -> None:
    world = World()
    world.dpkg.has("docker.io=20.10.24-1", "runc=1.1-1", "containerd=1.6-1")
    world.files.write("/var/lib/dpkg/status", b"")
    words = hold.hold(world, "anna", None, Quiet()).held.words
    assert words == ("docker.io=20.10.24-1", "containerd=1.6-1", "runc=1.1-1")


@pytest.mark.parametrize("packages", [(), ("runc=1.1-1", "containerd.io=1.7-1")])
def test_where_no_engine_is_installed_as_packages_that_is_said(packages: tuple[str, ...]) -> None:
    world = World()
    world.dpkg.has(*packages)
    with pytest.raises(NoPackages) as failure:
        hold.hold(world, "anna", None, Quiet())
    assert "docker-ce, docker.io, docker-engine" in failure.value.details
    assert "--backend apt" in failure.value.hint
    assert history.generations(world) == ()


@pytest.mark.parametrize("job", ["hold", "unhold"])
def test_a_person_s_own_engine_has_no_packages(job: str) -> None:
    world = machine()
    world.layout = Layout.of_user(env={"HOME": "/home/me"}, uid=1000)
    with pytest.raises(OfTheMachineOnly):
        _hold(world) if job == "hold" else _unhold(world)


def test_a_hold_stays_with_switches_that_touch_no_package() -> None:
    world = held()
    switch(world, NEW)
    assert history.newest(world).hold == hold.observed(world).hold
    assert world.dpkg.held == NAMES
    is_whole(world)


@pytest.mark.parametrize("asked", [True, False])
def test_a_hold_that_a_person_asked_for_goes_along_with_a_rollback(*, asked: bool) -> None:
    world = machine()
    then = replace(history.BEFORE, packages=("docker-ce=5:26.1.5-1",), hold=None)
    version = Version.parse("26.1.5")
    deb = Fetched("https://x/docker-ce.deb", "0" * 64, 1, Trust.SIGNED, "docker-ce=5:26.1.5-1")
    bundle = bundles.bundle_of(world.layout.packages, version, "stable", [deb], ())
    if asked:
        hold.hold(world, "anna", None, Quiet())
    goal = packaged_goal.back_to(world, then, bundle, "start")
    assert goal.hold == hold.observed(world).hold
    assert (goal.hold is not None) == asked


def test_what_somebody_let_go_of_by_hand_has_drifted() -> None:
    world = held()
    world.dpkg.has(WORDS[0])
    (line,) = drift.drift(world, history.newest(world), installed(world))
    assert line == "docker-ce no longer held: `dockswitch hold` or `dockswitch unhold`"


def test_another_program_at_work_is_told_and_nothing_is_left() -> None:
    world = machine()
    world.dpkg.refuses = "dpkg: error: dpkg frontend lock was locked by another process with pid 7"
    with pytest.raises(Busy):
        hold.hold(world, "anna", None, Quiet())
    assert world.kind(PREFERENCES) is None
    is_whole(world)


def _hold(world: World) -> object:
    return hold.hold(world, "anna", "why not", Quiet())


def _unhold(world: World) -> object:
    return hold.unhold(world, Quiet())


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(
    ("begin", "job"), [(machine, _hold), (held, _unhold), (held, _hold)], ids=["1", "2", "3"]
)
def test_after_a_kill_at_any_call_all_or_nothing_is_held(
    begin: Callable[[], World], job: Callable[[World], object], moment: Moment
) -> None:
    start = begin()
    start.dpkg.has("docker-ce-rootless-extras=5:28.5.2-1")
    start.dpkg.packages["docker-ce-rootless-extras"].letters = "hi "
    before = hold.observed(start)
    for death in deaths(start, job, moment, least=4):
        world = death.world
        mend(world)
        with death.told():
            now = history.newest(world)
            found = hold.observed(world)
            assert found.hold == now.hold
            assert found == before or now.number > history.newest(start).number
            theirs = {"docker-ce-rootless-extras"}
            assert world.dpkg.held == (NAMES | theirs if found.hold else theirs)
            assert found.words == (WORDS if found.hold else ())
            is_whole(world)
            assert mend(world) is None

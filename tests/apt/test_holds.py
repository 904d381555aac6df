"""Holds as dpkg selects them: done once, only of what is there, and undone."""

from pathlib import Path

import pytest

from dockswitch.apt import holds
from dockswitch.apt.holds import NotSelected, SelectionsBusy
from dockswitch.apt.locks import PackagesBusy
from dockswitch.model.errors import Busy
from dockswitch.model.layout import Layout
from dockswitch.model.step import Holds
from dockswitch.system import hosts
from dockswitch.system.here import Here
from tests.world import World

NAMES = ("docker-ce", "docker-ce-cli", "containerd.io")
VERSION = "5:28.5.2-1~debian.12~bookworm"


@pytest.fixture
def world() -> World:
    made = World()
    made.dpkg.has(*(f"{name}={VERSION}" for name in NAMES))
    return made


def test_they_are_held_and_free_again(world: World) -> None:
    wanted = Holds(NAMES[:2], NAMES[2:])
    back = holds.observed(world, wanted)
    assert back == Holds((), NAMES)
    holds.make_so(world, wanted)
    assert world.dpkg.held == set(NAMES[:2])
    assert holds.observed(world, wanted) == wanted
    holds.make_so(world, back)
    assert world.dpkg.held == set()


def test_what_is_so_already_is_not_done_again(world: World) -> None:
    holds.make_so(world, Holds(NAMES))
    world.acts.clear()
    holds.make_so(world, Holds(NAMES, ("docker-model-plugin",)))
    holds.make_so(world, Holds(()))
    assert world.acts == []


def test_a_package_that_is_not_there_is_not_held(world: World) -> None:
    world.dpkg.packages["docker-ce"].letters = "rc "
    holds.make_so(world, Holds((*NAMES, "docker.io")))
    assert world.dpkg.held == set(NAMES[1:])
    assert world.dpkg.packages["docker-ce"].letters == "rc "


def test_one_that_was_removed_though_held_is_let_go_of_and_stays_removed(world: World) -> None:
    world.dpkg.packages["docker-ce"].letters = "hc "
    assert holds.observed(world, Holds(("docker-ce",))).held == ("docker-ce",)
    holds.make_so(world, Holds((), NAMES))
    assert world.dpkg.packages["docker-ce"].letters == "rc "


def test_a_machine_without_dpkg_holds_nothing() -> None:
    assert holds.observed(World(), Holds(NAMES)) == Holds((), NAMES)
    holds.make_so(World(), Holds(NAMES))


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (
            "dpkg: error: dpkg frontend lock was locked by another process with pid 4711\n",
            SelectionsBusy,
        ),
        ("dpkg: error: failed to write status database record: No space left", NotSelected),
    ],
)
def test_a_dpkg_that_refuses_is_told_in_its_words(
    world: World, said: str, error: type[Exception]
) -> None:
    world.dpkg.refuses = said
    with pytest.raises(error) as failure:
        holds.make_so(world, Holds(NAMES))
    assert said.splitlines()[0] in getattr(failure.value, "details", "")
    assert isinstance(failure.value, Busy) == (error is SelectionsBusy)


def test_another_program_at_work_is_waited_for(world: World) -> None:
    world.layout = Layout.of_system()
    world.lock_holders["/var/lib/dpkg/lock-frontend"] = 4711
    world.meanwhile("pause", world.lock_holders.clear)
    holds.make_so(world, Holds(NAMES))
    assert world.dpkg.held == set(NAMES)
    assert "waiting for process 4711" in world.told[0]


def test_one_that_does_not_end_is_named(world: World) -> None:
    world.layout = Layout.of_system()
    world.lock_holders["/var/lib/dpkg/lock-frontend"] = 4711
    world.apt_wait = 5
    with pytest.raises(PackagesBusy, match="another program"):
        holds.make_so(world, Holds(NAMES))
    assert world.dpkg.held == set()
    assert world.clock < 6


def test_the_real_dpkg_of_this_machine_takes_them(dpkg_root: Path) -> None:
    here = Here(Layout.of_system(root=str(dpkg_root)), hosts.this())
    wanted = Holds(("docker-ce", "docker-ce-cli", "nothing-of-the-kind"), ("containerd.io",))
    assert holds.observed(here, wanted).held == ("containerd.io",)
    back = holds.observed(here, wanted)
    holds.make_so(here, wanted)
    assert holds.observed(here, wanted).held == ("docker-ce", "docker-ce-cli")
    holds.make_so(here, back)
    assert holds.observed(here, wanted) == back

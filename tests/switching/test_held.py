"""A switch of packages that somebody else holds is refused; one that leaves them is not."""

import pytest

from dockswitch.apt import across
from dockswitch.model.finding import refuse
from dockswitch.model.hold import Hold
from dockswitch.model.plan import Goal, Installed
from dockswitch.switching import checks, held, transaction
from dockswitch.switching.held import HeldByOthers
from dockswitch.switching.options import Options
from tests.world import World

OLD = ("docker-ce=5:26.1.5-1", "containerd.io=1.7.28-1")
NEW = ("docker-ce=5:28.5.2-1", "containerd.io=1.7.28-1")
NOTHING = Installed(None, "", (), None, None)


def goal(*packages: str) -> Goal:
    return Goal(None, (), "leave", packages=packages or None)


def machine(*theirs: str) -> World:
    world = World()
    world.dpkg.has(*OLD)
    for name in theirs:
        world.dpkg.packages[name].letters = "hi "
    return world


def test_a_switch_that_would_change_them_is_refused_with_the_way_out() -> None:
    world = machine("docker-ce", "containerd.io")
    found = checks.findings(world, goal(*NEW), NOTHING, Options())
    with pytest.raises(HeldByOthers) as failure:
        refuse(found)
    assert (failure.value.exit, failure.value.code) == (1, "error")
    assert failure.value.message == "docker-ce is held, and not by dockswitch"
    assert failure.value.details == "the switch would change docker-ce 5:26.1.5-1 to 5:28.5.2-1"
    assert "`apt-mark unhold docker-ce`" in failure.value.hint
    assert world.acts == []


def test_one_that_leaves_them_as_they_are_is_not() -> None:
    world = machine("containerd.io")
    assert held.by_others(world, goal(*NEW), NOTHING, Options()) == ()


def test_to_remove_them_is_a_change_too() -> None:
    world = machine("containerd.io")
    (found,) = held.forbidden(world, ("docker-ce=5:18.06-0", "containerd.io-", "docker.io-"))
    assert "containerd.io 1.7.28-1 to be removed" in found.what


def test_a_hold_of_dockswitch_s_own_is_not_in_its_way() -> None:
    world = machine()
    for step in across.steps(world, Hold("anna", "", world.now()), OLD, before=()):
        transaction.act(world, step)
    assert world.dpkg.held == {"docker-ce", "containerd.io"}
    assert held.by_others(world, goal(*NEW), NOTHING, Options()) == ()


def test_a_goal_that_leaves_packages_alone_is_not_in_its_way() -> None:
    world = machine("docker-ce")
    assert held.by_others(world, goal(), NOTHING, Options()) == ()

"""The group whose members may speak to the engine."""

import pytest

from dockswitch.engine import group
from dockswitch.engine.group import NoGroup
from dockswitch.model.ports import Finished
from dockswitch.model.step import Group
from dockswitch.switching import transaction
from tests.world import World


def test_it_is_made_where_it_is_missing() -> None:
    world = World("")
    assert group.steps(world) == (Group("docker"),)
    transaction.act(world, Group("docker"))
    assert group.steps(world) == ()


def test_it_is_never_removed() -> None:
    world = World("")
    back = transaction.inverse(world, Group("docker"))
    transaction.act(world, Group("docker"))
    transaction.act(world, back)
    assert world.services.groups == {"docker"}


def test_undoing_one_that_was_never_made_makes_none() -> None:
    world = World("")
    transaction.act(world, transaction.inverse(world, Group("docker")))
    assert world.services.groups == set()


def test_below_a_root_it_is_nobody_s_business() -> None:
    assert group.steps(World("/m")) == ()


def test_a_machine_that_refuses_it_is_told() -> None:
    world = World("")
    world.services.refuses = Finished(10, "", "groupadd: cannot open /etc/group\n")
    with pytest.raises(NoGroup) as failure:
        group.add(world, "docker")
    assert failure.value.details == "groupadd: cannot open /etc/group"


def test_it_is_the_group_that_daemon_json_names() -> None:
    world = World(root="")
    world.files.write("/etc/docker/daemon.json", b'{"group": "admins"}\n')
    assert group.steps(world) == (Group("admins"),)

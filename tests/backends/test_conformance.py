"""The promises of every backend: those that are built in keep them, and a broken one is told."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from dockswitch import testing
from dockswitch.backends import Backend, bundles, find
from dockswitch.backends.static import Static
from dockswitch.model.plan import Goal, Installed
from dockswitch.model.ports import Reader, System
from dockswitch.model.release import Bundle
from dockswitch.model.step import File, Link, Step
from dockswitch.model.trust import Trust
from dockswitch.model.vm import Keeper, Vm
from dockswitch.switching import vm_goal
from tests.backends import test_apt
from tests.vms.docker_machine import lab as labs
from tests.vms.lima import test_keeper as lima
from tests.world import World
from tests.world.commands import get
from tests.world.deaths import NEW, OLD
from tests.world.truth import answering

LINK = "/var/lib/dockswitch/current"


def static() -> tuple[World, list[Goal]]:
    world = World(stable=["26.1.5", "28.5.2"])
    kept = [get(world, each).bundle for each in ("26.1.5", "28.5.2")]
    goals = [Goal(bundle, bundle.names, "start") for bundle in kept]
    return world, [*goals, replace(goals[0], engine="leave")]


def apt() -> tuple[World, list[Goal]]:
    world = test_apt.machine()
    words = (test_apt.OLDS, test_apt.NEWS)
    return world, [
        test_apt.goal(world, each, channel)
        for each, channel in zip(words, ("stable", "test"), strict=True)
    ]


def by_docker_machine() -> tuple[World, list[Goal]]:
    world, _ = labs.made()
    world.layout.scope = "user"
    folders = [labs.bundle(world, version) for version in (labs.OLD, labs.NEW)]
    own = [in_vm("machine", folder, "") for folder in folders]
    shared = [in_vm("machine", folder, "shared") for folder in folders]
    return world, [*own, *shared]


def by_lima() -> tuple[World, list[Goal]]:
    world = lima.after(OLD, NEW)
    own = [in_vm("lima", each.folder, "") for each in bundles.kept(world, "lima")]
    return world, [*own, in_vm("lima", own[0].bundle.folder if own[0].bundle else "", "shared")]


def in_vm(keeper: Keeper, folder: str, name: str) -> Goal:
    version = bundles.version_of(folder)
    bundle = Bundle(version, folder, (), (), "", "", 0, Trust.TLS, keeper=keeper)
    return Goal(bundle, (), "start", vm=Vm(keeper, name or vm_goal.name_of(version)))


@pytest.mark.parametrize(
    ("name", "machine"),
    [("static", static), ("apt", apt), ("machine", by_docker_machine), ("lima", by_lima)],
)
def test_what_is_built_in_keeps_them(
    name: str, machine: Callable[[], tuple[World, list[Goal]]]
) -> None:
    world, goals = machine()
    before = answering(world)
    testing.conforms(find(name), world, goals)
    assert answering(world) == before


@dataclass(frozen=True)
class Broken:
    """A backend that does something else than the static one, which is all right otherwise."""

    does: Callable[[Goal, Reader], tuple[Step, ...]]
    name: str = "broken"
    takes: tuple[str, ...] = ("static",)

    def installed(self, reader: Reader) -> Installed:
        return Static().installed(reader)

    def steps(self, goal: Goal, installed: Installed, reader: Reader) -> tuple[Step, ...]:
        return self.does(goal, reader)


def _acts(_: Goal, reader: Reader) -> tuple[Step, ...]:
    system: System = reader  # type: ignore[assignment]  # what a careless backend would do
    system.write("/etc/motd", b"")
    return ()


def _forgets(_: Goal, __: Reader) -> tuple[Step, ...]:
    return ()


def _never_ends(_: Goal, __: Reader) -> tuple[Step, ...]:
    return (File("/etc/motd", "again"),)


def _wavers() -> Callable[[Goal, Reader], tuple[Step, ...]]:
    asked: list[int] = []

    def wavers(_: Goal, __: Reader) -> tuple[Step, ...]:
        asked.append(1)
        return (Link(LINK, f"versions/{len(asked)}"),)

    return wavers


@pytest.mark.parametrize(
    ("backend", "promise"),
    [
        (Broken(_acts), "a backend only asks, and never calls write"),
        (Broken(_forgets), "there are steps to"),
        (Broken(_never_ends), "nothing is left to do once"),
        (Broken(_wavers()), "who asks twice is told the same"),
        (Broken(_forgets, name="a name"), "its name is a word"),
        (Broken(_forgets, takes=()), "it takes something"),
    ],
)
def test_whoever_breaks_one_is_told_which(backend: Backend, promise: str) -> None:
    world, goals = static()
    with pytest.raises(testing.BrokenPromise, match=promise):
        testing.conforms(backend, world, goals)

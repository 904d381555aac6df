"""The promises of every backend: those that are built in keep them, and a broken one is told."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from dockswitch import testing
from dockswitch.backends import Backend, find
from dockswitch.backends.static import Static
from dockswitch.model.plan import Goal, Installed
from dockswitch.model.ports import Reader, System
from dockswitch.model.step import File, Link, Step
from tests.backends import test_apt
from tests.world import World
from tests.world.commands import get
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


@pytest.mark.parametrize(("name", "machine"), [("static", static), ("apt", apt)])
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

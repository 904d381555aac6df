"""The same job killed at each of its calls in turn, and at last not at all."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.world import Moment, World
from tests.world.commands import go_back, switch

OLD, NEW = "20.10.24+dfsg1", "28.5.2+dfsg4"


@dataclass(frozen=True)
class Died:
    """A world in which the job was killed; `came` is False for the one in which it ended."""

    world: World
    came: bool
    where: str

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """A failure within it says where that was."""
        try:
            yield
        except AssertionError as error:
            raise AssertionError(self.where) from error


def deaths(
    begun: World, job: Callable[[World], object], moment: Moment, *, least: int
) -> Iterator[Died]:
    """Each from a copy of the world as it begins; fails unless there are more than `least`."""
    number, came = 0, True
    while came:
        number += 1
        world = copy.deepcopy(begun)
        with world.dies_at(number, moment) as death:
            job(world)
        came = death.came
        yield Died(world, came, f"killed {moment} {world.acts[-1]} ({number})")
    assert number > least


Job = tuple[str, Callable[[], World], Callable[[World], object]]


def jobs(machine: Callable[[], World]) -> list[Job]:
    """What a machine is taken through: the job's name, what it begins with, and the job."""

    def after_old() -> World:
        return after(machine(), OLD)

    return [
        ("the first use", machine, lambda world: switch(world, NEW)),
        ("a use", after_old, lambda world: switch(world, NEW)),
        ("a rollback", lambda: after(machine(), OLD, NEW), go_back),
        ("a rollback to before", after_old, lambda world: go_back(world, 0)),
    ]


def after(world: World, *versions: str) -> World:
    """The world behind switches to these."""
    for version in versions:
        switch(world, version)
    return world

"""Killed at any act, a machine is brought back to what it was by the journal's inverse."""

from collections.abc import Callable
from urllib.parse import unquote

import pytest

from dockswitch.vms import record, steps
from dockswitch.vms.docker_machine import adopt, config
from tests.standins.docker_machine import call
from tests.vms.docker_machine import lab as labs
from tests.vms.docker_machine.lab import KEEPER, NAME, NEW, OLD, Lab
from tests.world import MOMENTS, World

Start = Callable[[], tuple[World, Lab]]


def adopted() -> tuple[World, Lab]:
    world, lab = labs.with_foreign(OLD)
    adopt.adopted(world, NAME)
    lab.calls.clear()
    return world, lab


CASES: list[tuple[str, Start, str, bool]] = [
    ("made", labs.made, OLD, True),
    ("swapped", lambda: labs.with_machine(OLD), NEW, True),
    ("swapped at rest", lambda: labs.with_machine(OLD, runs=False), NEW, True),
    ("adopted and swapped", adopted, NEW, True),
    ("started", lambda: labs.with_machine(OLD, runs=False), OLD, True),
    ("stopped", lambda: labs.with_machine(OLD), OLD, False),
    ("removed", lambda: labs.with_machine(OLD), "", False),
]


def stands(world: World, lab: Lab) -> object:
    """How it stands for a person: what runs in it, and what an `upgrade` would bring."""
    known = record.read(world, "machine", NAME)
    state = KEEPER.state(world, NAME)
    kept = known and (known.folder, known.made, known.unsettled)
    return state, lab.booted, kept, _next(world)


def _next(world: World) -> bytes | None:
    """What lies at the address that its image is fetched from."""
    there = config.read(world, NAME)
    if there is None:
        return None
    return world.files.read(world.layout.stored(unquote(there.url.removeprefix("file://"))))


def acts_of(start: Start, version: str, *, runs: bool) -> int:
    world, _ = start()
    world.acts = []
    steps.make_so(world, labs.step(world, version, runs=runs))
    return len(world.acts)


@pytest.mark.parametrize(("name", "start", "version", "runs"), CASES)
def test_a_kill_at_any_act_is_undone(name: str, start: Start, version: str, *, runs: bool) -> None:
    count = acts_of(start, version, runs=runs)
    assert count
    for number in range(1, count + 1):
        for moment in MOMENTS:
            for cut in call.MOMENTS if moment == "halfway" else ("machine started",):
                world, lab = start()
                before = stands(world, lab)
                wanted = labs.step(world, version, runs=runs)
                inverse = steps.observed(world, wanted)
                lab.cuts_at = cut
                with world.dies_at(number, moment) as death:
                    steps.make_so(world, wanted)
                assert death.came
                steps.make_so(world, inverse)
                assert stands(world, lab) == before, (name, number, moment, cut)
                steps.make_so(world, inverse)
                assert stands(world, lab) == before, (name, number, moment, cut)


def test_a_way_back_that_is_killed_is_taken_to_its_end_by_the_next() -> None:
    world, lab = labs.with_machine(OLD)
    before = stands(world, lab)
    wanted = labs.step(world, NEW)
    inverse = steps.observed(world, wanted)
    acts = acts_of(lambda: labs.with_machine(OLD), NEW, runs=True)
    for number in range(1, acts + 1):
        steps.make_so(world, wanted)
        assert lab.booted == {NAME: NEW}
        with world.dies_at(number, "halfway"):
            steps.make_so(world, inverse)
        steps.make_so(world, inverse)
        assert stands(world, lab) == before, number

"""From an engine of one's own to one in a virtual machine, and back: one of both is in use."""

from collections.abc import Callable

import pytest

from dockswitch.backends import bundles
from dockswitch.switching import history, journal
from dockswitch.vms import record
from tests.switching import test_rootless
from tests.switching.test_rootless import NEW, OLD
from tests.vms.lima import test_keeper
from tests.world import MOMENTS, Moment, World
from tests.world.commands import go_back, mend
from tests.world.commands import switch as use_here
from tests.world.deaths import deaths
from tests.world.lima import Lima
from tests.world.truth import answering


def in_machine(world: World, version: str) -> None:
    test_keeper.switch(world, version)


def machine(*steps: Callable[[World], object]) -> World:
    """Anna's, with limactl, behind these steps."""
    world = test_rootless.machine()
    world.labs["limactl"] = Lima(world)
    for step in steps:
        step(world)
    return world


def here(world: World) -> None:
    use_here(world, OLD)


def there(world: World) -> None:
    in_machine(world, NEW)


def running(world: World) -> list[str]:
    instances = test_keeper.lima(world).instances
    return [name for name, each in instances.items() if each.status == "Running"]


def is_one_of_both(world: World) -> None:
    """What history says is in use answers, and the other rests."""
    now, known = history.newest(world), record.in_use(world)
    assert (known.vm if known else None) == now.vm
    assert running(world) == ([now.vm.name] if now.vm else [])
    assert answering(world) == (None if now.vm or now.version is None else str(now.version))
    assert not [each.path for each in journal.read_all(world) if each.open]


def test_each_is_stopped_for_the_other_and_comes_back() -> None:
    world = machine(here)
    assert answering(world) == OLD
    there(world)
    is_one_of_both(world)
    assert running(world)
    go_back(world)
    is_one_of_both(world)
    assert answering(world) == OLD
    go_back(world)
    is_one_of_both(world)
    assert running(world)
    here(world)
    is_one_of_both(world)
    go_back(world, 0)
    is_one_of_both(world)
    assert [str(each.version) for each in bundles.kept(world, "lima")] == [NEW]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(
    ("before", "act"), [((here,), there), ((there,), here), ((here, there), go_back)]
)
def test_after_a_kill_at_any_call_one_of_both_is_in_use(
    before: tuple[Callable[[World], object], ...], act: Callable[[World], object], moment: Moment
) -> None:
    for death in deaths(machine(*before), act, moment, least=5):
        mend(death.world)
        with death.told():
            is_one_of_both(death.world)

"""A switch that undoes itself unless it is confirmed in time."""

import copy
import dataclasses

import pytest

from dockswitch.engine import unit_files, watch
from dockswitch.engine.unit_files import ForeignUnit
from dockswitch.engine.units import REVERT, REVERT_TIMER
from dockswitch.model.errors import CorruptState, HandsNeeded, SwitchUndone
from dockswitch.model.unconfirmed import TRIES
from dockswitch.model.vm import Vm
from dockswitch.switching import history, recover, revert, unconfirmed, unconfirmed_record
from dockswitch.switching.removal import StillNeeded
from dockswitch.switching.unconfirmed import InMachines, NotTakenBack, TooLate
from tests.world import MOMENTS, Manners, Moment, World
from tests.world.commands import (
    Quiet,
    boot,
    confirm,
    go_back,
    kept,
    mend,
    prune,
    see_through,
    stop,
    switch,
    uninstall,
)
from tests.world.deaths import NEW, OLD, after, deaths
from tests.world.truth import answering, in_use, is_whole

WAIT = 600
ANOTHER = "26.1.5+dfsg1"


def below_root() -> World:
    return after(World(stable=[OLD], test=[OLD, ANOTHER, NEW]), OLD)


def under_systemd() -> World:
    world = World("", stable=[OLD], test=[OLD, ANOTHER, NEW])
    world.host = dataclasses.replace(world.host, init="systemd")
    return after(world, OLD)


MACHINES = pytest.mark.parametrize("machine", [below_root, under_systemd])


def waiting(machine: object, words: str = NEW) -> World:
    assert callable(machine)
    world: World = machine()
    switch(world, words, revert_after=WAIT)
    return world


def nobody_waits(world: World) -> None:
    assert unconfirmed_record.read(world) is None
    assert not world.services.waits
    for unit in (REVERT, REVERT_TIMER):
        assert world.kind(unit_files.path(world.layout, unit)) is None
    assert world.link(unit_files.enabled(world.layout, REVERT_TIMER)) is None


def told(world: World) -> list[tuple[int, str, int]]:
    """The generations: what each is, and instead of which."""
    return [(g.number, str(g.version), g.unconfirmed) for g in history.generations(world)]


@MACHINES
def test_the_old_engine_is_back_by_itself_where_nobody_confirms(machine: object) -> None:
    world = waiting(machine)
    assert watch.is_watched(world)
    assert answering(world) == NEW
    began = world.clock
    back = see_through(world)
    assert world.clock >= began + WAIT - 60  # it counts from when the switch began to act
    assert back is not None
    assert answering(world) == OLD
    assert told(world) == [(1, OLD, 0), (2, NEW, 0), (3, OLD, 2)]
    is_whole(world)
    nobody_waits(world)


@MACHINES
def test_what_is_confirmed_stays(machine: object) -> None:
    world = waiting(machine)
    assert confirm(world) == unconfirmed.Confirmed(2, changed=True)
    nobody_waits(world)
    world.clock += 2 * WAIT
    world.wakes()
    assert revert.see_through(world, Quiet()) is None  # whoever waited sees that by itself
    assert answering(world) == NEW
    assert confirm(world) == unconfirmed.Confirmed(2, changed=False)
    assert len(history.generations(world)) == 2


@MACHINES
def test_whoever_is_late_is_told_so(machine: object) -> None:
    world = waiting(machine)
    see_through(world)
    with pytest.raises(TooLate, match="generation 2 was not confirmed in time") as failure:
        confirm(world)
    assert OLD in failure.value.details
    switch(world, NEW)
    assert confirm(world).changed is False


@MACHINES
def test_whoever_is_late_but_there_first_keeps_it(machine: object) -> None:
    world = waiting(machine)
    world.clock += 2 * WAIT
    assert confirm(world).changed
    assert answering(world) == NEW


@MACHINES
def test_without_the_time_nothing_waits(machine: object) -> None:
    assert callable(machine)
    world: World = machine()
    switch(world, NEW)
    nobody_waits(world)
    assert confirm(world).changed is False


@MACHINES
def test_a_switch_by_hand_ends_the_wait(machine: object) -> None:
    world = waiting(machine)
    switch(world, ANOTHER)
    nobody_waits(world)
    world = waiting(machine)
    go_back(world)
    nobody_waits(world)
    assert told(world)[-1] == (3, OLD, 0)


@MACHINES
def test_one_that_waits_too_goes_back_to_where_the_first_would(machine: object) -> None:
    world = waiting(machine)
    switch(world, ANOTHER, revert_after=2 * WAIT)
    waits = unconfirmed_record.read(world)
    assert waits is not None
    assert (waits.generation, waits.back_to, waits.wait) == (3, 1, 2 * WAIT)
    see_through(world)
    assert told(world)[-1] == (4, OLD, 3)
    assert answering(world) == OLD


@MACHINES
def test_where_nothing_changes_nothing_waits(machine: object) -> None:
    assert callable(machine)
    world: World = machine()
    assert switch(world, OLD, revert_after=WAIT).changed is False
    nobody_waits(world)
    world = waiting(machine)
    assert switch(world, NEW, revert_after=9 * WAIT).changed is False
    waits = unconfirmed_record.read(world)
    assert waits is not None
    assert waits.wait == WAIT


@MACHINES
def test_the_first_switch_of_all_goes_back_to_what_was_before(machine: object) -> None:
    assert callable(machine)
    world: World = machine()
    go_back(world, 0)
    switch(world, NEW, revert_after=WAIT)
    see_through(world)
    assert (answering(world), in_use(world)) == (None, None)
    is_whole(world)
    nobody_waits(world)


@MACHINES
def test_a_first_switch_killed_while_it_waits_is_undone(machine: object) -> None:
    world = World("" if machine is under_systemd else "/m", stable=[OLD], test=[OLD, NEW])
    if machine is under_systemd:
        world.host = dataclasses.replace(world.host, init="systemd")
    switch(world, NEW, revert_after=WAIT)
    see_through(world)
    is_whole(world)
    assert in_use(world) is None
    nobody_waits(world)


@MACHINES
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_call_it_waits_or_never_was(machine: object, moment: Moment) -> None:
    assert callable(machine)
    job = lambda world: switch(world, NEW, revert_after=WAIT)  # noqa: E731 -- as the other jobs
    for death in deaths(machine(), job, moment, least=20):
        world = death.world
        with death.told():
            mend(world)
            if in_use(world) == OLD:
                nobody_waits(world)
            else:
                assert unconfirmed_record.read(world) is not None
                assert watch.is_watched(world)
                see_through(world)
                nobody_waits(world)
            assert answering(world) == OLD
            is_whole(world)


@MACHINES
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_in_the_midst_of_a_switch_is_undone_when_the_time_is_over(
    machine: object, moment: Moment
) -> None:
    """Nobody gives another command: whoever waits finds what the kill left."""
    assert callable(machine)
    job = lambda world: switch(world, NEW, revert_after=WAIT)  # noqa: E731 -- likewise
    for death in deaths(machine(), job, moment, least=20):
        world = death.world
        if not watch.is_watched(world):
            continue  # nothing had been touched yet, or all was done
        with death.told():
            world.clock += 2 * WAIT
            see_through(world)
            assert answering(world) == OLD
            is_whole(world)
            nobody_waits(world)


@MACHINES
@pytest.mark.parametrize("moment", MOMENTS)
def test_going_back_killed_at_any_call_is_gone_on_with(machine: object, moment: Moment) -> None:
    begun = waiting(machine)
    begun.clock += 2 * WAIT
    for death in deaths(begun, see_through, moment, least=20):
        world = death.world
        with death.told():
            mend(world)
            assert answering(world) == OLD
            is_whole(world)
            nobody_waits(world)
            assert told(world)[-1] == (3, OLD, 2)


@MACHINES
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_confirmation_killed_at_any_call_counts_or_does_not(
    machine: object, moment: Moment
) -> None:
    for death in deaths(waiting(machine), confirm, moment, least=2):
        world = death.world
        with death.told():
            mend(world)
            if unconfirmed_record.read(world) is None:
                nobody_waits(world)
                assert answering(world) == NEW
            else:
                assert watch.is_watched(world)
                see_through(world)
                assert answering(world) == OLD
            is_whole(world)


@MACHINES
@pytest.mark.parametrize("moment", MOMENTS)
def test_another_switch_killed_at_any_call_leaves_the_first_one_waiting(
    machine: object, moment: Moment
) -> None:
    job = lambda world: switch(world, ANOTHER)  # noqa: E731 -- as above
    for death in deaths(waiting(machine), job, moment, least=20):
        world = death.world
        with death.told():
            mend(world)
            if in_use(world) == NEW:
                assert watch.is_watched(world)
                see_through(world)
                assert answering(world) == OLD
            else:
                assert answering(world) == ANOTHER
            nobody_waits(world)
            is_whole(world)


def test_a_machine_cut_from_power_waits_on_where_systemd_boots_it() -> None:
    world = waiting(under_systemd)
    world.power_cut()
    boot(world)
    assert answering(world) == NEW
    assert world.services.waits
    assert confirm(world).changed
    nobody_waits(world)


def test_a_machine_that_was_off_when_it_was_due_goes_back_at_boot() -> None:
    world = waiting(under_systemd)
    world.power_cut()
    world.clock += 2 * WAIT
    boot(world)
    see_through(world)
    assert answering(world) == OLD
    nobody_waits(world)


def test_a_power_cut_while_it_goes_back_is_gone_on_with_at_boot() -> None:
    """The timer has elapsed, and does not do so again."""
    begun = waiting(under_systemd)
    begun.clock += 2 * WAIT
    for death in deaths(begun, see_through, "before", least=20):
        world = death.world
        world.power_cut()
        boot(world)
        with death.told():
            if unconfirmed_record.read(world) is not None:
                assert world.services.sees_to
                see_through(world)
            assert answering(world) == OLD
            mend(world)
            nobody_waits(world)
            is_whole(world)


def test_a_power_cut_at_any_call_leaves_the_old_engine_in_the_end() -> None:
    job = lambda world: switch(world, NEW, revert_after=WAIT)  # noqa: E731 -- as above
    for death in deaths(under_systemd(), job, "before", least=20):
        world = death.world
        world.power_cut()
        world.clock += 2 * WAIT
        boot(world)
        with death.told():
            if world.services.waits:
                see_through(world)
            assert answering(world) == OLD
            mend(world)
            nobody_waits(world)


def test_without_systemd_the_next_command_goes_back_first() -> None:
    world = waiting(below_root)
    world.power_cut()
    world.clock += 2 * WAIT
    assert not watch.is_watched(world)
    mend(world)
    assert answering(world) == OLD
    nobody_waits(world)


def test_without_systemd_the_next_command_has_somebody_wait_again() -> None:
    world = waiting(below_root)
    world.power_cut()
    assert [each.what for each in unconfirmed.findings(world) if each.error]
    mend(world)
    assert watch.is_watched(world)
    assert not [each for each in unconfirmed.findings(world) if each.error]
    see_through(world)
    assert answering(world) == OLD


@MACHINES
def test_a_clock_that_is_set_does_not_move_it(machine: object) -> None:
    assert callable(machine)
    world: World = machine()
    world.surroundings |= {"/proc/sys/kernel/random/boot_id": b"one\n", "/proc/uptime": b"50.0 9\n"}
    switch(world, NEW, revert_after=WAIT)
    waits = unconfirmed_record.read(world)
    assert waits is not None
    assert (waits.boot, waits.due) == ("one", 50.0 + WAIT)
    world.clock += 20 * WAIT
    mend(world)
    assert answering(world) == NEW
    world.surroundings["/proc/uptime"] = b"651.0 9\n"
    mend(world)
    assert answering(world) == OLD


def test_behind_a_reboot_the_rest_of_the_time_is_counted_anew() -> None:
    world = under_systemd()
    world.surroundings |= {"/proc/sys/kernel/random/boot_id": b"one\n", "/proc/uptime": b"50.0 9\n"}
    switch(world, NEW, revert_after=WAIT)
    world.power_cut()
    world.surroundings |= {"/proc/sys/kernel/random/boot_id": b"two\n", "/proc/uptime": b"5.0 9\n"}
    boot(world)
    waits = unconfirmed_record.read(world)
    assert waits is not None
    assert waits.boot == "two"
    assert 0 < waits.due <= 5.0 + WAIT


@MACHINES
def test_what_fails_is_tried_again_and_then_needs_hands(machine: object) -> None:
    world = waiting(machine)
    world.manners[OLD] = Manners(dies="no such driver")
    with pytest.raises(NotTakenBack, match="going back to 1 failed") as failure:
        see_through(world)
    assert isinstance(failure.value, HandsNeeded)
    assert "no such driver" in failure.value.details
    assert len([line for line in world.told if "trying again" in line]) == TRIES - 1
    assert answering(world) == NEW
    waits = unconfirmed_record.read(world)
    assert waits is not None
    assert waits.given_up
    assert not watch.is_watched(world)
    (found,) = unconfirmed.findings(world)
    assert found.error is not None
    mend(world)  # does not try again
    is_whole(world)
    assert answering(world) == NEW
    with pytest.raises(NotTakenBack, match="going back to 1 failed"), world.locked():
        revert.overdue(world, Quiet(), by_itself=False)
    world.manners.clear()
    by_hand = copy.deepcopy(world)
    go_back(by_hand, 1)
    with world.locked():
        assert revert.overdue(world, Quiet(), by_itself=False) is not None
    for each in (by_hand, world):
        assert answering(each) == OLD
        nobody_waits(each)


@MACHINES
def test_what_failed_once_is_done_when_nothing_is_in_the_way_any_more(machine: object) -> None:
    world = waiting(machine)
    world.clock += 2 * WAIT
    world.manners[OLD] = Manners(dies="no such driver")
    world.meanwhile("pause", world.manners.clear)
    assert see_through(world) is not None
    assert answering(world) == OLD
    nobody_waits(world)


@MACHINES
def test_a_switch_that_fails_waits_for_nothing(machine: object) -> None:
    assert callable(machine)
    world: World = machine()
    world.manners[NEW] = Manners(dies="no such driver")
    with pytest.raises(SwitchUndone):
        switch(world, NEW, revert_after=WAIT)
    nobody_waits(world)
    assert answering(world) == OLD


@MACHINES
def test_the_version_to_go_back_to_is_kept_until_then(machine: object) -> None:
    world = waiting(machine)
    switch(world, ANOTHER, revert_after=WAIT)
    with pytest.raises(StillNeeded):
        uninstall(world, OLD)
    prune(world)
    assert OLD in kept(world)
    confirm(world)
    prune(world)
    assert OLD not in kept(world)


def test_links_alone_are_flipped_back() -> None:
    world = below_root()
    switch(world, NEW, start=False, revert_after=WAIT)
    assert (in_use(world), answering(world)) == (NEW, OLD)
    pids = [each.pid for each in world.engines]
    see_through(world)
    assert (in_use(world), answering(world)) == (OLD, OLD)
    assert [each.pid for each in world.engines] == pids


def test_an_engine_that_was_stopped_meanwhile_is_back_where_it_ran() -> None:
    world = waiting(below_root)
    stop(world)
    see_through(world)
    assert answering(world) == OLD


def test_what_is_accepted_as_it_stands_waits_no_more() -> None:
    world = below_root()
    probe = copy.deepcopy(world)
    probe.acts = []
    switch(probe, NEW, revert_after=WAIT)
    with world.dies_at(probe.acts.index(f"write {world.layout.unconfirmed}") + 2):
        switch(world, NEW, revert_after=WAIT)
    assert unconfirmed_record.read(world) is not None
    with world.locked():
        recover.accept(world)
    assert unconfirmed_record.read(world) is None


def test_a_timer_of_somebody_else_s_is_refused_before_anything_stops() -> None:
    world = under_systemd()
    place = unit_files.path(world.layout, REVERT_TIMER)
    world.write(place, b"[Timer]\n")
    pids = [each.pid for each in world.engines]
    with pytest.raises(ForeignUnit, match=REVERT_TIMER):
        switch(world, NEW, revert_after=WAIT)
    assert [each.pid for each in world.engines] == pids
    assert world.read(place) == b"[Timer]\n"


def test_a_note_that_cannot_be_read_says_where_it_is() -> None:
    world = below_root()
    world.write(world.layout.unconfirmed, b"?")
    with pytest.raises(CorruptState, match=world.layout.real(world.layout.unconfirmed)):
        unconfirmed_record.read(world)


def test_two_who_wait_do_it_once() -> None:
    world = waiting(below_root)
    world.clock += 2 * WAIT
    other = copy.deepcopy(world)
    other.lock_holders[other.layout.real(other.layout.watch)] = 4711
    assert revert.see_through(other, Quiet()) is None
    assert answering(other) == NEW


def test_where_nobody_would_see_to_it_nothing_is_switched() -> None:
    world = below_root()
    world.nobody_waits = True
    pids = [each.pid for each in world.engines]
    with pytest.raises(SwitchUndone, match="is back") as failure:
        switch(world, NEW, revert_after=WAIT)
    assert "nobody would be there to undo a switch" in failure.value.details
    assert [each.pid for each in world.engines] == pids
    nobody_waits(world)


def test_a_command_goes_on_where_nobody_waits_any_more_and_says_so() -> None:
    world = waiting(below_root)
    world.power_cut()
    world.nobody_waits = True
    mend(world)
    assert "nobody waits for that" in world.told[-1]


@pytest.mark.parametrize("in_vm", [True, False])
def test_where_a_virtual_machine_is_left_or_wanted_it_is_refused(in_vm: bool) -> None:  # noqa: FBT001
    world = below_root()
    vm = None if in_vm else Vm("lima", "dev", "", ())
    now = dataclasses.replace(history.newest(world), vm=vm)
    with pytest.raises(InMachines) as failure:
        unconfirmed.refuse(world, now, in_vm=in_vm)
    assert failure.value.exit == 2

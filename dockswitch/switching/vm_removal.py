"""Removing virtual machines that dockswitch made: never one that was adopted, or that is in use."""

from collections.abc import Sequence

from dockswitch.backends import bundles
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.step import Machine
from dockswitch.switching import removal, vm_context
from dockswitch.vms import record, steps
from dockswitch.vms.record import Record


def refuse_needed(reader: Reader, machines: Sequence[Record]) -> None:
    """Raises StillNeeded for the one in use."""
    in_use = record.in_use(reader)
    for each in machines:
        if each == in_use:
            version = bundles.version_of(each.folder)
            raise removal.StillNeeded(version, f"{each.vm} is in use")


def remove(system: System, machines: Sequence[Record], progress: Progress) -> tuple[str, ...]:
    """Removes them with their contexts; what is worth saying of that. Needs the lock.

    A kill in its midst leaves the record, by which the same command removes the rest.
    """
    notes = []
    for each in machines:
        vm = each.vm
        step = Machine(vm.keeper, vm.name, "", runs=False, driver=vm.driver, flags=vm.flags)
        progress.say(str(step))
        steps.make_so(system, step)
        note = vm_context.gone(system, vm)
        notes += [note] if note else []
    return tuple(notes)

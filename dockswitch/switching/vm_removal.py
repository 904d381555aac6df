"""Removing virtual machines that dockswitch made: never one that was adopted, or that is in use."""

from collections.abc import Sequence

from dockswitch.backends import bundles
from dockswitch.model.ports import Progress, Reader, System
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
        progress.say(str(each.gone))
        steps.make_so(system, each.gone)
        note = vm_context.gone(system, each.vm)
        notes += [note] if note else []
    return tuple(notes)

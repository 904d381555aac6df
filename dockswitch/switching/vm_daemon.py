"""Starting and stopping the virtual machine in use, outside of a switch."""

from dockswitch import vms
from dockswitch.backends import bundles
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Progress, System
from dockswitch.switching import recover, vm_context
from dockswitch.switching.vm_in_use import Gone
from dockswitch.vms import record, steps, well
from dockswitch.vms.record import Record


def start(system: System, progress: Progress) -> bool:
    """Starts the machine and waits for its engine; whether it did not run. Needs the lock.

    Raises Gone, and Silent where the engine does not answer as its version.
    """
    recover.recover(system, progress)
    known = _known(system)
    state = vms.keeper(known.vm.keeper).state(system, known.vm.name)
    if state in ("absent", "half-made"):
        raise Gone(known)
    progress.say(str(known.step(runs=True)))
    steps.make_so(system, known.step(runs=True))
    found = well.asked(system, known.vm, bundles.version_of(known.folder))
    if found.reach is None or found.reason is not None:
        raise Silent(known, found.reason or "")
    told = vm_context.follows(system, known.vm, found.reach)
    if told.note is not None:
        progress.say(told.note)
    return state != "running"


def stop(system: System, progress: Progress) -> bool:
    """Stops the machine; whether it ran. Needs the lock."""
    recover.recover(system, progress)
    known = _known(system)
    ran = vms.keeper(known.vm.keeper).state(system, known.vm.name) == "running"
    if ran:
        progress.say(str(known.step(runs=False)))
        steps.make_so(system, known.step(runs=False))
    return ran


def _known(system: System) -> Record:
    known = record.in_use(system)
    if known is None:
        raise Unknown(system.layout.real(system.layout.vm))
    return known


class Silent(DockswitchError):
    def __init__(self, known: Record, reason: str) -> None:
        super().__init__(
            f"the engine in {known.vm} does not serve",
            details=reason,
            hint="`dockswitch daemon logs --user` shows more; `dockswitch rollback --user` leaves "
            "it",
        )


class Unknown(DockswitchError):
    """The link to the machine in use leads to nothing that dockswitch knows of."""

    def __init__(self, link: str) -> None:
        super().__init__(
            f"{link} leads to no machine that dockswitch knows",
            hint="`dockswitch use` the version again",
        )

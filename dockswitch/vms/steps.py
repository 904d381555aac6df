"""A virtual machine as a step: how it stands, and making it so."""

from dataclasses import replace

from dockswitch import vms
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Reader, System
from dockswitch.model.step import Machine
from dockswitch.vms import record
from dockswitch.vms.record import Record


def observed(reader: Reader, step: Machine) -> Machine:
    """The step that brings back how it stands now."""
    known = record.read(reader, step.keeper, step.name)
    state = vms.keeper(step.keeper).state(reader, step.name)
    if known is None or state in ("absent", "half-made"):
        return replace(step, folder="", runs=False)
    return replace(step, folder=known.folder, runs=state == "running" and not known.unsettled)


def refuse_foreign(reader: Reader, wanted: Machine) -> None:
    """Raises NotOurs for a machine that is there, and that dockswitch was not given."""
    known = record.read(reader, wanted.keeper, wanted.name) is not None
    if not known and vms.keeper(wanted.keeper).state(reader, wanted.name) != "absent":
        raise NotOurs(wanted.name, wanted.keeper)


def make_so(system: System, wanted: Machine) -> None:
    """Does nothing where it is so already. Raises NotOurs for a machine that nobody gave us."""
    keeper = vms.keeper(wanted.keeper)
    known = record.read(system, wanted.keeper, wanted.name)
    state = keeper.state(system, wanted.name)
    if known is None and state != "absent":
        raise NotOurs(wanted.name, wanted.keeper)
    if not wanted.folder:
        _removed(system, wanted, known, state)
        return
    if state in ("absent", "half-made"):
        _made(system, wanted, known, state)
    elif known is not None and (known.unsettled or known.folder != wanted.folder):
        record.unsettle(system, known)
        keeper.swap(system, wanted.name, wanted.folder)
        record.now_of(system, known, wanted.folder)
    now = keeper.state(system, wanted.name)
    if wanted.runs and now != "running":
        keeper.start(system, wanted.name)
    if not wanted.runs and now == "running":
        keeper.stop(system, wanted.name)


def _removed(system: System, wanted: Machine, known: Record | None, state: vms.State) -> None:
    if state != "absent":
        if known is not None and not known.made:
            raise NotOurs(wanted.name, wanted.keeper)
        vms.keeper(wanted.keeper).remove(system, wanted.name)
    record.forget(system, wanted.keeper, wanted.name)


def _made(system: System, wanted: Machine, known: Record | None, state: vms.State) -> None:
    """Its record comes first: what a kill leaves of it is ours to remove."""
    if state == "half-made":
        _removed(system, wanted, known, state)
    record.write(system, Record(wanted.vm, wanted.folder, made=True, since=system.now()))
    vms.keeper(wanted.keeper).make(system, wanted.vm, wanted.folder)


class NotOurs(DockswitchError):
    """A machine that somebody else made is used only once it was adopted, and never removed."""

    def __init__(self, name: str, keeper: str) -> None:
        super().__init__(
            f"the machine {name} was not made by dockswitch",
            details="it is left as it is",
            hint=f"`dockswitch adopt --backend {keeper} --machine {name}` lets dockswitch start, "
            "stop and switch it; without --machine a machine of its own is made for each version",
        )

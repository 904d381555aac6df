"""Taking over a virtual machine that somebody else made.

That alone is no switch. Where nothing of dockswitch's is in use it becomes what is, with a
generation of its own, so that the first switch in it can be rolled back; it never becomes
generation 0, which is what was there before dockswitch: `use system` only stops it. Where an engine
is in use, that stays so, and its history is left alone.
"""

from dataclasses import dataclass, replace

from dockswitch import vms
from dockswitch.backends import bundles
from dockswitch.model.layout import version_in
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.step import Link
from dockswitch.model.version import Version
from dockswitch.model.vm import Vm
from dockswitch.switching import history, journal, recover, transaction
from dockswitch.switching.history import BEFORE
from dockswitch.vms import record
from dockswitch.vms.docker_machine import adopt as taking
from dockswitch.vms.record import Record


@dataclass(frozen=True, slots=True)
class Adopted:
    """What was (or would be) adopted, and the newest generation then; `in_use` says that it is
    what is in use from then on.
    """

    vm: Vm
    version: Version
    generation: int
    changed: bool
    in_use: bool


def preview(reader: Reader, name: str) -> Adopted:
    """What `adopt` would write down; raises what it would raise."""
    known = record.read(reader, "machine", name)
    if known is not None:
        return _already(reader, known)
    vm, version = taking.foreseen(reader, name)
    now = history.newest(reader)
    becomes = now.version is None
    number = now.number + 1 if becomes else now.number
    return Adopted(vm, version, number, changed=True, in_use=becomes)


def adopt(system: System, name: str, progress: Progress) -> Adopted:
    """Writes it down; nothing happens to the machine."""
    with system.locked():
        recover.recover(system, progress)
        told = preview(system, name)
        if not told.changed:
            return told
        taken = taking.adopted(system, name)
        if told.in_use:
            _commit(system, taken, told)
        return told


def _already(reader: Reader, known: Record) -> Adopted:
    now = history.newest(reader)
    version = Version.parse(version_in(known.folder))
    return Adopted(known.vm, version, now.number, changed=False, in_use=now.vm == known.vm)


def _commit(system: System, taken: Record, told: Adopted) -> None:
    bundle = bundles.read(system, taken.folder)
    runs = vms.keeper(taken.vm.keeper).state(system, taken.vm.name) == "running"
    opened = journal.begin(system, "adopt", container=False)
    link = Link(system.layout.vm, record.target(taken.vm.keeper, taken.vm.name))
    transaction.perform(system, opened, link)
    generation = replace(
        BEFORE,
        number=told.generation,
        version=told.version,
        backend=taken.vm.keeper,
        folder=taken.folder,
        artifacts=bundle.artifacts if bundle else (),
        time=system.now(),
        wish="adopt",
        running=runs,
        vm=taken.vm,
    )
    journal.commit(system, opened, generation)

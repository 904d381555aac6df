"""The virtual machine in use: how it stands, where its engine answers, and what differs."""

from dataclasses import dataclass

from dockswitch import vms
from dockswitch.engine import api
from dockswitch.model.errors import DockswitchError
from dockswitch.model.generation import Generation
from dockswitch.model.layout import version_in
from dockswitch.model.ports import Reader
from dockswitch.model.version import Version
from dockswitch.model.vm import Vm
from dockswitch.switching import vm_goal
from dockswitch.vms import Reach, record
from dockswitch.vms.record import Record


@dataclass(frozen=True, slots=True)
class InUse:
    """What is known of it, and how its keeper says that it stands.

    `reach` is where its engine answers, and `version` what that is; None where it does not.
    `trouble` is why its keeper could not be asked, None where it could.
    """

    record: Record
    state: vms.State
    reach: Reach | None = None
    version: Version | None = None
    trouble: str | None = None

    @property
    def vm(self) -> Vm:
        return self.record.vm

    @property
    def answers(self) -> str | None:
        return str(self.version) if self.version else None

    @property
    def host(self) -> str | None:
        """The value of DOCKER_HOST that leads to it."""
        return self.reach.variables.get("DOCKER_HOST") if self.reach else None


def seen(reader: Reader) -> InUse | None:
    """As it stands now; None where no virtual machine is in use. Raises nothing of its keeper's."""
    known = record.in_use(reader)
    if known is None:
        return None
    keeper = vms.keeper(known.vm.keeper)
    try:
        state = keeper.state(reader, known.vm.name)
    except DockswitchError as error:
        return InUse(known, "absent", trouble=_said(error))
    if state != "running":
        return InUse(known, state)
    try:
        reach = keeper.reach(reader, known.vm.name)
    except DockswitchError as error:
        return InUse(known, state, trouble=_said(error))
    identity = api.identity(reader, reach.socket)
    return InUse(known, state, reach, identity.version if identity else None)


def reached(reader: Reader, known: Record) -> Reach:
    """Where the engine of a machine answers; raises Gone, AtRest, and what its keeper raises."""
    refuse_at_rest(reader, known)
    return vms.keeper(known.vm.keeper).reach(reader, known.vm.name)


def refuse_at_rest(reader: Reader, known: Record) -> None:
    """Raises Gone, AtRest, and what its keeper raises."""
    state = vms.keeper(known.vm.keeper).state(reader, known.vm.name)
    if state in ("absent", "half-made"):
        raise Gone(known)
    if state != "running":
        raise AtRest(known.vm)


def drift(now: Generation, found: InUse) -> tuple[str, ...]:
    """One sentence for each difference between it and that generation; none where both agree."""
    vm = found.vm
    if found.trouble is not None:
        return (f"{vm} cannot be asked: {found.trouble}",)
    if found.state in ("absent", "half-made"):
        how = "gone" if found.state == "absent" else "half-made"
        return (f"{vm} is {how}: `{again(found.record)}` makes it anew",)
    if found.state == "stopped" and not now.running:
        return ()  # it was so when it was adopted
    if found.state == "stopped":
        return (f"{vm} is stopped: `dockswitch daemon start --user`",)
    if found.version is None:
        return (f"the engine in {vm} does not answer: `dockswitch daemon restart --user`",)
    if now.version is not None and not found.version.serves(now.version):
        says = f"{found.version} answers in {vm}, where generation {now.number} says {now.version}"
        return (f"{says}: `{again(found.record)}` puts it back",)
    return ()


def again(known: Record) -> str:
    """What is typed to have that machine with that engine."""
    vm, version = known.vm, version_in(known.folder)
    own = vm.name == f"{vm_goal.PREFIX}{version}"
    named = "" if own else f" --machine {vm.name}"
    return f"dockswitch use {version} --backend {vm.keeper}{named}"


def _said(error: DockswitchError) -> str:
    return "; ".join(part for part in (error.message, error.hint) if part)


class AtRest(DockswitchError):
    def __init__(self, vm: Vm) -> None:
        super().__init__(
            f"{vm} does not run, and nobody answers there",
            hint="`dockswitch daemon start --user` starts it",
        )


class Gone(DockswitchError):
    """A machine in use that its keeper does not know any more, or only as half-made."""

    def __init__(self, known: Record) -> None:
        super().__init__(
            f"{known.vm} is gone",
            details="somebody removed it by other means",
            hint=f"`{again(known)}` makes it anew",
        )

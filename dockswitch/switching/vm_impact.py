"""What a switch means for virtual machines that run, for what runs in them, and for a way back."""

from collections.abc import Iterator

from dockswitch import vms
from dockswitch.backends import bundles
from dockswitch.engine import api
from dockswitch.engine.api import Container
from dockswitch.model.errors import DockswitchError
from dockswitch.model.finding import Finding
from dockswitch.model.plan import Goal, Plan
from dockswitch.model.ports import Reader
from dockswitch.model.step import Machine
from dockswitch.model.version import Version
from dockswitch.model.vm import Vm
from dockswitch.vms import record


def sentences(reader: Reader, plan: Plan) -> Iterator[str]:
    """One for each container that stops; each is a reason to ask first."""
    for step in plan.steps:
        if isinstance(step, Machine) and _runs(reader, step.vm):
            if not step.runs:
                yield from _stopped(reader, step.vm, "stops with it")
            elif _replaced(reader, step.vm, step.folder) is not None:
                yield from _stopped(reader, step.vm, "stops while its engine is replaced")


def findings(reader: Reader, goal: Goal) -> tuple[Finding, ...]:
    """What is worth saying before the goal's virtual machine is touched."""
    if goal.vm is None or goal.bundle is None:
        return ()
    there = _replaced(reader, goal.vm, goal.bundle.folder)
    found = []
    if there is not None and goal.bundle.version < there:
        found.append(_older(goal.bundle.version, there, goal.vm))
    if goal.keeps_running and record.in_use(reader) is not None:
        found.append(
            Finding("what was in use before goes on running: each machine takes its own memory")
        )
    return tuple(found)


def way_back(reader: Reader, plan: Plan) -> str | None:
    """Why going back may show less than now; None where nothing is known of it."""
    vm, bundle = plan.goal.vm, plan.goal.bundle
    if vm is None or bundle is None:
        return None
    there = _replaced(reader, vm, bundle.folder)
    if there is None or bundle.version < there:
        return None
    return (
        f"after `dockswitch rollback` {there} may not take what {bundle.version} makes of "
        f"containers and images in {vm}"
    )


def _replaced(reader: Reader, vm: Vm, folder: str) -> Version | None:
    """The version whose engine is there and gives way to that of the folder; None for none."""
    known = record.read(reader, vm.keeper, vm.name)
    if known is None or known.folder in ("", folder):
        return None
    return bundles.version_of(known.folder)


def _older(wanted: Version, there: Version, vm: Vm) -> Finding:
    return Finding(
        f"{wanted} is older than {there}, and may not take what {there} made of containers and "
        f"images in {vm}",
        "without --in-place it gets a machine of its own",
        risk=True,
    )


def _runs(reader: Reader, vm: Vm) -> bool:
    try:
        return vms.keeper(vm.keeper).state(reader, vm.name) == "running"
    except DockswitchError:
        return False  # whoever acts on it says why


def _stopped(reader: Reader, vm: Vm, how: str) -> Iterator[str]:
    try:
        socket = vms.keeper(vm.keeper).reach(reader, vm.name).socket
    except DockswitchError:
        yield f"whatever runs in {vm} {how}"
        return
    if not api.pings(reader, socket):
        yield f"whatever runs in {vm} {how}"
        return
    for each in api.containers(reader, socket):
        yield f"container {each.name} ({each.image}) in {vm} {how}{_ports(each)}"


def _ports(container: Container) -> str:
    ports = ", ".join(container.ports)
    return f", and {ports} does not answer meanwhile" if ports else ""

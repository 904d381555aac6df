"""Whether the engine in a virtual machine is well: asked until it is, or until a deadline."""

from collections.abc import Mapping

from dockswitch import vms
from dockswitch.engine import api
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Reader, Socket, System, Tls
from dockswitch.model.version import Version
from dockswitch.model.vm import Vm

# seconds; the engine of a machine that has just booted may need some of them
PATIENCE = 60.0
_PAUSE = 0.5


def answers(system: System, vm: Vm, wanted: Version) -> str | None:
    """Why the engine in it does not answer as that version, or None where it does."""
    keeper = vms.keeper(vm.keeper)
    ends = system.monotonic() + PATIENCE
    while True:
        reason = _asked(system, keeper, vm, wanted)
        if reason is None or system.monotonic() >= ends:
            return reason
        system.pause(_PAUSE)


def runs_container(system: System, vm: Vm) -> str | None:
    """Why it runs no container, or None where it does."""
    return vms.keeper(vm.keeper).runs_container(system, vm.name)


def variables(reader: Reader, vm: Vm) -> Mapping[str, str]:
    """What tells a client where its engine answers."""
    return vms.keeper(vm.keeper).reach(reader, vm.name).variables


def _asked(system: System, keeper: vms.Keeper, vm: Vm, wanted: Version) -> str | None:
    try:
        reach = keeper.reach(system, vm.name)
    except DockswitchError as error:
        return ": ".join(part for part in (error.message, error.details) if part)
    if not api.pings(system, reach.socket):
        return f"the engine in {vm} does not answer{_distrust(system, reach.socket)}"
    now = api.identity(system, reach.socket)
    if now is None:
        return f"what answers in {vm} does not say its version"
    return None if now.version.serves(wanted) else f"{now.version} answers, not {wanted}"


def _distrust(system: System, socket: Socket) -> str:
    """docker-machine's certificates are for one address, and for three years."""
    why = system.distrusted(socket) if isinstance(socket, Tls) else None
    return f": {why}" if why else ""

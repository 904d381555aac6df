"""Whether the engine in a virtual machine is well: asked until it is, or until a deadline."""

from collections.abc import Mapping
from dataclasses import dataclass

from dockswitch import vms
from dockswitch.engine import api
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Reader, Socket, System, Tls
from dockswitch.model.version import Version
from dockswitch.model.vm import Vm

# seconds; the engine of a machine that has just booted may need some of them
PATIENCE = 60.0
_PAUSE = 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """Where the engine in a machine answers, None where that cannot be told; and why it does not
    answer as the wanted version, None where it does. `other` says that another version answers.
    """

    reach: vms.Reach | None
    reason: str | None
    other: bool = False


def asked(system: System, vm: Vm, wanted: Version) -> Asked:
    """What came of asking the engine in it until it answered as that version."""
    keeper = vms.keeper(vm.keeper)
    ends = system.monotonic() + PATIENCE
    while True:
        found = _asked(system, keeper, vm, wanted)
        if found.reason is None or system.monotonic() >= ends:
            return found
        system.pause(_PAUSE)


def once(reader: Reader, vm: Vm, wanted: Version) -> Asked:
    """Likewise, asked once."""
    return _asked(reader, vms.keeper(vm.keeper), vm, wanted)


def runs_container(system: System, vm: Vm) -> str | None:
    """Why it runs no container, or None where it does."""
    return vms.keeper(vm.keeper).runs_container(system, vm.name)


def variables(reader: Reader, vm: Vm) -> Mapping[str, str]:
    """What tells a client where its engine answers."""
    return vms.keeper(vm.keeper).reach(reader, vm.name).variables


def _asked(reader: Reader, keeper: vms.Keeper, vm: Vm, wanted: Version) -> Asked:
    try:
        reach = keeper.reach(reader, vm.name)
    except DockswitchError as error:
        reason = ": ".join(part for part in (error.message, error.details) if part)
        return Asked(None, reason)
    if not api.pings(reader, reach.socket):
        silent = f"the engine in {vm} does not answer{_distrust(reader, reach.socket)}"
        return Asked(reach, silent)
    now = api.identity(reader, reach.socket)
    if now is None:
        return Asked(reach, f"what answers in {vm} does not say its version")
    if now.version.serves(wanted):
        return Asked(reach, None)
    return Asked(reach, f"{now.version} answers, not {wanted}", other=True)


def _distrust(reader: Reader, socket: Socket) -> str:
    """docker-machine's certificates are for one address, and for three years."""
    why = reader.distrusted(socket) if isinstance(socket, Tls) else None
    return f": {why}" if why else ""

"""The end of what the engine in the virtual machine in use said."""

from dockswitch.model.errors import UsageError
from dockswitch.model.ports import Reader
from dockswitch.switching import vm_in_use
from dockswitch.vms import record
from dockswitch.vms.docker_machine import calls

# where boot2docker's init script sends what its engine says (rootfs/etc/init.d/docker of
# boot2docker/boot2docker)
_FILE = "/var/log/docker.log"


def logs(reader: Reader, lines: int) -> tuple[str, ...]:
    """Raises AtRest and Gone, and what docker-machine raises."""
    known = record.in_use(reader)
    if known is None:
        return ()
    if known.vm.keeper == "lima":
        raise AskLima(known.vm.name, lines)
    vm_in_use.refuse_at_rest(reader, known)
    name = known.vm.name
    return tuple(calls.asked(reader, name, "ssh", name, f"tail -n {lines} {_FILE}").splitlines())


class AskLima(UsageError):
    def __init__(self, name: str, lines: int) -> None:
        super().__init__(
            "the engine in a machine of Lima's keeps its log there",
            hint=f"`limactl shell {name} sudo journalctl -u docker -n {lines}` shows it",
        )

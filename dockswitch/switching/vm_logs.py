"""The end of what the engine in the virtual machine in use said."""

from dockswitch import vms
from dockswitch.model.ports import Reader
from dockswitch.switching import vm_in_use
from dockswitch.vms import record


def logs(reader: Reader, lines: int) -> tuple[str, ...]:
    """Raises AtRest and Gone, and what its keeper raises."""
    known = record.in_use(reader)
    if known is None:
        return ()
    vm_in_use.refuse_at_rest(reader, known)
    return tuple(vms.keeper(known.vm.keeper).log(reader, known.vm.name, lines))

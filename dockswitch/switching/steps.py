"""The steps of a switch: those of the wanted engine's backend, and what is left for it."""

from dockswitch.backends import Backend
from dockswitch.model.plan import Goal, Installed
from dockswitch.model.ports import Reader
from dockswitch.model.step import Step


def steps(backend: Backend, goal: Goal, installed: Installed, reader: Reader) -> tuple[Step, ...]:
    """None where all is so already; raises what stands in the way."""
    wanted = backend.steps(goal, installed, reader)
    if goal.vm is not None or reader.link(reader.layout.vm) is None:
        return wanted
    from dockswitch.backends import vm  # only where a virtual machine is in use

    return (*wanted, *vm.leaving(goal, reader))

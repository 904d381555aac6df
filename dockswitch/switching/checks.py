"""What is looked at before a switch: all that may stand in its way, or is worth saying."""

from collections.abc import Callable
from typing import TypeAlias

from dockswitch.model.finding import Finding
from dockswitch.model.plan import Goal, Installed
from dockswitch.model.ports import Reader
from dockswitch.switching import guard, held, preflight, rootless, unadopted
from dockswitch.switching.options import Options

Check: TypeAlias = Callable[[Reader, Goal, Installed, Options], tuple[Finding, ...]]

# gravest first: the first that stands in the way is told
CHECKS: tuple[Check, ...] = (
    guard.data_root,
    unadopted.in_the_way,
    held.by_others,
    rootless.needs,
    preflight.preflight,
)


def findings(
    reader: Reader, goal: Goal, installed: Installed, options: Options
) -> tuple[Finding, ...]:
    """What a switch to that goal would meet; changes nothing.

    Asked before anything is fetched, when the goal's folder may not be there yet, and again under
    the lock, when it is.
    """
    if goal.vm is not None:
        from dockswitch.switching import vm_impact  # only where a virtual machine is to have it

        return vm_impact.findings(reader, goal)  # all others ask about this machine itself
    return tuple(found for check in CHECKS for found in check(reader, goal, installed, options))

"""The guard of the data-root: a switch that is known to lose something is refused beforehand."""

from dockswitch.model.finding import Finding
from dockswitch.model.plan import Goal, Installed
from dockswitch.model.ports import Reader
from dockswitch.switching.options import Options


def data_root(
    reader: Reader, goal: Goal, installed: Installed, options: Options
) -> tuple[Finding, ...]:
    """What the wanted engine would not show of its data-root; nothing where none is started."""
    if goal.engine != "start" or goal.bundle is None:
        return ()
    from dockswitch.switching import losses  # 3 ms that a switch of links alone spares

    return losses.losses(reader, goal, goal.bundle.version, installed, options)

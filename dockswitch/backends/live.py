"""With live-restore: the containers that a wanted engine could not take back from the old one."""

from dockswitch.engine import flags
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model.plan import Installed
from dockswitch.model.ports import Reader
from dockswitch.model.step import Containers, Step
from dockswitch.model.version import Version


def container_steps(
    reader: Reader, config: DaemonConfig, installed: Installed, wanted: Version, data_root: str
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """What comes before the old engine stops, and what once the wanted one runs.

    An engine on another data-root knows none of them, and they would run on behind its back.
    """
    if installed.daemon is None or not config.live_restore:
        return (), ()
    from dockswitch.engine import containers  # few engines have live-restore

    now = flags.used_by(installed.daemon.argv, config, reader.layout)
    if now.data_root != data_root:
        left = tuple(each.id for each in containers.all_kept(reader, config))
        return ((Containers(left, run=False),) if left else ()), ()
    found = containers.not_taken_back(reader, config, installed.running, wanted)
    back = tuple(each.id for each in found if not each.removed)
    down = (Containers(tuple(each.id for each in found), run=False),) if found else ()
    return down, (Containers(back, run=True),) if back else ()

"""The containers that an undo takes from the engine that goes, since the one before cannot.

With live-restore a container outlives its engine. The older one that comes back would kill what a
newer one's shim holds; one on another data-root would not know it, and it would run on unseen.
"""

from dockswitch.backends import bundles
from dockswitch.engine import containers, flags, running
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import System
from dockswitch.model.step import Containers, Engine
from dockswitch.model.version import Version
from dockswitch.switching import proof


def held(system: System, back: Engine | None) -> tuple[Containers, Containers]:
    """What to stop while the engine that goes still runs, and what to start by `back`."""
    try:
        config = DaemonConfig.read(system)
    except DockswitchError:
        return _steps()  # a spoiled daemon.json: whoever starts an engine says so
    goes = running.observed(system)
    if back is None or not goes.argv or goes == back or not config.live_restore:
        return _steps()
    proof.answers(system, goes)  # it may just have been started, and then has taken some already
    places = [flags.used_by(each.argv, config, system.layout).data_root for each in (goes, back)]
    if places[0] != places[1]:
        return _steps(tuple(each.id for each in containers.all_kept(system, config)))
    found = containers.not_taken_back(system, config, _version(goes), _version(back))
    again = tuple(each.id for each in found if not each.removed)
    return _steps(tuple(each.id for each in found), again)


def _steps(
    stopped: tuple[str, ...] = (), again: tuple[str, ...] = ()
) -> tuple[Containers, Containers]:
    return Containers(stopped, run=False), Containers(again, run=True)


def _version(engine: Engine) -> Version:
    assert engine.folder is not None
    return bundles.version_of(engine.folder)

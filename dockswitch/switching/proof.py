"""Whether an engine is well: it answers, with the right version, and runs a real container.

What asks an engine is imported where one runs: a switch of links alone spares 2 ms.
"""

from dockswitch.backends import bundles
from dockswitch.engine import running
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model.errors import DockswitchError
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.plan import runs_neighbour
from dockswitch.model.ports import System
from dockswitch.model.step import Engine
from dockswitch.model.version import Version

# An engine that was killed takes 20 s to start again; slow disks take longer.
START_DEADLINE = 90.0

_LAST_LINES = 200


def answers(system: System, wanted: Engine) -> str | None:
    """Why the engine that was started does not answer as its version, or None when it does."""
    from dockswitch.engine import health, supervision
    from dockswitch.engine.log import last_words

    folder = wanted.folder
    assert folder is not None
    return health.wait_until_well(
        system,
        DaemonConfig.read(system).socket,
        bundles.version_of(folder),
        deadline=START_DEADLINE,
        alive=lambda: running.running(system) is not None,
        said=lambda: last_words(supervision.of(system).logs(system, _LAST_LINES)),
    )


def packaged_answers(system: System, version: Version) -> str | None:
    """The same for an engine that packages brought."""
    from dockswitch.engine import health, packaged
    from dockswitch.engine.log import last_words

    return health.wait_until_well(
        system,
        DaemonConfig.read(system).socket,
        version,
        deadline=START_DEADLINE,
        alive=lambda: packaged.lives(system),
        said=lambda: last_words(packaged.said(system, _LAST_LINES)),
    )


def runs_container(system: System, init: str) -> str | None:
    """Why the engine runs no container, made of that init for one, or None when it does."""
    from dockswitch.engine import api, health

    socket = DaemonConfig.read(system).socket
    if not api.pings(system, socket):  # one that hangs would be waited for at each call
        return "it does not answer"
    return health.runs_container(system, socket, init)


def neighbour_answers(system: System, neighbour: Neighbour) -> str | None:
    """Why an adopted engine that is to run does not answer as itself, or None when it does."""
    from dockswitch.engine import health, parting
    from dockswitch.engine.log import last_words

    if not neighbour.socket or not any(runs_neighbour(step) for step in neighbour.runs):
        return None
    return health.wait_until_well(
        system,
        neighbour.socket,
        Version.parse(parting.current_version(system, neighbour)),
        deadline=START_DEADLINE,
        alive=lambda: parting.may_answer(system, neighbour),
        said=lambda: last_words(parting.said(system, neighbour, _LAST_LINES)),
    )


def remove_leftovers(system: System, *, brought: bool = False) -> None:
    """Removes what a killed health check left in the engine that runs now, if one does.

    `brought` says that it may be one that no generation tells of yet.
    """
    if running.running(system) is None and not (brought or _another_runs(system)):
        return
    try:
        socket = DaemonConfig.read(system).socket
    except DockswitchError:
        return  # a spoiled daemon.json: whoever starts an engine says so
    from dockswitch.engine import api, health

    if api.pings(system, socket):
        health.remove_leftovers(system, socket)


def _another_runs(system: System) -> bool:
    """Whether an engine of somebody else's is in force, which is asked for containers too."""
    from dockswitch.switching import history

    now = history.newest(system)
    if now.version is not None:
        return now.running and now.backend == "apt"
    return now.neighbour is not None and any(map(runs_neighbour, now.neighbour.runs))

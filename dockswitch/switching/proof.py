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


def runs_container(system: System, folder: str) -> str | None:
    """Why the engine of that version's folder runs no container, or None when it does."""
    from dockswitch.engine import api, health

    socket = DaemonConfig.read(system).socket
    if not api.pings(system, socket):  # one that hangs would be waited for at each call
        return "it does not answer"
    return health.runs_container(system, socket, folder)


def unwell(system: System, wanted: Engine, *, container: bool) -> str | None:
    """The first of the two reasons; the container is asked for only where it says something."""
    reason = answers(system, wanted)
    if reason is None and container:
        assert wanted.folder is not None
        reason = runs_container(system, wanted.folder)
    return reason


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


def remove_leftovers(system: System) -> None:
    """Removes what a killed health check left in the engine that runs now, if one does."""
    if running.running(system) is None and not _adopted_runs(system):
        return
    try:
        socket = DaemonConfig.read(system).socket
    except DockswitchError:
        return  # a spoiled daemon.json: whoever starts an engine says so
    from dockswitch.engine import api, health

    if api.pings(system, socket):
        health.remove_leftovers(system, socket)


def _adopted_runs(system: System) -> bool:
    """Whether an adopted engine is in force: it is asked for a container before it is stopped."""
    from dockswitch.switching import history

    now = history.newest(system)
    their = now.neighbour
    return now.version is None and their is not None and any(map(runs_neighbour, their.runs))

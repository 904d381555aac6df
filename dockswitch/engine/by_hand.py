"""A dockerd that somebody started by hand: stopped, and started again just as it was."""

import os

from dockswitch.engine import api, flags, places
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Circumstances, Daemon, Reader, System
from dockswitch.model.step import ByHand

# Its containers get their own grace first, 10 s each where nobody says more, all at once.
_STOP_LIMIT = 120.0
_START_LIMIT = 90.0  # one that was killed takes 20 s to start again
_PATIENCE = 20.0  # seconds for one that is busy, or on its way out


def step_of(reader: Reader, daemon: Daemon, known: Circumstances) -> ByHand:
    """The step that makes this daemon run as it does."""
    argv = flags.stored(daemon.argv, reader.layout.root)
    return ByHand(argv, known.environment.get("PATH", ""), known.folder, runs=True)


def running(reader: Reader, step: ByHand) -> Daemon | None:
    """The daemon with that command line, whoever started it last."""
    argv = tuple(flags.resolved(step.argv, reader.layout.root))
    return next((each for each in reader.daemons() if each.argv == argv), None)


def act(system: System, wanted: ByHand) -> None:
    """Makes it so; raises StaysThere where it does not stop. Whether it is well is asked later."""
    daemon = running(system, wanted)
    if not wanted.runs:
        _stop(system, daemon)
        return
    if daemon is not None and _stays(system, wanted, daemon):
        return
    _stop(system, running(system, wanted))
    layout = system.layout
    # Proxies and the like are not written down, for their secrets: it gets those that we have.
    env = flags.environment("", os.environ) | ({"PATH": wanted.path} if wanted.path else {})
    argv = flags.resolved(wanted.argv, layout.root)
    system.start(argv, log=layout.log, env=env, folder=wanted.folder)
    daemon = running(system, wanted)
    if daemon is not None:
        _stays(system, wanted, daemon, patience=_START_LIMIT)


def _stays(system: System, wanted: ByHand, daemon: Daemon, *, patience: float = _PATIENCE) -> bool:
    """Whether it answers: one that was told to stop closes its sockets, and lives for a while."""
    root = system.layout.root
    sockets = places.of(system, daemon).sockets
    inside = [system.layout.stored(each) for each in sockets if each.startswith(f"{root}/")]
    until = system.monotonic() + patience
    while running(system, wanted) is not None and system.monotonic() < until:
        if not inside or any(api.pings(system, each, timeout=1) for each in inside):
            return True
        system.pause(0.05)
    return False


def _stop(system: System, daemon: Daemon | None) -> None:
    """Never by SIGKILL: it is somebody else's, and its containers with it."""
    if daemon is None:
        return
    if not system.end(daemon.pid, wait=_STOP_LIMIT, argv=daemon.argv):
        raise StaysThere(daemon)


class StaysThere(DockswitchError):
    def __init__(self, daemon: Daemon) -> None:
        super().__init__(
            f"{daemon.argv[0]} (process {daemon.pid}) does not stop",
            details=f"it was asked to (SIGTERM) {_STOP_LIMIT:g} s ago",
            hint="`docker ps` shows which containers it waits for",
        )

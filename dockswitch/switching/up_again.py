"""Whether the containers that ran before a switch and are to outlive it run again behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dockswitch.engine import api, containers
from dockswitch.engine.api import Container, State
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model.plan import Goal
from dockswitch.model.ports import Reader, System

_DEADLINE = 30.0  # seconds after the engine answers; by then it has started what it will
_ALWAYS = ("always", "unless-stopped")


@dataclass(frozen=True, slots=True)
class Before:
    """The containers that run before a switch: those to be up again, and those that only stop.

    `kept_alive` says that they outlive the engine (live-restore).
    """

    to_be_up: tuple[Container, ...] = ()
    only_stop: tuple[Container, ...] = ()
    kept_alive: bool = False


def before(reader: Reader, *, shown: bool) -> Before:
    """As the running engine tells; nothing where none answers.

    Where the wanted engine would not have them `shown`, none is to be up again.
    """
    config = DaemonConfig.read(reader)
    if not api.pings(reader, config.socket, timeout=1):
        return Before()
    listed = api.containers(reader, config.socket)
    if listed and containers.kept_alive(reader, config):
        return Before(listed if shown else (), kept_alive=True)
    # What is removed when it stops never comes back, and what restarts on failure only may.
    return Before(
        tuple(each for each in listed if shown and each.restart in _ALWAYS),
        tuple(each for each in listed if each.restart == "no" and not each.removed),
    )


def comes_along(before: Before, goal: Goal) -> Before:
    """Of the containers that run before a switch, those that the engine behind it has too."""
    stays = goal.neighbour is not None and goal.neighbour.kind == "snap"
    return replace(before, to_be_up=()) if stays else before


def missing(system: System, before: Before) -> str | None:
    """Which of them do not run again, and why; waits for those that still are being started."""
    socket = DaemonConfig.read(system).socket
    began = system.monotonic()
    while reasons := _reasons(system, socket, before):
        if system.monotonic() - began > _DEADLINE:
            return "; ".join(reasons)
        system.pause(0.1)
    return None


def _reasons(reader: Reader, socket: str, before: Before) -> Sequence[str]:
    states = ((each, api.state(reader, socket, each.id)) for each in before.to_be_up)
    return [
        f"container {each.name} ran before and does not run now: {why}"
        for each, state in states
        if (why := _why_down(each, state, before)) is not None
    ]


def _why_down(container: Container, state: State | None, before: Before) -> str | None:
    if state is None:
        return None if container.removed else "it is gone"
    if state.running:
        return None
    if before.kept_alive and container.restart == "no" and state.code == 0:
        return None  # its work was done meanwhile
    return state.error or f"it ended with {state.code}"

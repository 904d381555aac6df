"""`rollback`: a new generation that equals an old one."""

from dockswitch import backends
from dockswitch.backends import bundles
from dockswitch.backends.bundles import NotInstalled
from dockswitch.model.generation import Generation
from dockswitch.model.outcome import Outcome
from dockswitch.model.plan import Goal
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.switching import history, switch
from dockswitch.switching.switch import Switch


def rollback(
    system: System, number: int | None, progress: Progress, *, start: bool = True
) -> Outcome:
    """Back to that generation, or to the newest that differs from the one in force.

    `start` False leaves the engine as it is. Needs no network; raises NotInstalled where the
    generation's version was removed since.
    """
    wanted = history.earlier(system, number)
    backend = backends.find(wanted.backend)
    words = f"generation {wanted.number}"
    goal = goal_of(system, wanted, start=start)
    return switch.perform(system, Switch(backend, goal, wanted.channel, words), progress)


def goal_of(system: Reader, wanted: Generation, *, start: bool) -> Goal:
    """Generation 0 is a machine without an engine of ours."""
    if wanted.version is None:
        return Goal(None, (), "stop" if start else "leave")
    bundle = bundles.read(system, wanted.folder)
    if bundle is None:
        have = [str(each.version) for each in bundles.kept(system)]
        raise NotInstalled(f"{wanted.channel} {wanted.version}", have)
    if not start:
        return Goal(bundle, wanted.names, "leave")
    if not wanted.running:
        return Goal(bundle, wanted.names, "stop")
    besides = bundles.rootless_of(system, bundle.version) if system.layout.scope == "user" else None
    return Goal(bundle, wanted.names, "start", besides)

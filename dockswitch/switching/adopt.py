"""`adopt`: writes down the engine that somebody else brought, so that a switch may leave it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dockswitch.engine import neighbours
from dockswitch.engine.flags import passed_by
from dockswitch.model.errors import DockswitchError, UsageError
from dockswitch.model.generation import Generation
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.package_names import ENGINE
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.switching import history, journal, recover
from dockswitch.switching.history import BEFORE


@dataclass(frozen=True, slots=True)
class Adopted:
    """What was (or would be) adopted; `notes` are worth knowing before the first switch."""

    neighbour: Neighbour
    generation: int
    changed: bool
    notes: tuple[str, ...]


def preview(reader: Reader) -> Adopted:
    """What `adopt` would write down; raises what it would raise."""
    if reader.layout.scope == "user":
        raise OfTheMachineOnly
    now = history.newest(reader)
    if now.version is not None:
        raise RunsAlready(str(now.version))
    found = neighbours.neighbours(reader)
    if now.neighbour is not None:
        there = neighbours.now(reader, now.neighbour)
        return Adopted(there, now.number, changed=False, notes=())
    kept = [each for each in found if each.runs]
    if not kept:
        raise NoNeighbour(_no_engine(reader, found))
    first, *others = kept
    notes = (*_notes(first), *(f"{each.described} stays as it is" for each in others))
    # after a `use` and a `use system` there are generations already
    number = now.number + 1 if history.generations(reader) else BEFORE.number
    return Adopted(first, number, changed=True, notes=notes)


def by_itself(system: System) -> None:
    """Makes Docker's own packages generation 0, where there is no history yet; and those of
    others, whose engine is at rest and goes with the first switch. Needs the lock.

    Without an engine it is what others need of an engine's packages, such as podman's runc.
    """
    if history.generations(system) or system.layout.scope == "user":
        return
    rests = system.listener(system.layout.socket) is None
    found = [
        each
        for each in neighbours.neighbours(system)
        if each.package == ENGINE or (each.kind == "package" and rests and each.pid is None)
    ]
    if found:
        adopted = Adopted(found[0], BEFORE.number, changed=True, notes=())
        first = _generation(system, adopted)
    else:
        from dockswitch.switching import packaged_goal

        packages = packaged_goal.installed(system)
        automatic = packaged_goal.automatic(system)
        first = replace(BEFORE, time=system.now(), packages=packages, automatic=automatic)
        if not packages:
            return
    opened = journal.begin(system, "adopt", container=False)
    journal.commit(system, opened, first)


def adopt(system: System, progress: Progress) -> Adopted:
    """Makes it the generation in force. Nothing is stopped; raises RunsAlready, NoNeighbour."""
    with system.locked():
        recover.recover(system, progress)
        adopted = preview(system)
        if adopted.changed:
            opened = journal.begin(system, "adopt", container=False)
            journal.commit(system, opened, _generation(system, adopted))
        return adopted


def _generation(reader: Reader, adopted: Adopted) -> Generation:
    packages, automatic = _packages(reader, adopted.neighbour)
    return replace(
        BEFORE,
        number=adopted.generation,
        time=reader.now(),
        wish="adopt",
        neighbour=adopted.neighbour,
        packages=packages,
        automatic=automatic,
        hold=history.newest(reader).hold,
    )


def _packages(reader: Reader, neighbour: Neighbour) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What dpkg has of an engine, so that `use system` can bring all of it back; and of that what
    came along.
    """
    if neighbour.kind != "package":
        return (), ()
    from dockswitch.switching import packaged_goal  # only where packages brought it

    return packaged_goal.installed(reader), packaged_goal.automatic(reader)


def _notes(found: Neighbour) -> tuple[str, ...]:
    """What will not be as it was once an engine of dockswitch's runs in its place."""
    notes = []
    if found.kind == "snap":
        notes.append(
            f"its images, containers and volumes stay behind in {found.data_root}: an engine of "
            "dockswitch's has a data-root of its own, and `use system` brings these back"
        )
    lost = passed_by(found.argv)
    if lost:
        notes.append(
            f"it was started with {', '.join(lost)}: put in daemon.json what is to hold for "
            "engines of dockswitch's too"
        )
    if found.kind == "package" and not found.unit and found.runs:
        notes.append("no unit of systemd keeps it: whatever starts it at boot is to be disabled")
    return tuple(notes)


def _no_engine(reader: Reader, idle: Sequence[Neighbour]) -> str:
    """What else there is of docker here."""
    if idle:
        return f"{idle[0].described} neither runs nor is started by anything: it is not in the way"
    from dockswitch.engine import packages

    package = packages.owner(reader, "/usr/bin/docker")
    if package is not None and package.name == "podman-docker":
        return f"`docker` is podman's here ({package.name} {package.version}), which is no engine"
    return "no dockerd runs on this machine's socket, pid file or data-root, and none is installed"


class OfTheMachineOnly(UsageError):
    def __init__(self) -> None:
        super().__init__(
            "only the machine's own engine is adopted",
            details="an engine without root is started by its kit, not by a command line alone",
            hint="stop it by the means that started it (`systemctl --user stop docker`)",
        )


class RunsAlready(DockswitchError):
    def __init__(self, version: str) -> None:
        super().__init__(
            f"dockswitch runs {version} here: there is no engine of somebody else to take over",
            details="what is adopted is what a switch leaves",
            hint="`dockswitch use system` stops it; then start the other one, and `adopt`",
        )


class NoNeighbour(DockswitchError):
    def __init__(self, why: str) -> None:
        super().__init__(
            "there is no engine to adopt",
            details=why,
            hint="`dockswitch use stable` installs and starts one",
        )

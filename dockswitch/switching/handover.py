"""Handing over from one engine to another: what each is asked, and what goes from one to the other.

A switch that only flips links does without all of this.
"""

from dataclasses import dataclass, field

from dockswitch.model.generation import Left
from dockswitch.model.outcome import Outcome
from dockswitch.model.plan import Goal, Installed, runs_neighbour
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.step import Containers, Step
from dockswitch.switching import (
    history,
    left_behind,
    proof,
    ready,
    serving,
    transaction,
    up_again,
    well,
)
from dockswitch.switching.downtime import Downtime
from dockswitch.switching.journal import Journal
from dockswitch.switching.options import Options
from dockswitch.switching.serving import Serving
from dockswitch.switching.up_again import Before


@dataclass(frozen=True, slots=True)
class Old:
    """What the engine that will be stopped was found to do: whether it `ran` a container at all,
    the containers that run `before`, and `notes` that are worth saying.
    """

    ran: bool = False
    before: Before = field(default_factory=Before)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Handover:
    """The steps from what is installed to a goal that start or stop an engine."""

    goal: Goal
    options: Options
    installed: Installed
    steps: tuple[Step, ...]
    progress: Progress

    @property
    def stops(self) -> bool:
        """Whether an engine that runs will be stopped: ours, or an adopted one."""
        return self.leaves or self.installed.daemon is not None

    @property
    def leaves(self) -> bool:
        """Whether an adopted engine is left."""
        return any(runs_neighbour(step) is False for step in self.steps)

    @property
    def engine(self) -> Serving | None:
        """The engine that is to answer behind them."""
        return serving.behind(self.goal, self.steps)


def asked(system: System, handover: Handover, *, shown: bool) -> Old:
    """Proves the wanted engine beside the old one, which is asked before it is stopped.

    `shown` says whether the wanted engine is to find what the old one has. Raises DoesNotRunHere.
    """
    if not handover.stops:
        return Old()
    goal, installed, progress = handover.goal, handover.installed, handover.progress
    with ready.proven(system, goal, installed.running, handover.steps, progress) as verdict:
        ran = _runs_container(system, installed, goal, progress)
        note = verdict(ran)
    before = up_again.before(system, shown=shown)
    if handover.leaves:
        before = up_again.comes_along(before, goal)
    return Old(ran, before, (note,) if note else ())


def perform(system: System, opened: Journal, handover: Handover, old: Old) -> Outcome:
    """Performs the steps and asks the engine behind them; raises Unwell.

    The outcome has the generation before it: the new one is not committed yet.
    """
    clock = Downtime(system.monotonic)
    _note_what_stops(system, opened, old.before)
    for step in handover.steps:
        if isinstance(step, Containers) and step.run:
            continue  # once the engine is well
        clock.step(step)
        handover.progress.say(str(step))
        transaction.perform(system, opened, step)
    notes = (*old.notes, *_new(system, opened, handover, old, clock))
    return Outcome(
        changed=True,
        before=handover.installed,
        after=history.newest(system),
        restarted=handover.stops,
        downtime=_downtime(system, handover, clock),
        notes=notes,
        left=handover.goal.neighbour if handover.leaves else None,
    )


def _downtime(system: System, handover: Handover, clock: Downtime) -> float | None:
    """In seconds; None where nothing that ran was stopped."""
    if not handover.stops or clock.seconds is not None or handover.goal.packages is None:
        return clock.seconds if handover.stops else None
    from dockswitch.engine import packaged  # its packages restarted it

    return packaged.down_for(system)


def left(system: System, handover: Handover) -> tuple[Left, ...]:
    """What the generation behind it is to remember of the containers that were stopped."""
    now = history.newest(system)
    engine = handover.engine
    place = engine.data_root(system) if engine else None
    return left_behind.noted(system, now, handover.installed, handover.steps, place)


def _runs_container(system: System, installed: Installed, goal: Goal, progress: Progress) -> bool:
    """Whether the engine that will be stopped can run a container at all."""
    init = _init(system, installed, goal)
    if init is None:
        return False
    progress.say("proving the running engine")
    return proof.runs_container(system, init) is None


def _init(reader: Reader, installed: Installed, goal: Goal) -> str | None:
    """An init for a container of the engine that will be stopped, its own where it has one."""
    if installed.daemon is not None and installed.daemon.ours:
        folder = reader.layout.stored(installed.daemon.argv[0].rpartition("/")[0])
        return f"{folder}/docker-init"
    if goal.bundle is not None and goal.packages is None:
        return f"{goal.bundle.folder}/docker-init"  # it is given what the wanted one brings
    from dockswitch.engine import packaged  # only where packages brought one

    return packaged.init(reader)


def _note_what_stops(system: System, opened: Journal, before: Before) -> None:
    """For an undo: those that nothing else would start again. They run, so nothing is done now."""
    if before.only_stop:
        ids = tuple(each.id for each in before.only_stop)
        transaction.perform(system, opened, Containers(ids, run=True))


def _new(
    system: System, opened: Journal, handover: Handover, old: Old, clock: Downtime
) -> list[str]:
    """Asks the engine that was started; what is worth saying of it. Raises Unwell."""
    engine = handover.engine
    if engine is None:
        is_back = _neighbour_is_back(system, handover, clock)
        if old.ran and is_back:
            well.refuse_missing(system, old.before, handover.progress)
        return []
    must = old.ran or not handover.stops
    well.refuse_mute(system, engine, handover.progress, clock.answered)
    notes = [well.refuse_idle(system, engine, handover.progress, must=must)]
    for step in handover.steps:
        if isinstance(step, Containers) and step.run:
            handover.progress.say(str(step))
            transaction.perform(system, opened, step)
    if old.ran:
        well.refuse_missing(system, old.before, handover.progress)
    place = engine.data_root(system)
    if left_behind.returns(system, handover.installed, place):
        now = history.newest(system)
        notes.append(left_behind.start(system, opened, now, place, handover.progress))
    well.refuse_probed(system, engine, handover.options, handover.progress)
    return [note for note in notes if note]


def _neighbour_is_back(system: System, handover: Handover, clock: Downtime) -> bool:
    """Asks the adopted engine, where it was started; whether its containers are those of before.

    Raises Unwell.
    """
    neighbour = handover.goal.neighbour
    if neighbour is None or not any(runs_neighbour(step) for step in handover.steps):
        return False
    handover.progress.say(f"waiting for {neighbour} to answer")
    reason = proof.neighbour_answers(system, neighbour)
    clock.answered()
    if reason is not None:
        raise well.Unwell(reason)
    return neighbour.kind != "snap"

"""One switch: lock, look again, journal, stop, flip, start, health, commit or undo everything."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from dockswitch.backends import Backend, bundles
from dockswitch.backends.bundles import NotInstalled
from dockswitch.engine import flags
from dockswitch.model import finding
from dockswitch.model.errors import DockswitchError, Interrupted, SwitchUndone
from dockswitch.model.generation import Generation
from dockswitch.model.outcome import Outcome
from dockswitch.model.plan import Goal, Installed, runs_neighbour
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.release import Bundle
from dockswitch.model.step import Containers, Engine, Step
from dockswitch.switching import (
    adopted,
    checks,
    history,
    journal,
    left_behind,
    proof,
    ready,
    recover,
    transaction,
    up_again,
    well,
)
from dockswitch.switching.journal import Journal
from dockswitch.switching.options import Options
from dockswitch.switching.up_again import Before


@dataclass(frozen=True, slots=True)
class Switch:
    """A goal with what the history is to say about it."""

    backend: Backend
    goal: Goal
    channel: str
    wish: str
    options: Options


def perform(system: System, wanted: Switch, progress: Progress) -> Outcome:
    """Performs it under the lock.

    Raises SwitchUndone when the new engine was not well and the old state is back, HandsNeeded
    when going back failed too, Busy, and whatever the backend finds in the way.
    """
    with system.locked():
        recovered = recover.recover(system, progress)
        for bundle in filter(None, (wanted.goal.bundle, wanted.goal.rootless)):
            _refuse_gone(system, bundle)
        before = wanted.backend.installed(system)
        now = history.newest(system)
        found = checks.findings(system, wanted.goal, before, wanted.options)
        finding.refuse(found)
        steps = wanted.backend.steps(wanted.goal, before, system)
        if not steps and says_the_same(now, wanted.goal, wanted.channel):
            return Outcome(changed=False, before=before, after=now, recovered=recovered)
        shown = not any(each.risk for each in found) and _same_data_root(system, before, steps)
        outcome = _journalled(system, wanted, before, steps, progress, shown=shown)
        recover.sweep(system)
        notes = (*map(str, found), *outcome.notes)
        return replace(outcome, recovered=recovered, notes=notes)


def _same_data_root(reader: Reader, before: Installed, steps: tuple[Step, ...]) -> bool:
    """Whether the engine that they start is to find what the running one has."""
    engine = _started(steps)
    if before.daemon is None or engine is None:
        return True
    now = flags.data_root_within(before.daemon.argv, reader.layout)
    return flags.data_root_within(engine.argv, reader.layout) == now


def _refuse_gone(reader: Reader, bundle: Bundle) -> None:
    """Another command may have removed the version between its fetching and our lock."""
    if reader.kind(bundle.folder) != "folder":
        have = [str(each.version) for each in bundles.kept(reader)]
        raise NotInstalled(str(bundle.version), have)


def says_the_same(now: Generation, goal: Goal, channel: str) -> bool:
    """Whether the newest generation already tells what a switch to that goal would tell."""
    folder = goal.bundle.folder if goal.bundle else ""
    if now.folder != folder or channel not in ("", now.channel):
        return False
    as_now = (now.running, now.data, now.experimental) == (True, goal.data, goal.experimental)
    return as_now or goal.engine != "start"


def _journalled(
    system: System,
    wanted: Switch,
    before: Installed,
    steps: tuple[Step, ...],
    progress: Progress,
    *,
    shown: bool,
) -> Outcome:
    leaves = any(runs_neighbour(step) is False for step in steps)
    restarts = before.daemon is not None and any(isinstance(step, Engine) for step in steps)
    ran, ran_before, notes = False, Before(), list[str]()
    if restarts or leaves:
        with ready.proven(system, wanted.goal, before.running, steps, progress) as verdict:
            ran = _old_engine_ran(system, before, wanted.goal, progress)
            notes += filter(None, [verdict(ran)])
        ran_before = up_again.before(system, shown=shown)
        if leaves:
            ran_before = adopted.comes_along(ran_before, wanted.goal)
    opened = journal.begin(system, wanted.wish, container=ran)
    clock = _Downtime(system.monotonic)
    try:
        _note_what_stops(system, opened, ran_before)
        for step in steps:
            if isinstance(step, Containers) and step.run:
                continue  # once the engine is well
            clock.step(step)
            progress.say(str(step))
            transaction.perform(system, opened, step)
        must = ran or (before.daemon is None and not leaves)
        note = _prove(system, opened, steps, clock, progress, must=must)
        is_back = _prove_neighbour(system, wanted.goal, steps, clock, progress)
        notes += filter(None, [note])
        engine = _started(steps)
        if ran and (engine is not None or is_back):
            well.refuse_missing(system, ran_before, progress)
        if engine is not None:
            notes += filter(None, [_start_left(system, opened, before, engine, progress)])
            well.refuse_probed(system, engine, wanted.options, progress)
        generation = _generation(system, wanted, before, steps)
        journal.commit(system, opened, generation)
    except BaseException as error:
        _undo(system, opened, wanted, error, progress)
        raise
    return Outcome(
        changed=True,
        before=before,
        after=generation,
        restarted=restarts or leaves,
        downtime=clock.seconds if restarts or leaves else None,
        notes=tuple(notes),
        left=wanted.goal.neighbour if leaves else None,
    )


def _old_engine_ran(system: System, before: Installed, goal: Goal, progress: Progress) -> bool:
    """Whether the engine that will be stopped can run a container at all."""
    if before.daemon is not None:
        folder = system.layout.stored(before.daemon.argv[0].rpartition("/")[0])
    elif goal.bundle is not None:
        folder = goal.bundle.folder  # an adopted one is given what the wanted one brings
    else:
        return False
    progress.say("proving the running engine")
    return proof.runs_container(system, folder) is None


def _note_what_stops(system: System, opened: Journal, before: Before) -> None:
    """For an undo: those that nothing else would start again. They run, so nothing is done now."""
    if before.only_stop:
        ids = tuple(each.id for each in before.only_stop)
        transaction.perform(system, opened, Containers(ids, run=True))


def _start_left(
    system: System, opened: Journal, before: Installed, engine: Engine, progress: Progress
) -> str | None:
    """What ran when a switch left that data-root; why some of it does not run."""
    if not left_behind.returns(system, before, engine):
        return None
    return left_behind.start(system, opened, history.newest(system), engine, progress)


def _prove(
    system: System,
    opened: Journal,
    steps: tuple[Step, ...],
    clock: "_Downtime",
    progress: Progress,
    *,
    must: bool,
) -> str | None:
    """Asks the new engine, then has it start what was stopped for it; what is worth saying of it.

    Raises Unwell.
    """
    engine = _started(steps)
    if engine is None:
        return None
    well.refuse_mute(system, engine, progress, clock.answered)
    note = well.refuse_idle(system, engine, progress, must=must)
    for step in steps:
        if isinstance(step, Containers) and step.run:
            progress.say(str(step))
            transaction.perform(system, opened, step)
    return note


def _started(steps: tuple[Step, ...]) -> Engine | None:
    """The engine that they start."""
    engines = [step for step in steps if isinstance(step, Engine) and step.argv]
    return engines[-1] if engines else None


def _prove_neighbour(
    system: System, goal: Goal, steps: tuple[Step, ...], clock: "_Downtime", progress: Progress
) -> bool:
    """Asks the adopted engine, where it was started; whether its containers are those of before.

    Raises Unwell.
    """
    if goal.neighbour is None or not any(runs_neighbour(step) for step in steps):
        return False
    progress.say(f"waiting for {goal.neighbour} to answer")
    reason = proof.neighbour_answers(system, goal.neighbour)
    clock.answered()
    if reason is not None:
        raise well.Unwell(reason)
    return goal.neighbour.kind != "snap"


def _undo(
    system: System, opened: Journal, wanted: Switch, error: BaseException, progress: Progress
) -> None:
    """Undoes everything; raises the error that says so."""
    progress.say("undoing")
    written = journal.last(system)
    assert written is not None
    assert written.path == opened.path
    if written.commit is not None:
        return  # interrupted just behind the commit point: the switch stands
    recover.undo(system, written)
    recover.sweep(system)
    back = _back(history.newest(system))
    if isinstance(error, KeyboardInterrupt):
        raise Interrupted(f"the switch to {wanted.wish} was undone: {back}") from error
    if isinstance(error, OSError):
        place = error.filename2 or error.filename
        raise Undone(
            wanted.wish,
            ": ".join(str(part) for part in (error.strerror, place) if part),
            back,
            hint="mend what is named (a full disk: `dockswitch prune`), then run it again",
        ) from error
    if isinstance(error, DockswitchError):
        raise Undone(wanted.wish, str(error), back) from error


def _back(now: Generation) -> str:
    is_back = now.version or now.neighbour
    return f"{is_back} is back" if is_back else "the machine is as it was"


def _generation(
    system: System, wanted: Switch, before: Installed, steps: tuple[Step, ...]
) -> Generation:
    bundle, now = wanted.goal.bundle, history.newest(system)
    runs = wanted.goal.engine == "start" or (
        wanted.goal.engine == "leave" and before.daemon is not None
    )
    return Generation(
        number=now.number + 1,
        version=bundle.version if bundle else None,
        channel=wanted.channel or (bundle.channels[0] if bundle else ""),
        backend=wanted.backend.name,
        folder=bundle.folder if bundle else "",
        names=wanted.goal.names,
        artifacts=tuple(
            fetched
            for each in (bundle, wanted.goal.rootless)
            if each is not None
            for fetched in each.artifacts
        ),
        time=system.now(),
        wish=wanted.wish,
        running=runs,
        data=now.data if wanted.goal.engine == "leave" else wanted.goal.data,
        experimental=now.experimental
        if wanted.goal.engine == "leave"
        else wanted.goal.experimental,
        neighbour=wanted.goal.neighbour or now.neighbour,
        left=left_behind.noted(system, now, before, steps),
    )


class _Downtime:
    """From the moment the old engine is told to stop until the new one answers."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._stopped: float | None = None
        self.seconds: float | None = None

    def step(self, step: Step) -> None:
        stops = isinstance(step, Engine) and not step.argv
        if (stops or runs_neighbour(step) is False) and self._stopped is None:
            self._stopped = self._monotonic()

    def answered(self) -> None:
        if self._stopped is not None:
            self.seconds = self._monotonic() - self._stopped


class Undone(SwitchUndone):
    def __init__(self, wish: str, reason: str, back: str, hint: str = "") -> None:
        super().__init__(
            f"the switch to {wish} failed and was undone: {back}",
            details=reason,
            hint=hint or "`dockswitch daemon logs` shows what the engine said",
        )

"""One switch: lock, look again, journal, stop, flip, start, health, commit or undo everything."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dockswitch.backends import Backend, bundles
from dockswitch.backends.bundles import NotInstalled
from dockswitch.engine import flags
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model import finding
from dockswitch.model.errors import DockswitchError, Interrupted, SwitchUndone
from dockswitch.model.finding import Finding
from dockswitch.model.generation import Generation, Left
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.outcome import Outcome
from dockswitch.model.plan import Goal, Installed, runs_neighbour, touches_engine
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.release import Bundle
from dockswitch.model.step import File, Packages, Step
from dockswitch.switching import checks, history, journal, recover, transaction, unconfirmed_record
from dockswitch.switching.journal import Journal
from dockswitch.switching.options import Options
from dockswitch.switching.steps import steps as steps_of


@dataclass(frozen=True, slots=True)
class Switch:
    """A goal with what the history is to say about it; `unconfirmed` as in a generation."""

    backend: Backend
    goal: Goal
    channel: str
    wish: str
    options: Options
    unconfirmed: int = 0


def perform(system: System, wanted: Switch, progress: Progress) -> Outcome:
    """Performs it under the lock.

    Raises SwitchUndone when the new engine was not well and the old state is back, HandsNeeded
    when going back failed too, Busy, and whatever the backend finds in the way.
    """
    with system.locked():
        # What is overdue is not taken back first: no engine stops twice for one wish.
        recovered = recover.undone(system, progress)
        return replace(performed(system, wanted, progress), recovered=recovered)


def performed(system: System, wanted: Switch, progress: Progress) -> Outcome:
    """The same for whoever has the lock, and has recovered what was to be recovered."""
    if wanted.goal.packages is not None:
        from dockswitch.switching import adopt  # only where apt installs

        adopt.by_itself(system)
    for bundle in filter(None, (wanted.goal.bundle, wanted.goal.rootless)):
        _refuse_gone(system, bundle)
    before = wanted.backend.installed(system)
    now = history.newest(system)
    if wanted.options.revert_after:
        from dockswitch.switching import unconfirmed  # few switches have to be confirmed

        unconfirmed.refuse(system, now, in_vm=wanted.goal.vm is not None)
    found = checks.findings(system, wanted.goal, before, wanted.options)
    finding.refuse(found)
    steps = steps_of(wanted.backend, wanted.goal, before, system)
    if wanted.goal.vm is not None:
        outcome = _in_vm(system, wanted, before, now, steps, found, progress)
        return told_from(outcome, now)
    if not steps and says_the_same(now, wanted.goal, wanted.channel):
        return Outcome(changed=False, before=before, after=now)
    if wanted.goal.packages is not None:
        from dockswitch.switching import keep_before  # only where apt installs

        _await_packages(system, steps)
        found += keep_before.kept(system, steps, progress)
    shown = not any(each.risk for each in found) and _same_data_root(
        system, wanted.goal, before, steps
    )
    outcome = _journalled(system, wanted, before, steps, progress, shown=shown)
    recover.sweep(system)
    notes = (*map(str, found), *outcome.notes)
    return replace(told_from(outcome, now), notes=notes, waits=unconfirmed_record.read(system))


def told_from(outcome: Outcome, now: Generation) -> Outcome:
    """With what was in force before, where one of both engines is in a virtual machine: neither
    backend sees the other's.
    """
    if now.vm is None and outcome.after.vm is None:
        return outcome
    return replace(outcome, before=replace(outcome.before, version=now.version))


def _in_vm(
    system: System,
    wanted: Switch,
    before: Installed,
    now: Generation,
    steps: tuple[Step, ...],
    found: tuple[Finding, ...],
    progress: Progress,
) -> Outcome:
    """A switch to an engine in a virtual machine: none of this machine hands over to it."""
    from dockswitch.switching import vm_context, vm_in_use, vm_switch  # only where there is one

    asked = None if steps else vm_switch.asked(system, wanted.goal)
    if asked is not None and asked.other:
        steps = steps_of(wanted.backend, wanted.goal, before, system)
    if not steps and says_the_same(now, wanted.goal, wanted.channel):
        reach = vm_switch.refuse_unwell(
            system, wanted.goal, wanted.options, progress, fresh=False, now=asked
        )
        return Outcome(changed=False, before=before, after=now, host=vm_in_use.host(reach))
    opened = journal.begin(system, wanted.wish, container=False)
    with _undone_where_it_fails(system, opened, wanted, progress):
        reach = vm_switch.perform(system, opened, wanted.goal, steps, wanted.options, progress)
        generation = _generation(system, wanted, before, now.left)
        _wait_no_more(system, opened, wanted.options)
        journal.commit(system, opened, generation)
    recover.sweep(system)
    assert wanted.goal.vm is not None
    context = vm_context.follows(system, wanted.goal.vm, reach)
    notes = (*map(str, found), *([context.note] if context.note else []))
    return Outcome(
        changed=True,
        before=before,
        after=generation,
        notes=notes,
        host=vm_in_use.host(reach),
        context=context.name,
    )


def _await_packages(system: System, steps: tuple[Step, ...]) -> None:
    """What stands in the way of apt is told while nothing was stopped yet, nor is to be undone."""
    from dockswitch.apt import install  # as above

    for step in steps:
        if isinstance(step, Packages):
            install.ready(system, step)


def _same_data_root(reader: Reader, goal: Goal, before: Installed, steps: tuple[Step, ...]) -> bool:
    """Whether the engine that they start is to find what the running one has."""
    if before.daemon is None:
        return True
    from dockswitch.switching import serving  # 4 ms that a machine without an engine spares

    engine = serving.behind(goal, steps)
    if engine is None:
        return True
    config = DaemonConfig.read(reader)
    was = flags.used_by(before.daemon.argv, config, reader.layout).data_root
    return was == engine.data_root(reader)


def _refuse_gone(reader: Reader, bundle: Bundle) -> None:
    """Another command may have removed the version between its fetching and our lock."""
    if reader.kind(bundle.folder) != "folder":
        have = [str(each.version) for each in bundles.kept(reader)]
        raise NotInstalled(str(bundle.version), have)


def says_the_same(now: Generation, goal: Goal, channel: str) -> bool:
    """Whether the newest generation already tells what a switch to that goal would tell."""
    folder = goal.bundle.folder if goal.bundle else ""
    if (now.folder, now.vm) != (folder, goal.vm) or channel not in ("", now.channel):
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
    now = history.newest(system)
    acts = (touches_engine(step) or runs_neighbour(step) is not None for step in steps)
    if wanted.goal.engine == "leave" or not any(acts):
        opened = journal.begin(system, wanted.wish, container=False)
        with _undone_where_it_fails(system, opened, wanted, progress):
            _begin_to_wait(system, opened, wanted.options, now, progress)
            for step in steps:
                progress.say(str(step))
                transaction.perform(system, opened, step)
            generation = _generation(system, wanted, before, now.left)
            _wait_no_more(system, opened, wanted.options)
            journal.commit(system, opened, generation)
        return Outcome(changed=True, before=before, after=generation)
    from dockswitch.switching import handover  # 6 ms that links alone spare

    engines = handover.Handover(wanted.goal, wanted.options, before, steps, progress)
    old = handover.asked(system, engines, shown=shown)
    opened = journal.begin(system, wanted.wish, container=old.ran)
    with _undone_where_it_fails(system, opened, wanted, progress):
        _begin_to_wait(system, opened, wanted.options, now, progress)
        outcome = handover.perform(system, opened, engines, old)
        generation = _generation(system, wanted, before, handover.left(system, engines))
        _wait_no_more(system, opened, wanted.options)
        journal.commit(system, opened, generation)
    return replace(outcome, after=generation)


@contextlib.contextmanager
def _undone_where_it_fails(
    system: System, opened: Journal, wanted: Switch, progress: Progress
) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        _undo(system, opened, wanted, error, progress)
        raise


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
        reason = ": ".join(part for part in (error.message, error.details) if part)
        raise Undone(wanted.wish, reason, back, hint=error.hint) from error


def _back(now: Generation) -> str:
    is_back = now.version or now.neighbour
    return f"{is_back} is back" if is_back else "the machine is as it was"


def _begin_to_wait(
    system: System, opened: Journal, options: Options, now: Generation, progress: Progress
) -> None:
    """The first step of a switch that has to be confirmed."""
    if options.revert_after:
        from dockswitch.switching import unconfirmed  # few have to be

        unconfirmed.begin(system, opened, options.revert_after, now, progress)


def _wait_no_more(system: System, opened: Journal, options: Options) -> None:
    """The last step of any other: what waited does so no longer, for somebody is there."""
    waits = system.layout.unconfirmed
    if not options.revert_after and system.kind(waits) is not None:
        transaction.perform(system, opened, File(waits, None))


def _generation(
    system: System, wanted: Switch, before: Installed, left: tuple[Left, ...]
) -> Generation:
    bundle, now = wanted.goal.bundle, history.newest(system)
    by_apt = wanted.goal.packages is not None
    packages, automatic = _packages(system) if by_apt else (now.packages, now.automatic)
    runs = wanted.goal.engine == "start" or (
        wanted.goal.engine == "leave" and before.daemon is not None
    )
    return Generation(
        number=now.number + 1,
        version=bundle.version if bundle else None,
        channel=wanted.channel or next(iter(bundle.channels if bundle else ()), ""),
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
        neighbour=_system(wanted.goal, now),
        left=left,
        packages=packages,
        automatic=automatic,
        hold=wanted.goal.hold if by_apt else now.hold,
        vm=now.vm if wanted.goal.engine == "leave" else wanted.goal.vm,
        unconfirmed=wanted.unconfirmed,
    )


def _system(goal: Goal, now: Generation) -> Neighbour | None:
    """What `use system` goes back to; packages that a switch brought are not that."""
    brought = now.version is not None and now.backend == "apt"
    return now.neighbour if brought else goal.neighbour or now.neighbour


def _packages(reader: Reader) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those of an engine that are there, and of these those that came along."""
    from dockswitch.switching import packaged_goal

    return packaged_goal.installed(reader), packaged_goal.automatic(reader)


class Undone(SwitchUndone):
    def __init__(self, wish: str, reason: str, back: str, hint: str = "") -> None:
        super().__init__(
            f"the switch to {wish} failed and was undone: {back}",
            details=reason,
            hint=hint or "`dockswitch daemon logs` shows what the engine said",
        )

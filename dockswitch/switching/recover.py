"""Undoing what a killed or failed switch left: an open journal is always undone."""

import contextlib
import os
import posixpath
import re

from dockswitch.engine import at_boot as at_boot_unit
from dockswitch.engine import running, supervision, unit_files, units
from dockswitch.model.errors import HandsNeeded
from dockswitch.model.outcome import Recovered
from dockswitch.model.plan import runs_neighbour, touches_engine
from dockswitch.model.ports import Progress, System
from dockswitch.model.step import ByHand, Containers, Engine, Packages, Step
from dockswitch.model.vm import KEEPERS
from dockswitch.switching import adopted, history, journal, proof, transaction
from dockswitch.switching.journal import Journal

# `SHELF/.tmp-PID-…` of what is fetched, `NAME.tmp-PID-…` of a file or link that is being replaced
_TEMPORARY = re.compile(r"\.tmp-([0-9]+)-")

# where apt looks for files of ours, and how their names begin
_APT = (
    ("/etc/apt/preferences.d", "dockswitch."),
    ("/etc/apt/sources.list.d", "dockswitch."),
    ("/etc/apt/keyrings", "dockswitch."),
    ("/etc/apt/trusted.gpg.d", "dockswitch."),
    ("/usr/sbin", "policy-rc.d."),
)


def recover(system: System, progress: Progress) -> Recovered | None:
    """As `undone`, and takes back a switch that was to be confirmed and was not."""
    found = undone(system, progress)
    if system.kind(system.layout.unconfirmed) is not None:
        from dockswitch.switching import revert  # few switches have to be confirmed

        revert.beforehand(system, progress)
    return found


def undone(system: System, progress: Progress) -> Recovered | None:
    """Undoes an open journal and sweeps up; None where nothing was left. Needs the lock."""
    last = journal.last(system)
    found = None
    # the engine that has them may be stopped next
    proof.remove_leftovers(system, brought=_brings_engine(last))
    if last is not None and last.open:
        progress.say(f"undoing the switch to {last.begin.wish}, which did not finish")
        undo(system, last)
        proof.remove_leftovers(system)
        found = Recovered(last.begin.wish, last.begin.time)
    sweep(system)
    return found


def _brings_engine(last: Journal | None) -> bool:
    """Whether an engine may run that packages brought in a switch which did not finish."""
    return last is not None and last.open and any(map(touches_engine, last.inverses))


def at_boot(system: System, progress: Progress) -> Recovered | None:
    """As `undone`, before systemd starts docker: the engine is left to it. Needs the lock."""
    last = journal.last(system)
    begun = running.running(system) is not None
    if last is None or not last.open or begun or not supervision.starts_at_boot(system):
        return undone(system, progress)
    progress.say(f"undoing the switch to {last.begin.wish}, which did not finish")
    # What somebody started by hand did not outlive the power either, and no engine is there to ask.
    gone = Engine, ByHand, Containers
    left = (step for step in last.inverses if not isinstance(step, gone))
    still = tuple(each for step in left for each in _quietly(system, step))
    failures = transaction.undo(system, still)
    if failures:
        raise UndoFailed(failures)
    journal.undone(system, last)
    sweep(system)
    at_boot_unit.boots(system, starts=_old_engine(last) is not None)
    return Recovered(last.begin.wish, last.begin.time)


def _quietly(system: System, step: Step) -> tuple[Step, ...]:
    """Whatever packages start while systemd boots would wait for docker, and docker for us."""
    if not isinstance(step, Packages):
        return (step,)
    from dockswitch.engine import policy  # only where packages were changed

    return policy.now(system), step, policy.forbids()


def accept(system: System) -> Recovered | None:
    """Takes the machine as it stands for what an open journal left; undoes nothing. Needs the lock.

    The way out where the old engine can never run again.
    """
    last = journal.last(system)
    if last is None or not last.open:
        return None
    journal.undone(system, last)
    if system.kind(system.layout.unconfirmed) is not None:
        # What was noted by a switch that never was; whoever accepts is there.
        system.write(system.layout.unconfirmed, None)
    sweep(system)
    return Recovered(last.begin.wish, last.begin.time)


def undo(system: System, opened: Journal) -> None:
    """Brings the machine back to what it was before that journal.

    Raises HandsNeeded, with the journal left open, where that failed: the next command tries anew.
    """
    failures = _undone(system, opened)
    reason = _unwell(system, opened)
    if failures or reason:
        said = [*failures, *([reason] if reason else [])]
        raise UndoFailed(said)
    # On a full disk it stays open: the next command finds it, and all as it was.
    with contextlib.suppress(OSError):
        journal.undone(system, opened)


def _undone(system: System, opened: Journal) -> list[str]:
    """Performs the inverses; the engine that goes lets go just before it is stopped."""
    inverses = tuple(each for step in opened.inverses for each in _at_rest(system, step))
    engines = [at for at, step in enumerate(inverses, 1) if isinstance(step, Engine)]
    at = engines[-1] if engines else 0
    failures = transaction.undo(system, inverses[at:])
    if not engines:
        return failures
    from dockswitch.switching import let_go  # it asks an engine, and seldom anything is undone

    stopped, again = let_go.held(system, _old_engine(opened))
    if again.ids:
        with contextlib.suppress(OSError):  # a full disk stops no undo
            journal.at_last(system, opened, again)
    return failures + transaction.undo(system, (again, *inverses[:at], stopped))


def _at_rest(system: System, step: Step) -> tuple[Step, ...]:
    """The engine that is to be replaced stops what it started before: the other one cannot."""
    if not (isinstance(step, Packages) and touches_engine(step)):
        return (step,)
    from dockswitch.engine import packaged  # only where packages were changed

    return (step, *packaged.at_rest(system)[::-1])


def sweep(system: System) -> None:
    """Ends engines on trial whose owner is gone, empties the trash, deletes what bears a temporary
    name of a dead maker. Needs the lock.
    """
    layout = system.layout
    if system.kind(layout.proof) is not None:
        from dockswitch.engine import trial  # only where one was killed

        trial.end(system, trial.Places.of_proof(layout))
    if system.kind(layout.trials) is not None:
        from dockswitch.switching import trial_sweep  # likewise

        trial_sweep.sweep(system)
    for name in system.names(layout.trash):
        system.discard(f"{layout.trash}/{name}")
    shelves = (layout.versions, layout.rootless, layout.packages, layout.images, layout.guests)
    for shelf in shelves:
        for name in _abandoned(system, shelf):
            system.discard(f"{shelf}/{name}")
    kept = (f"{shelf}/{name}" for shelf in shelves for name in system.names(shelf))
    machines = (
        layout.vm_record(keeper, name)
        for keeper in KEEPERS
        for name in system.names(f"{layout.state}/vms/{keeper}")
    )
    for folder in (layout.state, f"{layout.state}/log", *kept, *machines):
        for name in _abandoned(system, folder):
            system.write(f"{folder}/{name}", None)
    _sweep_units(system)
    _sweep_apt(system)
    _settle(system)
    ours = posixpath.relpath(layout.current, layout.bin)
    for name in _abandoned(system, layout.bin):  # others put things there too
        if (system.link(f"{layout.bin}/{name}") or "").startswith(f"{ours}/"):
            system.point(f"{layout.bin}/{name}", None)


def _is_at_rest(system: System) -> bool:
    last = journal.last(system)
    return last is None or not last.open


def _sweep_units(system: System) -> None:
    """The same where others put things too."""
    if not supervision.starts_at_boot(system):
        return
    for folder in unit_files.written(system.layout):
        for name in _abandoned(system, folder):
            if name.startswith(unit_files.NAMES):
                system.write(f"{folder}/{name}", None)
    if not _is_at_rest(system):
        return
    from dockswitch.engine import policy  # links alone spare it

    if policy.is_ours(system):  # of one that was killed
        system.write(policy.PATH, None)
    if history.newest(system).version is None:
        at_boot_unit.remove(system)


def _settle(system: System) -> None:
    """Whoever waits for a switch to be confirmed follows what is noted of one."""
    waits = system.kind(system.layout.unconfirmed) is not None
    if not _is_at_rest(system):
        return
    if waits or unit_files.ours(system, units.REVERT_TIMER) is not None:
        from dockswitch.switching import unconfirmed  # as above

        unconfirmed.settle(system)


def _sweep_apt(system: System) -> None:
    """Likewise: apt speaks of a file there whose name it does not take."""
    if system.layout.scope == "user":
        return
    for folder, own in (*_APT, (f"{system.layout.cache}/apt", "")):
        for name in _abandoned(system, folder):
            if name.startswith(own):
                system.write(f"{folder}/{name}", None)


def _abandoned(system: System, folder: str) -> list[str]:
    """The temporary names there that nobody is at work on; we are not, while we sweep."""
    makers = ((name, _TEMPORARY.search(name)) for name in system.names(folder))
    return [
        name
        for name, made in makers
        if made and (int(made[1]) == os.getpid() or not system.alive(int(made[1])))
    ]


def _unwell(system: System, opened: Journal) -> str | None:
    """Why the engine that was brought back does not serve, or None."""
    if any(runs_neighbour(step) for step in opened.inverses):
        reason = adopted.unwell(system, history.newest(system))
        if reason is not None:
            return reason
    from dockswitch.switching import serving  # seldom anything is undone

    engine = serving.before(opened.inverses)
    if engine is None:
        return None
    reason = engine.answers(system)
    if reason is None and opened.begin.container:
        reason = proof.runs_container(system, engine.init(system))
    return reason


def _old_engine(opened: Journal) -> Engine | None:
    """The engine that ran before that journal, None where none did."""
    engines = [step for step in opened.inverses if isinstance(step, Engine)]
    return engines[0] if engines and engines[0].argv else None


class UndoFailed(HandsNeeded):
    def __init__(self, failures: list[str]) -> None:
        super().__init__(
            "the machine could not be brought back to what it was",
            details="; ".join(failures),
            hint="mend what is named, then run `dockswitch recover`; where that can never be, "
            "`dockswitch recover --accept` takes the machine as it stands",
        )

"""A switch to an engine in a virtual machine: started, proven, and only then the one in use."""

from collections.abc import Sequence

from dockswitch.model.plan import Goal
from dockswitch.model.ports import Progress, System
from dockswitch.model.step import Machine, Step
from dockswitch.switching import probe, transaction
from dockswitch.switching.journal import Journal
from dockswitch.switching.options import Options
from dockswitch.switching.well import Unwell
from dockswitch.vms import Reach, record, well
from dockswitch.vms.well import Asked


def perform(
    system: System,
    opened: Journal,
    goal: Goal,
    steps: Sequence[Step],
    options: Options,
    progress: Progress,
) -> Reach:
    """Performs the steps; where the engine answers then. Raises Unwell."""
    wanted = [step for step in steps if _is_it(step, goal)]
    rest = [step for step in steps if not _is_it(step, goal)]
    for step in wanted:
        _perform(system, opened, step, progress)
    reach = proven(system, goal, options, progress, fresh=bool(wanted))
    for step in rest:
        _perform(system, opened, step, progress)
    return reach


def asked(system: System, goal: Goal) -> Asked:
    """What the engine answers in a machine that is taken to have the goal's and to run.

    Where it is another version's, somebody replaced it by other means: it is written down that it
    has to be put back.
    """
    assert goal.vm is not None
    assert goal.bundle is not None
    found = well.once(system, goal.vm, goal.bundle.version)
    known = record.read(system, goal.vm.keeper, goal.vm.name)
    if found.other and known is not None:
        record.unsettle(system, known)
    return found


def proven(
    system: System,
    goal: Goal,
    options: Options,
    progress: Progress,
    *,
    fresh: bool,
    now: Asked | None = None,
) -> Reach:
    """Where the engine in the goal's machine answers; raises Unwell where it is not what is wanted,
    or not well.

    One that ran already is asked for its version alone, and not again where that was its answer
    `now`.
    """
    assert goal.vm is not None
    assert goal.bundle is not None
    found = now
    if found is None or found.reason is not None:
        progress.say(f"waiting for the engine in {goal.vm}")
        found = well.asked(system, goal.vm, goal.bundle.version)
    reason = found.reason
    if reason is None and fresh:
        progress.say("running a container")
        reason = well.runs_container(system, goal.vm)
    if reason is not None or found.reach is None:
        raise Unwell(reason or f"nobody tells where the engine in {goal.vm} answers")
    reason = probe.refuses_at(system, options.probe, found.reach.variables, progress)
    if reason is not None:
        raise Unwell(reason, hint=probe.HINT)
    return found.reach


def _is_it(step: Step, goal: Goal) -> bool:
    """Whether that is the wanted machine itself."""
    return isinstance(step, Machine) and step.runs and goal.vm == step.vm


def _perform(system: System, opened: Journal, step: Step, progress: Progress) -> None:
    progress.say(str(step))
    transaction.perform(system, opened, step)

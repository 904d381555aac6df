"""A switch to an engine in a virtual machine: started, proven, and only then the one in use."""

from collections.abc import Sequence

from dockswitch import vms
from dockswitch.model.errors import DockswitchError
from dockswitch.model.outcome import Outcome
from dockswitch.model.plan import Goal, Installed
from dockswitch.model.ports import Progress, System
from dockswitch.model.step import Machine, Step
from dockswitch.switching import history, probe, transaction, vm_context
from dockswitch.switching.journal import Journal
from dockswitch.switching.options import Options
from dockswitch.switching.vm_context import Told
from dockswitch.switching.well import Unwell
from dockswitch.vms import well


def perform(
    system: System,
    opened: Journal,
    goal: Goal,
    before: Installed,
    steps: Sequence[Step],
    options: Options,
    progress: Progress,
) -> Outcome:
    """Performs the steps; raises Unwell. The outcome has the generation before it."""
    wanted = [step for step in steps if _is_it(step, goal)]
    rest = [step for step in steps if not _is_it(step, goal)]
    for step in wanted:
        _perform(system, opened, step, progress)
    refuse_unwell(system, goal, options, progress, fresh=bool(wanted))
    for step in rest:
        _perform(system, opened, step, progress)
    return Outcome(changed=True, before=before, after=history.newest(system))


def refuse_unwell(
    system: System, goal: Goal, options: Options, progress: Progress, *, fresh: bool
) -> None:
    """Raises Unwell where the engine in the goal's machine is not what is wanted, or not well.

    One that ran already is asked for its version alone.
    """
    assert goal.vm is not None
    assert goal.bundle is not None
    progress.say(f"waiting for the engine in {goal.vm}")
    reason = well.answers(system, goal.vm, goal.bundle.version)
    if reason is None and fresh:
        progress.say("running a container")
        reason = well.runs_container(system, goal.vm)
    if reason is not None:
        raise Unwell(reason)
    if not options.probe:
        return
    reason = probe.refuses_at(system, options.probe, well.variables(system, goal.vm), progress)
    if reason is not None:
        raise Unwell(reason, hint=probe.HINT)


def context(system: System, goal: Goal) -> Told:
    """The docker context that leads to the goal's machine, made behind the commit point."""
    assert goal.vm is not None
    try:
        reach = vms.keeper(goal.vm.keeper).reach(system, goal.vm.name)
    except DockswitchError as error:
        return Told(note=f"{goal.vm} has no docker context: {error.message}")
    return vm_context.follows(system, goal.vm, reach)


def _is_it(step: Step, goal: Goal) -> bool:
    """Whether that is the wanted machine itself."""
    return isinstance(step, Machine) and step.runs and goal.vm == step.vm


def _perform(system: System, opened: Journal, step: Step, progress: Progress) -> None:
    progress.say(str(step))
    transaction.perform(system, opened, step)

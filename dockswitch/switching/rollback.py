"""`rollback`: a new generation that equals an old one."""

from dataclasses import replace

from dockswitch import backends
from dockswitch.backends import Backend, bundles
from dockswitch.backends.bundles import NotInstalled
from dockswitch.model.generation import Generation
from dockswitch.model.outcome import Outcome
from dockswitch.model.plan import Goal, Plan, Start
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.switching import adopted, data_places, history, planning, switch
from dockswitch.switching.options import Agree, Options
from dockswitch.switching.switch import Switch


def rollback(
    system: System,
    number: int | None,
    progress: Progress,
    options: Options,
    agree: Agree | None = None,
) -> Outcome:
    """Back to that generation, or to the newest that differs from the one in force.

    `agree` is as in `use`. Needs no network; raises NotInstalled where the generation's version was
    removed since.
    """
    wanted = history.earlier(system, number)
    switched = switch_of(system, wanted, options)
    if options.revert_after:
        from dockswitch.switching import way_back  # few switches are to undo themselves

        way_back.refuse_none(system, plan(system, wanted, options))
    if agree is not None:
        agree(plan(system, wanted, options))
    return switch.perform(system, switched, progress)


def switch_of(reader: Reader, wanted: Generation, options: Options) -> Switch:
    """The switch that goes back to that generation; raises NotInstalled."""
    goal = goal_of(reader, wanted, options)
    backend = _backend(wanted, goal)
    return Switch(backend, goal, wanted.channel, f"generation {wanted.number}", options)


def plan(reader: Reader, wanted: Generation, options: Options) -> Plan:
    """What going back to that generation would do; raises what stands in the way."""
    goal = goal_of(reader, wanted, options)
    return planning.planned(reader, _backend(wanted, goal), goal, options)


def _backend(wanted: Generation, goal: Goal) -> Backend:
    """The generation's own; what was there before dockswitch may have come as packages."""
    return backends.find("apt" if goal.packages is not None else wanted.backend)


def goal_of(system: Reader, wanted: Generation, options: Options) -> Goal:
    """A generation without a version is a machine without an engine of ours."""
    neighbour = adopted.of(system)
    if wanted.version is None:
        packages = _packages(system, wanted)
        start: Start = "stop" if options.start else "leave"
        # what apt installed since is no neighbour that was there before
        system_own = wanted.neighbour if packages is not None else neighbour
        automatic = wanted.automatic if packages is not None else None
        return Goal(None, (), start, neighbour=system_own, packages=packages, automatic=automatic)
    bundle = bundles.read(system, wanted.folder)
    if bundle is None:
        have = [str(each.version) for each in bundles.kept(system)]
        raise NotInstalled(f"{wanted.channel} {wanted.version}", have)
    engine: Start = "start" if wanted.running else "stop"
    if wanted.vm is not None:
        keeps_running = options.vm.keeps_running
        return Goal(bundle, (), "start", vm=wanted.vm, keeps_running=keeps_running)
    if bundle.origin is not None:
        from dockswitch.switching import packaged_goal  # only where apt installed it

        start = engine if options.start else "leave"
        return packaged_goal.back_to(system, wanted, bundle, start)
    rootless = system.layout.scope == "user" and wanted.running and options.start
    goal = Goal(
        bundle,
        wanted.names,
        engine if options.start else "leave",
        data=wanted.data,
        experimental=wanted.experimental or options.experimental,
        neighbour=neighbour,
        rootless=bundles.rootless_of(system, bundle.version) if rootless else None,
    )
    return replace(goal, data=data_places.asked(system, goal, options))


def _packages(reader: Reader, system: Generation) -> tuple[str, ...] | None:
    """What apt is told for all to be as it was before; None where it never was told anything."""
    if not any(each.backend == "apt" for each in history.generations(reader)):
        return None
    from dockswitch.switching import packaged_goal

    return packaged_goal.words_back(reader, system)

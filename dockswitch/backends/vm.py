"""The backends whose engines are in virtual machines: one machine per version, or one in place."""

from dataclasses import dataclass

from dockswitch import vms
from dockswitch.backends import bundles
from dockswitch.engine import running
from dockswitch.model.errors import UsageError
from dockswitch.model.plan import Goal, Installed
from dockswitch.model.ports import Reader
from dockswitch.model.step import Engine, Link, Machine, Step
from dockswitch.model.vm import Keeper
from dockswitch.vms import record
from dockswitch.vms import steps as machines


@dataclass(frozen=True, slots=True)
class InVm:
    """Implements `backends.Backend` for engines in the machines of one keeper."""

    name: Keeper
    takes: tuple[str, ...]

    def installed(self, reader: Reader) -> Installed:
        """What the machine in use has; whether that runs is asked where it matters: it is slow."""
        known = record.in_use(reader)
        folder = known.folder if known else ""
        version = bundles.version_of(folder) if folder else None
        return Installed(version, folder, (), running.running(reader), None)

    def steps(self, goal: Goal, installed: Installed, reader: Reader) -> tuple[Step, ...]:
        """Starts the wanted machine, makes it the one in use, and stops what was before it."""
        if reader.layout.scope != "user":
            raise BelongToPeople(self.name)
        if goal.vm is None or goal.bundle is None:
            return ()  # whatever is left is left by `leaving`
        keeper = vms.keeper(self.name)
        keeper.refuse_unfit(reader, goal.vm.driver)
        vm = goal.vm
        wanted = Machine(
            vm.keeper, vm.name, goal.bundle.folder, runs=True, driver=vm.driver, flags=vm.flags
        )
        now = machines.observed(reader, wanted)
        machines.refuse_foreign(reader, wanted)
        acts = () if now == wanted else (wanted,)
        link = Link(reader.layout.vm, record.target(vm.keeper, vm.name))
        flip = () if reader.link(link.path) == link.target else (link,)
        return (*acts, *flip, *_at_rest(goal, installed, reader))


def leaving(goal: Goal, reader: Reader) -> tuple[Step, ...]:
    """What a switch to an engine of this machine itself, or to none, leaves: the machine in use."""
    if goal.vm is not None or goal.engine == "leave":
        return ()
    known = record.in_use(reader)
    if known is None:
        return ()
    return (Link(reader.layout.vm, None), *_stopped(known, reader))


def _at_rest(goal: Goal, installed: Installed, reader: Reader) -> tuple[Step, ...]:
    """The engine that was in use before, once the wanted one is well."""
    if goal.keeps_running:
        return ()
    stops: tuple[Step, ...] = ()
    known = record.in_use(reader)
    if known is not None and goal.vm is not None and _differs(known, goal):
        stops = _stopped(known, reader)
    ours = installed.daemon is not None and installed.daemon.ours
    return (*stops, Engine(())) if ours else stops


def _differs(known: record.Record, goal: Goal) -> bool:
    vm = goal.vm
    return vm is None or (known.vm.keeper, known.vm.name) != (vm.keeper, vm.name)


def _stopped(known: record.Record, reader: Reader) -> tuple[Machine, ...]:
    rests = known.step(runs=False)
    return (rests,) if machines.observed(reader, rests).runs else ()


class BelongToPeople(UsageError):
    def __init__(self, keeper: str) -> None:
        super().__init__(
            "virtual machines belong to a person, not to this machine as a whole",
            hint=f"`--backend {keeper}` without --system, or --user, means your own folders",
        )

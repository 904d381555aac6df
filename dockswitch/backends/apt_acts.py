"""What a switch of packages does with the machine: what apt changes, what rests, what starts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dockswitch.apt import engine, marks
from dockswitch.apt.states import State
from dockswitch.backends import live
from dockswitch.engine import experimental, packaged, parting, policy, supervision
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.units import CONTAINERD
from dockswitch.model import deb_order, package_names, package_words
from dockswitch.model.plan import Goal, Installed, touches_engine
from dockswitch.model.ports import Reader
from dockswitch.model.step import Engine, Packages, Service, Step

_CONTAINERDS = (package_names.CONTAINERD, "containerd")


def acts(
    goal: Goal, installed: Installed, there: Mapping[str, State], reader: Reader
) -> tuple[Step, ...]:
    """What changes packages and engines.

    By default the packages' own scripts restart the engine, which is the shortest that it can be
    down for. Whatever is to be done while none runs is done with it stopped, and packages start
    nothing meanwhile.
    """
    changes = _changes(goal, there, reader)
    units = packaged.states(reader)
    if goal.engine == "leave":
        return _quietly(changes, reader)
    leaving = _leaving(goal, installed, reader)
    if goal.bundle is None:
        back: tuple[Step, ...] = goal.neighbour.runs if goal.neighbour else ()
        alone: tuple[Step, ...] = (*units, *_some(changes))
        acts = _to_system(changes, there, units, reader) if back else alone
        return (*leaving, *acts, *back) if leaving or changes else ()
    turned = experimental.steps(reader, on=goal.experimental, packaged=True)
    if goal.engine == "stop":
        active = [unit.name for unit in units if unit.active]
        resting = [unit for unit in packaged.at_rest(reader) if unit.name in active]
        return (*leaving, *resting, *_quietly(changes, reader), *turned)
    wanted = _wanted(units, fresh=bool(leaving) or engine.version(there) is None)
    down, up = _containers(goal, installed, changes, reader)
    if turned or _is_stale(goal, installed, changes) or _goes_back(changes, there):
        containerd = _containerd(changes, units)
        rests = (replace(unit, active=False) for unit in containerd)
        still = (*packaged.at_rest(reader), *rests, *_quietly(changes, reader), *turned)
        return (*leaving, *down, *still, *containerd, *wanted, *up)
    if not (leaving or changes or any(unit not in units for unit in wanted)):
        return ()
    return (*leaving, *down, *units, *_some(changes), *wanted, *up)


def _to_system(
    changes: Packages | None,
    there: Mapping[str, State],
    units: Sequence[Service],
    reader: Reader,
) -> tuple[Step, ...]:
    """The packages of an engine that was there before; it is started by what follows."""
    if not _goes_back(changes, there):
        return (*units, *_some(changes))
    containerd = _containerd(changes, units)
    rests = (replace(unit, active=False) for unit in containerd)
    return (*packaged.at_rest(reader), *rests, *_quietly(changes, reader), *containerd)


def _changes(goal: Goal, there: Mapping[str, State], reader: Reader) -> Packages | None:
    """What of the goal's packages is not so yet."""
    words = []
    for name, version in package_words.versions(goal.packages or ()).items():
        now = there.get(name)
        if version is None and now is not None:
            words.append(package_words.gone(name))
        if version is not None and (now is None or not now.whole or now.version != version):
            words.append(package_words.there(name, version))
    if not words:
        return None
    names = [name for name, version in package_words.versions(words).items() if version]
    automatic = marks.automatic(reader, names) if goal.automatic is None else goal.automatic
    return Packages(tuple(words), tuple(name for name in automatic if name in names))


def _some(changes: Packages | None) -> tuple[Packages, ...]:
    return () if changes is None else (changes,)


def _quietly(changes: Packages | None, reader: Reader) -> tuple[Step, ...]:
    """The change, without anything being started or restarted by it."""
    return () if changes is None else (policy.forbids(), changes, policy.now(reader))


def _leaving(goal: Goal, installed: Installed, reader: Reader) -> tuple[Step, ...]:
    """What stops an engine of ours, and one of somebody else's that no package brought."""
    steps: list[Step] = []
    if goal.neighbour is not None and goal.bundle is not None:
        steps += parting.leaving(reader, goal.neighbour, ())
    if installed.daemon is not None and installed.daemon.ours:
        steps.append(Engine(()))
    return (*steps, *supervision.of(reader).clears(reader))


def _wanted(units: Sequence[Service], *, fresh: bool) -> tuple[Service, ...]:
    """The units of an engine that runs; whoever disabled one that was there already meant it."""
    enabled = {unit.name: fresh or unit.enabled for unit in units}
    return tuple(replace(unit, enabled=enabled.get(unit.name, True)) for unit in packaged.started())


def _containerd(changes: Packages | None, units: Sequence[Service]) -> tuple[Service, ...]:
    """Its unit where it runs and is to be another: an old one cannot speak with the new one's shims
    (measured: `failed to start shim`), and its package may not restart it.
    """
    names = package_words.versions(changes.wanted if changes else ())
    if not any(name in names for name in _CONTAINERDS):
        return ()
    return tuple(unit for unit in units if unit.name == CONTAINERD and unit.active)


def _is_stale(goal: Goal, installed: Installed, changes: Packages | None) -> bool:
    """Whether the engine that runs is another than its packages are, which nobody restarted."""
    if changes is not None or goal.bundle is None or installed.running is None:
        return False
    return not installed.running.serves(goal.bundle.version)


def _goes_back(changes: Packages | None, there: Mapping[str, State]) -> bool:
    """Whether an older engine or containerd is to come, or another one's.

    It could not end what the newer one's shims hold: whoever started them has to (measured:
    `service containerd.task.v2.Task: not implemented`).
    """
    for name, version in package_words.versions(changes.wanted if changes else ()).items():
        now = there.get(name)
        if now is None or name not in (*package_names.ENGINES, *_CONTAINERDS):
            continue
        if version is None or deb_order.key(version) < deb_order.key(now.version):
            return True
    return False


def _containers(
    goal: Goal, installed: Installed, changes: Packages | None, reader: Reader
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    if changes is None or goal.bundle is None or not touches_engine(changes):
        return (), ()
    config = DaemonConfig.read(reader)
    version, place = goal.bundle.version, config.data_root
    return live.container_steps(reader, config, installed, version, place)

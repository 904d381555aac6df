"""The apt backend: the machine's own packages, changed as one set, kept running by systemd."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dockswitch.apt import across, marks, own_source, states
from dockswitch.apt.states import State
from dockswitch.backends import bundles, links, live
from dockswitch.engine import (
    api,
    at_boot,
    experimental,
    packaged,
    parting,
    policy,
    running,
    supervision,
)
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.units import CONTAINERD
from dockswitch.model import deb_order, package_names, package_words
from dockswitch.model.errors import UsageError
from dockswitch.model.plan import Goal, Installed, touches_engine
from dockswitch.model.ports import Daemon, Reader
from dockswitch.model.spellings import from_deb
from dockswitch.model.step import Engine, File, Packages, Service, Step
from dockswitch.model.version import Version
from dockswitch.system.own_command import own_command

_CONTAINERDS = (package_names.CONTAINERD, "containerd")


@dataclass(frozen=True, slots=True)
class Apt:
    """Implements `backends.Backend` for the packages of the machine itself."""

    name: str = "apt"
    takes: tuple[str, ...] = ("apt",)

    def installed(self, reader: Reader) -> Installed:
        there = states.states(reader, package_names.ALL)
        folder = _folder(reader, there)
        daemon = running.running(reader) or packaged.daemon(reader)
        return Installed(
            version=version_of(there) or (bundles.version_of(folder) if folder else None),
            folder=folder,
            names=links.linked(reader),
            daemon=daemon,
            running=_running(reader, daemon),
        )

    def steps(self, goal: Goal, installed: Installed, reader: Reader) -> tuple[Step, ...]:
        """Has apt change the set, which restarts the engine; stops it first where it must."""
        refuse_elsewhere(reader)
        if goal.data:
            raise DataRootOfPackages
        there = states.states(reader, package_names.ALL)
        acts = _acts(goal, installed, there, reader)
        told = _source(goal, reader)
        flip = links.steps(goal, installed, reader)
        changed = any(isinstance(step, Packages) for step in acts)
        let_go = across.let_go(reader) if changed else ()
        holds = across.steps(reader, goal.hold, held(goal, there), before=let_go)
        if not (told or acts or flip or holds):
            return ()
        guard = at_boot.readies(reader, own_command()) if acts and goal.bundle else ()
        return (*guard, *told, *let_go, *acts, *flip, *holds)


def version_of(there: Mapping[str, State]) -> Version | None:
    """The version of the engine that is among these packages."""
    for name in package_names.ENGINES:
        if name in there:
            return from_deb(there[name].version)
    return None


def refuse_elsewhere(reader: Reader) -> None:
    """Raises NotTheMachine or NoSystemd where packages cannot bring an engine."""
    if reader.layout.scope == "user" or reader.layout.root:
        raise NotTheMachine
    if not packaged.can_be(reader):
        raise NoSystemd


def _acts(
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
    wanted = _wanted(units, fresh=bool(leaving) or version_of(there) is None)
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


def _source(goal: Goal, reader: Reader) -> tuple[Step, ...]:
    """What tells apt where the packages are from; nothing where it is told already."""
    if goal.bundle is None:
        return own_source.without(reader)
    origin = goal.bundle.origin
    if origin is None or not origin.own:
        return ()
    files = own_source.steps(reader, origin)
    return tuple(file for file in files if not _is_there(reader, file))


def _is_there(reader: Reader, file: File) -> bool:
    content = None if file.content is None else file.content.encode(file.encoding)
    return reader.read(file.path) == content


def held(goal: Goal, there: Mapping[str, State]) -> tuple[str, ...]:
    """The packages that a hold is about: what the goal installs, and what stays with it."""
    wanted = package_words.versions(goal.packages or ())
    stay = {name: now.version for name, now in there.items() if name in package_names.DOCKERS}
    both = {**stay, **wanted}
    return tuple(package_words.there(name, version) for name, version in both.items() if version)


def _folder(reader: Reader, there: Mapping[str, State]) -> str:
    """The bundle in use, where its engine is what is installed."""
    target = reader.link(reader.layout.current)
    folder = os.path.normpath(f"{reader.layout.state}/{target}") if target else ""
    bundle = bundles.read(reader, folder) if folder.startswith(reader.layout.packages) else None
    if bundle is None:
        return folder if target and not folder.startswith(reader.layout.packages) else ""
    words = package_words.versions(bundle.words)
    same = all(
        name in there and there[name].whole and there[name].version == words[name]
        for name in (*package_names.RELEASE, *package_names.ENGINES)
        if name in words
    )
    return folder if same else ""


def _running(reader: Reader, daemon: Daemon | None) -> Version | None:
    """What the engine that runs is: by its folder where it is ours, else by what it says."""
    if daemon is None:
        return None
    if daemon.ours:
        return bundles.version_of(os.path.dirname(reader.layout.stored(daemon.argv[0])))
    identity = api.identity(reader, DaemonConfig.read(reader).socket)
    return identity.version if identity else None


class NotTheMachine(UsageError):
    def __init__(self) -> None:
        super().__init__(
            "apt installs for the machine as a whole",
            details="there are no packages below a root, nor for one user alone",
            hint="--backend static keeps an engine below --root, and for --user",
        )


class NoSystemd(UsageError):
    def __init__(self) -> None:
        super().__init__(
            "an engine out of packages is kept running by systemd, which is not at work here",
            hint="--backend static brings an engine that dockswitch runs itself; "
            "`--from deb` takes that out of the same packages",
        )


class DataRootOfPackages(UsageError):
    def __init__(self) -> None:
        super().__init__(
            "an engine out of packages has the machine's data-root",
            details="its units name no other",
            hint="`--backend static --from deb --data separate` runs the same engine on one of its "
            "own; `--data same` uses this one, whatever is not shown of it",
        )

"""The static backend: versions side by side, one link that says which is current."""

import os
from dataclasses import dataclass, replace

from dockswitch.backends import bundles
from dockswitch.engine import at_boot, experimental, flags, running, supervision
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model.errors import DockswitchError
from dockswitch.model.layout import PLUGINS
from dockswitch.model.plan import Goal, Installed, Wanted
from dockswitch.model.ports import Daemon, Reader
from dockswitch.model.step import Aside, Containers, Engine, Link, Step
from dockswitch.model.version import BadVersion, Version
from dockswitch.system.own_command import own_command


@dataclass(frozen=True, slots=True)
class Static:
    """Implements `backends.Backend` for Docker's static archives, and programs of its packages."""

    name: str = "static"
    takes: tuple[str, ...] = ("static", "apt")

    def installed(self, reader: Reader) -> Installed:
        folder = _current_folder(reader)
        daemon = running.running(reader)
        return Installed(
            version=_version(folder),
            folder=folder,
            names=_linked(reader),
            daemon=daemon,
            running=_version(_daemon_folder(reader, daemon)),
        )

    def steps(self, goal: Goal, installed: Installed, reader: Reader) -> tuple[Step, ...]:
        _refuse_foreign_files(reader, goal)
        stop, start = _engine_steps(goal, installed, reader)
        links = _link_steps(goal, installed, reader)
        return _guard(goal, reader, (*stop, *links, *start))


def _guard(goal: Goal, reader: Reader, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """What undoes them at boot after a power cut comes before them."""
    if goal.engine == "leave" or goal.bundle is None or not steps:
        return steps
    return (*at_boot.readies(reader, own_command()), *steps)


def _engine_steps(
    goal: Goal, installed: Installed, reader: Reader
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """What comes before and what comes after the links: stop, flip, start."""
    if goal.engine == "leave":
        return (), ()
    stop: tuple[Step, ...] = (Engine(()),) if installed.daemon else ()
    supervisor = supervision.of(reader)
    turned = experimental.steps(reader, on=goal.experimental)
    if goal.bundle is None:
        return stop, (*turned, *supervisor.clears(reader), *_returning(reader, goal))
    if goal.engine == "stop":
        return stop, turned
    from dockswitch.engine.foreign import refuse_foreign  # links alone spare it

    config = DaemonConfig.read(reader)
    flags.check_root(reader.layout, config)
    used = replace(config, data_root=goal.data or config.data_root)
    refuse_foreign(reader, used, installed.daemon, goal.neighbour)
    wanted = Wanted.of(goal, goal.bundle)
    engine = Engine(supervisor.command_line(reader, wanted))
    if installed.daemon and not turned and _is_it(reader, installed.daemon, wanted, engine):
        return _aside(reader, goal), ()
    readies = supervisor.readies(reader, engine, goal.neighbour)
    down, up = _container_steps(reader, config, installed, wanted)
    leaving = (*_leaving(reader, goal, readies), *down, *stop, *_aside(reader, goal))
    return leaving, (*readies, *turned, engine, *up)


def _container_steps(
    reader: Reader, config: DaemonConfig, installed: Installed, wanted: Wanted
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """With live-restore: what an older engine could not take back is started anew by it.

    An engine on another data-root knows none of them, and they would run on behind its back.
    """
    if installed.daemon is None or not config.live_restore:
        return (), ()
    from dockswitch.engine import containers  # few engines have live-restore

    now = flags.used_by(installed.daemon.argv, config, reader.layout)
    if now.data_root != (wanted.data or config.data_root):
        left = tuple(each.id for each in containers.all_kept(reader, config))
        return ((Containers(left, run=False),) if left else ()), ()
    found = containers.not_taken_back(reader, config, installed.running, wanted.version)
    back = tuple(each.id for each in found if not each.removed)
    down = (Containers(tuple(each.id for each in found), run=False),) if found else ()
    return down, (Containers(back, run=True),) if back else ()


def _leaving(reader: Reader, goal: Goal, readies: tuple[Step, ...]) -> tuple[Step, ...]:
    if goal.neighbour is None:
        return ()
    from dockswitch.engine import parting  # few machines have one, and it costs imports

    return parting.leaving(reader, goal.neighbour, readies)


def _aside(reader: Reader, goal: Goal) -> tuple[Aside, ...]:
    """What of an adopted engine stands where links of ours are to be."""
    if goal.neighbour is None or goal.engine != "start":
        return ()
    from dockswitch.engine import parting

    return parting.in_the_way(reader, goal.neighbour, goal.names)


def _returning(reader: Reader, goal: Goal) -> tuple[Step, ...]:
    if goal.neighbour is None:
        return ()
    from dockswitch.engine import parting

    return parting.returning(reader, goal.neighbour)


def _is_it(reader: Reader, daemon: Daemon, wanted: Wanted, engine: Engine) -> bool:
    """Whether that engine runs already; the other flags may come from an older daemon.json."""
    now = flags.stored(daemon.argv, reader.layout.root)
    return _daemon_folder(reader, daemon) == wanted.folder and flags.data_root_of(
        now
    ) == flags.data_root_of(engine.argv)


def _link_steps(goal: Goal, installed: Installed, reader: Reader) -> tuple[Step, ...]:
    """`current` first, so that a link of the binary folder never points to nothing."""
    layout = reader.layout
    folder = goal.bundle.folder if goal.bundle else ""
    current = Link(layout.current, os.path.relpath(folder, layout.state) if folder else None)
    names = tuple(name for name in goal.names if not _is_owners_plugin(reader, name))
    wanted = [Link(_place(reader, name), _target(reader, name)) for name in names]
    gone = [Link(_place(reader, name), None) for name in installed.names if name not in names]
    links = [current, *wanted, *gone] if folder else [*gone, current]
    return tuple(link for link in links if reader.link(link.path) != link.target)


def _refuse_foreign_files(reader: Reader, goal: Goal) -> None:
    adopted = {step.path for step in _aside(reader, goal)}
    for name in goal.names:
        path = _place(reader, name)
        if _is_foreign(reader, name) and not _is_plugin(name) and path not in adopted:
            target = reader.link(path)
            what = f"a link to {target}" if target else f"a {reader.kind(path)}"
            raise ForeignFile(reader.layout.real(path), what)


def _is_owners_plugin(reader: Reader, name: str) -> bool:
    """Whether somebody else's plug-in of that name is there: it stays."""
    return _is_plugin(name) and _is_foreign(reader, name)


def _is_foreign(reader: Reader, name: str) -> bool:
    path = _place(reader, name)
    return reader.kind(path) is not None and reader.link(path) != _target(reader, name)


def _is_plugin(name: str) -> bool:
    return name.startswith(f"{PLUGINS}/")


def _linked(reader: Reader) -> tuple[str, ...]:
    """The links of ours in the folders for people."""
    layout = reader.layout
    names = (*reader.names(layout.bin), *(f"{PLUGINS}/{n}" for n in reader.names(layout.plugins)))
    return tuple(n for n in names if reader.link(_place(reader, n)) == _target(reader, n))


def _place(reader: Reader, name: str) -> str:
    """Where people find a program, or their client its plug-in."""
    if _is_plugin(name):
        return f"{reader.layout.plugins}/{name.removeprefix(f'{PLUGINS}/')}"
    return f"{reader.layout.bin}/{name}"


def _target(reader: Reader, name: str) -> str:
    path = f"{reader.layout.current}/{name}"
    return os.path.relpath(path, os.path.dirname(_place(reader, name)))


def _current_folder(reader: Reader) -> str:
    target = reader.link(reader.layout.current)
    return os.path.normpath(f"{reader.layout.state}/{target}") if target else ""


def _daemon_folder(reader: Reader, daemon: Daemon | None) -> str:
    return os.path.dirname(reader.layout.stored(daemon.argv[0])) if daemon else ""


def _version(folder: str) -> Version | None:
    try:
        return bundles.version_of(folder) if folder else None
    except BadVersion:
        return None


class ForeignFile(DockswitchError):
    def __init__(self, path: str, what: str) -> None:
        super().__init__(
            f"{path} is in the way",
            details=f"it is {what}, which dockswitch did not make",
            hint=f"move it aside (`mv {path} {path}.old`) and run the same command again",
        )

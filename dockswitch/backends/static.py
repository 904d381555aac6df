"""The static backend: versions side by side, one link that says which is current."""

import os
import posixpath
from dataclasses import dataclass, replace

from dockswitch.backends import bundles, links, live
from dockswitch.engine import at_boot, experimental, flags, running, supervision
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.model.plan import Goal, Installed, Wanted
from dockswitch.model.ports import Daemon, Reader
from dockswitch.model.step import Aside, Engine, Step
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
            names=links.linked(reader),
            daemon=daemon,
            running=_version(_daemon_folder(reader, daemon)),
        )

    def steps(self, goal: Goal, installed: Installed, reader: Reader) -> tuple[Step, ...]:
        links.refuse_foreign(reader, goal, {step.path for step in _aside(reader, goal)})
        stop, start = _engine_steps(goal, installed, reader)
        flip = links.steps(goal, installed, reader)
        return _guard(goal, reader, (*stop, *flip, *start))


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
    place = goal.data or config.data_root
    down, up = live.container_steps(reader, config, installed, goal.bundle.version, place)
    leaving = (*_leaving(reader, goal, readies), *down, *stop, *_aside(reader, goal))
    return leaving, (*readies, *turned, engine, *up)


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


def _current_folder(reader: Reader) -> str:
    target = reader.link(reader.layout.current)
    return posixpath.normpath(f"{reader.layout.state}/{target}") if target else ""


def _daemon_folder(reader: Reader, daemon: Daemon | None) -> str:
    return os.path.dirname(reader.layout.stored(daemon.argv[0])) if daemon else ""


def _version(folder: str) -> Version | None:
    try:
        return bundles.version_of(folder) if folder else None
    except BadVersion:
        return None

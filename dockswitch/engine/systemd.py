"""systemd's supervision: docker.service runs the engine, docker.socket keeps clients waiting."""

import os
import re
from collections.abc import Collection

from dockswitch.engine import drop_ins, flags, group, own, systemctl, unit_files, units
from dockswitch.engine import running as recognised
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.foreign import refuse_foreign
from dockswitch.engine.log import trouble
from dockswitch.engine.systemctl import StartFailed
from dockswitch.engine.unit_files import OtherUnit
from dockswitch.engine.units import CONTAINERD, SERVICE, SOCKET
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.plan import Wanted
from dockswitch.model.ports import Daemon, Reader, System
from dockswitch.model.step import Engine, File, Link, Step
from dockswitch.model.version import Version

_PROPERTIES = "--property=ActiveState,FragmentPath,NeedDaemonReload"
_BUSY = re.compile(r"^ActiveState=(?!inactive$)", re.MULTILINE)  # active, failed, on its way
_ACTIVATED = "fd://"
CONTAINERD_SOCKET = "{root}/run/containerd/containerd.sock"
OWN_CONTAINERD_UNTIL = Version.parse("18.09.0")  # before, dockerd wants one of its own kind

# seconds: an engine that was killed takes 20 to start again; slow disks take longer
_START_LIMIT, _LIMIT = 90.0, 60.0


class Systemd:
    """The engine of the machine itself, where systemd is its init."""

    def command_line(self, reader: Reader, wanted: Wanted) -> tuple[str, ...]:
        config = DaemonConfig.read(reader)
        words = flags.command_line(reader.layout, wanted, config, listens=_ACTIVATED)
        shared = wanted.version >= OWN_CONTAINERD_UNTIL and unit_files.has(reader, CONTAINERD)
        if shared and "containerd" not in config.keys:
            words += ("--containerd", CONTAINERD_SOCKET)
        return words

    def readies(
        self, reader: Reader, engine: Engine, adopted: Neighbour | None = None
    ) -> tuple[Step, ...]:
        """Our configuration, the group and the units, enabled when they are new.

        Raises ForeignUnit, Masked, and OtherEngine for a drop-in that starts one.
        """
        drop_ins.refuse_other_engine(reader, flags.resolved(engine.argv, "")[0])
        theirs = adopted.files if adopted else frozenset[str]()
        changes = _unit_steps(reader, _texts(reader, engine), theirs)
        if changes and self.running(reader) is None:
            # Undone last: when the units are as they were, systemd is told.
            changes = (Engine(()), *changes)
        return (*own.config_steps(reader, engine), *group.steps(reader), *changes)

    def clears(self, reader: Reader) -> tuple[Step, ...]:
        """The units go, and systemd is told."""
        steps = _unit_steps(reader, {SERVICE: None, SOCKET: None})
        return (*steps, Engine(())) if steps else ()

    def running(self, reader: Reader) -> Daemon | None:
        return recognised.running(reader)

    def start(self, system: System, engine: Engine) -> Daemon:
        """Returns when the engine has said that it is ready; raises StartFailed, OtherUnit."""
        text = unit_files.ours(system, SERVICE)
        if text is None:  # it ran under dockswitch's own supervision, before there were units
            return own.Own(os.environ).start(system, engine)
        argv = flags.resolved(engine.argv, "")
        if not units.starts(text, argv):
            place = unit_files.path(system.layout, SERVICE)
            raise OtherUnit(place, argv[0], system.layout)
        config = flags.used_by(argv, DaemonConfig.read(system), system.layout)
        refuse_foreign(system, config, None)
        _reload(system, _shown(system))
        # Also what counts starts: four switches in a minute are no failure.
        systemctl.told(system, "reset-failed", *_ours(system))
        started = systemctl.told(system, "start", SERVICE, limit=_START_LIMIT)
        daemon = self.running(system)
        if started.code == 0 and daemon is not None:
            return daemon
        said = trouble(systemctl.last_start(system, SERVICE))
        self.stop(system)
        raise StartFailed(SERVICE, said or started.err.strip() or "it said nothing", system.layout)

    def stop(self, system: System) -> None:
        daemon = self.running(system)
        config = own.config_of(system, daemon.argv if daemon else ())
        shown, units_of_ours = _shown(system), _ours(system)
        if units_of_ours and _BUSY.search(shown):
            # The socket too: a client that comes now would have the old engine started again.
            limit = units.stop_limit(config) + _LIMIT
            systemctl.told(system, "stop", *units_of_ours, limit=limit)
            systemctl.told(system, "reset-failed", *units_of_ours)
        if self.running(system) is not None:  # it is none of systemd's
            own.Own(os.environ).stop(system)
        own.clear(system, config)
        _reload(system, shown)

    def logs(self, reader: Reader, lines: int) -> tuple[str, ...]:
        return systemctl.last_lines(reader, SERVICE, lines)


def _texts(reader: Reader, engine: Engine) -> dict[str, str | None]:
    """What each unit is to be for that engine; None where there is to be none."""
    config = DaemonConfig.read(reader)
    argv = flags.resolved(engine.argv, "")
    activated = _ACTIVATED in argv or config.activated
    containerd = flags.option(argv, "--containerd") is not None
    service = units.service(argv, config, containerd=containerd, activated=activated)
    return {SERVICE: service, SOCKET: units.socket(config) if activated else None}


def _unit_steps(
    reader: Reader, texts: dict[str, str | None], replaced: Collection[str] = ()
) -> tuple[Step, ...]:
    """The steps to these texts; what lies in a place that may be `replaced` is no obstacle."""
    steps: list[Step] = []
    for unit, text in texts.items():
        place, link = (
            where(reader.layout, unit) for where in (unit_files.path, unit_files.enabled)
        )
        there = unit_files.ours(reader, unit)
        if text is not None and place not in replaced:
            unit_files.refuse_foreign(reader, unit)
        if text == there:
            continue
        if text is None and reader.link(link) == place:
            steps.append(Link(link, None))
        steps.append(File(place, text))
        # Whoever disabled it later meant it, and what is enabled by its name stays so.
        if there is None and reader.link(link) is None:
            steps.append(Link(link, place))
    return tuple(steps)


def _ours(reader: Reader) -> list[str]:
    """The units that we wrote."""
    return [unit for unit in (SERVICE, SOCKET) if unit_files.ours(reader, unit) is not None]


def _shown(reader: Reader) -> str:
    """What systemd says of the two units, whoever wrote them."""
    return systemctl.asked(reader, "show", _PROPERTIES, SERVICE, SOCKET).out


def _reload(system: System, shown: str) -> None:
    """Has systemd read its units where they changed since it last did.

    That a unit of ours now stands before a package's is no change to it.
    """
    read = shown.splitlines()
    places = (unit_files.path(system.layout, unit) for unit in _ours(system))
    shadowed = any(f"FragmentPath={place}" not in read for place in places)
    if shadowed or "NeedDaemonReload=yes" in read:
        systemctl.told(system, "daemon-reload")

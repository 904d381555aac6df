"""An engine without root under its owner's systemd: the unit of Docker's own setup tool."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from dockswitch.engine import flags, own, rootless, unit_files, units
from dockswitch.engine import running as recognised
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.foreign import refuse_foreign
from dockswitch.engine.log import trouble
from dockswitch.engine.rootless import Rootless
from dockswitch.engine.systemctl import StartFailed, last_lines, last_start, told
from dockswitch.engine.unit_files import OtherUnit, enabled, path
from dockswitch.engine.units import SERVICE
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.plan import Wanted
from dockswitch.model.ports import Daemon, Reader, System
from dockswitch.model.step import Engine, File, Link, Step

# seconds: an engine that was killed takes 20 to start again; slow disks take longer
_START_LIMIT, _LIMIT = 90.0, 60.0


def serves(reader: Reader) -> bool:
    """Whether the user has a systemd of their own: one that runs listens in their runtime folder.

    Never below a root.
    """
    layout = reader.layout
    if layout.root or reader.host.init != "systemd":
        return False
    return reader.kind(f"{layout.runtime}/systemd/private") == "other"


@dataclass(frozen=True, slots=True)
class RootlessSystemd:
    """docker.service of the user's own systemd; `environment` is ours, for its PATH."""

    environment: Mapping[str, str]

    def command_line(self, reader: Reader, wanted: Wanted) -> tuple[str, ...]:
        return self._by_hand.command_line(reader, wanted)

    def readies(
        self,
        reader: Reader,
        engine: Engine,
        adopted: Neighbour | None = None,  # noqa: ARG002 -- a person's own engine is never one
    ) -> tuple[Step, ...]:
        """Our configuration and the unit, enabled when it is new. Raises ForeignUnit."""
        unit_files.refuse_foreign(reader, SERVICE)
        place, link = (where(reader.layout, SERVICE) for where in (path, enabled))
        text = unit_files.ours(reader, SERVICE)
        steps = [*own.config_steps(reader, engine)]
        wanted = self._unit(reader, engine)
        if text != wanted:
            steps.append(File(place, wanted))
        if text is None and reader.link(link) is None:
            steps.append(Link(link, place))
        return tuple(steps)

    def clears(self, reader: Reader) -> tuple[Step, ...]:
        """The unit goes, and systemd is told."""
        if unit_files.ours(reader, SERVICE) is None:
            return ()
        place, link = (where(reader.layout, SERVICE) for where in (path, enabled))
        starts = (Link(link, None),) if reader.link(link) == place else ()
        return (*starts, File(place, None), Engine(()))

    def running(self, reader: Reader) -> Daemon | None:
        return recognised.running(reader)

    def start(self, system: System, engine: Engine) -> Daemon:
        """Returns when the engine has said that it is ready; raises StartFailed."""
        text = unit_files.ours(system, SERVICE)
        if text is None or engine.folder is None:  # it ran by hand, before there was a unit
            return self._by_hand.start(system, engine)
        if not units.starts(text, _script(system, engine)):
            raise OtherUnit(path(system.layout, SERVICE), engine.argv[0], system.layout)
        if self.running(system) is not None:
            self.stop(system)
        config = flags.used_by(engine.argv, DaemonConfig.read(system), system.layout)
        refuse_foreign(system, config, None)
        rootless.clear(system, config)
        told(system, "daemon-reload")
        started = told(system, "start", SERVICE, limit=_START_LIMIT)
        daemon = self.running(system)
        if started.code == 0 and daemon is not None:
            return daemon
        said = trouble(last_start(system, SERVICE))
        self.stop(system)
        raise StartFailed(SERVICE, said or started.err.strip() or "it said nothing", system.layout)

    def stop(self, system: System) -> None:
        config = own.config_of(system, daemon.argv if (daemon := self.running(system)) else ())
        if unit_files.ours(system, SERVICE) is not None:
            limit = units.stop_limit(config) + _LIMIT
            told(system, "stop", SERVICE, limit=limit)
            # Also what counts starts: four switches in a minute are no failure.
            told(system, "reset-failed", SERVICE)
        self._by_hand.stop(system)  # what is none of systemd's
        told(system, "daemon-reload")

    def logs(self, reader: Reader, lines: int) -> tuple[str, ...]:
        return last_lines(reader, SERVICE, lines)

    @property
    def _by_hand(self) -> Rootless:
        return Rootless(self.environment)

    def _unit(self, reader: Reader, engine: Engine) -> str:
        """As dockerd-rootless-setuptool.sh writes it."""
        argv = _script(reader, engine)
        folders = f"{engine.folder}:{os.path.dirname(argv[0])}:"
        search = f"PATH={folders}{flags.search_path(self.environment)}".replace("{root}", "")
        return "\n".join(
            [
                units.MARK,
                "# a drop-in (`systemctl --user edit docker.service`), which is kept.",
                "[Unit]",
                f"Description={units.DESCRIPTION} (Rootless)",
                "Documentation=https://docs.docker.com/go/rootless/",
                # The setup tool requires it, and not every user has one.
                "Wants=dbus.socket",
                "After=dbus.socket",
                "",
                "[Service]",
                f"Environment={units.quoted(search)}",
                f"ExecStart={units.command(argv)}",
                "ExecReload=/bin/kill -s HUP $MAINPID",
                "TimeoutSec=0",
                "RestartSec=2",
                "Restart=always",
                "StartLimitBurst=3",
                "StartLimitInterval=60s",
                "LimitNOFILE=infinity",
                "LimitNPROC=infinity",
                "LimitCORE=infinity",
                "TasksMax=infinity",
                "Delegate=yes",
                "Type=notify",
                "NotifyAccess=all",
                "KillMode=mixed",
                "",
                "[Install]",
                "WantedBy=default.target",
                "",
            ]
        )


def _script(reader: Reader, engine: Engine) -> tuple[str, ...]:
    """The command line of the kit's script for that engine; the kit may not be fetched yet."""
    assert engine.folder is not None
    try:
        kit = rootless.kit_of(reader, engine.folder)
    except rootless.NoKit:
        kit = f"{reader.layout.rootless}/{os.path.basename(engine.folder)}"
    return (f"{kit}/{rootless.SCRIPT}", *flags.resolved(engine.argv, "")[1:])

"""An engine without root under its owner's systemd: the unit of Docker's own setup tool."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dockswitch.engine import flags, own, rootless, units
from dockswitch.engine import running as recognised
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.foreign import refuse_foreign
from dockswitch.engine.log import trouble
from dockswitch.engine.rootless import Rootless
from dockswitch.engine.unit_files import ForeignUnit, of_user
from dockswitch.model.errors import DockswitchError
from dockswitch.model.layout import Layout
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.plan import Wanted
from dockswitch.model.ports import Daemon, Finished, Reader, System
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
        place, text = unit_path(reader.layout), _ours(reader)
        if reader.kind(place) is not None and text is None:
            raise ForeignUnit(place, f"a {reader.kind(place)}")
        steps = [*own.config_steps(reader, engine)]
        wanted = self._unit(reader, engine)
        if text != wanted:
            steps.append(File(place, wanted))
        if text is None and reader.link(_wanted_by(reader.layout)) is None:
            steps.append(Link(_wanted_by(reader.layout), place))
        return tuple(steps)

    def clears(self, reader: Reader) -> tuple[Step, ...]:
        """The unit goes, and systemd is told."""
        if _ours(reader) is None:
            return ()
        place, link = unit_path(reader.layout), _wanted_by(reader.layout)
        enabled = (Link(link, None),) if reader.link(link) == place else ()
        return (*enabled, File(place, None), Engine(()))

    def running(self, reader: Reader) -> Daemon | None:
        return recognised.running(reader)

    def start(self, system: System, engine: Engine) -> Daemon:
        """Returns when the engine has said that it is ready; raises StartFailed."""
        text = _ours(system)
        if text is None or engine.folder is None:  # it ran by hand, before there was a unit
            return self._by_hand.start(system, engine)
        if not units.starts(text, _script(system, engine)):
            raise OtherUnit(unit_path(system.layout), engine.argv[0])
        if self.running(system) is not None:
            self.stop(system)
        config = flags.used_by(engine.argv, DaemonConfig.read(system), system.layout)
        refuse_foreign(system, config, None)
        rootless.clear(system, config)
        systemctl(system, "daemon-reload")
        started = systemctl(system, "start", units.SERVICE, limit=_START_LIMIT)
        daemon = self.running(system)
        if started.code == 0 and daemon is not None:
            return daemon
        words = trouble(self._said(system)) or started.err.strip() or "it said nothing"
        self.stop(system)
        raise StartFailed(words)

    def stop(self, system: System) -> None:
        config = own.config_of(system, daemon.argv if (daemon := self.running(system)) else ())
        if _ours(system) is not None:
            limit = units.stop_limit(config) + _LIMIT
            systemctl(system, "stop", units.SERVICE, limit=limit)
            # Also what counts starts: four switches in a minute are no failure.
            systemctl(system, "reset-failed", units.SERVICE)
        self._by_hand.stop(system)  # what is none of systemd's
        systemctl(system, "daemon-reload")

    def logs(self, reader: Reader, lines: int) -> tuple[str, ...]:
        asked = ["journalctl", "--user", "--unit", units.SERVICE, f"--lines={lines}"]
        said = reader.run([*asked, "--output=cat", "--no-pager"]).out.splitlines()
        return tuple(said) if lines > 0 else ()

    @property
    def _by_hand(self) -> Rootless:
        return Rootless(self.environment)

    def _unit(self, reader: Reader, engine: Engine) -> str:
        """As dockerd-rootless-setuptool.sh writes it."""
        argv = _script(reader, engine)
        folders = f"{engine.folder}:{os.path.dirname(argv[0])}:"
        path = f"PATH={folders}{flags.search_path(self.environment)}".replace("{root}", "")
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
                f"Environment={units.quoted(path)}",
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

    def _said(self, system: System) -> Sequence[str]:
        """What the engine that was started last said."""
        asked = ["show", "--property=InvocationID", "--value", units.SERVICE]
        key = systemctl(system, *asked).out.strip()
        words = ["journalctl", "--user", "--output=cat", "--no-pager"]
        return system.run([*words, f"_SYSTEMD_INVOCATION_ID={key}"]).out.splitlines() if key else ()


def unit_path(layout: Layout) -> str:
    """Where the unit lies, as systemd.unit(5) has it."""
    return f"{layout.user_units}/{units.SERVICE}"


def _wanted_by(layout: Layout) -> str:
    """The link that starts it with the user's systemd."""
    return f"{of_user(layout)[1]}/{units.SERVICE}"


def _ours(reader: Reader) -> str | None:
    """The text of the unit that we wrote; None where there is none."""
    place = unit_path(reader.layout)
    text = (reader.read(place) or b"").decode(errors="replace")
    return text if reader.kind(place) == "file" and units.is_ours(text) else None


def _script(reader: Reader, engine: Engine) -> tuple[str, ...]:
    """The command line of the kit's script for that engine; the kit may not be fetched yet."""
    assert engine.folder is not None
    try:
        kit = rootless.kit_of(reader, engine.folder)
    except rootless.NoKit:
        kit = f"{reader.layout.rootless}/{os.path.basename(engine.folder)}"
    return (f"{kit}/{rootless.SCRIPT}", *flags.resolved(engine.argv, "")[1:])


def systemctl(system: System, *words: str, limit: float = _LIMIT) -> Finished:
    """Finds the user's systemd by their runtime folder, which `su` and `sudo` do not set."""
    runtime = f"XDG_RUNTIME_DIR={system.layout.runtime}"
    return system.command(["env", runtime, "systemctl", "--user", *words], timeout=limit)


class StartFailed(DockswitchError):
    def __init__(self, words: str) -> None:
        super().__init__(
            f"{units.SERVICE} did not start: {words}",
            hint=f"`journalctl --user -u {units.SERVICE}` shows more",
        )


class OtherUnit(DockswitchError):
    def __init__(self, place: str, dockerd: str) -> None:
        super().__init__(
            f"{place} does not start {dockerd}",
            details="somebody changed it, or it could not be written",
            hint="`dockswitch --user use` writes it anew",
        )

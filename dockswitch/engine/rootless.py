"""An engine without root under dockswitch's own supervision: Docker's rootless kit, detached."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from dockswitch.engine import flags, own, rootless_needs
from dockswitch.engine import running as recognised
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.foreign import refuse_foreign
from dockswitch.engine.log import last_lines
from dockswitch.model.errors import DockswitchError
from dockswitch.model.layout import version_in
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.plan import Wanted
from dockswitch.model.ports import Daemon, Reader, System
from dockswitch.model.step import Engine, Step

SCRIPT = "dockerd-rootless.sh"
_PASSED_ON = (
    *("HOME", "USER", "LOGNAME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"),
    "DBUS_SESSION_BUS_ADDRESS",  # over which it asks the user's systemd for control groups
)
# How a person sets the script up: net driver, MTU and more; see its own text.
_SET_UP = "DOCKERD_ROOTLESS_"
_BEFORE_DOCKERD = 20.0  # seconds that the kit may take to make its namespaces; it takes 0.2


class NoKit(DockswitchError):
    def __init__(self, version: str) -> None:
        super().__init__(
            f"{version} is here without what an engine needs to run without root",
            hint=f"`dockswitch --user use {version}` fetches its docker-rootless-extras",
        )


@dataclass(frozen=True, slots=True)
class Rootless:
    """A detached dockerd-rootless.sh, whose rootlesskit makes namespaces and then runs dockerd.

    An Engine step names dockerd as ever: the kit is found by the version of its folder.
    `environment` is ours, of which it gets to know what it needs.
    """

    environment: Mapping[str, str]

    def command_line(self, reader: Reader, wanted: Wanted) -> tuple[str, ...]:
        config = DaemonConfig.read(reader)
        argv = flags.command_line(reader.layout, wanted, config)
        if reader.layout.root or rootless_needs.has_iptables(reader, self.environment):
            return argv
        return (*argv, *flags.without_iptables(wanted.version, config))

    def readies(
        self,
        reader: Reader,
        engine: Engine,
        adopted: Neighbour | None = None,  # noqa: ARG002 -- a person's own engine is never one
    ) -> tuple[Step, ...]:
        return own.config_steps(reader, engine)

    def clears(self, reader: Reader) -> tuple[Step, ...]:  # noqa: ARG002 -- nothing to look at
        return ()

    def running(self, reader: Reader) -> Daemon | None:
        return recognised.running(reader)

    def start(self, system: System, engine: Engine) -> Daemon:
        folder = engine.folder
        if folder is None:
            raise ValueError("an engine without a command line is none")
        layout = system.layout
        argv = tuple(flags.resolved(engine.argv, layout.root))
        now = self.running(system)
        if now and now.argv == argv:
            return now
        kit = kit_of(system, folder)
        self.stop(system)
        config = flags.used_by(argv, DaemonConfig.read(system), layout)
        refuse_foreign(system, config, None)
        clear(system, config)
        system.folder(layout.runtime, 0o700)
        system.folder(os.path.dirname(config.socket))
        script = f"{layout.real(kit)}/{SCRIPT}"
        env = environment(system, folder, kit, self.environment)
        pid = system.start((script, *argv[1:]), log=layout.log, env=env)
        _await_dockerd(system, pid)
        return self.running(system) or Daemon(pid, argv, ours=True, uid=system.host.uid)

    def stop(self, system: System) -> None:
        daemon = self.running(system)
        kit = system.below(system.layout.rootless)
        if daemon is not None:
            config = own.config_of(system, daemon.argv)
            own.end(system, daemon.pid, daemon.argv, wait=max(30.0, config.grace + 15))
        # It ends by itself then, and has what its successor needs: the lock of its state folder.
        for process in kit:
            own.end(system, process.pid, process.argv, wait=10)
        if daemon is not None:
            clear(system, config)

    def logs(self, reader: Reader, lines: int) -> tuple[str, ...]:
        return last_lines(reader, lines)


def kit_of(reader: Reader, folder: str) -> str:
    """The folder of what the engine in that version's folder needs; raises NoKit."""
    version = version_in(folder)
    shelf = reader.layout.rootless
    found = [name for name in reader.names(shelf) if version_in(name) == version]
    if not found:
        raise NoKit(version)
    return f"{shelf}/{found[-1]}"


def environment(reader: Reader, folder: str, kit: str, base: Mapping[str, str]) -> dict[str, str]:
    """What the kit's script is to know; the engine and then the kit come first on PATH."""
    layout = reader.layout
    env = flags.environment(layout.real(kit), base)
    kept = {
        name: value
        for name, value in base.items()
        if name in _PASSED_ON or name.startswith(_SET_UP)
    }
    return {
        **env,
        **kept,
        "PATH": f"{layout.real(folder)}:{env['PATH']}",
        "XDG_RUNTIME_DIR": layout.real(layout.runtime),
        # A containerd that is slow to stop is asked for its stacks, and writes them to TMPDIR.
        "TMPDIR": layout.real(os.path.dirname(layout.log)),
    }


def _await_dockerd(system: System, kit: int) -> None:
    """Wait until dockerd is there: who looks for the engine afterwards knows it by dockerd."""
    deadline = system.monotonic() + _BEFORE_DOCKERD
    while system.alive(kit) and system.monotonic() < deadline:
        if recognised.running(system) is not None:
            return
        system.pause(0.01)


def clear(system: System, config: DaemonConfig) -> None:
    """Remove what a killed engine left, its containers too.

    They live in namespaces that ended with it, where no other engine reaches them: the next one
    would take 5 s for each, and could neither stop those that run as another user nor start them.
    """
    exec_root = system.layout.real(config.exec_root)
    for shim in system.below(system.layout.versions):
        name = os.path.basename(shim.argv[0])
        if name.startswith("containerd-shim") and any(f"{exec_root}/" in w for w in shim.argv):
            for inner in system.children(shim.pid):
                system.end(inner.pid, wait=10, kill=True, argv=inner.argv)
            system.end(shim.pid, wait=10, kill=True, argv=shim.argv)
    own.clear(system, config)

"""dockswitch's own supervision: a detached dockerd, where no service manager keeps it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dockswitch.engine import flags, group
from dockswitch.engine import running as recognised
from dockswitch.engine.daemon_config import DaemonConfig, own_config_is_there, own_config_step
from dockswitch.engine.flags import environment, option, resolved
from dockswitch.engine.foreign import refuse_foreign
from dockswitch.engine.log import last_lines
from dockswitch.model.errors import DockswitchError
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.plan import Wanted
from dockswitch.model.ports import Daemon, Reader, System
from dockswitch.model.step import Engine, Step

_CONTAINERDS = {"containerd", "docker-containerd"}

# Where the engines of all eras note containerd's pid, below the exec-root. One whose number another
# process has by now makes dockerd wait 15 s for a containerd that is none.
_CONTAINERD_PIDS = (
    "containerd/containerd.pid",
    "containerd/docker-containerd.pid",
    "libcontainerd/containerd.pid",
    "libcontainerd/docker-containerd.pid",
)


class CannotStop(DockswitchError):
    def __init__(self, program: str, pid: int) -> None:
        super().__init__(
            f"{program} does not stop",
            details=f"process {pid} outlived SIGTERM and SIGKILL",
            hint="a disk or a mount that does not answer may hold it: look at `dmesg`",
        )


@dataclass(frozen=True, slots=True)
class Own:
    """A detached dockerd; `environment` is ours, of which it gets to know what it needs."""

    environment: Mapping[str, str]

    def command_line(self, reader: Reader, wanted: Wanted) -> tuple[str, ...]:
        return flags.command_line(reader.layout, wanted, DaemonConfig.read(reader))

    def readies(
        self,
        reader: Reader,
        engine: Engine,
        adopted: Neighbour | None = None,  # noqa: ARG002 -- it has no file that ours replace
    ) -> tuple[Step, ...]:
        return (*config_steps(reader, engine), *group.steps(reader))

    def clears(self, reader: Reader) -> tuple[Step, ...]:  # noqa: ARG002 -- nothing to look at
        return ()

    def running(self, reader: Reader) -> Daemon | None:
        return recognised.running(reader)

    def start(self, system: System, engine: Engine) -> Daemon:
        folder = engine.folder
        if folder is None:
            raise ValueError("an engine without a command line is none")
        layout = system.layout
        argv = tuple(resolved(engine.argv, layout.root))
        now = self.running(system)
        if now and now.argv == argv:
            return now
        if now:
            self.stop(system)
        config = flags.used_by(argv, DaemonConfig.read(system), layout)
        refuse_foreign(system, config, None)
        clear(system, config)
        system.folder(os.path.dirname(config.socket))
        env = environment(layout.real(folder), self.environment)
        # A containerd that is slow to stop is asked for its stacks, and writes them to TMPDIR.
        env["TMPDIR"] = layout.real(os.path.dirname(layout.log))
        pid = system.start(argv, log=layout.log, env=env)
        return Daemon(pid, argv, ours=True, uid=system.host.uid)

    def stop(self, system: System) -> None:
        daemon = self.running(system)
        if daemon is None:
            return
        config = config_of(system, daemon.argv)
        # its containers get their own grace first: up to 10 s each, all at once
        end(system, daemon.pid, daemon.argv, wait=max(30.0, config.grace + 15))
        clear(system, config)

    def logs(self, reader: Reader, lines: int) -> tuple[str, ...]:
        return last_lines(reader, lines)


def config_steps(reader: Reader, engine: Engine) -> tuple[Step, ...]:
    """The file that an engine is given where the machine has no daemon.json."""
    step = own_config_step(reader.layout)
    named = option(engine.argv, "--config-file") == f"{{root}}{step.path}"
    return (step,) if named and not own_config_is_there(reader) else ()


def config_of(system: System, argv: Sequence[str]) -> DaemonConfig:
    """What a daemon with that command line uses: the line first, then daemon.json.

    A daemon.json that was spoiled since must not keep it from being stopped.
    """
    layout = system.layout
    try:
        config = DaemonConfig.read(system)
    except DockswitchError:
        config = DaemonConfig.of({}, layout, layout.own_engine_config)
    return flags.used_by(argv, config, layout)


def clear(system: System, config: DaemonConfig) -> None:
    """Remove what a killed engine left: its containerd, pid files and socket.

    With its containerd there, the next start takes 20 s; its shims and containers stay.
    """
    exec_root = system.layout.real(config.exec_root)
    for process in system.below(system.layout.state):
        name = os.path.basename(process.argv[0])
        if name in _CONTAINERDS and any(f"{exec_root}/" in word for word in process.argv):
            end(system, process.pid, process.argv, wait=10)
    for pidfile in (f"{config.exec_root}/{name}" for name in _CONTAINERD_PIDS):
        _remove(system, pidfile)
    if _is_stale(system, config.pidfile):
        _remove(system, config.pidfile)
    if system.kind(config.socket) == "other" and system.listener(config.socket) is None:
        _remove(system, config.socket)


def _is_stale(system: System, pidfile: str) -> bool:
    """Whether no dockerd has the pid in it; dockerd itself takes any process for one."""
    pid = (system.read(pidfile) or b"").strip()
    return all(pid != str(daemon.pid).encode() for daemon in system.daemons())


def _remove(system: System, path: str) -> None:
    if system.kind(path) is not None:
        system.write(path, None)


def end(system: System, pid: int, argv: tuple[str, ...], *, wait: float) -> None:
    if system.end(pid, wait=wait, argv=argv):
        return
    if not system.end(pid, wait=10, kill=True, argv=argv):
        raise CannotStop(argv[0], pid)

"""Starting and stopping dockswitch's own engine, outside of a switch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dockswitch.backends import find
from dockswitch.engine import flags, packaged, running, services, supervision
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.foreign import refuse_foreign
from dockswitch.model import package_names
from dockswitch.model.errors import DockswitchError
from dockswitch.model.plan import Goal, Plan, Wanted
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.step import Engine, Service
from dockswitch.switching import drift, history, proof, recover, rootless, transaction
from dockswitch.switching.chosen import LateCatalog
from dockswitch.switching.options import Agree


@dataclass(frozen=True, slots=True)
class State:
    """The engine's process (None where none runs) and the version that it answers.

    `machine` is the virtual machine that it is in, None for this machine itself: its process is
    nobody's here, and `machine_runs` says whether there is one at all.
    """

    pid: int | None
    version: str | None
    changed: bool = False
    machine: str | None = None
    machine_runs: bool = False

    @property
    def runs(self) -> bool:
        return self.pid is not None or self.machine_runs


def state(reader: Reader, *, changed: bool = False) -> State:
    if _in_vm(reader):
        from dockswitch.switching import vm_in_use  # only where a virtual machine is in use

        found = vm_in_use.seen(reader)
        if found is not None:
            version = str(found.version) if found.version else None
            return State(None, version, changed, found.vm.name, found.state == "running")
    daemon = packaged.daemon(reader) if _by_packages(reader) else running.running(reader)
    return State(daemon.pid if daemon else None, drift.answering(reader), changed)


def start(system: System, catalog: LateCatalog, progress: Progress) -> State:
    """Starts the engine of the version in use and waits until it answers.

    What it needs without root is fetched where it was not needed so far. Raises NoEngine,
    ForeignEngine, and DidNotStart with the engine's own last words.
    """
    if _in_vm(system):
        from dockswitch.switching import vm_daemon  # as above

        with system.locked():
            return state(system, changed=vm_daemon.start(system, progress))
    rootless.ready(system, catalog, progress)
    with system.locked():
        recover.recover(system, progress)
        if _by_packages(system):
            return _start_packaged(system)
        installed = find("static").installed(system)
        if installed.daemon is not None:
            if proof.answers(system, running.observed(system)) is None:
                return state(system)
            transaction.act(system, Engine(()))
        if installed.version is None:
            raise NoEngine
        config = DaemonConfig.read(system)
        data = history.newest(system).data
        refuse_foreign(system, replace(config, data_root=data or config.data_root), None)
        flags.check_root(system.layout, config)
        supervisor = supervision.of(system)
        wanted = Wanted(installed.version, installed.folder, data)
        engine = Engine(supervisor.command_line(system, wanted))
        for step in (*supervisor.readies(system, engine), engine):
            transaction.act(system, step)
        reason = proof.answers(system, engine)
        if reason is not None:
            transaction.act(system, Engine(()))
            raise DidNotStart(str(installed.version), reason)
        return state(system, changed=True)


def stop(
    system: System,
    progress: Progress,
    agree: Agree | None = None,
    *,
    comes_back: bool = False,
) -> State:
    """Stops our engine; nothing happens where none runs.

    `agree` is as in `use`; it is told that the engine is to start again where it `comes_back`.
    """
    if _in_vm(system):
        return _stop_vm(system, progress, agree)
    if agree is not None:
        data = history.newest(system).data
        goal = Goal(None, (), "start" if comes_back else "stop", data=data)
        backend = find(history.newest(system).backend)
        agree(Plan(goal, backend.installed(system), (), (Engine(()),)))
    with system.locked():
        recover.recover(system, progress)
        if _by_packages(system):
            runs = packaged.daemon(system) is not None
            _make_so(system, packaged.stopped())
            return state(system, changed=runs)
        runs = running.running(system) is not None
        transaction.act(system, Engine(()))
        return state(system, changed=runs)


def logs(reader: Reader, lines: int) -> tuple[str, ...]:
    """The last lines of what the engine said."""
    if _in_vm(reader):
        from dockswitch.switching import vm_logs  # as above

        return vm_logs.logs(reader, lines)
    if _by_packages(reader):
        return packaged.said(reader, lines)
    return supervision.of(reader).logs(reader, lines)


def _in_vm(reader: Reader) -> bool:
    """Whether the engine in use is in a virtual machine."""
    return reader.link(reader.layout.vm) is not None


def _stop_vm(system: System, progress: Progress, agree: Agree | None) -> State:
    from dockswitch.switching import vm_daemon  # as above
    from dockswitch.vms import record

    known = record.in_use(system)
    if agree is not None and known is not None:
        backend = find(known.vm.keeper)
        goal = Goal(None, (), "stop")
        agree(Plan(goal, backend.installed(system), (), (known.step(runs=False),)))
    with system.locked():
        return state(system, changed=vm_daemon.stop(system, progress))


def _by_packages(reader: Reader) -> bool:
    """Whether packages brought the engine in use."""
    now = history.newest(reader)
    return now.version is not None and now.backend == "apt"


def _start_packaged(system: System) -> State:
    from dockswitch.apt import (
        engine,
        states,  # only where packages brought one
    )

    version = engine.version(states.states(system, package_names.ENGINES))
    if version is None:
        raise NoEngine
    ran = packaged.lives(system)
    _make_so(system, packaged.started())
    reason = proof.packaged_answers(system, version)
    if reason is not None:
        _make_so(system, packaged.stopped())
        raise DidNotStart(str(version), reason)
    return state(system, changed=not ran)


def _make_so(system: System, units: Sequence[Service]) -> None:
    """Starts or stops the units; whether they are started at boot stays as it is."""
    for unit in units:
        transaction.act(system, replace(unit, enabled=services.observed(system, unit).enabled))


class NoEngine(DockswitchError):
    def __init__(self) -> None:
        super().__init__(
            "there is no engine to start", hint="`dockswitch use stable` installs and starts one"
        )


class DidNotStart(DockswitchError):
    def __init__(self, version: str, reason: str) -> None:
        super().__init__(
            f"{version} did not start", details=reason, hint="`dockswitch daemon logs` shows more"
        )

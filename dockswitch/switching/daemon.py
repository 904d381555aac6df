"""Starting and stopping dockswitch's own engine, outside of a switch."""

from dataclasses import dataclass, replace

from dockswitch.backends import find
from dockswitch.engine import flags, running, supervision
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.foreign import refuse_foreign
from dockswitch.model.errors import DockswitchError
from dockswitch.model.plan import Goal, Plan, Wanted
from dockswitch.model.ports import Progress, Reader, System
from dockswitch.model.step import Engine
from dockswitch.switching import drift, history, proof, recover, rootless, transaction
from dockswitch.switching.chosen import LateCatalog
from dockswitch.switching.options import Agree


@dataclass(frozen=True, slots=True)
class State:
    """The engine's process (None where none runs) and the version that it answers."""

    pid: int | None
    version: str | None
    changed: bool = False


def state(reader: Reader, *, changed: bool = False) -> State:
    daemon = running.running(reader)
    return State(daemon.pid if daemon else None, drift.answering(reader), changed)


def start(system: System, catalog: LateCatalog, progress: Progress) -> State:
    """Starts the engine of the version in use and waits until it answers.

    What it needs without root is fetched where it was not needed so far. Raises NoEngine,
    ForeignEngine, and DidNotStart with the engine's own last words.
    """
    rootless.ready(system, catalog, progress)
    with system.locked():
        recover.recover(system, progress)
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
    if agree is not None:
        data = history.newest(system).data
        goal = Goal(None, (), "start" if comes_back else "stop", data=data)
        agree(Plan(goal, find("static").installed(system), (), (Engine(()),)))
    with system.locked():
        recover.recover(system, progress)
        runs = running.running(system) is not None
        transaction.act(system, Engine(()))
        return state(system, changed=runs)


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

"""The programs of a world that dockswitch runs: groups, and a systemd that keeps an engine."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dockswitch.model.ports import Finished
from tests.world.engines import Running
from tests.world.payloads import CONTAINERD, SERVICE, SOCKET
from tests.world.systemd_units import Unit, UnitFiles

if TYPE_CHECKING:
    from tests.world.processes import Processes

_JOURNAL = "/var/log/journal"
_UNITS = (CONTAINERD, SOCKET, SERVICE)
_RECOVER = "dockswitch-recover.service"
_REVERT, _TIMER = "dockswitch-revert.service", "dockswitch-revert.timer"
_DONE, _FAILED, _UNKNOWN = Finished(0, "", ""), Finished(1, "", ""), Finished(5, "", "not loaded")

#: More starts than these are refused until `reset-failed`.
_START_LIMIT = 3


class NoSuchProgram(Exception):
    """The code ran what no logic test has business with."""


class Services(UnitFiles):
    """`groups` there are, and `refuses` is why none is added.

    `waits` says that the timer runs by which a switch is undone that is not confirmed, and
    `sees_to` that this was told to be done now.

    `loaded` is what systemd read of each unit, `listens` is docker.socket's and `shared` whether
    containerd.service runs; `starts` are counted as systemd does, `main` is the engine's process;
    `moments` are those of the engine's last stop and start, 0 where there was none.
    """

    def __init__(self, world: Processes) -> None:
        super().__init__(world.files)
        self._world = world
        self.groups: set[str] = set()
        self.refuses: Finished | None = None
        self.loaded: dict[str, Unit] = {}
        self.listens = False
        self.shared = False
        self.waits = False
        self.sees_to = False
        self.starts = 0
        self.main = 0
        self.moments = (0.0, 0.0)
        self._booting = False
        self._queued: list[str] = []

    def asks(self, argv: Sequence[str]) -> Finished:
        match list(argv):
            case [program, "--version"]:
                return self._version(program)
            case ["dpkg-query" | "rpm", *_]:
                return _FAILED  # nobody owns anything
            case ["getent", "group", name]:
                return _DONE if name in self.groups else Finished(2, "", "")
            case ["systemctl", "show", "--property=InvocationID", _]:
                return Finished(0, "InvocationID=1\n", "")
            case ["systemctl", "show", *words]:
                (shown,) = (word for word in words if word.startswith("--property="))
                units = [word for word in words if word != shown]
                names = shown.partition("=")[2].split(",")
                return Finished(0, "\n\n".join(self._shown(unit, names) for unit in units), "")
            case ["systemctl", "is-active", unit]:
                return _DONE if self.is_active(unit) else Finished(3, "inactive\n", "")
            case ["systemctl", "is-system-running"]:
                return Finished(0, "starting\n" if self._booting else "running\n", "")
            case ["journalctl", *_]:
                return Finished(0, (self._world.files.read(_JOURNAL) or b"").decode(), "")
            case _:
                raise NoSuchProgram(argv)

    def does(self, argv: Sequence[str]) -> Finished:
        match list(argv):
            case ["groupadd", "--system", name]:
                if self.refuses:
                    return self.refuses
                self.groups.add(name)
                return _DONE
            case ["env", _, "deb-systemd-helper", "unmask", *units]:
                for unit in units:
                    self.unmask(unit)
                return _DONE
            case ["systemctl", "start", "--no-block", unit] if unit == _REVERT:
                self.sees_to = self.find(unit) is not None
                return _DONE
            case ["systemctl", verb, *_, unit] if unit == _TIMER:
                self.waits = verb != "stop" and self.find(unit) is not None
                return _DONE
            case ["systemctl", *words]:
                return self._told(words)
            case _:
                raise NoSuchProgram(argv)

    @property
    def at_work(self) -> bool:
        """Whether systemd is this machine's init."""
        return self._world.host.init == "systemd"

    def boot(self, recover: Callable[[], object]) -> None:
        """The machine is switched on: systemd reads its units, then starts what is enabled."""
        self.loaded = {unit: found for unit in _UNITS if (found := self.find(unit))}
        self.listens, self.shared, self.starts, self.main = False, False, 0, 0
        self.waits = self.is_enabled(_TIMER) and self.find(_TIMER) is not None
        self.sees_to = False
        self._booting, self._queued = True, [unit for unit in _UNITS if self.is_enabled(unit)]
        if self.is_enabled(_RECOVER) and self.find(_RECOVER):
            recover()
        self._booting = False
        for unit in self._queued:
            self.start(unit)

    def reload(self) -> None:
        units = (unit for unit in _UNITS if unit in self.loaded or self.is_active(unit))
        self.loaded = {unit: found for unit in units if (found := self.find(unit))}

    def is_active(self, unit: str) -> bool:
        if unit == _TIMER:
            return self.waits
        if unit == SOCKET:
            return self.listens
        return self.shared if unit == CONTAINERD else self.engine is not None

    @property
    def engine(self) -> Running | None:
        """The one that docker.service runs."""
        found = self._world.processes.get(self.main)
        return found if found is not None and self._world._lives(found) else None

    def answering(self) -> Running | None:
        """Whoever a client of docker.socket comes to: it starts the engine where none runs."""
        if self.listens and self.engine is None:
            self.start(SERVICE)
        return self.engine if self.listens else None

    def stop(self, units: Sequence[str]) -> Finished:
        """Whatever needs the socket stops with it."""
        known = [u for u in units if u in self.loaded or self.find(u) or self.is_active(u)]
        if SOCKET in known:
            self.listens = False
            self._world.sockets.pop(self._world.layout.socket, None)
        needed = SERVICE in self.loaded and self.loaded[SERVICE].value("Requires") == SOCKET
        if SERVICE in known or (needed and SOCKET in known):
            self._stop_engine()
        if CONTAINERD in known:
            self.shared = False
        return _DONE if len(known) == len(units) else _UNKNOWN

    def start(self, unit: str) -> Finished:
        found = self.loaded.get(unit) or self.find(unit)
        if found is None or found.masked:
            return _UNKNOWN
        self.loaded[unit] = found
        match unit:
            case "docker.service":
                return self._start_engine(found)
            case "docker.socket":
                return self._listen()
            case _:
                self.shared = True
                return _DONE

    def _told(self, words: Sequence[str]) -> Finished:
        match list(words):
            case ["daemon-reload"]:
                self.reload()
            case ["reset-failed", *units]:
                self.starts = 0 if SERVICE in units else self.starts
            case ["stop", "--no-block", unit] if unit == _RECOVER:
                pass
            case ["stop", *units]:
                return self.stop(units)
            case ["enable", unit]:
                self.enable(unit)
            case ["disable", unit]:
                self.disable(unit)
            case ["start", "--no-block", *units] if self._booting:
                self._queued += units
            case ["start", unit]:
                return self.start(unit)
            case _:
                raise NoSuchProgram(words)
        return _DONE

    def _stop_engine(self) -> None:
        if engine := self.engine:
            self._world._signalled(engine, kill=False)
            self._world.clock = max(self._world.clock, engine.ends)
            self.moments = (self._world.clock, self.moments[1])

    def _start_engine(self, unit: Unit) -> Finished:
        if self.engine and not self.engine.leaving:
            return _DONE
        self.starts += 1
        if self.starts > _START_LIMIT:
            return Finished(1, "", "start request repeated too quickly")
        if CONTAINERD in unit.value("Wants"):
            self.start(CONTAINERD)
        if unit.value("Requires") == SOCKET and self.start(SOCKET).code != 0:
            return Finished(1, "", "a dependency job failed")
        world = self._world
        self.main = world._started(shlex.split(unit.value("ExecStart")), _JOURNAL)
        if self.listens:
            world.sockets[world.layout.socket] = 1
        engine = world.processes[self.main]
        if engine.manners.dies:
            world.clock = engine.ends
            return _FAILED
        world.clock = max(world.clock, engine.ready)
        self.moments = (self.moments[0], world.clock)
        return _DONE

    def _listen(self) -> Finished:
        if self.listens:
            return _DONE
        if self.engine is not None:
            return Finished(1, "", "Socket service docker.service already active, refusing.")
        if "docker" not in self.groups:
            return Finished(1, "", "Failed to resolve group docker: No such process")
        self.listens = True
        self._world.listens(1, self._world.layout.socket)
        return _DONE

    def _shown(self, unit: str, names: Sequence[str]) -> str:
        found = self.loaded.get(unit) or self.find(unit)
        socket = self.loaded.get(SOCKET) or self.find(SOCKET)
        state = "active" if self.is_active(unit) else "inactive"
        if unit == SERVICE and self.starts and not self.is_active(unit):
            state = "failed"
        facts = {
            "LoadState": "masked" if found and found.masked else "loaded" if found else "not-found",
            "ActiveState": state,
            "UnitFileState": self.state(unit),
            "ExecStart": "",
            "TriggeredBy": SOCKET if unit == SERVICE and socket and socket.text else "",
            "MainPID": str(self.main if unit == SERVICE and self.engine else 0),
            "ActiveExitTimestampMonotonic": str(round(self.moments[0] * 1_000_000)),
            "ActiveEnterTimestampMonotonic": str(round(self.moments[1] * 1_000_000)),
            "FragmentPath": found.path if found else "",
            "NeedDaemonReload": "yes" if found and self._changed(found) else "no",
        }
        if found and (command := found.value("ExecStart")):
            facts["ExecStart"] = f"{{ path={shlex.split(command)[0]} ; argv[]={command} ; }}"
        return "\n".join(f"{name}={facts[name]}" for name in names)

    def _changed(self, read: Unit) -> bool:
        """That another file stands before the one that was read is no change to it."""
        return (self.files.read(read.path) or b"").decode() != read.text

    def _version(self, program: str) -> Finished:
        world = self._world
        content = world.files.read(world.layout.stored(program))
        if content is None:
            return Finished(127, "", "not found")
        version = content.decode().partition(" ")[2]
        return Finished(0, f"Docker version {version}, build 1234567\n", "")

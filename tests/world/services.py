"""The programs of a world that dockswitch runs: groups, and a systemd that keeps an engine."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dockswitch.model.ports import Finished
from tests.world.engines import Running

if TYPE_CHECKING:
    from tests.world.processes import Processes

_ETC = "/etc/systemd/system"
_JOURNAL = "/var/log/journal"
_MASKED = "/var/lib/systemd/deb-systemd-helper-masked"
_SERVICE, _SOCKET, _RECOVER = "docker.service", "docker.socket", "dockswitch-recover.service"
_DONE, _FAILED, _UNKNOWN = Finished(0, "", ""), Finished(1, "", ""), Finished(5, "", "not loaded")

#: More starts than these are refused until `reset-failed`.
_START_LIMIT = 3


class NoSuchProgram(Exception):
    """The code ran what no logic test has business with."""


class Services:
    """`groups` there are, and `refuses` is why none is added.

    `loaded` is what systemd read of each unit, `listens` is docker.socket's; `starts` are counted
    as systemd does, `main` is the engine's process.
    """

    def __init__(self, world: Processes) -> None:
        self._world = world
        self.groups: set[str] = set()
        self.refuses: Finished | None = None
        self.loaded: dict[str, str] = {}
        self.listens = False
        self.starts = 0
        self.main = 0
        self._booting = False
        self._queued = False

    def asks(self, argv: Sequence[str]) -> Finished:
        match list(argv):
            case [program, "--version"]:
                return self._version(program)
            case ["dpkg-query" | "rpm", *_]:
                return _FAILED  # nobody owns anything
            case ["getent", "group", name]:
                return _DONE if name in self.groups else Finished(2, "", "")
            case ["systemctl", "show", shown, *units] if shown.endswith(",NeedDaemonReload"):
                return Finished(0, "\n\n".join(self._shown(unit) for unit in units), "")
            case ["systemctl", "show", "--property=InvocationID", _]:
                return Finished(0, "InvocationID=1\n", "")
            case ["systemctl", "is-active", unit] if unit == _SOCKET:
                return _DONE if self.listens else Finished(3, "inactive\n", "")
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
            case ["systemctl", "daemon-reload"]:
                self.loaded = {unit: text for unit in self.loaded if (text := self._text(unit))}
            case ["systemctl", "reset-failed", *_]:
                self.starts = 0
            case ["systemctl", "stop", *units]:
                return self._stop(units)
            case ["systemctl", "start", unit] if unit == _SERVICE:
                return self._start()
            case ["systemctl", "start", "--no-block", *_] if self._booting:
                self._queued = True
            case ["env", _, "deb-systemd-helper", "unmask", *units]:
                for unit in units:
                    self._world.files.write(f"{_ETC}/{unit}", None)
                    self._world.files.write(f"{_MASKED}/{unit}", None)
            case _:
                raise NoSuchProgram(argv)
        return _DONE

    def boot(self, recover: Callable[[], object]) -> None:
        """The machine is switched on: systemd reads its units, then starts what is enabled."""
        self.loaded = {unit: text for unit in (_SERVICE, _SOCKET) if (text := self._text(unit))}
        self.listens, self.starts, self.main = False, 0, 0
        self._booting, self._queued = True, self._is_enabled(_SERVICE)
        if self._is_enabled(_RECOVER) and self._text(_RECOVER):
            recover()
        self._booting = False
        if self._queued:
            self._start()

    def _shown(self, unit: str) -> str:
        changed = unit in self.loaded and self._text(unit) != self.loaded[unit]
        engine = self._world.processes.get(self.main)
        lives = engine is not None and self._world._lives(engine)
        active = self.listens if unit == _SOCKET else lives
        state = "active" if active else "inactive"
        if self.starts and not active:
            state = "failed"
        path = f"{_ETC}/{unit}" if self._text(unit) else ""
        reload = "yes" if changed else "no"
        return f"ActiveState={state}\nFragmentPath={path}\nNeedDaemonReload={reload}"

    def _stop(self, units: Sequence[str]) -> Finished:
        known = [unit for unit in units if unit in self.loaded or self._text(unit)]
        if _SOCKET in known:
            self.listens = False
            self._world.sockets.pop(self._world.layout.socket, None)
        engine = self._world.processes.get(self.main)
        if _SERVICE in known and engine and self._world._lives(engine):
            self._world._signalled(engine, kill=False)
            self._world.clock = max(self._world.clock, engine.ends)
        return _DONE if len(known) == len(units) else _UNKNOWN

    def _start(self) -> Finished:
        text = self.loaded.setdefault(_SERVICE, self._text(_SERVICE))
        engine = self._world.processes.get(self.main)
        if not text:
            del self.loaded[_SERVICE]
            return _UNKNOWN
        if engine and self._world._lives(engine) and not engine.leaving:
            return _DONE
        self.starts += 1
        if self.starts > _START_LIMIT:
            return Finished(1, "", "start request repeated too quickly")
        if _SOCKET in text:
            self.loaded.setdefault(_SOCKET, self._text(_SOCKET))
            if not self.loaded[_SOCKET] or "docker" not in self.groups:
                return Finished(1, "", "a dependency job failed")
            self.listens = True
        return self._main_process(text)

    def _main_process(self, text: str) -> Finished:
        (command,) = (line for line in text.splitlines() if line.startswith("ExecStart="))
        world = self._world
        self.main = world._started(shlex.split(command.partition("=")[2]), _JOURNAL)
        engine: Running = world.processes[self.main]
        if engine.manners.dies:
            world.clock = engine.ends
            return _FAILED
        world.clock = max(world.clock, engine.ready)
        return _DONE

    def _is_enabled(self, unit: str) -> bool:
        return self._world.files.link(f"{_ETC}/multi-user.target.wants/{unit}") is not None

    def _version(self, program: str) -> Finished:
        world = self._world
        content = world.files.read(world.layout.stored(program))
        if content is None:
            return Finished(127, "", "not found")
        version = content.decode().partition(" ")[2]
        return Finished(0, f"Docker version {version}, build 1234567\n", "")

    def _text(self, unit: str) -> str:
        return (self._world.files.read(f"{_ETC}/{unit}") or b"").decode()

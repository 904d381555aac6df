"""Services that somebody else brought: what systemd or snapd says of one, and what it is told."""

import re
from dataclasses import dataclass

from dockswitch.engine import snaps, unit_files
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Reader, System
from dockswitch.model.step import Service

# A stop takes as long as the containers' grace, a start as long as what a crash left.
_TIMEOUT = 180.0
_ASK = 20.0

_SHOWN = "LoadState,ActiveState,UnitFileState,ExecStart,TriggeredBy,MainPID"
_RUNS = {"active", "activating", "reloading", "deactivating"}


@dataclass(frozen=True, slots=True)
class Unit:
    """What systemd says of a unit: the `program` that it starts, as `pid`, and what starts it."""

    there: bool
    active: bool
    enabled: bool
    program: str
    sockets: tuple[str, ...]
    pid: int


def unit(reader: Reader, name: str) -> Unit:
    """What systemd says of the unit of that name."""
    told = reader.run(["systemctl", "show", name, f"--property={_SHOWN}"], timeout=_ASK)
    return parsed(told.out)


def parsed(shown: str) -> Unit:
    """Of what `systemctl show` prints: a line `Property=value` for each."""
    value = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
    program = re.search(r"\bpath=(\S+)", value.get("ExecStart", ""))
    triggers = value.get("TriggeredBy", "").split()
    return Unit(
        there=value.get("LoadState") == "loaded",
        active=value.get("ActiveState") in _RUNS,
        enabled=value.get("UnitFileState") == "enabled",
        program=program[1] if program else "",
        sockets=tuple(name for name in triggers if name.endswith(".socket")),
        pid=int(value.get("MainPID") or 0),
    )


def observed(reader: Reader, service: Service) -> Service:
    """The state of that service now."""
    if service.manager == "snap":
        snap = snaps.snap(reader)
        active, enabled = (snap.active, snap.enabled) if snap else (False, False)
        return Service("snap", service.name, active, enabled)
    found = unit(reader, service.name)
    return Service("systemd", service.name, found.active, found.enabled)


def act(system: System, wanted: Service) -> None:
    """Makes it so; raises ServiceRefused in the words of whoever keeps it."""
    if wanted.manager == "snap":
        _act_on_snap(system, wanted)
        return
    if unit_files.ours(system, wanted.name) is not None:
        return
    found = unit(system, wanted.name)
    if (found.active, found.enabled) == (wanted.active, wanted.enabled):
        return
    if wanted.active:
        # A file that now stands before another one of the same name is not noticed by itself; what
        # stops is stopped as it was started.
        _told(system, "systemctl", "daemon-reload")
        found = unit(system, wanted.name)
    if found.enabled != wanted.enabled:
        _told(system, "systemctl", "enable" if wanted.enabled else "disable", wanted.name)
    if found.active and not wanted.active:
        _told(system, "systemctl", "stop", wanted.name)
    if wanted.active:
        # One that failed before, for whatever reason, may have used up its starts.
        system.command(["systemctl", "reset-failed", wanted.name], timeout=_ASK)
        _start(system, wanted.name)


def _start(system: System, name: str) -> None:
    """At boot whoever waits for docker may wait for us: it is started after us then."""
    state = system.run(["systemctl", "is-system-running"], timeout=_ASK).out.strip()
    late = ["--no-block"] if state in ("initializing", "starting") else []
    _told(system, "systemctl", "start", *late, name)


def _act_on_snap(system: System, wanted: Service) -> None:
    now = observed(system, wanted)
    if now.enabled != wanted.enabled:
        _told(system, "snap", "enable" if wanted.enabled else "disable", wanted.name)
        now = observed(system, wanted)
    if wanted.enabled and now.active != wanted.active:
        _told(system, "snap", "start" if wanted.active else "stop", wanted.name)


def _told(system: System, *argv: str) -> None:
    ended = system.command(argv, timeout=_TIMEOUT)
    if ended.code != 0:
        raise ServiceRefused(" ".join(argv), ended.err.strip() or f"it ended with {ended.code}")


class ServiceRefused(DockswitchError):
    def __init__(self, command: str, why: str) -> None:
        super().__init__(
            f"`{command}` failed",
            details=why,
            hint="mend what it names, then run the same command again",
        )

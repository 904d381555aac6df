"""The engine that packages brought: which process it is, what keeps it, and what is of it on disk.

It is systemd's by the units of its packages; dockswitch has apt change it, and asks it.
"""

import re
from dataclasses import replace

from dockswitch.engine import running, services, supervision, systemctl, unit_files
from dockswitch.engine.units import CONTAINERD, SERVICE, SOCKET
from dockswitch.model.ports import Daemon, Reader
from dockswitch.model.step import Service

# Docker's own packages, then Debian's
_PROGRAMS = ("/usr/bin/dockerd", "/usr/sbin/dockerd", "/usr/bin/dockerd-current")
# Where an init for containers lies, by the time and by whose packages they are.
_INITS = (
    *("/usr/libexec/docker/docker-init", "/usr/bin/docker-init"),
    *("/usr/sbin/docker-init", "/usr/bin/tini-static", "/usr/bin/tini"),
)
# What systemd starts of it: the socket waits for clients, the service is the engine.
UNITS = (SOCKET, SERVICE)
_DELETED = " (deleted)"
# since it no longer was ready, and since it was ready; in microseconds since boot
_MOMENTS = "ActiveExitTimestampMonotonic,ActiveEnterTimestampMonotonic"


def can_be(reader: Reader) -> bool:
    """Whether the machine's packages can bring an engine here at all."""
    return supervision.by_systemd(reader)


def daemon(reader: Reader) -> Daemon | None:
    """Its process; None where none runs, or ours does in its place."""
    if not can_be(reader):
        return None
    ours = running.running(reader)
    for each in reader.daemons():
        known = reader.circumstances(each.pid)
        program = known.program.removesuffix(_DELETED) if known else ""
        if (ours is None or each.pid != ours.pid) and program in _PROGRAMS:
            return each
    return None


def init(reader: Reader) -> str | None:
    """An init for containers on this machine, as a path inside the root; None where none is."""
    return next((path for path in _INITS if reader.kind(path) in ("file", "link")), None)


def states(reader: Reader) -> tuple[Service, ...]:
    """Those of its units that are there, as they are now, with the containerd that it shares.

    One of ours that stands before one of the same name is none of its.
    """
    names = (name for name in (CONTAINERD, *UNITS) if unit_files.ours(reader, name) is None)
    found = ((name, services.unit(reader, name)) for name in names)
    return tuple(
        Service("systemd", name, unit.active, unit.enabled) for name, unit in found if unit.there
    )


def started() -> tuple[Service, ...]:
    """Its units as they are to be where it runs."""
    return tuple(Service("systemd", unit, active=True, enabled=True) for unit in UNITS)


def stopped() -> tuple[Service, ...]:
    """Its units as they are to be where it does not run, the service first."""
    return tuple(Service("systemd", unit, active=False, enabled=False) for unit in UNITS[::-1])


def at_rest(reader: Reader) -> tuple[Service, ...]:
    """Those of its units that are there, none of which runs, the service first."""
    known = [unit for unit in states(reader) if unit.name in UNITS]
    return tuple(replace(unit, active=False) for unit in known[::-1])


def lives(reader: Reader) -> bool:
    """Whether systemd keeps it running, or is about to."""
    return services.unit(reader, SERVICE).active


def down_for(reader: Reader) -> float | None:
    """The seconds between its last stop and its last start, as systemd has them; None for none.

    Whoever restarts it are the scripts of its packages, in the middle of what apt does.
    """
    told = reader.run(["systemctl", "show", SERVICE, f"--property={_MOMENTS}"])
    moments = [int(word) for word in re.findall(r"=(\d+)$", told.out, re.MULTILINE)]
    if len(moments) != 2 or not min(moments) > 0:
        return None
    stopped, started_again = sorted(moments)
    return (started_again - stopped) / 1_000_000


def said(reader: Reader, lines: int) -> tuple[str, ...]:
    """The last lines of what it said."""
    return systemctl.last_lines(reader, SERVICE, lines)

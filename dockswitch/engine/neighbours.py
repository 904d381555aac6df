"""The engines that somebody else brought to this machine: found, named and known again."""

import os
from collections.abc import Collection
from dataclasses import replace

from dockswitch.engine import api, brought, by_hand, foreign, places, snaps
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.flags import data_root_of, stored
from dockswitch.engine.running import running
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.ports import Daemon, Reader

_UNIT = "docker.service"  # of all packages
_FOLDERS = ("/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/opt/docker")
_NAMES = ("dockerd", "dockerd-current")  # RHEL's own is the second


def neighbours(reader: Reader) -> tuple[Neighbour, ...]:
    """Those that use what an engine of ours would use, then those that are only installed."""
    config = DaemonConfig.read(reader)
    ours = running(reader)
    others = [each for each in reader.daemons() if ours is None or each.pid != ours.pid]
    run = [of(reader, each) for each in others if foreign.shared(reader, config, each)]
    seen = {_program(reader, each) for each in others}
    seen |= {found.package for found in run if found.package}
    idle = [each for each in _installed(reader, seen) if not {each.program, each.package} & seen]
    return (*run, *idle)


def of(reader: Reader, daemon: Daemon) -> Neighbour:
    """What that daemon is and where it came from."""
    known = reader.circumstances(daemon.pid)
    program = _program(reader, daemon)
    its = places.of(reader, daemon)
    found = brought.by(reader, program)
    inside = [reader.layout.stored(each) for each in its.sockets if _is_inside(reader, each)]
    found = replace(
        found,
        pid=daemon.pid,
        argv=daemon.argv,
        socket=next(iter(inside), ""),
        data_root=its.data_root,
        data=_data(reader, daemon),
    )
    identity = api.identity(reader, found.socket) if found.socket else None
    version = str(identity.version) if identity else brought.version_of(reader, program)
    found = replace(found, version=version or found.version)
    if found.kind == "snap" or reader.layout.scope == "user":
        return found  # a person's own is started by more than its command line
    units = brought.units(reader, known.unit if known else "", program, daemon.pid)
    if units:
        return replace(found, unit=known.unit if known else "", runs=units)
    return replace(found, runs=(by_hand.step_of(reader, daemon, known),) if known else ())


def listening(reader: Reader, pid: int) -> Neighbour | None:
    """The engine that listens as that process, or for which systemd does; None for none."""
    if pid == 1:
        return next((found for found in neighbours(reader) if found.unit), None)
    daemon = next((each for each in reader.daemons() if each.pid == pid), None)
    if daemon is not None:
        return of(reader, daemon)
    # A snap's engine sees another file tree, and is none of this machine's for that.
    return replace(brought.the_snap(reader), pid=pid) if brought.is_the_snaps(reader, pid) else None


def is_it(reader: Reader, daemon: Daemon, neighbour: Neighbour) -> bool:
    """Whether that daemon is the one meant."""
    if any(stored(daemon.argv, reader.layout.root) == each.argv for each in neighbour.by_hand):
        return True
    if neighbour.kind == "snap":
        return brought.is_the_snaps(reader, daemon.pid)
    known = reader.circumstances(daemon.pid)
    return known is not None and bool(neighbour.unit) and known.program == neighbour.program


def listens(reader: Reader, pid: int, neighbour: Neighbour) -> bool:
    """Whether who listens is the one meant, or systemd in its stead."""
    if pid == 1:
        return bool(neighbour.unit)
    if neighbour.kind == "snap":
        return brought.is_the_snaps(reader, pid)
    return any(each.pid == pid and is_it(reader, each, neighbour) for each in reader.daemons())


def now(reader: Reader, neighbour: Neighbour) -> Neighbour:
    """As it stands while it is in force: its owner may have upgraded, stopped or restarted it."""
    for found in neighbours(reader):
        same = (found.kind, found.package) == (neighbour.kind, neighbour.package)
        if same and (found.package or found.program == neighbour.program):
            return found if found.runs else replace(neighbour, version=found.version)
    return neighbour


def _installed(reader: Reader, seen: Collection[str]) -> list[Neighbour]:
    """Those on the usual folders of PATH whose program was not seen to run, and the snap."""
    layout = reader.layout
    paths = (f"{folder}/{name}" for folder in _FOLDERS for name in _NAMES)
    there = (path for path in paths if reader.kind(path) is not None and not _is_ours(reader, path))
    programs = (layout.real(path) for path in there)
    found = [_idle(reader, program) for program in programs if program not in seen]
    if not layout.root and layout.scope == "system" and reader.kind(snaps.FOLDER) is not None:
        pid = reader.listener(layout.socket)
        its = pid if pid and brought.is_the_snaps(reader, pid) else None
        found.append(replace(brought.the_snap(reader), pid=its))
    return found


def _idle(reader: Reader, program: str) -> Neighbour:
    """An engine that does not run now, such as one that waits behind its socket."""
    config = DaemonConfig.read(reader)
    units = brought.units(reader, _UNIT, program, None)
    return replace(
        brought.by(reader, program),
        version=brought.version_of(reader, program),
        unit=_UNIT if units else "",
        runs=units,
        socket=config.socket,
        data_root=reader.layout.real(config.data_root),
    )


def _program(reader: Reader, daemon: Daemon) -> str:
    known = reader.circumstances(daemon.pid)
    return (known.program if known else "") or daemon.argv[0]


def _data(reader: Reader, daemon: Daemon) -> str:
    """The data-root that nothing but its command line leads to, inside the root."""
    given = data_root_of(daemon.argv) or ""
    real = places.plain(given) if given.startswith("/") else places.of(reader, daemon).data_root
    if not given or not _is_inside(reader, real) or real.startswith(f"{snaps.DATA_ROOT}"):
        return ""
    path = reader.layout.stored(real)
    return "" if path == DaemonConfig.read(reader).data_root else path


def _is_inside(reader: Reader, real: str) -> bool:
    return real.startswith(f"{reader.layout.root}/")


def _is_ours(reader: Reader, path: str) -> bool:
    """Whether a link of ours stands there."""
    target = reader.link(path) or ""
    leads = os.path.normpath(os.path.join(os.path.dirname(path), target))
    return bool(target) and leads.startswith(f"{reader.layout.current}/")

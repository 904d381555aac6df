"""The engines that somebody else brought to this machine: found, named, left and gone back to."""

import os
import re
from collections.abc import Sequence
from dataclasses import replace

from dockswitch.engine import (
    api,
    by_hand,
    foreign,
    packages,
    places,
    services,
    snaps,
    supervision,
    unit_files,
)
from dockswitch.engine.daemon_config import DaemonConfig
from dockswitch.engine.flags import data_root_of, stored
from dockswitch.engine.log import last_lines
from dockswitch.engine.running import running
from dockswitch.model.errors import DockswitchError
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.ports import Daemon, Reader
from dockswitch.model.step import ASIDE, Aside, ByHand, File, Link, Service, Step

_UNIT = "docker.service"  # of all packages
_FOLDERS = ("/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/opt/docker")
_NAMES = ("dockerd", "dockerd-current")  # RHEL's own is the second

_ASK = 20.0  # seconds for a program that says its version


def neighbours(reader: Reader) -> tuple[Neighbour, ...]:
    """Those that use what an engine of ours would use, then those that are only installed."""
    config = DaemonConfig.read(reader)
    ours = running(reader)
    others = [each for each in reader.daemons() if ours is None or each.pid != ours.pid]
    run = [of(reader, each) for each in others if foreign.shared(reader, config, each)]
    seen = {_program(reader, each) for each in others}
    seen |= {found.package for found in run if found.package}
    idle = [found for found in _installed(reader) if not {found.program, found.package} & seen]
    return (*run, *idle)


def of(reader: Reader, daemon: Daemon) -> Neighbour:
    """What that daemon is and where it came from."""
    known = reader.circumstances(daemon.pid)
    program = _program(reader, daemon)
    its = places.of(reader, daemon)
    found = _brought(reader, program)
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
    version = str(identity.version) if identity else _asked(reader, program)
    found = replace(found, version=version or found.version)
    if found.kind == "snap" or reader.layout.scope == "user":
        return found  # a person's own is started by more than its command line
    units = _units(reader, known.unit if known else "", program, daemon.pid)
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
    return replace(_snap(reader), pid=pid) if _is_the_snaps(reader, pid) else None


def is_it(reader: Reader, daemon: Daemon, neighbour: Neighbour) -> bool:
    """Whether that daemon is the one meant."""
    if any(stored(daemon.argv, reader.layout.root) == each.argv for each in _by_hand(neighbour)):
        return True
    if neighbour.kind == "snap":
        return _is_the_snaps(reader, daemon.pid)
    known = reader.circumstances(daemon.pid)
    return known is not None and bool(neighbour.unit) and known.program == neighbour.program


def listens(reader: Reader, pid: int, neighbour: Neighbour) -> bool:
    """Whether who listens is the one meant, or systemd in its stead."""
    if pid == 1:
        return bool(neighbour.unit)
    if neighbour.kind == "snap":
        return _is_the_snaps(reader, pid)
    return any(each.pid == pid and is_it(reader, each, neighbour) for each in reader.daemons())


def leaving(reader: Reader, neighbour: Neighbour, readies: Sequence[Step]) -> tuple[Step, ...]:
    """The steps that stop it and keep it stopped; none where it does not run, nor at boot.

    `readies` are those that prepare an engine of ours: a unit that they write takes the place of
    one of the same name, and with it what is enabled by that name.
    """
    written = {os.path.basename(step.path) for step in readies if isinstance(step, File)}
    steps: list[Step] = []
    for step in reversed(neighbour.runs):
        match step:
            case Service(manager, name) if not _is_ours_now(reader, step):
                now = services.observed(reader, step)
                off = Service(manager, name, active=False, enabled=now.enabled and name in written)
                steps += [off] if now != off else []
            case ByHand() if by_hand.running(reader, step):
                steps.append(replace(step, runs=False))
            case Link(path, target) if reader.link(path) == target:
                steps.append(Link(path, None))
            case _:
                pass
    return tuple(steps)


def in_the_way(reader: Reader, neighbour: Neighbour, names: Sequence[str]) -> tuple[Aside, ...]:
    """Its own files, or links to them, where links of ours with these names are to be."""
    folder = os.path.dirname(neighbour.program)
    found = []
    for path in (f"{reader.layout.bin}/{name}" for name in names):
        real = reader.layout.real(path)
        target = reader.link(path)
        leads = os.path.normpath(os.path.join(os.path.dirname(real), target or real))
        step = Aside(path, there=False)
        if reader.kind(path) is None or reader.kind(step.place) is not None:
            continue  # nothing is there, or no place to put it
        if os.path.dirname(leads) == folder:
            found.append(step)
    return tuple(found)


def returning(reader: Reader, neighbour: Neighbour | None) -> tuple[Step, ...]:
    """The steps that make it run as it did; raises NeighbourGone where it is not installed."""
    if neighbour is None:
        return ()
    if not _asked(reader, _now_at(reader, neighbour)) and neighbour.kind != "snap":
        raise NeighbourGone(neighbour)
    folder = reader.layout.bin
    aside = (name for name in reader.names(folder) if name.endswith(ASIDE))
    steps: list[Step] = []
    steps += [Aside(f"{folder}/{name.removesuffix(ASIDE)}", there=True) for name in aside]
    for step in neighbour.runs:
        match step:
            case Service() if _is_ours_now(reader, step) or services.observed(reader, step) != step:
                steps.append(step)
            case File(path, content) if reader.read(path) != (content or "").encode():
                steps.append(step)
            case Link(path, target) if reader.link(path) != target:
                steps.append(step)
            case ByHand() if not by_hand.running(reader, step):
                steps.append(step)
            case _:
                pass
    return tuple(steps)


def now(reader: Reader, neighbour: Neighbour) -> Neighbour:
    """As it stands while it is in force: its owner may have upgraded, stopped or restarted it."""
    for found in neighbours(reader):
        same = (found.kind, found.package) == (neighbour.kind, neighbour.package)
        if same and (found.package or found.program == neighbour.program):
            return found if found.runs else replace(neighbour, version=found.version)
    return neighbour


def current_version(reader: Reader, neighbour: Neighbour) -> str:
    """The version that it will answer with once it runs: a package may have been upgraded."""
    if neighbour.kind == "snap":
        snap = snaps.snap(reader)
        return _without_packing(snap.version) if snap else neighbour.version
    return _asked(reader, neighbour.program) or neighbour.version


def may_answer(reader: Reader, neighbour: Neighbour) -> bool:
    """Whether it lives; of a service its keeper would have said so."""
    started = _by_hand(neighbour)
    return not started or any(by_hand.running(reader, step) for step in started)


def said(reader: Reader, neighbour: Neighbour, lines: int) -> tuple[str, ...]:
    """The last lines of what it said; they are in our log where we started it."""
    if not neighbour.unit:
        return last_lines(reader, lines)
    asked = ["journalctl", "--unit", neighbour.unit, "--output=cat", "--no-pager"]
    return tuple(reader.run([*asked, f"--lines={lines}"], timeout=_ASK).out.splitlines())


def _installed(reader: Reader) -> list[Neighbour]:
    """Those on the usual folders of PATH, and the snap."""
    found = []
    layout = reader.layout
    for path in (f"{folder}/{name}" for folder in _FOLDERS for name in _NAMES):
        if reader.kind(path) is None or _is_ours(reader, path):
            continue
        program = layout.real(path)
        units = _units(reader, _UNIT, program, None)
        brought = _brought(reader, program)
        config = DaemonConfig.read(reader)
        found.append(
            replace(
                brought,
                version=_asked(reader, program),
                unit=_UNIT if units else "",
                runs=units,
                socket=config.socket,
                data_root=layout.real(config.data_root),
            )
        )
    if not layout.root and layout.scope == "system" and reader.kind(snaps.FOLDER) is not None:
        pid = reader.listener(layout.socket)
        found += [replace(_snap(reader), pid=pid if pid and _is_the_snaps(reader, pid) else None)]
    return found


def _is_the_snaps(reader: Reader, pid: int) -> bool:
    known = reader.circumstances(pid)
    return known is not None and (
        known.unit == snaps.UNIT or known.program.startswith(f"{snaps.FOLDER}/")
    )


def _program(reader: Reader, daemon: Daemon) -> str:
    known = reader.circumstances(daemon.pid)
    return (known.program if known else "") or daemon.argv[0]


def _brought(reader: Reader, program: str) -> Neighbour:
    """Who brought that program."""
    if program.startswith(f"{snaps.FOLDER}/"):
        return replace(_snap(reader), program=program)
    package = packages.owner(reader, program)
    if package is None:
        return Neighbour("unpacked", program, "")
    return Neighbour("package", program, "", package.name, package.version)


def _snap(reader: Reader) -> Neighbour:
    snap = snaps.snap(reader)
    if snap is None:  # snapd itself does not answer
        return Neighbour("snap", snaps.FOLDER, "", snaps.NAME)
    return Neighbour(
        "snap",
        snap.program,
        _without_packing(snap.version),
        snaps.NAME,
        snap.version,
        unit=snaps.UNIT,
        runs=(Service("snap", snaps.NAME, snap.active, snap.enabled),),
        socket=reader.layout.socket,
        data_root=snaps.DATA_ROOT,
    )


def _now_at(reader: Reader, neighbour: Neighbour) -> str:
    """Its dockerd, which may have been put aside."""
    inside = _is_inside(reader, neighbour.program)
    put = f"{neighbour.program}{ASIDE}"
    if inside and reader.kind(reader.layout.stored(put)) is not None:
        return put
    return neighbour.program


def _units(reader: Reader, name: str, program: str, pid: int | None) -> tuple[Step, ...]:
    """The unit that starts that program, behind the sockets that start the unit; as they are now.

    A process that a person started may stand in the unit of whatever let that person in, such as
    `ssh.service`: only a unit whose own program it is counts.
    """
    if not name or not supervision.by_systemd(reader):
        return ()
    unit = services.unit(reader, name)
    if not unit.there or unit_files.ours(reader, name) is not None:
        return ()
    if unit.program not in (program, _usr_merged(program)) and (pid is None or unit.pid != pid):
        return ()
    names = (*unit.sockets, name)
    files = (_owners_file(reader, f"{unit_files.ETC}/{each}") for each in names)
    asked = (Service("systemd", each, active=False, enabled=False) for each in names)
    return (
        *(file for file in files if file is not None),
        *(services.observed(reader, each) for each in asked),
    )


def _owners_file(reader: Reader, path: str) -> Step | None:
    """A unit that an owner wrote there, where one of ours would come; None where there is none."""
    target = reader.link(path)
    if target is not None:
        return Link(path, target)
    content = reader.read(path)
    try:
        return None if content is None else File(path, content.decode())
    except UnicodeDecodeError:
        return None  # what cannot be brought back as it was is not replaced either


def _usr_merged(program: str) -> str:
    """`/usr/sbin/dockerd` as units of a time before /sbin was a link name it."""
    return program.removeprefix("/usr") if program.startswith("/usr/") else f"/usr{program}"


def _is_ours_now(reader: Reader, step: Service) -> bool:
    """Whether the unit of that name is one of ours just now."""
    return step.manager == "systemd" and unit_files.ours(reader, step.name) is not None


def _by_hand(neighbour: Neighbour) -> list[ByHand]:
    return [step for step in neighbour.runs if isinstance(step, ByHand)]


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


def _asked(reader: Reader, program: str) -> str:
    """The version that a dockerd says of itself, empty where it cannot be run."""
    told = reader.run([program, "--version"], timeout=_ASK)
    version = re.search(r"\bversion ([^\s,]+)", told.out)
    return version[1] if version and told.code == 0 else ""


def _without_packing(version: str) -> str:
    """The snap `28.1.1+1` is the engine 28.1.1."""
    return version.partition("+")[0]


class NeighbourGone(DockswitchError):
    def __init__(self, neighbour: Neighbour) -> None:
        super().__init__(
            f"{neighbour} is not installed any more",
            details=f"{neighbour.program} cannot be run; nothing was stopped",
            hint=f"install {neighbour.package or 'it'} again, or end dockswitch's own engine with "
            "`dockswitch daemon stop`",
        )

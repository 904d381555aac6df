"""What brought a dockerd to this machine: a package, a snap, or a person who unpacked it."""

import re
from dataclasses import replace

from dockswitch.engine import packages, services, snaps, supervision, unit_files
from dockswitch.model.neighbour import Neighbour
from dockswitch.model.ports import Reader
from dockswitch.model.step import File, Link, Service, Step

_ASK = 20.0  # seconds for a program that says its version


def by(reader: Reader, program: str) -> Neighbour:
    """Who brought that program."""
    if program.startswith(f"{snaps.FOLDER}/"):
        return replace(the_snap(reader), program=program)
    package = packages.owner(reader, program)
    if package is None:
        return Neighbour("unpacked", program, "")
    return Neighbour("package", program, "", package.name, package.version)


def the_snap(reader: Reader) -> Neighbour:
    snap = snaps.snap(reader)
    if snap is None:  # snapd itself does not answer
        return Neighbour("snap", snaps.FOLDER, "", snaps.NAME)
    return Neighbour(
        "snap",
        snap.program,
        without_packing(snap.version),
        snaps.NAME,
        snap.version,
        unit=snaps.UNIT,
        runs=(Service("snap", snaps.NAME, snap.active, snap.enabled),),
        socket=reader.layout.socket,
        data_root=snaps.DATA_ROOT,
    )


def is_the_snaps(reader: Reader, pid: int) -> bool:
    known = reader.circumstances(pid)
    return known is not None and (
        known.unit == snaps.UNIT or known.program.startswith(f"{snaps.FOLDER}/")
    )


def units(reader: Reader, name: str, program: str, pid: int | None) -> tuple[Step, ...]:
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


def version_of(reader: Reader, program: str) -> str:
    """The version that a dockerd says of itself, empty where it cannot be run."""
    told = reader.run([program, "--version"], timeout=_ASK)
    version = re.search(r"\bversion ([^\s,]+)", told.out)
    return version[1] if version and told.code == 0 else ""


def without_packing(version: str) -> str:
    """The snap `28.1.1+1` is the engine 28.1.1."""
    return version.partition("+")[0]


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

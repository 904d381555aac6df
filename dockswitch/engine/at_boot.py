"""The unit that undoes at boot what a power cut left of a switch, before docker starts.

A user's own systemd has one too: it comes up with the machine, or with the user's login.
"""

import os
from collections.abc import Iterator, Mapping, Sequence

from dockswitch.engine import supervision, systemctl, unit_files, units
from dockswitch.model.layout import Layout
from dockswitch.model.ports import Reader, System
from dockswitch.model.step import File, Link, Step

UNIT = "dockswitch-recover.service"

# By which dockswitch finds a user's places; a login may set them, and no systemd knows it.
_PLACES = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")


def readies(
    reader: Reader, program: Sequence[str], environment: Mapping[str, str] = os.environ
) -> tuple[Step, ...]:
    """The steps that must come before all others of a switch; none where no systemd boots.

    `program` is dockswitch's own command line. Raises ForeignUnit, Masked.
    """
    if not supervision.starts_at_boot(reader):
        return ()
    unit_files.refuse_foreign(reader, UNIT)
    layout = reader.layout
    place, link = unit_files.path(layout, UNIT), unit_files.enabled(layout, UNIT)
    text, there = _text(layout, program, environment), unit_files.ours(reader, UNIT)
    steps: list[Step] = [] if there == text else [File(place, text)]
    if there is None and reader.link(link) is None:  # whoever disabled it later meant it
        steps.append(Link(link, place))
    return tuple(steps)


def remove(system: System) -> None:
    """Takes it away where nothing of ours is left; no step, for it is needed until the commit.

    It is stopped last, for it may be what runs us; since the boot it counts as active.
    """
    if unit_files.ours(system, UNIT) is None:
        return
    system.point(unit_files.enabled(system.layout, UNIT), None)
    system.write(unit_files.path(system.layout, UNIT), None)
    systemctl.told(system, "daemon-reload")
    systemctl.told(system, "stop", "--no-block", UNIT)


def boots(system: System, *, starts: bool) -> None:
    """Has systemd read its units anew while it boots, and start the engine after us."""
    systemctl.told(system, "daemon-reload")
    kept = (units.SERVICE, units.SOCKET)
    wanted = [unit for unit in kept if unit_files.ours(system, unit) is not None]
    if starts and wanted:
        # Waiting for docker would be waiting for ourselves: it is started after us.
        systemctl.told(system, "start", "--no-block", *wanted)


def _text(layout: Layout, program: Sequence[str], environment: Mapping[str, str]) -> str:
    system = layout.scope == "system"
    words = ("recover", "--boot") if system else ("--user", "recover", "--boot")
    return "\n".join(
        [
            units.MARK,
            f"# a drop-in (`systemctl {'' if system else '--user '}edit {UNIT}`), which is kept.",
            "[Unit]",
            "Description=Undo what a power cut left of a switch of Docker Engine",
            *(_early(layout, program) if system else (f"Before={units.SERVICE}",)),
            "",
            "[Service]",
            "Type=oneshot",
            # Only at boot: later a switch may be under way, and waits for docker as docker for us.
            "RemainAfterExit=yes",
            *(() if system else places(environment)),
            f"ExecStart={units.command([*program, *words])}",
            "TimeoutStartSec=120",
            "",
            "[Install]",
            f"WantedBy={'multi-user.target' if system else 'default.target'}",
            "",
        ]
    )


def _early(layout: Layout, program: Sequence[str]) -> Iterator[str]:
    places = (layout.state, layout.bin, os.path.dirname(program[0]))
    # Sockets are made early: whatever waits for the usual things comes after docker.socket.
    yield "DefaultDependencies=no"
    yield f"RequiresMountsFor={' '.join(units.quoted(place) for place in places)}"
    yield "After=local-fs.target"
    yield f"Before={units.SERVICE} {units.SOCKET} {units.CONTAINERD} shutdown.target"
    yield "Conflicts=shutdown.target"


def places(environment: Mapping[str, str]) -> Iterator[str]:
    """What tells a unit of a user's where their places are."""
    for name in _PLACES:
        if environment.get(name):
            yield f"Environment={units.quoted(f'{name}={environment[name]}')}"

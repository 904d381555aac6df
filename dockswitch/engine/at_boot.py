"""The unit that undoes at boot what a power cut left of a switch, before docker starts."""

import os
from collections.abc import Sequence

from dockswitch.engine import supervision, unit_files, units
from dockswitch.model.ports import Reader, System
from dockswitch.model.step import File, Link, Step

UNIT = "dockswitch-recover.service"
_TARGET = "multi-user.target"
_LINK = unit_files.wanted_by(_TARGET, UNIT)


def readies(reader: Reader, program: Sequence[str]) -> tuple[Step, ...]:
    """The steps that must come before all others of a switch; none where no systemd boots.

    `program` is dockswitch's own command line.
    """
    if not supervision.starts_at_boot(reader):
        return ()
    if reader.layout.scope == "user":
        from dockswitch.engine import rootless_at_boot

        return rootless_at_boot.readies(reader, program)
    unit_files.refuse_foreign(reader, UNIT)
    text, there = _text(reader, program), unit_files.ours(reader, UNIT)
    steps: list[Step] = [] if there == text else [File(unit_files.path(UNIT), text)]
    if there is None:  # whoever disabled it later meant it
        steps.append(Link(_LINK, unit_files.path(UNIT)))
    return tuple(steps)


def remove(system: System) -> None:
    """Takes it away where nothing of ours is left; no step, for it is needed until the commit."""
    if system.layout.scope == "user":
        from dockswitch.engine import rootless_at_boot

        rootless_at_boot.remove(system)
        return
    if unit_files.ours(system, UNIT) is not None:
        system.point(_LINK, None)
        system.command(["systemctl", "stop", UNIT])  # since the boot it counts as active
        system.write(unit_files.path(UNIT), None)
        system.command(["systemctl", "daemon-reload"])


def _text(reader: Reader, program: Sequence[str]) -> str:
    layout = reader.layout
    places = (layout.state, layout.bin, os.path.dirname(program[0]))
    return "\n".join(
        [
            f"{units.MARK}",
            f"# a drop-in (`systemctl edit {UNIT}`), which is kept.",
            "[Unit]",
            "Description=Undo what a power cut left of a switch of Docker Engine",
            # Sockets are made early: whatever waits for the usual things comes after docker.socket.
            "DefaultDependencies=no",
            f"RequiresMountsFor={' '.join(units.quoted(place) for place in places)}",
            "After=local-fs.target",
            f"Before={units.SERVICE} {units.SOCKET} {units.CONTAINERD} shutdown.target",
            "Conflicts=shutdown.target",
            "",
            "[Service]",
            "Type=oneshot",
            # Only at boot: later a switch may be under way, and waits for docker as docker for us.
            "RemainAfterExit=yes",
            f"ExecStart={units.command([*program, 'recover', '--boot'])}",
            "TimeoutStartSec=120",
            "",
            "[Install]",
            f"WantedBy={_TARGET}",
            "",
        ]
    )

"""Whoever takes a switch back that nobody confirms: a timer of systemd's, or a process of ours.

Both run `dockswitch recover --unconfirmed`, which sees it through, and go by the record alone: who
waits is no part of a switch, and is made anew wherever a record is found that nobody watches.
"""

import os
from collections.abc import Iterator, Mapping, Sequence

from dockswitch.engine import at_boot, supervision, systemctl, unit_files, units
from dockswitch.engine.units import REVERT, REVERT_TIMER
from dockswitch.model.errors import DockswitchError, HandsNeeded
from dockswitch.model.layout import Layout
from dockswitch.model.ports import Reader, System
from dockswitch.model.unconfirmed import Unconfirmed

# seconds; a Python that a slow disk has yet to read
_BEGINS, _LOOK = 20.0, 0.05
# Where systemd notes when a timer elapsed last, to make up for what it missed.
_STAMPS = "/var/lib/systemd/timers"


def refuse_foreign(reader: Reader) -> None:
    """Raises ForeignUnit or Masked where somebody else's unit lies where ours would."""
    if supervision.starts_at_boot(reader):
        for unit in (REVERT, REVERT_TIMER):
            unit_files.refuse_foreign(reader, unit)


def is_watched(reader: Reader) -> bool:
    """Whether somebody waits for what is unconfirmed to be due."""
    layout = reader.layout
    if reader.lock_holder(layout.real(layout.watch)) is not None:
        return True
    if not supervision.starts_at_boot(reader) or unit_files.ours(reader, REVERT_TIMER) is None:
        return False
    return systemctl.asked(reader, "is-active", REVERT_TIMER).code == 0


def begin(system: System, waits: Unconfirmed, program: Sequence[str]) -> None:
    """Has somebody wait for it; `program` is dockswitch's own command line. Raises NobodyWatches.

    systemd goes by its own clock, and by the time since the machine was booted: a machine that was
    off when it was due makes up for it.
    """
    if not supervision.starts_at_boot(system):
        _start(system, program)
        return
    layout = system.layout
    # The timer is there first and goes last: by it, what a kill left of both is found.
    texts = {REVERT_TIMER: _timer(layout, waits), REVERT: _service(layout, program, os.environ)}
    for unit, text in texts.items():
        if unit_files.ours(system, unit) != text:
            system.write(unit_files.path(layout, unit), text.encode())
    link, place = (where(layout, REVERT_TIMER) for where in (unit_files.enabled, unit_files.path))
    if system.link(link) != place:
        system.point(link, place)
    systemctl.told(system, "daemon-reload")
    started = systemctl.told(system, "restart", REVERT_TIMER)
    if started.code != 0:
        raise NobodyWatches(started.err.strip() or f"{REVERT_TIMER} does not start")


def again(system: System, waits: Unconfirmed, program: Sequence[str], *, due: bool) -> None:
    """As `begin`, where nobody waits any more, such as behind a reboot in the midst of going back.

    Nothing is waited for, for the machine may be booting.
    """
    if not supervision.starts_at_boot(system):
        if not is_watched(system):
            _start(system, program)
        return
    if unit_files.ours(system, REVERT_TIMER) != _timer(system.layout, waits):
        begin(system, waits, program)
    elif not is_watched(system):
        systemctl.told(system, "start", "--no-block", REVERT_TIMER)
    if due:
        systemctl.told(system, "start", "--no-block", REVERT)


def end(system: System) -> None:
    """Nobody waits any more. A process of ours sees by itself that the record is gone.

    The service is not stopped, for it may be what runs us.
    """
    layout = system.layout
    if not supervision.starts_at_boot(system) or unit_files.ours(system, REVERT_TIMER) is None:
        return
    system.point(unit_files.enabled(layout, REVERT_TIMER), None)
    systemctl.told(system, "stop", "--no-block", REVERT_TIMER)
    stamp = f"{_stamps(layout)}/stamp-{REVERT_TIMER}"
    places = (stamp, *(unit_files.path(layout, unit) for unit in (REVERT, REVERT_TIMER)))
    for place in places:
        if system.kind(place) is not None:
            system.write(place, None)
    systemctl.told(system, "daemon-reload")
    systemctl.told(system, "reset-failed", REVERT)


def _start(system: System, program: Sequence[str]) -> None:
    """Returns once the process waits; one that waits already goes by the new record too."""
    layout = system.layout
    lock = layout.real(layout.watch)
    if system.lock_holder(lock) is not None:
        return
    root = ("--root", layout.root) if layout.root else ()
    argv = (*program, *root, *words(layout))
    pid = system.start(argv, log=layout.watch_log, env=dict(os.environ))
    until = system.monotonic() + _BEGINS
    while system.lock_holder(lock) is None:
        if not system.alive(pid) or system.monotonic() > until:
            raise NobodyWatches(f"{layout.real(layout.watch_log)} says why")
        system.pause(_LOOK)


def words(layout: Layout) -> tuple[str, ...]:
    """The words that dockswitch is told then."""
    scope = ("--user",) if layout.scope == "user" else ()
    return (*scope, "recover", "--unconfirmed")


def _stamps(layout: Layout) -> str:
    if layout.scope == "system":
        return _STAMPS
    return f"{os.path.dirname(layout.state)}/systemd/timers"


def _timer(layout: Layout, waits: Unconfirmed) -> str:
    return "\n".join(
        [
            *_head(layout, REVERT_TIMER),
            "[Unit]",
            "Description=Until a switch of Docker Engine has to be confirmed",
            "",
            "[Timer]",
            f"OnCalendar={waits.until.replace('T', ' ').replace('Z', ' UTC')}",
            # the clock may be set meanwhile
            f"OnActiveSec={waits.wait}",
            "AccuracySec=1s",
            "Persistent=true",
            "",
            "[Install]",
            "WantedBy=timers.target",
            "",
        ]
    )


def _service(layout: Layout, program: Sequence[str], environment: Mapping[str, str]) -> str:
    engine = f"{units.SERVICE} {units.SOCKET} {units.CONTAINERD}"
    return "\n".join(
        [
            *_head(layout, REVERT),
            "[Unit]",
            "Description=Go back from a switch of Docker Engine that nobody confirmed",
            # at boot an engine is asked before it is stopped
            f"After={engine} {at_boot.UNIT}",
            "",
            "[Service]",
            *(() if layout.scope == "system" else at_boot.places(environment)),
            f"ExecStart={units.command([*program, *words(layout)])}",
            "Restart=on-failure",
            "RestartSec=30",
            f"RestartPreventExitStatus={HandsNeeded.exit}",
            # An engine that somebody had started by hand is started by us again, and outlives us.
            "KillMode=process",
            "",
        ]
    )


def _head(layout: Layout, unit: str) -> Iterator[str]:
    whose = "" if layout.scope == "system" else "--user "
    yield units.MARK
    yield f"# a drop-in (`systemctl {whose}edit {unit}`), which is kept."


class NobodyWatches(DockswitchError):
    def __init__(self, why: str) -> None:
        super().__init__(
            "nobody would be there to undo a switch that is not confirmed",
            details=why,
            hint="mend what is named, or switch without --revert-after",
        )

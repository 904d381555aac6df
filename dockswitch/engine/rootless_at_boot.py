"""The unit of a user's own systemd that undoes a cut switch before docker starts."""

import os
from collections.abc import Mapping, Sequence

from dockswitch.engine import unit_files, units
from dockswitch.engine.rootless_systemd import systemctl
from dockswitch.model.layout import Layout
from dockswitch.model.ports import Reader, System
from dockswitch.model.step import File, Link, Step

UNIT = "dockswitch-recover.service"

# By which dockswitch finds its places; a login may set them, and a systemd knows nothing of it.
_PLACES = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")


def readies(
    reader: Reader, program: Sequence[str], environment: Mapping[str, str] = os.environ
) -> tuple[Step, ...]:
    """The steps that must come before all others of a switch. Raises ForeignUnit."""
    place, link = _place(reader.layout), _link(reader.layout)
    text, there = _text(program, environment), _ours(reader)
    kind = reader.kind(place)
    if kind is not None and there is None:
        raise unit_files.ForeignUnit(place, f"a {kind}")
    steps: list[Step] = [] if there == text else [File(place, text)]
    if there is None and reader.link(link) is None:  # whoever disabled it later meant it
        steps.append(Link(link, place))
    return tuple(steps)


def remove(system: System) -> None:
    """Takes it away where nothing of ours is left; stopped last, for it may be what runs us."""
    if _ours(system) is not None:
        system.point(_link(system.layout), None)
        system.write(_place(system.layout), None)
        systemctl(system, "daemon-reload")
        systemctl(system, "--no-block", "stop", UNIT)


def boots(system: System, *, starts: bool) -> None:
    """Has the user's systemd read its units anew while it comes up, and start docker after us."""
    systemctl(system, "daemon-reload")
    if starts:
        # Waiting for docker would be waiting for ourselves.
        systemctl(system, "--no-block", "start", units.SERVICE)


def _place(layout: Layout) -> str:
    return f"{layout.user_units}/{UNIT}"


def _link(layout: Layout) -> str:
    return f"{unit_files.of_user(layout)[1]}/{UNIT}"


def _ours(reader: Reader) -> str | None:
    place = _place(reader.layout)
    text = (reader.read(place) or b"").decode(errors="replace")
    return text if reader.kind(place) == "file" and units.is_ours(text) else None


def _text(program: Sequence[str], environment: Mapping[str, str]) -> str:
    places = (f"{name}={environment[name]}" for name in _PLACES if environment.get(name))
    return "\n".join(
        [
            units.MARK,
            f"# a drop-in (`systemctl --user edit {UNIT}`), which is kept.",
            "[Unit]",
            "Description=Undo what a power cut left of a switch of Docker Engine (Rootless)",
            f"Before={units.SERVICE}",
            "",
            "[Service]",
            "Type=oneshot",
            # Only as it comes up: later a switch may be under way, and waits for docker as docker
            # for us.
            "RemainAfterExit=yes",
            *(f"Environment={units.quoted(each)}" for each in places),
            f"ExecStart={units.command([*program, '--user', 'recover', '--boot'])}",
            "TimeoutStartSec=120",
            "",
            "[Install]",
            "WantedBy=default.target",
            "",
        ]
    )

"""An owner's drop-ins for docker.service: kept, but for one that starts another engine."""

import shlex

from dockswitch.engine import unit_files, units
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Reader


def refuse_other_engine(reader: Reader, dockerd: str) -> None:
    """Raises OtherEngine where a drop-in would start something else than that dockerd."""
    starts: tuple[str, str] | None = None
    for place, text in unit_files.drop_ins(reader, units.SERVICE):
        for command in _commands(text):
            # What is empty takes back all before it; the last one is what is started.
            starts = (place, command)
    if starts is None:
        return
    place, command = starts
    if _program(command) != dockerd:
        raise OtherEngine(place, _program(command), dockerd)


def _commands(text: str) -> list[str]:
    """The values of ExecStart= in the section [Service]."""
    section, found = "", []
    for line in text.replace("\\\n", " ").splitlines():
        said = line.strip()
        if said.startswith("["):
            section = said
        name, equals, value = said.partition("=")
        if equals and section == "[Service]" and name.strip() == "ExecStart":
            found.append(value.strip())
    return found


def _program(command: str) -> str:
    """The program of a command line, without what systemd.service(5) allows before it."""
    try:
        words = shlex.split(command.lstrip("@-:+!"))
    except ValueError:
        words = command.split()
    return words[0] if words else ""


class OtherEngine(DockswitchError):
    def __init__(self, place: str, program: str, dockerd: str) -> None:
        super().__init__(
            f"{place} starts another engine",
            details=f"its ExecStart= names {program or 'nothing'}, so systemd would not start "
            f"{dockerd}",
            hint="take ExecStart= out of it: options belong in daemon.json, and all else that it "
            "sets is kept",
        )

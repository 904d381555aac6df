"""The units of a world as files: which one has a name, and what is enabled or masked."""

from __future__ import annotations

from dataclasses import dataclass

from tests.world.files import Files
from tests.world.payloads import SOCKET, SYSTEMD

ETC = "/etc/systemd/system"
_NOWHERE, _NOTED = "/dev/null", "/var/lib/systemd/deb-systemd-helper-masked"


@dataclass(frozen=True, slots=True)
class Unit:
    """What systemd reads of one: the file, and its text; a masked one has none."""

    path: str
    text: str

    @property
    def masked(self) -> bool:
        return not self.text

    def value(self, name: str) -> str:
        """Of the last line that sets it."""
        found = [line for line in self.text.splitlines() if line.startswith(f"{name}=")]
        return found[-1].partition("=")[2] if found else ""


class UnitFiles:
    """Those of an administrator have the word before those of packages."""

    def __init__(self, files: Files) -> None:
        self.files = files

    def find(self, unit: str) -> Unit | None:
        for path in (f"{ETC}/{unit}", f"{SYSTEMD}/{unit}"):
            if self.files.kind(path) is not None:
                return Unit(path, (self.files.read(path) or b"").decode())
        return None

    def state(self, unit: str) -> str:
        found = self.find(unit)
        if found is None:
            return ""
        if found.masked:
            return "masked"
        return "enabled" if self.is_enabled(unit) else "disabled"

    def is_enabled(self, unit: str) -> bool:
        return self.files.link(_wanted(unit)) is not None

    def enable(self, unit: str) -> None:
        found = self.find(unit)
        self.files.point(_wanted(unit), found.path if found else f"{SYSTEMD}/{unit}")

    def disable(self, unit: str) -> None:
        self.files.point(_wanted(unit), None)

    def mask(self, unit: str) -> None:
        """As deb-systemd-helper does it: a file of an administrator's stays."""
        if self.files.kind(f"{ETC}/{unit}") is None:
            self.files.point(f"{ETC}/{unit}", _NOWHERE)
            self.files.write(f"{_NOTED}/{unit}", b"")

    def unmask(self, unit: str) -> None:
        if self.files.link(f"{ETC}/{unit}") == _NOWHERE:
            self.files.point(f"{ETC}/{unit}", None)
            self.files.write(f"{_NOTED}/{unit}", None)


def _wanted(unit: str) -> str:
    target = "sockets" if unit == SOCKET else "multi-user"
    target = "timers" if unit.endswith(".timer") else target
    return f"{ETC}/{target}.target.wants/{unit}"

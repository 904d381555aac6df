"""Which switch waits to be confirmed, if one does: nearly every command asks, and few have one."""

from typing import TYPE_CHECKING

from dockswitch.model.errors import CorruptState
from dockswitch.model.ports import Reader

if TYPE_CHECKING:  # imported where there is one
    from dockswitch.model.unconfirmed import Unconfirmed

_BOOT, _UPTIME = "/proc/sys/kernel/random/boot_id", "/proc/uptime"


def read(reader: Reader) -> "Unconfirmed | None":
    """What waits to be confirmed; None where nothing does. Raises CorruptState."""
    content = reader.read(reader.layout.unconfirmed)
    if content is None:
        return None
    from dockswitch.model import unconfirmed

    try:
        return unconfirmed.from_json(content.decode())
    except ValueError as error:
        raise CorruptState(reader.layout.real(reader.layout.unconfirmed), str(error)) from None


def left(reader: Reader, waits: "Unconfirmed") -> float:
    """The seconds that are left; none or less where it is due."""
    return waits.left(reader.now(), boot(reader), uptime(reader))


def boot(reader: Reader) -> str:
    """Which boot of the machine this is; empty where nobody knows."""
    return (reader.outside(_BOOT) or b"").decode().strip()


def uptime(reader: Reader) -> float:
    """Seconds since the machine was booted, those that it slept too; 0 where nobody knows."""
    first = (reader.outside(_UPTIME) or b"0").split()[0]
    return round(float(first), 2)

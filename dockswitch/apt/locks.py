"""The locks of dpkg and apt: waited for, with a message that names who holds them."""

from dockswitch.apt import call
from dockswitch.model.errors import Busy
from dockswitch.model.ports import Reader, System

# where packages are changed; in the order in which apt takes them
DPKG = ("/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/cache/apt/archives/lock")
# where it is read what there is
LISTS = ("/var/lib/apt/lists/lock",)

_PAUSE = 0.2  # seconds


def wait(system: System, locks: tuple[str, ...] = DPKG + LISTS) -> None:
    """Returns once nobody holds any of these locks, and no apt-get of ours is left at work.

    One that was begun just before we were killed has none of apt's locks yet. Raises PackagesBusy
    after the system's `apt_wait`; the first boot of a machine in a cloud upgrades it for minutes.
    """
    began, told = system.monotonic(), ""
    ours = system.layout.real(call.log(system.layout))
    while (lock := _held(system, locks, ours)) is not None:
        path, holder = lock
        waited = system.monotonic() - began
        if waited >= system.apt_wait:
            raise PackagesBusy(holder, path, int(waited))
        if holder != told:
            system.tell(f"waiting for {holder}, which is changing this machine's packages")
            told = holder
        system.pause(_PAUSE)


def _held(reader: Reader, locks: tuple[str, ...], ours: str) -> tuple[str, str] | None:
    """The first lock that is held, and who holds it; whatever we have apt do holds `ours`."""
    for path in locks:
        pid = reader.lock_holder(path)
        if pid is not None:
            return path, _named(reader, pid)
    if reader.lock_holder(ours) is not None:
        return ours, "an apt-get that dockswitch began"
    return None


def _named(reader: Reader, pid: int) -> str:
    """`process 4711 (apt-get)`; a script is named beside what runs it."""
    if not pid:
        return "a process outside this container"
    words = (reader.outside(f"/proc/{pid}/cmdline") or b"").decode(errors="replace").split("\0")
    program, *rest = [word.rpartition("/")[2] for word in words[:2]]
    script = rest if len(words) > 1 and words[1].startswith("/") else []
    return f"process {pid} ({' '.join([program, *script])})" if program else f"process {pid}"


class PackagesBusy(Busy):
    """`holder` says who, `path` which lock; `waited` is in seconds, None where apt waited."""

    def __init__(self, holder: str, path: str, waited: int | None = None) -> None:
        super().__init__(
            "another program is changing this machine's packages",
            details=f"{holder} holds {path}"
            + ("" if waited is None else f"; waited {waited} s for it"),
            hint="wait until it is done, then run the same command again; DOCKSWITCH_APT_WAIT says "
            "how many seconds it is waited for",
        )

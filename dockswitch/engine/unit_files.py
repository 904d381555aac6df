"""Units as files: what lies where systemd looks for them, and where those of ours are."""

from collections.abc import Iterator

from dockswitch.engine import systemctl, units
from dockswitch.model.errors import DockswitchError
from dockswitch.model.layout import Layout
from dockswitch.model.ports import Reader

# Where an administrator's units are, and ours: before all others.
ETC = "/etc/systemd/system"
# The first that has a name has the word; see systemd.unit(5).
FOLDERS = (
    *(f"{ETC}.control", "/run/systemd/system.control", "/run/systemd/transient"),
    *(ETC, "/run/systemd/system"),
    *("/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"),
)
# What files of ours are called there.
NAMES = (f"{units.SERVICE}.", f"{units.SOCKET}.", "dockswitch-")


def path(layout: Layout, unit: str) -> str:
    """Where a unit of ours lies: the machine's, or that of a user's own systemd."""
    return f"{_folder(layout)}/{unit}"


def enabled(layout: Layout, unit: str) -> str:
    """The link that has systemd start a unit of ours by itself."""
    return f"{_folder(layout)}/{_target(layout, unit)}.wants/{unit}"


def written(layout: Layout) -> tuple[str, ...]:
    """Every folder in which dockswitch writes."""
    targets = {_target(layout, unit) for unit in (units.SERVICE, units.SOCKET, units.REVERT_TIMER)}
    folder = _folder(layout)
    return (folder, *(f"{folder}/{target}.wants" for target in sorted(targets)))


def _folder(layout: Layout) -> str:
    return ETC if layout.scope == "system" else layout.user_units


def _target(layout: Layout, unit: str) -> str:
    if unit.endswith(".timer"):
        return "timers.target"
    if layout.scope == "user":
        return "default.target"
    return "sockets.target" if unit == units.SOCKET else "multi-user.target"


def ours(reader: Reader, unit: str) -> str | None:
    """The text of a unit that we wrote; None where there is none."""
    place = path(reader.layout, unit)
    text = (reader.read(place) or b"").decode(errors="replace")
    return text if reader.kind(place) == "file" and units.is_ours(text) else None


def refuse_foreign(reader: Reader, unit: str) -> None:
    """Raises ForeignUnit where somebody else's unit lies where ours would."""
    place = path(reader.layout, unit)
    kind = reader.kind(place)
    if kind is None or ours(reader, unit) is not None:
        return
    target = reader.link(place)
    if target == "/dev/null":
        raise Masked(unit, place, reader.layout)
    raise ForeignUnit(place, f"a link to {target}" if target else f"a {kind}")


def has(reader: Reader, unit: str) -> bool:
    """Whether systemd knows a unit of that name, by whomever, that is not masked."""
    for folder in FOLDERS:
        if reader.kind(f"{folder}/{unit}") is not None:
            return reader.link(f"{folder}/{unit}") != "/dev/null"
    return False


def listens(reader: Reader) -> bool:
    """Whether systemd listens for the engine by a docker.socket of ours."""
    if reader.layout.root or ours(reader, units.SOCKET) is None:
        return False
    return systemctl.asked(reader, "is-active", units.SOCKET).code == 0


def drop_ins(reader: Reader, unit: str) -> Iterator[tuple[str, str]]:
    """The drop-ins of a unit as systemd applies them: path and text of each."""
    found: dict[str, str] = {}
    for folder in FOLDERS:
        for name in reader.names(f"{folder}/{unit}.d"):
            if name.endswith(".conf"):
                found.setdefault(name, f"{folder}/{unit}.d/{name}")
    for _, place in sorted(found.items()):
        yield place, (reader.read(place) or b"").decode(errors="replace")


class ForeignUnit(DockswitchError):
    def __init__(self, place: str, what: str) -> None:
        super().__init__(
            f"{place} is in the way",
            details=f"it is {what}, which dockswitch did not make",
            hint=f"move it aside (`mv {place} {place}.old`) and run the same command again; what "
            "it sets for the engine belongs in a drop-in, which is kept",
        )


class Masked(DockswitchError):
    def __init__(self, unit: str, place: str, layout: Layout) -> None:
        whose = "" if layout.scope == "system" else "--user "
        super().__init__(
            f"{unit} is masked",
            details=f"{place} is a link to /dev/null: systemd is to start no such unit",
            hint=f"`systemctl {whose}unmask {unit}` lets it be started again",
        )


class OtherUnit(DockswitchError):
    """A unit of ours that does not start what was written into it."""

    def __init__(self, place: str, program: str, layout: Layout) -> None:
        whose = "" if layout.scope == "system" else "--user "
        super().__init__(
            f"{place} does not start {program}",
            details="somebody changed it, or it could not be written",
            hint=f"`dockswitch {whose}use` writes it anew",
        )

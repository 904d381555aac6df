"""What lies in the folders in which systemd looks for units."""

from collections.abc import Iterator

from dockswitch.engine import units
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


# Where dockswitch writes, and what its files are called.
WRITTEN = (ETC, f"{ETC}/multi-user.target.wants", f"{ETC}/sockets.target.wants")
NAMES = (f"{units.SERVICE}.", f"{units.SOCKET}.", "dockswitch-")


def of_user(layout: Layout) -> tuple[str, str]:
    """Where dockswitch writes for a user's own systemd."""
    return layout.user_units, f"{layout.user_units}/default.target.wants"


def path(unit: str) -> str:
    """Where a unit of ours lies."""
    return f"{ETC}/{unit}"


def wanted_by(target: str, unit: str) -> str:
    """The link that enables a unit of ours."""
    return f"{ETC}/{target}.wants/{unit}"


def ours(reader: Reader, unit: str) -> str | None:
    """The text of a unit that we wrote; None where there is none."""
    place = path(unit)
    text = (reader.read(place) or b"").decode(errors="replace")
    return text if reader.kind(place) == "file" and units.is_ours(text) else None


def refuse_foreign(reader: Reader, unit: str) -> None:
    """Raises ForeignUnit where somebody else's unit lies where ours would."""
    place = path(unit)
    kind = reader.kind(place)
    if kind is None or ours(reader, unit) is not None:
        return
    target = reader.link(place)
    if target == "/dev/null":
        raise Masked(unit, place)
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
    return reader.run(["systemctl", "is-active", units.SOCKET]).code == 0


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
    def __init__(self, unit: str, place: str) -> None:
        super().__init__(
            f"{unit} is masked",
            details=f"{place} is a link to /dev/null: systemd is to start no such unit",
            hint=f"`systemctl unmask {unit}` lets it be started again",
        )

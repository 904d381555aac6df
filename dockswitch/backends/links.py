"""The links to a version's programs: `current`, those for people, and their client's plug-ins."""

import posixpath
from collections.abc import Collection

from dockswitch.model.errors import DockswitchError
from dockswitch.model.layout import PLUGINS
from dockswitch.model.plan import Goal, Installed
from dockswitch.model.ports import Reader
from dockswitch.model.step import Link


def steps(goal: Goal, installed: Installed, reader: Reader) -> tuple[Link, ...]:
    """`current` first, so that a link of the binary folder never points to nothing."""
    layout = reader.layout
    folder = goal.bundle.folder if goal.bundle else ""
    current = Link(layout.current, posixpath.relpath(folder, layout.state) if folder else None)
    names = tuple(name for name in goal.names if not _is_owners_plugin(reader, name))
    wanted = [Link(_place(reader, name), _target(reader, name)) for name in names]
    gone = [Link(_place(reader, name), None) for name in installed.names if name not in names]
    links = [current, *wanted, *gone] if folder else [*gone, current]
    return tuple(link for link in links if reader.link(link.path) != link.target)


def refuse_foreign(reader: Reader, goal: Goal, adopted: Collection[str]) -> None:
    """Raises ForeignFile where something else stands in a link's place, but what is `adopted`."""
    for name in goal.names:
        path = _place(reader, name)
        if _is_foreign(reader, name) and not _is_plugin(name) and path not in adopted:
            target = reader.link(path)
            what = f"a link to {target}" if target else f"a {reader.kind(path)}"
            raise ForeignFile(reader.layout.real(path), what)


def _is_owners_plugin(reader: Reader, name: str) -> bool:
    """Whether somebody else's plug-in of that name is there: it stays."""
    return _is_plugin(name) and _is_foreign(reader, name)


def _is_foreign(reader: Reader, name: str) -> bool:
    path = _place(reader, name)
    return reader.kind(path) is not None and reader.link(path) != _target(reader, name)


def _is_plugin(name: str) -> bool:
    return name.startswith(f"{PLUGINS}/")


def linked(reader: Reader) -> tuple[str, ...]:
    """The links of ours in the folders for people."""
    layout = reader.layout
    programs = (_program(reader, name) for name in reader.names(layout.bin))
    names = (*programs, *(f"{PLUGINS}/{n}" for n in reader.names(layout.plugins)))
    return tuple(n for n in names if reader.link(_place(reader, n)) == _target(reader, n))


def _place(reader: Reader, name: str) -> str:
    """Where people find a program, or their client its plug-in."""
    if _is_plugin(name):
        return f"{reader.layout.plugins}/{name.removeprefix(f'{PLUGINS}/')}"
    if reader.host.os == "windows":  # whose links start no program: see system/pointers.py
        name = f"{name.removesuffix('.exe')}.cmd"
    return f"{reader.layout.bin}/{name}"


def _program(reader: Reader, link: str) -> str:
    """The program that a link of that name is for."""
    if reader.host.os != "windows" or not link.endswith(".cmd"):
        return link
    return f"{link.removesuffix('.cmd')}.exe"


def _target(reader: Reader, name: str) -> str:
    path = f"{reader.layout.current}/{name}"
    return posixpath.relpath(path, posixpath.dirname(_place(reader, name)))


class ForeignFile(DockswitchError):
    def __init__(self, path: str, what: str) -> None:
        super().__init__(
            f"{path} is in the way",
            details=f"it is {what}, which dockswitch did not make",
            hint=f"move it aside (`mv {path} {path}.old`) and run the same command again",
        )

"""The programs that installed packages brought, wherever they put them."""

import os

from dockswitch.apt import states
from dockswitch.model import package_names
from dockswitch.model.ports import Reader

# what people run, then what programs of packages run: an init, plug-ins of a client
_FOLDERS = ("/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/libexec/docker", "/usr/lib/docker")


def programs(reader: Reader) -> dict[str, str]:
    """Of the packages of an engine, by name: the path of each, as it is called."""
    there = states.states(reader, package_names.ALL)
    if not there:
        return {}
    listed = reader.run(["dpkg-query", "--listfiles", *there]).out.splitlines()
    found: dict[str, str] = {}
    for path in sorted(listed, key=_place):
        folder, _, name = path.rpartition("/")
        if _is_of(folder) and reader.kind(path) in ("file", "link"):
            found.setdefault(name, path)
    return found


def _is_of(folder: str) -> bool:
    return folder in _FOLDERS or os.path.dirname(folder) in _FOLDERS[-2:]


def _place(path: str) -> int:
    folder = os.path.dirname(path)
    return _FOLDERS.index(folder) if folder in _FOLDERS else len(_FOLDERS)

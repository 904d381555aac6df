"""The address that docker-machine is given for an image on this machine.

It is a file:// address of the image where that can be: docker-machine reads it again at each
`upgrade`, so the file has to lie there for as long as the machine lives.

Paths with a drive letter, or of another machine's share, are none that docker-machine reads
(`unsupported protocol scheme`): there the image is served on loopback, for as long as the call
lasts, and the address that docker-machine remembers is dead afterwards. So nothing may rely on
`Boot2DockerURL` there: to swap the engine in place, stop the machine, overwrite the
`boot2docker.iso` in its own folder, and start it; where `lasts` is false, never call `upgrade`,
whose URL is gone: it leaves the machine stopped, as it was seen to do where a file was gone.
"""

import contextlib
from collections.abc import Iterator
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from urllib.parse import quote

from dockswitch.model.errors import DockswitchError
from dockswitch.model.host import Host
from dockswitch.model.ports import System


@contextlib.contextmanager
def at_hand(system: System, path: str) -> Iterator[str]:
    """An address at which docker-machine reads a file (inside the root) while the block lasts."""
    address = of(system.layout.real(path), flavour(system.host))
    if address is not None:
        yield address
        return
    with system.served(path) as served:
        yield served


def lasts(system: System, path: str) -> bool:
    """Whether the address of a file (inside the root) is right for as long as the file is."""
    return of(system.layout.real(path), flavour(system.host)) is not None


def of(path: str, flavour: type[PurePath]) -> str | None:
    """The file:// address of a real path; None where docker-machine would read none.

    Whatever has a meaning in an address is quoted, `#`, `?` and `%` too. Raises NotAbsolute.
    """
    pure = flavour(path)
    if not pure.is_absolute():
        raise NotAbsolute(path)
    if pure.drive:
        return None
    # Two slashes at its beginning would make a host of the first folder.
    return "file:///" + quote(str(pure).lstrip("/"), safe="/", errors="surrogateescape")


def flavour(host: Host) -> type[PurePath]:
    """How paths are written on that host."""
    return PureWindowsPath if host.os == "windows" else PurePosixPath


class NotAbsolute(DockswitchError):
    """docker-machine would keep it as it is, and not find it from another folder."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} is not an absolute path",
            details="docker-machine keeps the address of an image, and reads it from anywhere",
            hint="name the folder in full: --root, XDG_DATA_HOME",
        )

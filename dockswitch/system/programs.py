"""A folder that the programs of Debian packages are unpacked into, as static archives have them."""

from tarfile import TarInfo

from dockswitch.model.layout import PLUGINS
from dockswitch.system.unpacked import Folder

# Where packages have programs, and where these go. Docker's have `docker-init` beside the plug-ins'
# folder from 24.0 on, and everything else in /usr/bin.
_PLACES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("usr", "bin"): (),
    ("usr", "sbin"): (),
    ("usr", "libexec", "docker"): (),
    ("usr", "libexec", "docker", "cli-plugins"): (PLUGINS,),
    ("usr", "lib", "docker", "cli-plugins"): (PLUGINS,),
}


class Programs(Folder):
    """Takes what can be executed, and leaves all else: units, manuals, scripts of dpkg.

    Of several packages each in its turn: none may have a program of another's name.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path, "")

    def begin(self, url: str) -> None:
        """From now on another package is unpacked, which errors call so."""
        self._url = url

    def names(self) -> tuple[str, ...]:
        """What was taken so far, sorted; plug-ins with their folder."""
        taken = (place for place, kind in self._kinds.items() if kind == "file")
        return tuple(sorted("/".join(place) for place in taken))

    def _place(self, member: TarInfo) -> tuple[str, ...]:
        """Where a program belongs; nowhere for all else."""
        *folder, name = self._parts(member.name) or ("",)
        into = _PLACES.get(tuple(folder))
        if into is None or member.isdir():
            return ()
        if not member.isreg():
            raise self._hostile(f"the program {member.name!r} is no plain file")
        return (*into, name) if member.mode & 0o111 else ()

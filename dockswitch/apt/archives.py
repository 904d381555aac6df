"""The kept file that a package is installed from, and brought back."""

from dockswitch.apt import kept
from dockswitch.model import package_names, package_words, spellings
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Reader


def archive(reader: Reader, name: str, version: str) -> str:
    """The real path of the file of that package on the shelf; raises ArchiveMissing."""
    layout = reader.layout
    path = kept.find(reader, package_words.there(name, version))
    if path is None:
        raise ArchiveMissing(name, version, layout.real(layout.packages))
    return layout.real(path)


class ArchiveMissing(DockswitchError):
    def __init__(self, name: str, version: str, shelf: str) -> None:
        released = spellings.from_deb(version) if name in package_names.RELEASE else None
        what = f"`dockswitch install {released}`" if released else "`dockswitch install VERSION`"
        super().__init__(
            f"the package {name} {version} is not kept here",
            details=f"no folder in {shelf} has its file; nothing was changed",
            hint=f"{what} fetches it, for which the network is needed",
        )

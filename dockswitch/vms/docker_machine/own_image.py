"""The image of a machine at a place of its own, which is the same as long as the machine lives.

docker-machine notes where an image came from and fetches it from there again at each `upgrade`.
"""

from dockswitch.model.errors import CorruptState
from dockswitch.model.layout import Layout, version_in
from dockswitch.model.ports import Reader, System
from dockswitch.model.version import Version
from dockswitch.vms.docker_machine import image, places


def put(system: System, name: str, folder: str) -> str:
    """Puts the image of a bundle's folder there, checked; returns the place.

    Raises CorruptState for a bundle without image, and what `image.refuse_unfit` does.
    """
    found = in_folder(system, folder)
    image.refuse_unfit(system, found, Version.parse(version_in(folder)))
    own = place(system.layout, name)
    replace(system, found, own)
    return own


def place(layout: Layout, name: str) -> str:
    """Beside its record: it goes with that."""
    return f"{layout.vm_record('machine', name)}/{places.IMAGE}"


def give(system: System, found: str, to: str) -> None:
    """Puts a copy of an image where others may write into it: no link to it, as `replace` makes.

    docker-machine overwrites the image of a machine that boots its own default one as it lies there
    (`mcnutils.CopyFile`), and the kept one would be another then.
    """
    content = system.read(found)
    if content is None:
        raise CorruptState(system.layout.real(found), "there is no image any more")
    system.write(to, content)


def replace(system: System, found: str, to: str) -> None:
    """Puts an image at a place in one go: whoever reads there has the old one or the new one."""
    above, _, name = to.rpartition("/")
    temporary = f"{above}/.tmp-{name}"
    _drop(system, temporary)  # of a command that was killed
    system.folder(above, 0o700)
    system.copy(found, temporary)
    system.sync(above)
    system.move(temporary, to)
    # rename(2) leaves both where they are links to one file: the image was there already
    _drop(system, temporary)


def _drop(system: System, temporary: str) -> None:
    if system.kind(temporary) is not None:
        system.discard(temporary)


def in_folder(reader: Reader, folder: str) -> str:
    """The image in a bundle's folder."""
    found = [name for name in reader.names(folder) if name.endswith(".iso")]
    if not found:
        raise CorruptState(reader.layout.real(folder), "there is no image in it")
    return f"{folder}/{found[0]}"

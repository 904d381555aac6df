"""The image of a machine at a place of its own, which is the same as long as the machine lives.

docker-machine notes where an image came from and fetches it from there again at each `upgrade`.
"""

from urllib.parse import quote

from dockswitch.model.errors import CorruptState
from dockswitch.model.layout import Layout, version_in
from dockswitch.model.ports import Reader, System
from dockswitch.model.version import Version
from dockswitch.vms.docker_machine import image, places


def put(system: System, name: str, folder: str) -> str:
    """Puts the image of a bundle's folder there, checked; returns the address of the place.

    Raises CorruptState for a bundle without image, and what `image.refuse_unfit` does.
    """
    found = in_folder(system, folder)
    image.refuse_unfit(system, found, Version.parse(version_in(folder)))
    own = place(system.layout, name)
    replace(system, found, own)
    return f"file://{quote(system.layout.real(own))}"


def place(layout: Layout, name: str) -> str:
    """Beside its record: it goes with that."""
    return f"{layout.vm_record('machine', name)}/{places.IMAGE}"


def replace(system: System, image: str, to: str) -> None:
    """Puts an image at a place in one go: whoever reads there has the old one or the new one."""
    above, _, name = to.rpartition("/")
    temporary = f"{above}/.tmp-{name}"
    if system.kind(temporary) is not None:  # of a command that was killed
        system.discard(temporary)
    system.folder(above, 0o700)
    system.copy(image, temporary)
    system.sync(above)
    system.move(temporary, to)


def in_folder(reader: Reader, folder: str) -> str:
    """The image in a bundle's folder."""
    found = [name for name in reader.names(folder) if name.endswith(".iso")]
    if not found:
        raise CorruptState(reader.layout.real(folder), "there is no image in it")
    return f"{folder}/{found[0]}"

"""What is kept beside the record of an instance: its template, its script, and its guest."""

from dockswitch.model.ports import Reader, System
from dockswitch.model.version import Version
from dockswitch.vms.lima import guest
from dockswitch.vms.lima.guest import Guest

TEMPLATE, SCRIPT = "instance.yaml", "engine.sh"
_GUEST = "guest"


def path(reader: Reader, name: str, file: str) -> str:
    return f"{reader.layout.vm_record('lima', name)}/{file}"


def is_made(reader: Reader, name: str) -> bool:
    """Whether an instance of ours was made to its end."""
    return reader.kind(path(reader, name, _GUEST)) is not None


def made(system: System, name: str, of: Guest) -> None:
    """Notes that it is made to its end, and what it boots."""
    said = f"{of.distribution} {of.codename}\n"
    system.write(path(system, name, _GUEST), said.encode())


def guest_of(reader: Reader, name: str, version: Version) -> Guest:
    """What an instance boots; of an adopted one nobody noted it, and that for `version` is assumed.

    Raises NoGuest.
    """
    said = (reader.read(path(reader, name, _GUEST)) or b"").decode().split()
    there = [each for each in guest.known(reader) if [each.distribution, each.codename] == said]
    fitting = [each for each in there if each.arch == reader.host.arch]
    return fitting[0] if fitting else guest.guest_for(reader, version)

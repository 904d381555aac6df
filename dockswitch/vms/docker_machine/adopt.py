"""Taking over a machine that somebody else made, with a way back to the engine that it has."""

import os

from dockswitch.engine import api
from dockswitch.model import kept_record
from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Reader, System
from dockswitch.model.release import Bundle, Fetched
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version
from dockswitch.model.vm import Vm
from dockswitch.vms import State, record
from dockswitch.vms.docker_machine import config, environment, image, own_image, places, states
from dockswitch.vms.docker_machine.errors import CutShort, NoSuchMachine


def adopted(system: System, name: str) -> record.Record:
    """From now on it may be started, stopped and switched, and never removed: nothing happens to
    it now. Its image is kept as that of its version, so that a switch in place can go back.

    Raises NoSuchMachine, CutShort, NoImageOfItsOwn, and VersionUntold.
    """
    known = record.read(system, "machine", name)
    if known is not None:
        return known
    vm, version = foreseen(system, name)
    taken = record.Record(vm, _kept(system, name, version), made=False, since=system.now())
    record.write(system, taken)
    return taken


def foreseen(reader: Reader, name: str) -> tuple[Vm, Version]:
    """The machine, and the engine that it has; raises what `adopted` would raise."""
    there = config.read(reader, name)
    state = states.state(reader, name)
    if state == "absent":
        raise NoSuchMachine(name)
    if there is not None and reader.kind(places.image(reader.layout, name)) is None:
        raise NoImageOfItsOwn(name, there.driver)
    if there is None or state == "half-made":
        raise CutShort(name)
    return Vm("machine", name, there.driver), _version(reader, name, state)


def _version(reader: Reader, name: str, state: State) -> Version:
    """By the label of its image; a few have none, and then by the engine where it runs."""
    told = image.version(reader, places.image(reader.layout, name))
    if told is not None:
        return told
    if state != "running":
        raise VersionUntold(name)
    found = api.identity(reader, environment.reach(reader, name).socket)
    if found is None:
        raise VersionUntold(name)
    return found.version


def _kept(system: System, name: str, version: Version) -> str:
    """The folder of its image on the shelf. Nobody vouches for it but who made the machine."""
    path = places.image(system.layout, name)
    sha256, size = system.sha256(path), system.size(path)
    assert sha256 is not None
    assert size is not None
    folder = kept_record.folder_of(system.layout.images, version, sha256)
    if kept_record.read(system, folder) is not None:
        return folder
    url = f"file://{system.layout.real(path)}"
    part = Fetched(url, sha256, size, Trust.TLS)
    bundle = Bundle(
        version, folder, (), (), url, sha256, size, Trust.TLS, parts=(part,), keeper="machine"
    )
    temporary = f"{system.layout.images}/.tmp-{os.getpid()}"
    system.folder(temporary)
    own_image.give(system, path, f"{temporary}/{places.IMAGE}")
    system.sync(temporary)
    system.write(f"{temporary}/{kept_record.NAME}", kept_record.to_json(bundle))
    if system.kind(folder) is not None:  # without its record: what a kill left
        name = folder.rpartition("/")[2]
        system.move(folder, f"{system.layout.trash}/{name}-{os.getpid()}")
    system.move(temporary, folder)
    return folder


class NoImageOfItsOwn(DockswitchError):
    """Such as one in a cloud: its engine was installed, and is nothing to boot from."""

    def __init__(self, name: str, driver: str) -> None:
        super().__init__(
            f"the machine {name} boots from no image",
            details=f"its driver is {driver}, and it has no {places.IMAGE}",
            hint="only machines of boot2docker's images can be switched",
        )


class VersionUntold(DockswitchError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"nobody tells which engine the machine {name} has",
            details="its image has no label that names a version, and no engine answers in it",
            hint=f"`docker-machine start {name}`, and adopt it then",
        )

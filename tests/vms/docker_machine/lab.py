"""A machine in memory with docker-machine on it, and images of three engines on the shelf."""

import dataclasses
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from dockswitch.model.ports import Finished, Reader
from dockswitch.model.step import Machine
from dockswitch.vms import record, steps
from dockswitch.vms.docker_machine import DockerMachine, places
from tests.standins import iso
from tests.standins.docker_machine.memory import Machines
from tests.standins.docker_machine.ports import Conditions
from tests.world import World

NAME = "docker-rc2"
OLD, NEW, LABELLESS = "17.06.0-ce-rc2", "17.06.0-ce", "18.09.0"
KEEPER = DockerMachine()
Meets: TypeAlias = Callable[[Sequence[str]], Finished | None]


def _nothing(_: Sequence[str]) -> Finished | None:
    return None


class Lab(Machines):
    """`meets` is asked before each call: what it returns is what docker-machine says instead."""

    def __init__(self, world: World, conditions: Conditions | None = None) -> None:
        super().__init__(world, conditions)
        self.meets: Meets = _nothing

    def run(self, argv: Sequence[str], env: Mapping[str, str | None]) -> Finished:
        met = self.meets(argv[1:])
        if met is not None:
            self.calls.append(tuple(argv[1:]))
            return met
        return super().run(argv, env)

    def verbs(self) -> list[str]:
        return [words[0] for words in self.calls]

    @property
    def booted(self) -> dict[str, str]:
        """Which engine runs in each machine that runs."""
        return {vm.name: vm.version for vm in self.vms() if vm.runs}


def made() -> tuple[World, Lab]:
    """With VirtualBox, and no machine yet."""
    world = World()
    lab = Lab.of(world)
    assert isinstance(lab, Lab)
    world.programs["/usr/bin/VBoxManage"] = "/usr/bin/VBoxManage"
    for version in (OLD, NEW, LABELLESS):
        world.files.write(f"{bundle(world, version)}/{places.IMAGE}", image(version))
    return world, lab


def on_windows() -> tuple[World, Lab]:
    """Likewise, with paths on a drive, and programs as they are called there."""
    world, lab = made()
    world.host = dataclasses.replace(world.host, os="windows")
    world.layout.root = "C:/m"
    world.labs["docker-machine.exe"] = lab
    program = "/usr/bin/docker-machine.exe"
    world.programs[program] = program
    return world, lab


def image(version: str) -> bytes:
    return iso.image(iso.label(version), {"VERSION.;1": version.encode()})


def bundle(world: Reader, version: str) -> str:
    digest = hashlib.sha256(image(version)).hexdigest()
    return f"{world.layout.images}/{version}-{digest[:12]}"


def step(world: Reader, version: str, *, runs: bool = True, name: str = NAME) -> Machine:
    """The machine with that engine; none at all where the version is empty."""
    folder = bundle(world, version) if version else ""
    return Machine("machine", name, folder, runs=runs and bool(version), driver="virtualbox")


def with_machine(version: str, *, runs: bool = True) -> tuple[World, Lab]:
    """With one that dockswitch made."""
    world, lab = made()
    steps.make_so(world, step(world, version, runs=runs))
    lab.calls.clear()
    return world, lab


def with_foreign(version: str, *, runs: bool = True) -> tuple[World, Lab]:
    """With one that somebody else made, from an image that lies elsewhere."""
    world, lab = made()
    world.files.write("/isos/b2d.iso", image(version))
    url = f"file://{world.layout.real('/isos/b2d.iso')}"
    words = ("create", "-d", "virtualbox", "--virtualbox-boot2docker-url", url, NAME)
    store = {"MACHINE_STORAGE_PATH": world.layout.real(world.layout.machines)}
    assert lab.run(("docker-machine", *words), store).code == 0
    if not runs:
        assert lab.run(("docker-machine", "stop", NAME), store).code == 0
    lab.calls.clear()
    return world, lab


def by_hand(world: World, lab: Lab, *words: str) -> Finished:
    """What a person does with docker-machine."""
    store = {"MACHINE_STORAGE_PATH": world.layout.real(world.layout.machines)}
    return lab.run(("docker-machine", *words), store)


def known(world: World) -> record.Record:
    found = record.read(world, "machine", NAME)
    assert found is not None
    return found

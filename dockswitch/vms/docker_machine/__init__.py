"""docker-machine, which makes virtual machines of boot2docker's images: implements `vms.Keeper`."""

from collections.abc import Sequence
from dataclasses import dataclass

from dockswitch.model.ports import Reader, System
from dockswitch.model.vm import Vm
from dockswitch.vms import Listed, Reach, State
from dockswitch.vms.docker_machine import (
    calls,
    container,
    drivers,
    environment,
    in_place,
    make,
    power,
    remove,
    states,
)

# where boot2docker's init script sends what its engine says (rootfs/etc/init.d/docker of
# boot2docker/boot2docker)
_LOG = "/var/log/docker.log"


@dataclass(frozen=True, slots=True)
class DockerMachine:
    """Each method does what `vms.Keeper` says of it."""

    def refuse_unfit(self, reader: Reader, driver: str) -> None:
        calls.program(reader)
        drivers.refuse_unfit(reader, driver)

    def state(self, reader: Reader, name: str) -> State:
        return states.state(reader, name)

    def listed(self, reader: Reader) -> Sequence[Listed]:
        return states.listed(reader)

    def make(self, system: System, wanted: Vm, folder: str) -> None:
        make.make(system, wanted, folder)

    def swap(self, system: System, name: str, folder: str) -> None:
        in_place.swap(system, name, folder)

    def start(self, system: System, name: str) -> None:
        power.start(system, name)

    def stop(self, system: System, name: str) -> None:
        power.stop(system, name)

    def remove(self, system: System, name: str) -> None:
        remove.remove(system, name)

    def reach(self, reader: Reader, name: str) -> Reach:
        return environment.reach(reader, name)

    def runs_container(self, system: System, name: str) -> str | None:
        return container.runs(system, name)

    def log(self, reader: Reader, name: str, lines: int) -> Sequence[str]:
        return calls.asked(reader, name, "ssh", name, f"tail -n {lines} {_LOG}").splitlines()

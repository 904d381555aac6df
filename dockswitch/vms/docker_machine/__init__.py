"""docker-machine, which makes virtual machines of boot2docker's images: implements `vms.Keeper`."""

from collections.abc import Sequence
from dataclasses import dataclass

from dockswitch.model.ports import Reader, System
from dockswitch.model.vm import Vm
from dockswitch.vms import Listed, Reach, State


@dataclass(frozen=True, slots=True)
class DockerMachine:
    def refuse_unfit(self, reader: Reader, driver: str) -> None:
        raise NotImplementedError

    def state(self, reader: Reader, name: str) -> State:
        raise NotImplementedError

    def listed(self, reader: Reader) -> Sequence[Listed]:
        raise NotImplementedError

    def make(self, system: System, wanted: Vm, folder: str) -> None:
        raise NotImplementedError

    def swap(self, system: System, name: str, folder: str) -> None:
        raise NotImplementedError

    def start(self, system: System, name: str) -> None:
        raise NotImplementedError

    def stop(self, system: System, name: str) -> None:
        raise NotImplementedError

    def remove(self, system: System, name: str) -> None:
        raise NotImplementedError

    def reach(self, reader: Reader, name: str) -> Reach:
        raise NotImplementedError

    def runs_container(self, system: System, name: str) -> str | None:
        raise NotImplementedError

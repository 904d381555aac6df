"""Virtual machines with an engine in them: what a keeper of such machines can do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from dockswitch.model import vm
from dockswitch.model.ports import Reader, Socket, System

# "half-made" is what a keeper knows by name and cannot start: a creation was cut short.
State: TypeAlias = Literal["absent", "half-made", "stopped", "running"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A machine that a keeper knows: `version` is that of its engine where the keeper tells it."""

    name: str
    driver: str
    state: State
    version: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where the engine of a running machine answers, and what tells a client so."""

    socket: Socket
    variables: Mapping[str, str]


class Keeper(Protocol):
    """docker-machine, or Lima. Each call raises what its errors are mapped to, and never guesses.

    `name` is a machine's. What acts has its own time limit, and returns when it is so.
    """

    # raises NoKeeper where its program is not here, and what else stands in the way of a machine
    # with that driver (empty: the one that would be taken), such as a driver that is not here
    def refuse_unfit(self, reader: Reader, driver: str) -> None: ...

    # how a machine stands; raises SpoiledStore where its keeper cannot tell
    def state(self, reader: Reader, name: str) -> State: ...

    # all that the keeper knows, by name: for people, decisions are made by `state`
    def listed(self, reader: Reader) -> Sequence[Listed]: ...

    # makes a machine whose engine is that of a bundle's folder (inside the root), and starts it;
    # one whose making failed is cleaned up and made once more, then removed again
    def make(self, system: System, wanted: vm.Vm, folder: str) -> None: ...

    # gives a machine that is there the engine of another bundle's folder, in place; it runs then
    def swap(self, system: System, name: str, folder: str) -> None: ...

    def start(self, system: System, name: str) -> None: ...

    def stop(self, system: System, name: str) -> None: ...

    # removes it, half-made or not; only asked for where we made it. Raises where it is there still
    def remove(self, system: System, name: str) -> None: ...

    # where the engine of a running machine answers; it may be another place at each start
    def reach(self, reader: Reader, name: str) -> Reach: ...

    # runs a container in it made of the engine's own docker-init; None for well, or the reason
    def runs_container(self, system: System, name: str) -> str | None: ...

    # the last lines of what the engine of a running machine said
    def log(self, reader: Reader, name: str, lines: int) -> Sequence[str]: ...


def keeper(name: vm.Keeper) -> Keeper:
    """The keeper of that name."""
    if name == "machine":
        from dockswitch.vms.docker_machine import DockerMachine

        return DockerMachine()
    from dockswitch.vms.lima import Lima

    return Lima()

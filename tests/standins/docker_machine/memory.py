"""docker-machine in a world: its store among the world's files, its machines in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dockswitch.model.ports import Answer, Finished, Socket, Tls
from tests.standins.docker_machine import guest, program, store
from tests.standins.docker_machine.call import Call
from tests.standins.docker_machine.ports import (
    Answered,
    Around,
    Conditions,
    Ended,
    Unfetched,
    Vm,
)
from tests.world import World
from tests.world.files import File


class Machines:
    """A `Lab`: `World.labs["docker-machine"]`. What a kill leaves is what `cuts_at` says.

    `network` is what lies at addresses.
    """

    def __init__(self, world: World, conditions: Conditions | None = None) -> None:
        self._world = world
        self.conditions = conditions or Conditions()
        self.network: dict[str, bytes] = {}
        self.cuts_at = "machine started"
        self.calls: list[tuple[str, ...]] = []
        self.hypervisor = Booted()

    @classmethod
    def of(cls, world: World, conditions: Conditions | None = None) -> "Machines":
        """Put into a world, on its PATH as /usr/local/bin/docker-machine."""
        made = cls(world, conditions)
        world.labs["docker-machine"] = made
        path = "/usr/local/bin/docker-machine"
        world.programs[path] = path
        return made

    def run(self, argv: Sequence[str], env: Mapping[str, str | None]) -> Finished:
        self.calls.append(tuple(argv[1:]))
        ended = program.heard(self._around(), argv[1:], self._environment(env))
        return Finished(ended.code, ended.out, ended.err)

    def cut_short(self, argv: Sequence[str], env: Mapping[str, str | None]) -> object:
        kept, self.conditions = self.conditions, replace(self.conditions, holds_at=self.cuts_at)
        try:
            program.stopped_short(self._around(), argv[1:], self._environment(env))
        finally:
            self.conditions = kept
        return None

    def has(self, socket: Socket) -> bool:
        return isinstance(socket, Tls) and self._at(socket) is not None

    def answer(self, socket: Socket, method: str, path: str) -> Answer | None:
        known = self._at(socket) if isinstance(socket, Tls) else None
        if known is None or not known.provisioned:
            return None
        said = guest.answer(known.version, known.name, path)
        return Answer(said.status, said.body)

    def vms(self) -> list[Vm]:
        """All that its hypervisor knows."""
        return store.vms(self._call())

    def _at(self, socket: Tls) -> Vm | None:
        running = [each for each in self.vms() if each.runs]
        where = (socket.host, socket.port)
        return next((each for each in running if (each.address, each.port) == where), None)

    def _call(self) -> Call:
        real = self._world.layout.real(self._world.layout.machines)
        return Call(self._around(), {}, real, lambda _: None, lambda _: None)

    def _around(self) -> Around:
        disk = Files(self._world)
        return Around(disk, self, Papers(disk), self.hypervisor, self.conditions)

    def fetch(self, url: str) -> bytes:
        if url not in self.network:
            raise Unfetched(f"dial tcp {url.split('/')[2]}: connect: connection refused")
        return self.network[url]

    def _environment(self, env: Mapping[str, str | None]) -> dict[str, str]:
        told = {name: value for name, value in env.items() if value is not None}
        real = self._world.layout.real(self._world.layout.machines)
        return {"MACHINE_STORAGE_PATH": real, **told}


@dataclass(frozen=True, slots=True)
class Files:
    """The world's files, by their real paths; what lies outside the root is not there."""

    world: World

    def read(self, path: str) -> bytes | None:
        inside = self._inside(path)
        if inside is None or self.world.files.kind(inside) == "folder":
            return None
        return self.world.files.read(inside)

    def write(self, path: str, content: bytes) -> None:
        self.world.files.put(self._inside(path) or path, File(content))

    def folder(self, path: str) -> None:
        self.world.files.folder(self._inside(path) or path)

    def is_there(self, path: str) -> bool:
        inside = self._inside(path)
        return inside is not None and self.world.files.kind(inside) is not None

    def names(self, folder: str) -> Sequence[str]:
        inside = self._inside(folder)
        return () if inside is None else self.world.files.names(inside)

    def remove(self, path: str) -> None:
        inside = self._inside(path)
        for each in [e for e in self.world.files.entries if f"{e}/".startswith(f"{inside}/")]:
            del self.world.files.entries[each]

    def _inside(self, path: str) -> str | None:
        root = self.world.layout.root
        return path[len(root) :] if path.startswith(f"{root}/") else None


@dataclass(frozen=True, slots=True)
class Papers:
    """Certificates that nobody checks."""

    disk: Files

    def authority(self, folder: str) -> None:
        self._made(folder, "ca", "ca-key")

    def client(self, folder: str) -> None:
        self._made(folder, "cert", "key")

    def server(self, authority: str, folder: str, address: str) -> None:
        self._made(folder, "server", "server-key")

    def _made(self, folder: str, *names: str) -> None:
        for name in names:
            self.disk.write(f"{folder}/{name}.pem", f"{name} of the stand-in\n".encode())


class Booted:
    """Machines that are no more than what is noted of them; an engine answers while they run."""

    def boot(self, vm: Vm, folder: str, taken: Sequence[Vm]) -> Vm:
        if vm.address:
            return vm
        addresses = {each.address for each in taken}
        free = (f"127.0.77.{at}" for at in range(2, 255))
        return replace(vm, address=next(each for each in free if each not in addresses))

    def provision(self, vm: Vm, folder: str) -> None: ...

    def halt(self, vm: Vm) -> None: ...

    def runs(self, vm: Vm) -> bool:
        return vm.runs

    def ask(self, vm: Vm, folder: str, path: str) -> Answered | None:
        return guest.answer(vm.version, vm.name, path) if vm.provisioned else None

    def execute(self, vm: Vm, folder: str, words: Sequence[str]) -> Ended:
        return guest.execute(vm.version, vm.name, words)

"""What the stand-in needs of where it runs: a disk, a network and something that runs machines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Ended:
    """A program that ended, and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What an engine's API answered."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Vm:
    """A machine as its hypervisor knows it, which the store of docker-machine does not hold.

    `image` is the file that it boots from; `version` is of the engine in the image it booted. Until
    it is `provisioned` no engine listens in it.
    """

    name: str
    image: str
    address: str = ""
    port: int = 2376
    runs: bool = False
    provisioned: bool = False
    version: str = ""
    pid: int = 0


@dataclass(frozen=True, slots=True)
class Conditions:
    """How the machine is that it runs on; the defaults are what most of the transcripts had.

    `old_clients` are the engines that refuse API 1.15. `holds_at` is the moment at which a command
    is cut short, see `call.MOMENTS`. `delays` are taken, as long as those measured, where asked.
    """

    version: str = "0.16.2"
    vboxmanage: str = "/usr/bin/VBoxManage"
    vtx: bool = True
    powershell: bool = False
    plugins: tuple[str, ...] = ("qemu", "kvm")
    old_clients: tuple[str, ...] = ()
    holds_at: str = ""
    delays: bool = False


class Unfetched(Exception):
    """Why nothing came from an address, in Go's words."""


class Disk(Protocol):
    """Files by their real paths."""

    # None where there is no file
    def read(self, path: str) -> bytes | None: ...

    def write(self, path: str, content: bytes) -> None: ...

    def folder(self, path: str) -> None: ...

    def is_there(self, path: str) -> bool: ...

    def names(self, folder: str) -> Sequence[str]: ...

    # it and all that is in it
    def remove(self, path: str) -> None: ...


class Network(Protocol):
    # the body, whatever the status is; raises Unfetched
    def fetch(self, url: str) -> bytes: ...


class Certificates(Protocol):
    """Makes keys, each with its certificate beside it, as `NAME.pem` and `NAME-key.pem`."""

    def authority(self, folder: str) -> None: ...

    # of the client, signed by the authority in that folder: cert.pem and key.pem
    def client(self, folder: str) -> None: ...

    # of a machine's engine, into the machine's folder: server.pem and server-key.pem
    def server(self, authority: str, folder: str, address: str) -> None: ...


class Hypervisor(Protocol):
    """Runs machines; what it is given and gives is what is to be noted of one."""

    def boot(self, vm: Vm, folder: str, taken: Sequence[Vm]) -> Vm: ...

    # its engine listens from here on, with the certificates in the machine's folder
    def provision(self, vm: Vm, folder: str) -> None: ...

    def halt(self, vm: Vm) -> None: ...

    def runs(self, vm: Vm) -> bool: ...

    # None where nothing listens
    def ask(self, vm: Vm, folder: str, path: str) -> Answered | None: ...

    def execute(self, vm: Vm, folder: str, words: Sequence[str]) -> Ended: ...


@dataclass(frozen=True, slots=True)
class Around:
    """All of it."""

    disk: Disk
    network: Network
    certificates: Certificates
    hypervisor: Hypervisor
    conditions: Conditions = field(default_factory=Conditions)


Environment = Mapping[str, str]

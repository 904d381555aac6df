"""What dockswitch knows of each virtual machine that it made, or that was adopted."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from dockswitch.model import vm
from dockswitch.model.errors import CorruptState
from dockswitch.model.ports import Reader, System
from dockswitch.model.step import Machine
from dockswitch.model.vm import KEEPERS, Keeper, Vm, keeper_of

_NAME = "machine.json"


@dataclass(frozen=True, slots=True)
class Record:
    """`folder` is that of the bundle, inside the root, which its engine came from.

    It was `made` by dockswitch (and may be removed by it), or adopted. It is written before a
    machine is made, so that whatever a kill leaves is known to be ours. While its engine is being
    replaced it is `unsettled`: nobody knows which one it has.
    """

    vm: Vm
    folder: str
    made: bool
    since: str
    unsettled: bool = False

    def step(self, *, runs: bool) -> Machine:
        """The machine with the engine that it has, running or at rest."""
        vm = self.vm
        return Machine(vm.keeper, vm.name, self.folder, runs=runs, driver=vm.driver, flags=vm.flags)

    @property
    def gone(self) -> Machine:
        """No such machine."""
        return replace(self.step(runs=False), folder="")


def read(reader: Reader, keeper: Keeper, name: str) -> Record | None:
    """None for a machine that is not ours to touch. Raises CorruptState."""
    path = _path(reader, keeper, name)
    content = reader.read(path)
    if content is None:
        return None
    try:
        return _from_plain(json.loads(content))
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptState(reader.layout.real(path), repr(error)) from None


def every(reader: Reader) -> tuple[Record, ...]:
    """All that are known, by keeper and name."""
    found = (
        read(reader, keeper, name)
        for keeper in KEEPERS
        for name in reader.names(reader.layout.vm_record(keeper, "").rstrip("/"))
    )
    return tuple(each for each in found if each is not None)


def in_use(reader: Reader) -> Record | None:
    """That of the machine in use; None where none is."""
    target = reader.link(reader.layout.vm)
    if target is None:
        return None
    above, _, name = target.rpartition("/")
    keeper = keeper_of(above.rpartition("/")[2])
    return read(reader, keeper, name) if keeper else None


def target(keeper: Keeper, name: str) -> str:
    """What the link to the machine in use points to."""
    return f"vms/{keeper}/{name}"


def write(system: System, record: Record) -> None:
    folder = system.layout.vm_record(record.vm.keeper, record.vm.name)
    system.folder(folder, 0o700)
    plain = json.dumps({**asdict(record), "vm": vm.to_plain(record.vm)}, indent=1)
    system.write(f"{folder}/{_NAME}", plain.encode())


def unsettle(system: System, record: Record) -> None:
    """Notes that its engine is about to be replaced."""
    write(system, replace(record, unsettled=True))


def now_of(system: System, record: Record, folder: str) -> Record:
    """Notes that its engine is that of another bundle by now."""
    noted = replace(record, folder=folder, unsettled=False)
    write(system, noted)
    return noted


def forget(system: System, keeper: Keeper, name: str) -> None:
    """Its machine is gone: the record goes, with all that was kept for it."""
    folder = system.layout.vm_record(keeper, name)
    if system.kind(folder) is not None:
        system.write(_path(system, keeper, name), None)
        system.move(folder, f"{system.layout.trash}/vm-{keeper}-{name}")


def _path(reader: Reader, keeper: Keeper, name: str) -> str:
    return f"{reader.layout.vm_record(keeper, name)}/{_NAME}"


def _from_plain(plain: Mapping[str, object]) -> Record:
    told = plain["vm"]
    if not isinstance(told, dict):
        raise TypeError("vm is no object")
    return Record(
        vm.from_plain(told),
        str(plain["folder"]),
        bool(plain["made"]),
        str(plain["since"]),
        bool(plain.get("unsettled")),
    )

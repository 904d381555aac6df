"""Lima, whose machines get the exact engine by a script: implements `vms.Keeper`."""

from collections.abc import Sequence
from dataclasses import dataclass

from dockswitch.model.errors import DockswitchError, NotAuthentic, NotForThisHost, UsageError
from dockswitch.model.ports import Reader, System
from dockswitch.model.vm import Vm
from dockswitch.vms import Listed, Reach, State
from dockswitch.vms.lima import calls, engine, errors, guest, notes, states
from dockswitch.vms.lima.template import SOCKET, template

# What does not go away by doing it once more.
_FOR_GOOD = (NotAuthentic, NotForThisHost, UsageError, errors.NoLima, errors.EngineRefused)

# ssh makes its own control socket below the instance's folder, with 16 random bytes at first; Lima
# refuses a folder in which that has no room (pkg/limatype/filenames.LongestSock).
_LONGEST_SOCKET = "ssh.sock.1234567890123456"
_SOCKET_ENDS = 104


@dataclass(frozen=True, slots=True)
class Lima:
    def refuse_unfit(self, reader: Reader, driver: str) -> None:
        """Raises NoLima, and NoSuchDriver where limactl lists its drivers (2.0 and later do)."""
        if not driver:
            return  # whoever asks for a state next finds out whether limactl is there
        listed = calls.ask(reader, "create", "--list-drivers")
        if listed.code == errors.NOT_FOUND:
            raise errors.NoLima
        names = listed.out.split()
        if listed.code == 0 and driver not in names:
            raise errors.NoSuchDriver("", f"{driver} is none of {', '.join(sorted(names))}")

    def state(self, reader: Reader, name: str) -> State:
        return states.state(reader, name)

    def listed(self, reader: Reader) -> Sequence[Listed]:
        return states.listed(reader)

    def make(self, system: System, wanted: Vm, folder: str) -> None:
        try:
            _made(system, wanted, folder)
        except DockswitchError as error:
            self.remove(system, wanted.name)
            if isinstance(error, _FOR_GOOD):
                raise
            system.tell(f"{wanted} could not be made ({error.message}): once more")
            self._once_more(system, wanted, folder)

    def _once_more(self, system: System, wanted: Vm, folder: str) -> None:
        try:
            _made(system, wanted, folder)
        except DockswitchError:
            self.remove(system, wanted.name)
            raise

    def swap(self, system: System, name: str, folder: str) -> None:
        """What somebody else installed there gives way: it was asked for in that very machine."""
        bundle = engine.bundle_in(system, folder)
        if self.state(system, name) != "running":
            self.start(system, name)
        there = notes.guest_of(system, name, bundle.version)
        engine.put_in(system, name, bundle, there, "--replace")

    def start(self, system: System, name: str) -> None:
        if states.status(system, name) not in ("Stopped", "Running"):
            calls.act(system, "stop", "--force", name, limit=calls.STOP_LIMIT)
        started = calls.act(system, "start", name, limit=calls.START_LIMIT)
        if started.code != 0:
            raise errors.of("start", name, started)

    def stop(self, system: System, name: str) -> None:
        stopped = calls.act(system, "stop", name, limit=calls.STOP_LIMIT)
        if stopped.code == 0 or self.state(system, name) != "running":
            return
        forced = calls.act(system, "stop", "--force", name, limit=calls.STOP_LIMIT)
        if forced.code != 0 or self.state(system, name) == "running":
            raise errors.of("stop", name, forced if forced.code else stopped)

    def remove(self, system: System, name: str) -> None:
        deleted = calls.act(system, "delete", "--force", name, limit=calls.DELETE_LIMIT)
        folder = calls.folder(system, name)
        if system.kind(folder) is None:
            return
        # limactl leaves a folder that its own `create` was killed in before it wrote anything.
        if system.kind(f"{folder}/lima.yaml") is None:
            aside = f"{system.layout.lima}/.tmp-dockswitch-{name}"  # Lima passes over such a name
            system.discard(aside)
            system.move(folder, aside)
            system.discard(aside)
            return
        raise errors.of("delete", name, deleted)

    def reach(self, reader: Reader, name: str) -> Reach:
        """Raises PathTooLong where no client could connect."""
        path = f"{calls.folder(reader, name)}/{SOCKET}"
        real = reader.layout.real(path)
        if len(real.encode()) >= _SOCKET_ENDS:
            raise errors.PathTooLong(real, _SOCKET_ENDS - 1)
        return Reach(path, {"DOCKER_HOST": f"unix://{real}"})

    def runs_container(self, system: System, name: str) -> str | None:
        return engine.runs_container(system, name)

    def log(self, reader: Reader, name: str, lines: int) -> Sequence[str]:
        """As systemd keeps it in the guest."""
        journal = ("journalctl", "--unit=docker.service", "--no-pager", "--output=cat")
        said = calls.look(reader, name, "sudo", *journal, f"--lines={lines}")
        if said.code != 0:
            raise errors.of("shell", name, said)
        return said.out.splitlines()


def _made(system: System, wanted: Vm, folder: str) -> None:
    """Created, started, and with its engine in it. Raises what limactl's failures are mapped to."""
    name = wanted.name
    longest = system.layout.real(f"{calls.folder(system, name)}/{_LONGEST_SOCKET}")
    if len(longest.encode()) >= _SOCKET_ENDS:
        raise errors.PathTooLong(longest, _SOCKET_ENDS - 1)
    bundle = engine.bundle_in(system, folder)
    boots = guest.guest_for(system, bundle.version)
    text = notes.path(system, name, notes.TEMPLATE)
    system.write(text, template(boots).encode())
    driver = (f"--vm-type={wanted.driver}",) if wanted.driver else ()
    words = (f"--name={name}", *driver, *wanted.flags, system.layout.real(text))
    created = calls.act(system, "create", *words, limit=calls.CREATE_LIMIT)
    if created.code != 0:
        raise errors.of("create", name, created)
    started = calls.act(system, "start", name, limit=calls.START_LIMIT)
    if started.code != 0:
        raise errors.of("start", name, started)
    engine.put_in(system, name, bundle, boots)
    notes.made(system, name, boots)

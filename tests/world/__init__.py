"""A whole machine in memory: model.ports.System without a machine.

It can be killed at any call that acts, as SIGKILL would, and its disk can be full. Nobody here
cleans up: what a killed command left is there for the next one.
"""

import contextlib
import errno
import hashlib
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, Protocol, TypeVar

from dockswitch.model.address import name_of
from dockswitch.model.errors import DockswitchError, NoNamespaces
from dockswitch.model.file_name import FileName
from dockswitch.model.layout import Layout
from dockswitch.model.person import Person
from dockswitch.model.ports import (
    Answer,
    Audience,
    Circumstances,
    Daemon,
    Finished,
    Hashed,
    Index,
    Process,
    Program,
    Progress,
    Socket,
    Tls,
    Unpacked,
    Work,
)
from dockswitch.model.unreachable import NeverFetched
from dockswitch.model.version import Version
from dockswitch.system.locks import LockBusy
from dockswitch.system.refusals import DiskFull
from tests.world import debs
from tests.world.apt import Apt
from tests.world.dpkg import Dpkg
from tests.world.engines import Manners, Running, answer
from tests.world.files import File, Files
from tests.world.payloads import SERVICE
from tests.world.processes import Processes
from tests.world.publishers import MIRROR, Publishers, names_of
from tests.world.scripts import Scripts
from tests.world.services import Services

# When a call is cut: before anything, with half of it done, or when it has done all.
Moment = Literal["before", "halfway", "after"]
MOMENTS: tuple[Moment, ...] = ("before", "halfway", "after")
_T = TypeVar("_T")


class Killed(BaseException):
    """SIGKILL: nothing of the command runs any more, no handler and no `finally` either."""


class NotInThisWorld(Exception):
    """The code asked for what no logic test has business with."""


class Lab(Protocol):
    """A keeper of virtual machines in memory, by the name of its program, with their engines."""

    def run(self, argv: Sequence[str], env: Mapping[str, str | None]) -> Finished: ...

    # what a SIGKILL in its midst leaves
    def cut_short(self, argv: Sequence[str], env: Mapping[str, str | None]) -> object: ...

    # whether the engine of one of its machines may answer there
    def has(self, socket: Socket) -> bool: ...

    def answer(self, socket: Socket, method: str, path: str) -> Answer | None: ...


class _Teller:
    def __init__(self, audience: Audience, place: int) -> None:
        self._audience, self._place = audience, place

    def tell(self, line: str) -> None:
        self._audience.heard(self._place, line)

    def settle(self) -> None:
        pass


class Death:
    """Whether a command was killed: not, where it had ended before that call."""

    came = False


class World(Processes):
    def __init__(self, root: str = "/m", **published: Sequence[str]) -> None:
        super().__init__(Layout.of_system(root=root), Files())
        self.room = 1 << 40
        self.apt_wait = 600.0
        # of the machine itself, outside the root: its files, and where each of its programs leads
        self.surroundings = {"/proc/filesystems": b"nodev\toverlay\n\text4\n"}
        self.programs = {"/usr/sbin/iptables": "/usr/sbin/xtables-nft-multi"}
        self.allowed: dict[str, bool] = {}
        self.answers: dict[str, Callable[[Sequence[str]], Finished]] = {}
        self.labs: dict[str, Lab] = {}
        # programs that act: each gets its words, and the folder that it is started in
        self.acting: dict[str, Callable[[Sequence[str], str], Finished]] = {}
        self.services = Services(self)
        self.dpkg = Dpkg()
        self.apt = Apt(self.dpkg, self.files, Scripts(self.services))
        self.publishers = Publishers()
        self.publishers.published.update(published)
        self.offline = False
        self.busy = False
        self.no_namespaces = ""
        self.lock_holders: dict[str, int] = {}
        self.nobody_waits = False  # whoever is started to do so ends at once
        self.claims: set[str] = set()
        self.kept: dict[int, contextlib.AbstractContextManager[int]] = {}
        self.told: list[str] = []
        self.acts: list[str] = []
        self.writes = 0
        self._dies_at: tuple[int, Moment] | None = None
        self._interrupted_at = 0
        self._dead = False
        self._meanwhile: tuple[str, Callable[[], None]] | None = None
        self._full: Callable[[int], bool] = lambda _: False

    # what a test does to it

    @contextlib.contextmanager
    def dies_at(self, number: int, moment: Moment = "before") -> Iterator[Death]:
        """The command inside is killed at its `number`-th call that acts, counted from 1."""
        death = Death()
        self.acts, self._dies_at = [], (number, moment)
        try:
            yield death
        except Killed:
            death.came = True
        finally:
            self._dies_at, self._dead, self.busy = None, False, False
            self.claims.clear()

    @contextlib.contextmanager
    def full(self, number: int, *, for_good: bool = False) -> Iterator[None]:
        """The disk is full at the `number`-th write of the command inside, or from it on."""
        self.writes = 0
        self._full = lambda at: at >= number if for_good else at == number
        try:
            yield
        finally:
            self._full = lambda _: False

    @contextlib.contextmanager
    def interrupted_at(self, number: int) -> Iterator[None]:
        """The `number`-th call that acts is met by a ^C instead, counted from 1."""
        self.acts, self._interrupted_at = [], number
        try:
            yield
        finally:
            self._interrupted_at = 0

    def power_cut(self) -> None:
        """Nothing runs any more, and what lay in /run is gone."""
        for process in self._living():
            process.ends, process.leaving = self.clock, True
        self.sockets.clear()
        for path in [each for each in self.files.entries if each.startswith("/run/")]:
            del self.files.entries[path]

    def wakes(self) -> bool:
        """Whoever waits for a switch to be confirmed is the test from now on; whether one did."""
        pid = self.lock_holders.pop(self.layout.real(self.layout.watch), 0)
        if pid in self.processes:
            self.processes[pid].ends = min(self.clock, self.processes[pid].ends)
        return pid != 0 or self.services.waits

    def meanwhile(self, act: str, happens: Callable[[], None]) -> None:
        """Something happens just before the next call that begins with these words."""
        self._meanwhile = (act, happens)

    # asking

    def read(self, path: str) -> bytes | None:
        return self._asked(self.files.read(path))

    def piece(self, path: str, offset: int, length: int) -> bytes | None:
        content = self.files.read(path)
        return self._asked(None if content is None else content[offset : offset + length])

    def link(self, path: str) -> str | None:
        return self._asked(self.files.link(path))

    def names(self, folder: str) -> tuple[str, ...]:
        return self._asked(self.files.names(folder))

    def kind(self, path: str) -> str | None:
        return self._asked(self.files.kind(path))

    def mode(self, path: str) -> int | None:
        return self._asked(self.files.mode(path))

    def size(self, path: str) -> int | None:
        content = self.files.read(path)
        return self._asked(None if content is None else len(content))

    def sha256(self, path: str) -> str | None:
        content = self.files.read(path)
        return self._asked(None if content is None else hashlib.sha256(content).hexdigest())

    def free(self, path: str) -> int:
        return self._asked(self.room)

    def outside(self, path: str) -> bytes | None:
        if path == "/var/lib/apt/extended_states":
            return self._asked(self.apt.states())
        return self._asked(self.surroundings.get(path))

    def allows(self, path: str) -> bool | None:
        return self._asked(self.allowed.get(path))

    def program(self, name: str, path: str) -> Program | None:
        folders = [""] if "/" in name else path.split(":")
        for found in (os.path.join(folder, name) for folder in folders):
            if found in self.programs:
                return self._asked(Program(found, self.programs[found]))
        return self._asked(None)

    def index(self, url: str) -> Index:
        if self.offline:
            raise NeverFetched(url)
        return Index(self.publishers.listing(url), url, fresh=True)

    def indexes(self, urls: Sequence[str]) -> Sequence[Index | DockswitchError]:
        """Of lists with several pages nobody has any here: the record serves."""
        return [NeverFetched(url) for url in urls]

    def length(self, url: str) -> int | None:
        return self.hashed(url, lambda _: None).size

    def hashed(self, url: str, add: Callable[[int], None]) -> Hashed:
        """An archive, or any other file, which is as much as its name says."""
        if self.offline:
            raise NeverFetched(url)
        if FileName.recognise(name_of(url)) is not None:
            return Hashed(self.publishers.archive(url)[1], 60 << 20)
        content = self.publishers.file(url)
        return Hashed(hashlib.sha256(content).hexdigest(), len(content))

    def alive(self, pid: int) -> bool:
        return self._asked(any(each.pid == pid for each in self._living()))

    def daemons(self) -> tuple[Daemon, ...]:
        living = [each for each in self._living() if each.version]
        return self._asked(tuple(Daemon(e.pid, e.argv, e.ours, e.uid) for e in living))

    def below(self, folder: str) -> tuple[Process, ...]:
        real = self.layout.real(folder)
        found = [each for each in self._living() if each.argv[0].startswith(f"{real}/")]
        held = [each for each in self.shims() if each.argv[0].startswith(f"{real}/")]
        return self._asked((*(Process(each.pid, each.argv) for each in found), *held))

    def children(self, pid: int) -> tuple[Process, ...]:
        found = [each for each in self._living() if each.parent == pid]
        return self._asked(tuple(Process(each.pid, each.argv) for each in found))

    def listener(self, socket: str) -> int | None:
        pid = self.sockets.get(socket)
        living = pid == 1 or any(each.pid == pid for each in self._living())
        return self._asked(pid if living else None)

    def call(
        self,
        socket: Socket,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        content: str = "application/json",
        timeout: float = 5.0,
    ) -> Answer | None:
        guest = next((lab for lab in self.labs.values() if lab.has(socket)), None)
        if guest is not None or isinstance(socket, Tls):
            return self._asked(guest.answer(socket, method, path) if guest else None)
        pid = self.listener(socket)
        engine = self.services.answering() if pid == 1 else self.processes.get(pid or 0)
        if engine is None or engine.leaving or self.clock < engine.ready:
            return None
        if engine.manners.mute:
            self.clock += timeout
            return None
        if method == "GET":
            return answer(engine, method, path, body)
        return self._act(f"{method} {path}", lambda: answer(engine, method, path, body))

    def distrusted(self, at: Tls, *, timeout: float = 5.0) -> str | None:
        return self._asked(None)

    def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float = 60,
        env: Mapping[str, str | None] | None = None,
    ) -> Finished:
        lab = self.labs.get(os.path.basename(argv[0]))
        if lab is not None:
            return self._asked(lab.run(argv, env or {}))
        program = self.files.read(self.layout.stored(argv[0])) or b""
        if "--validate" in argv and program.startswith(b"dockerd "):
            dislikes = self.manners.get(program.decode().partition(" ")[2], Manners()).dislikes
            return self._asked(Finished(1 if dislikes else 0, "", dislikes))
        if argv[0] in self.answers:
            return self._asked(self.answers[argv[0]](argv))
        if argv[0] == "apt-get":
            return self._asked(self.apt.asks(argv))
        if argv[0] == "dpkg-query" and self.dpkg.packages:
            return self._asked(self.dpkg.asks(argv))
        if argv[0] in ("dpkg-deb", "apt-cache"):
            return self._asked(debs.asks(argv))
        return self._asked(self.services.asks(argv))

    def circumstances(self, pid: int) -> Circumstances | None:
        process = self.processes.get(pid)
        if process is None or not self._lives(process):
            return self._asked(None)
        program, unit = process.argv[0], SERVICE if pid == self.services.main else ""
        return self._asked(Circumstances(program, process.folder, process.environment, unit))

    def shares(self, pid: int, real: str) -> bool:
        return self._asked(True)  # noqa: FBT003 -- a value like any other here

    def monotonic(self) -> float:
        return self.clock

    def now(self) -> str:
        day, seconds = divmod(int(self.clock), 86400)
        hour, rest = divmod(seconds, 3600)
        return f"2026-01-{day + 1:02}T{hour:02}:{rest // 60:02}:{rest % 60:02}Z"

    # acting

    def write(self, path: str, content: bytes | None, mode: int = 0o644) -> None:
        def halfway() -> None:
            if content is not None:
                self.files.put(
                    f"{path}.tmp-{os.getpid()}-0123abcd", File(content[: len(content) // 2])
                )

        self._act(
            f"write {path}",
            lambda: self.files.write(path, content, mode),
            halfway,
            writes=content is not None,
        )

    def folder(self, path: str, mode: int = 0o755) -> None:
        new = self.files.kind(path) is None
        self._act(f"folder {path}", lambda: self.files.folder(path), writes=new)

    def point(self, path: str, target: str | None) -> None:
        def halfway() -> None:
            if target is not None:
                self.files.point(f"{path}.tmp-{os.getpid()}-0123abcd", target)

        self._act(
            f"point {path}",
            lambda: self.files.point(path, target),
            halfway,
            writes=target is not None,
        )

    def move(self, path: str, to: str) -> None:
        self._act(f"move {path}", lambda: self.files.move(path, to))

    def copy(self, path: str, to: str) -> None:
        self._act(f"copy {path}", lambda: self.files.copy(path, to), writes=True)

    def sync(self, folder: str) -> None:
        self._act(f"sync {folder}", lambda: None)

    def give(self, path: str, uid: int) -> None:
        self._act(f"give {path} {uid}", lambda: None)

    def discard(self, folder: str) -> None:
        def some(count: int | None) -> None:
            self.files.discard(folder, count=count)
            for place in [each for each in self.data if each.startswith(f"{real}/")]:
                del self.data[place]

        real = self.layout.real(folder)
        self._act(
            f"discard {folder}",
            lambda: some(None),
            lambda: some(3),
        )

    def append(self, path: str, line: str) -> None:
        self._act(
            f"append {path}",
            lambda: self.files.append(path, f"{line}\n"),
            lambda: self.files.append(path, line[: len(line) // 2]),
            writes=True,
        )

    @contextlib.contextmanager
    def locked(self, *, wait: float = 60) -> Iterator[None]:
        self._act("lock", lambda: None)
        if self.busy:
            self.clock += wait
            raise LockBusy("process 4711", int(wait))
        self.busy = True
        try:
            yield
        finally:
            self.busy = False

    def see_through(
        self,
        argv: Sequence[str],
        *,
        log: str,
        env: Mapping[str, str],
        folder: str = "/",
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Finished:
        """One that is cut halfway is so by a power cut: it outlives us otherwise."""
        meanwhile()
        acts = self.acting.get(argv[0])
        if acts is not None:
            return self._act(" ".join(argv), lambda: acts(argv, folder), writes=True)
        return self._act(
            " ".join(argv),
            lambda: self.apt.does(argv),
            lambda: self.apt.cut_short(argv),
            writes=True,
        )

    def lock_holder(self, path: str) -> int | None:
        claimed = 0 if self.layout.stored(path) in self.claims else None
        pid = self.lock_holders.get(path, claimed)
        return self._asked(None if pid in self.processes and not self.alive(pid) else pid)

    @contextlib.contextmanager
    def claimed(self, path: str) -> Iterator[bool]:
        """The file of one that was killed stays, and nobody has it."""
        if self.lock_holder(self.layout.real(path)) is not None:
            yield False
            return
        self._act(f"claim {path}", lambda: self.files.write(path, b"", 0o644), writes=True)
        self.claims.add(path)
        try:
            yield True
        finally:
            self.claims.discard(path)
            if not self._dead:
                self.files.write(path, None, 0o644)

    def command(
        self,
        argv: Sequence[str],
        *,
        timeout: float = 60,
        given: str = "",
        env: Mapping[str, str | None] | None = None,
        person: Person | None = None,
    ) -> Finished:
        lab = self.labs.get(os.path.basename(argv[0]))
        if lab is not None:
            return self._act(
                " ".join(argv),
                lambda: lab.run(argv, env or {}),
                lambda: lab.cut_short(argv, env or {}),
                writes=True,
            )
        if argv[0] == "dpkg":
            return self._act(" ".join(argv), lambda: self.dpkg.does(argv, given), writes=True)
        if argv[0] == "dpkg-deb" and argv[0] not in self.acting:
            return self._act(
                " ".join(argv), lambda: debs.build(self.files, argv), lambda: None, writes=True
            )
        return self._act(" ".join(argv), lambda: self._does(argv))

    def start(
        self, argv: Sequence[str], *, log: str, env: Mapping[str, str], folder: str = "/"
    ) -> int:
        if argv[-1] == "--unconfirmed":
            return self._act("start who waits", lambda: self._waits(argv))
        return self._act(f"start {argv[0]}", lambda: self._starts(argv, log, env, folder))

    def start_apart(
        self,
        argv: Sequence[str],
        *,
        log: str,
        env: Mapping[str, str],
        resolver: bytes | None = None,
        init: str = "",
    ) -> int:
        """Unlike a real one it outlives a maker that was killed: the next command finds it."""
        if self.no_namespaces:
            raise NoNamespaces(self.no_namespaces)
        return self._act(f"start apart {argv[0]}", lambda: self._started(argv, log, apart=True))

    def start_tied(self, argv: Sequence[str], *, log: str, env: Mapping[str, str]) -> int:
        """Likewise."""
        return self._act(f"start tied {argv[0]}", lambda: self._starts(argv, log, env, apart=True))

    def keep(
        self,
        held: Callable[[], contextlib.AbstractContextManager[int]],
        *,
        log: str,
        seconds: float | None,
    ) -> int:
        """It enters before it is a process of its own; when it is to leave, a test says."""
        entered = held()
        entered.__enter__()
        pid = os.getpid()  # as it wrote that down
        self.processes[pid] = Running(pid, ("dockswitch", "try"))
        self.kept[pid] = entered
        return pid

    def clear_cgroup(self, name: str) -> None:
        self._act(f"clear cgroup {name}", lambda: self.cgroups.discard(name))

    def end(
        self, pid: int, *, wait: float, kill: bool = False, argv: Sequence[str] | None = None
    ) -> bool:
        process = self.processes.get(pid)
        if process is None or not self._lives(process) or argv not in (None, process.argv):
            return self._asked(True)  # noqa: FBT003 -- a value like any other here

        def signal() -> None:
            keeps = self.kept.pop(pid, None)
            if keeps is not None and not kill:
                keeps.__exit__(None, None, None)
            self._signalled(process, kill=kill)

        def ended() -> bool:
            signal()
            self.clock = min(self.clock + wait, max(self.clock, process.ends))
            return not self._lives(process)

        return self._act(f"end {pid}", ended, signal)

    def calls(
        self, socket: str, method: str, paths: Sequence[str], *, timeout: float
    ) -> Sequence[Answer | None]:
        """One behind the other: each may be the one at which the command is killed."""
        return [self.call(socket, method, path, timeout=timeout) for path in paths]

    def pour(
        self, from_: str, path: str, into: str, to: str, add: Callable[[int], None]
    ) -> Answer | None:
        """Of an image; as a whole, or not at all."""
        name = path.split("/")[2].partition(":")[0]
        source, target = (self.processes.get(self.listener(at) or 0) for at in (from_, into))
        if source is None or target is None:
            return None
        images, labels = target.data.images, source.data.images[name]
        self._act(f"pour {path}", lambda: images.update({name: labels}), writes=True)
        return Answer(200, b"")

    def beside(self, works: Sequence[tuple[Work, str]], *, jobs: int, audience: Audience) -> None:
        """One after the other, however many could be at once; nobody prints here."""
        assert jobs > 0
        for place, (work, _) in enumerate(works):
            audience.began(place)
            work(_Teller(audience, place))
            audience.waits()
            if not audience.ended(place, 0):
                break

    def pause(self, seconds: float) -> None:
        def passed() -> None:
            self.clock += seconds

        self._act("pause", passed)

    def tell(self, line: str) -> None:
        self.told.append(line)

    def payload(self, program: str) -> bytes:
        return self._asked(f"tar of {program}".encode())

    def unpack(self, url: str, *, into: str, progress: Progress) -> Unpacked:
        if self.offline:
            raise NeverFetched(url)
        said, sha256 = self.publishers.archive(url)
        version, names = said.version, names_of(said.version, rootless=said.rootless)
        try:
            self._act(
                f"unpack {url}",
                lambda: self._unpacked(into, version, names),
                lambda: self._unpacked(into, version, names[:3]),
                writes=True,
            )
        except OSError:
            raise DiskFull(self.layout.real(into)) from None
        return Unpacked(url, sha256, 60 << 20, names)

    def save(self, urls: Sequence[str], *, into: str, progress: Progress) -> tuple[Unpacked, ...]:
        """Each file is what its publisher has there."""
        if self.offline:
            raise NeverFetched(urls[0])
        found = [(url, name_of(url), self.publishers.file(url)) for url in urls]

        def taken(count: int) -> None:
            for _, name, content in found[:count]:
                self.files.write(f"{into}/{name}", content)

        self._act(f"save {' '.join(urls)}", lambda: taken(len(found)), lambda: None, writes=True)
        return tuple(
            Unpacked(url, hashlib.sha256(content).hexdigest(), len(content), ())
            for url, _, content in found
        )

    @contextlib.contextmanager
    def served(self, path: str) -> Iterator[str]:
        """Whoever fetches that address in this world reads the file."""
        if self.files.read(path) is None:
            raise NotInThisWorld
        yield f"http://127.0.0.1:49152/served{path}"

    def unpack_debs(
        self, urls: Sequence[str], *, into: str, progress: Progress
    ) -> tuple[Unpacked, ...]:
        here = all(url.startswith("file://") for url in urls)
        if self.offline and not here:
            raise NeverFetched(urls[0])
        found = [debs.opened(url) if here else self.publishers.deb(url) for url in urls]
        files = {name: str(version) for version, names, _ in found for name in names}

        def taken(count: int) -> None:
            for name in sorted(files)[:count]:
                self.files.write(f"{into}/{name}", f"{name} {files[name]}".encode(), 0o755)

        try:
            self._act(
                f"unpack {' '.join(urls)}",
                lambda: taken(len(files)),
                lambda: taken(3),
                writes=True,
            )
        except OSError:
            raise DiskFull(self.layout.real(into)) from None
        return tuple(
            Unpacked(url, sha256, 20 << 20, tuple(sorted(names)))
            for url, (_, names, sha256) in zip(urls, found, strict=True)
        )

    # how it does so

    def _asked(self, value: _T) -> _T:
        if self._dead:
            raise Killed
        return value

    def _act(
        self,
        what: str,
        whole: Callable[[], _T],
        halfway: Callable[[], object] = lambda: None,
        *,
        writes: bool = False,
    ) -> _T:
        self._asked(None)
        self.acts.append(what)
        number, moment = self._dies_at or (math.inf, "before")
        if len(self.acts) == number:
            self._dead = True
            if moment != "before":
                whole() if moment == "after" else halfway()
            raise Killed(what)
        if len(self.acts) == self._interrupted_at:
            raise KeyboardInterrupt
        if self._meanwhile is not None and what.startswith(self._meanwhile[0]):
            (_, happens), self._meanwhile = self._meanwhile, None
            happens()
        self.writes += writes
        if writes and self._full(self.writes):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), what)
        return whole()

    def _waits(self, argv: Sequence[str]) -> int:
        """A dockswitch that waits for a switch to be confirmed; `wakes` lets a test be it."""
        pid = self._born(argv)
        if self.nobody_waits:
            self.processes[pid].ends = self.clock
        else:
            self.lock_holders[self.layout.real(self.layout.watch)] = pid
        return pid

    def _does(self, argv: Sequence[str]) -> Finished:
        acts = self.acting.get(argv[0])
        return acts(argv, "/") if acts else self.services.does(argv)

    def _starts(
        self,
        argv: Sequence[str],
        log: str,
        env: Mapping[str, str],
        at: str = "/",
        *,
        apart: bool = False,
    ) -> int:
        """A dockerd, or what Docker's kit makes of one: found on PATH, a rootlesskit around it."""
        folder, _, name = argv[0].rpartition("/")
        if name != "dockerd-rootless.sh":
            return self._started(argv, log, env, at)
        dockerd = f"{env['PATH'].partition(':')[0]}/dockerd"
        pid = self._started((dockerd, *argv[1:]), log, apart=apart)
        self.processes[pid].uid = self.host.uid
        kit = self._born((f"{folder}/rootlesskit", *argv))
        self.processes[kit].environment = dict(env)
        # it ends with its dockerd
        self.processes[kit].parent, self.processes[kit].ends = pid, self.processes[pid].ends
        return kit

    def _unpacked(self, into: str, version: Version, names: Sequence[str]) -> None:
        for name in names:
            self.files.write(f"{into}/{name}", f"{name} {version}".encode(), 0o755)


__all__ = ["MIRROR", "MOMENTS", "Killed", "Manners", "Moment", "World"]

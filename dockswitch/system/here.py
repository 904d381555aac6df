"""This machine: model.ports.System, with the root put before each path."""

import contextlib
import copy
import datetime
import functools
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from dockswitch.model.errors import DockswitchError
from dockswitch.model.host import Host
from dockswitch.model.layout import Layout, own_uid
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
from dockswitch.system import commands, daemons, files, locks, proc, processes

if TYPE_CHECKING:  # HTTP costs 100 ms of imports; seldom a program is anybody else's
    from dockswitch.model.person import Person
    from dockswitch.system.cache import Cache
    from dockswitch.system.http import Door
    from dockswitch.system.mirror_folder import MirrorFolder
    from dockswitch.system.once import Once


class Here:
    """Each method does what model.ports says of it; the heavy doors are opened when needed."""

    def __init__(
        self,
        layout: Layout,
        host: Host,
        *,
        offline: bool = False,
        allow_http: Sequence[str] = (),
        apt_wait: float = 600.0,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.layout = layout
        self.host = host
        self.apt_wait = apt_wait
        self._offline = offline
        self._tell = tell
        self._allow_http = frozenset(allow_http)
        self._once: Once | None = None

    def on_behalf_of(self, *hosts: Host) -> "tuple[Here, ...]":
        """This machine as it asks for each of several hosts: for all of them each page once."""
        from dockswitch.system.once import Once

        once, door, found = Once(), self._door, []
        for host in hosts:
            asking = copy.copy(self)
            asking.host, asking._once, asking._door = host, once, door
            found.append(asking)
        return tuple(found)

    def mirror_folder(self, path: str) -> "MirrorFolder":
        """The folder of a mirror there: a real path, whatever the root is."""
        from dockswitch.system.mirror_folder import MirrorFolder  # only where one is made

        return MirrorFolder(path, self._door, self._tell)

    # asking

    def read(self, path: str) -> bytes | None:
        return files.read(self.layout.real(path))

    def piece(self, path: str, offset: int, length: int) -> bytes | None:
        return files.piece(self.layout.real(path), offset, length)

    def link(self, path: str) -> str | None:
        return files.link(self.layout.real(path))

    def names(self, folder: str) -> tuple[str, ...]:
        return files.names(self.layout.real(folder))

    def kind(self, path: str) -> str | None:
        return files.kind(self.layout.real(path))

    def mode(self, path: str) -> int | None:
        return files.mode(self.layout.real(path))

    def size(self, path: str) -> int | None:
        return files.size(self.layout.real(path))

    def sha256(self, path: str) -> str | None:
        from dockswitch.system import copies  # only where packages are installed

        return copies.sha256(self.layout.real(path))

    def free(self, path: str) -> int:
        return files.free(self.layout.real(path))

    def outside(self, path: str) -> bytes | None:
        return files.read(path)

    def allows(self, path: str) -> bool | None:
        return files.allows(path)

    def program(self, name: str, path: str) -> Program | None:
        return commands.program(name, path)

    def index(self, url: str) -> Index:
        return self._cache().index(url)

    def indexes(self, urls: Sequence[str]) -> Sequence[Index | DockswitchError]:
        return self._cache().indexes(urls)

    def length(self, url: str) -> int | None:
        from dockswitch.system import hashed  # only where a lock is made

        return hashed.length(self._door, url)

    def hashed(self, url: str, add: Callable[[int], None]) -> Hashed:
        from dockswitch.system import hashed  # likewise

        return hashed.hashed(self._door, url, add)

    def alive(self, pid: int) -> bool:
        return not proc.is_gone(pid)

    def daemons(self) -> tuple[Daemon, ...]:
        return daemons.daemons(self.layout.real(self.layout.versions))

    def below(self, folder: str) -> tuple[Process, ...]:
        return daemons.below(self.layout.real(folder))

    def circumstances(self, pid: int) -> Circumstances | None:
        return daemons.circumstances(pid)

    def shares(self, pid: int, real: str) -> bool:
        return daemons.shares(pid, real)

    def children(self, pid: int) -> tuple[Process, ...]:
        return daemons.children(pid)

    def listener(self, socket: str) -> int | None:
        from dockswitch.system import sockets  # 2 ms that only a running engine needs

        return sockets.listener(self.layout.real(socket))

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
        from dockswitch.system import sockets  # likewise

        real = self.layout.real(socket) if isinstance(socket, str) else socket
        return sockets.call(real, method, path, body=body, content=content, timeout=timeout)

    def distrusted(self, at: Tls, *, timeout: float = 5.0) -> str | None:
        from dockswitch.system import tls  # only where an engine of a virtual machine is silent

        return tls.distrusted(at, timeout=timeout)

    def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float = 60,
        env: Mapping[str, str | None] | None = None,
    ) -> Finished:
        return commands.run(argv, timeout=timeout, env=env)

    def lock_holder(self, path: str) -> int | None:
        return locks.holder(path)

    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> str:
        return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    # acting

    def write(self, path: str, content: bytes | None, mode: int = 0o644) -> None:
        files.write(self.layout.real(path), content, mode)

    def folder(self, path: str, mode: int = 0o755) -> None:
        os.makedirs(self.layout.real(path), mode, exist_ok=True)

    def point(self, path: str, target: str | None) -> None:
        files.point(self.layout.real(path), target)

    def move(self, path: str, to: str) -> None:
        files.move(self.layout.real(path), self.layout.real(to))

    def copy(self, path: str, to: str) -> None:
        from dockswitch.system import copies  # as above

        copies.copy(self.layout.real(path), self.layout.real(to))

    def sync(self, folder: str) -> None:
        from dockswitch.system import disk  # likewise

        disk.sync(self.layout.real(folder))

    def give(self, path: str, uid: int) -> None:
        os.chown(self.layout.real(path), uid, -1)

    def discard(self, folder: str) -> None:
        files.discard(self.layout.real(folder))

    def append(self, path: str, line: str) -> None:
        files.append(self.layout.real(path), line)

    def locked(self, *, wait: float = 60) -> contextlib.AbstractContextManager[None]:
        return locks.locked(self.layout.real(self.layout.lock), wait=wait, tell=self._tell)

    def claimed(self, path: str) -> contextlib.AbstractContextManager[bool]:
        return locks.claimed(self.layout.real(path))

    def start(
        self, argv: Sequence[str], *, log: str, env: Mapping[str, str], folder: str = "/"
    ) -> int:
        return processes.start(argv, log=self.layout.real(log), env=env, folder=folder)

    def command(
        self,
        argv: Sequence[str],
        *,
        timeout: float = 60,
        given: str = "",
        env: Mapping[str, str | None] | None = None,
        person: "Person | None" = None,
    ) -> Finished:
        return commands.run(argv, timeout=timeout, given=given, env=env, person=person)

    def start_apart(
        self,
        argv: Sequence[str],
        *,
        log: str,
        env: Mapping[str, str],
        resolver: bytes | None = None,
        init: str = "",
    ) -> int:
        from dockswitch.system import apart  # only where an engine is on trial

        argv = (self.layout.real(init), "--", *argv) if init else argv
        return apart.start(argv, log=self.layout.real(log), env=env, resolver=resolver)

    def start_tied(self, argv: Sequence[str], *, log: str, env: Mapping[str, str]) -> int:
        from dockswitch.system import apart  # likewise

        return apart.start_tied(argv, log=self.layout.real(log), env=env)

    def keep(
        self,
        held: Callable[[], contextlib.AbstractContextManager[int]],
        *,
        log: str,
        seconds: float | None,
    ) -> int:
        from dockswitch.system import keeping  # only where an engine on trial is kept

        return keeping.keep(held, log=self.layout.real(log), seconds=seconds)

    def see_through(
        self,
        argv: Sequence[str],
        *,
        log: str,
        env: Mapping[str, str],
        folder: str = "/",
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Finished:
        from dockswitch.system import uninterrupted  # only where packages are installed

        real = self.layout.real(log)
        return uninterrupted.run(argv, log=real, env=env, folder=folder, meanwhile=meanwhile)

    def clear_cgroup(self, name: str) -> None:
        from dockswitch.system import cgroups  # likewise

        cgroups.clear(name)

    def end(
        self, pid: int, *, wait: float, kill: bool = False, argv: Sequence[str] | None = None
    ) -> bool:
        return processes.end(pid, wait=wait, kill=kill, argv=argv)

    def calls(
        self, socket: str, method: str, paths: Sequence[str], *, timeout: float
    ) -> Sequence[Answer | None]:
        from dockswitch.system import sockets  # as above

        return sockets.calls(self.layout.real(socket), method, paths, timeout=timeout)

    def pour(
        self, from_: str, path: str, into: str, to: str, add: Callable[[int], None]
    ) -> Answer | None:
        from dockswitch.system import pour  # only where an image goes along

        real = self.layout.real
        return pour.pour(real(from_), path, real(into), to, add)

    def beside(self, works: Sequence[tuple[Work, str]], *, jobs: int, audience: Audience) -> None:
        from dockswitch.system import beside  # only where several engines are tried at once

        beside.beside(works, jobs=jobs, audience=audience)

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)

    def tell(self, line: str) -> None:
        self._tell(line)

    def payload(self, program: str) -> bytes:
        from dockswitch.system.payload import payload

        return payload(self.layout.real(program))

    def unpack(self, url: str, *, into: str, progress: Progress) -> Unpacked:
        from dockswitch.system.archive import unpack

        return unpack(self._door, url, into=self.layout.real(into), progress=progress)

    def save(self, urls: Sequence[str], *, into: str, progress: Progress) -> tuple[Unpacked, ...]:
        from dockswitch.system.save import save

        return save(self._door, urls, into=self.layout.real(into), progress=progress)

    def served(self, path: str) -> contextlib.AbstractContextManager[str]:
        from dockswitch.system.served import served  # only where no file:// will do

        return served(self.layout.real(path))

    def unpack_debs(
        self, urls: Sequence[str], *, into: str, progress: Progress
    ) -> tuple[Unpacked, ...]:
        from dockswitch.system.archive import unpack_debs

        return unpack_debs(self._door, urls, into=self.layout.real(into), progress=progress)

    @functools.cached_property
    def _door(self) -> "Door":
        """One for all: it keeps connections alive."""
        from dockswitch.system.http import Door

        return Door(allow_http=self._allow_http, offline=self._offline)

    def _cache(self) -> "Cache":
        from dockswitch.system.cache import Cache

        # An ordinary user may read the machine's cache and writes to a cache of their own.
        own = Layout.of_user(env=os.environ, uid=own_uid())
        places = [self.layout.real(self.layout.cache)]
        if not self.layout.root and self.layout.cache != own.cache and own_uid() != 0:
            places.append(own.cache)
        return Cache(self._door, tuple(places), once=self._once)

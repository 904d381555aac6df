"""This machine under a root, as far as the engine's room asks of it."""

import contextlib
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from dockswitch.model.errors import DockswitchError
from dockswitch.model.host import Host
from dockswitch.model.layout import Layout
from dockswitch.model.ports import (
    Answer,
    Daemon,
    Finished,
    Index,
    Process,
    Progress,
    Unpacked,
)
from dockswitch.system import daemons, payload, processes, sockets


class NotForEngines(Exception):
    """The engine's room asked for what it has no business with."""


class Machine:
    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.host = Host("linux", "x86_64", uid=os.getuid())

    def read(self, path: str) -> bytes | None:
        try:
            with open(self.layout.real(path), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def link(self, path: str) -> str | None:
        try:
            return os.readlink(self.layout.real(path))
        except OSError:
            return None

    def names(self, folder: str) -> tuple[str, ...]:
        return tuple(sorted(os.listdir(self.layout.real(folder))))

    def kind(self, path: str) -> str | None:
        real = self.layout.real(path)
        if os.path.islink(real):
            return "link"
        if os.path.isfile(real):
            return "file"
        if os.path.isdir(real):
            return "folder"
        return "other" if os.path.exists(real) else None

    def daemons(self) -> tuple[Daemon, ...]:
        return daemons.daemons(self.layout.real(self.layout.versions))

    def below(self, folder: str) -> tuple[Process, ...]:
        return daemons.below(self.layout.real(folder))

    def listener(self, socket: str) -> int | None:
        return sockets.listener(self.layout.real(socket))

    def call(
        self,
        socket: str,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        content: str = "application/json",
        timeout: float = 5.0,
    ) -> Answer | None:
        return sockets.call(
            self.layout.real(socket), method, path, body=body, content=content, timeout=timeout
        )

    def run(
        self, argv: Sequence[str], *, timeout: float = 60, env: Mapping[str, str] | None = None
    ) -> Finished:
        return processes.run(argv, timeout=timeout, env=env)

    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> str:
        return "2017-06-30T00:00:00Z"

    def write(self, path: str, content: bytes | None, mode: int = 0o644) -> None:
        real = self.layout.real(path)
        if content is None:
            with contextlib.suppress(FileNotFoundError):
                os.remove(real)
            return
        os.makedirs(os.path.dirname(real), exist_ok=True)
        with open(real, "wb") as file:
            file.write(content)

    def folder(self, path: str) -> None:
        os.makedirs(self.layout.real(path), exist_ok=True)

    def move(self, path: str, to: str) -> None:
        os.rename(self.layout.real(path), self.layout.real(to))

    def start(self, argv: Sequence[str], *, log: str, env: Mapping[str, str]) -> int:
        return processes.start(argv, log=self.layout.real(log), env=env)

    def end(
        self, pid: int, *, wait: float, kill: bool = False, argv: Sequence[str] | None = None
    ) -> bool:
        return processes.end(pid, wait=wait, kill=kill, argv=argv)

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)

    def payload(self, program: str) -> bytes:
        return payload.payload(self.layout.real(program))

    def index(self, url: str) -> Index:
        raise NotForEngines

    def indexes(self, urls: Sequence[str]) -> Sequence[Index | DockswitchError]:
        raise NotForEngines

    def point(self, path: str, target: str | None) -> None:
        raise NotForEngines

    def discard(self, folder: str) -> None:
        raise NotForEngines

    def append(self, path: str, line: str) -> None:
        raise NotForEngines

    def locked(self, *, wait: float = 60) -> AbstractContextManager[None]:
        raise NotForEngines

    def unpack(self, url: str, *, into: str, progress: Progress) -> Unpacked:
        raise NotForEngines

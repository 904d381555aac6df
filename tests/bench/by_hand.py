"""A running dockerd, stopped and started again as a person would."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.child import Broke

_LONGEST = 60.0  # seconds
_EVERY = 0.002  # seconds between two questions


@dataclass
class ByHand:
    """The engine whose pid file and socket these are."""

    pidfile: Path
    socket: Path
    _started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def restart(self) -> float:
        """Seconds from SIGTERM to the first 200 of the same dockerd with the same words."""
        pid = int(self.pidfile.read_text())
        argv, environment = _words(pid, "cmdline"), _words(pid, "environ")
        settings = dict(word.split("=", 1) for word in environment)
        began = time.monotonic()
        self._stop(pid)
        self._started.append(
            subprocess.Popen(
                argv,
                env=settings,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )
        while not answers(self.socket):
            if time.monotonic() - began > _LONGEST:
                raise Broke(f"{argv[0]} does not answer when started by hand")
            time.sleep(_EVERY)
        return time.monotonic() - began

    def _stop(self, pid: int) -> None:
        gone = os.pidfd_open(pid)
        try:
            signal.pidfd_send_signal(gone, signal.SIGTERM)
            poll = select.poll()
            poll.register(gone, select.POLLIN)
            if not poll.poll(_LONGEST * 1000):
                raise Broke(f"the engine {pid} does not stop")
        finally:
            os.close(gone)
        # Those that dockswitch stopped since are ours to bury too.
        self._started = [process for process in self._started if process.poll() is None]


def answers(path: Path) -> bool:
    """Whether /_ping is answered with 200 just now."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as link:
        link.settimeout(1)
        link.connect(str(path))
        link.sendall(b"GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n")
        return link.recv(64).startswith(b"HTTP/1.1 200")
    return False


def _words(pid: int, name: str) -> list[str]:
    text = Path(f"/proc/{pid}/{name}").read_bytes()
    return [os.fsdecode(word) for word in text.rstrip(b"\0").split(b"\0")]

"""A dockerd started by hand: from a folder of binaries, below a root of its own."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

#: seconds
_READY_LIMIT, _STOP_LIMIT, _CLIENT_LIMIT = 60, 30, 60


class DoesNotRun(Exception):
    """The engine does not run on this machine; the message says what it said."""


@dataclass(frozen=True)
class Daemon:
    """A running dockerd of the binaries in `folder`; all that it keeps is below `root`."""

    folder: Path
    root: Path
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, folder: Path, root: Path, *options: str, before: Sequence[str] = ()) -> Daemon:
        """Start it and wait until it answers; call it isolated, with a short root.

        `before` is a command that ends by running the one behind it.

        Raises `DoesNotRun`.
        """
        with _log(root).open("wb") as log:
            process = subprocess.Popen(
                [*before, *_command(folder, root), *options],
                env=_environment(folder, root),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        daemon = cls(folder, root, process)
        daemon._wait_until_it_answers()
        return daemon

    def version(self) -> dict[str, str]:
        """What it answers to `/version`; raises `OSError` or `HTTPException`."""
        connection = http.client.HTTPConnection("localhost", timeout=10)
        connection.sock = socket.socket(socket.AF_UNIX)
        try:
            connection.sock.connect(str(_socket(self.root)))
            # A path that names no API version is answered by every engine.
            connection.request("GET", "/version")
            said = json.loads(connection.getresponse().read())
            return {name: value for name, value in said.items() if isinstance(value, str)}
        finally:
            connection.close()

    def docker(self, words: Sequence[str], given: bytes = b"") -> str:
        """Run its own client and return what that printed; raises `DoesNotRun`."""
        ran = subprocess.run(
            [self.folder / "docker", *words],
            env=_environment(self.folder, self.root),
            input=given,
            capture_output=True,
            check=False,
            timeout=_CLIENT_LIMIT,
        )
        if ran.returncode != 0:
            said = ran.stderr.decode(errors="replace").strip()
            raise DoesNotRun(f"docker {words[0]} failed with {ran.returncode}: {said}")
        return ran.stdout.decode(errors="replace")

    def stop(self) -> None:
        """Stop it politely; raises `DoesNotRun` if it fails at that."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(_STOP_LIMIT)
        if status != 0:
            raise DoesNotRun(f"dockerd stopped with {status}: {self._last_words()}")

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _READY_LIMIT
        while time.monotonic() < deadline:
            status = self.process.poll()
            if status is not None:
                raise DoesNotRun(f"dockerd ended with {status}: {self._last_words()}")
            try:
                self.version()
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
                continue
            return
        raise DoesNotRun(f"no answer from dockerd in {_READY_LIMIT} s: {self._last_words()}")

    def _last_words(self) -> str:
        lines = _log(self.root).read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def _command(folder: Path, root: Path) -> list[str]:
    # Without a file of its own it would read the machine's; an empty one is refused by 20.10.
    configuration = root / "daemon.json"
    configuration.write_text("{}")
    return [
        f"{folder / 'dockerd'}",
        f"--config-file={configuration}",
        f"--data-root={root / 'data'}",
        f"--exec-root={root / 'exec'}",
        f"--pidfile={root / 'pid'}",
        f"--host=unix://{_socket(root)}",
        f"--init-path={folder / 'docker-init'}",
        f"--userland-proxy-path={folder / 'docker-proxy'}",
        "--bridge=none",
        "--iptables=false",
        # Without it 28 leaves rules behind even so.
        "--ip6tables=false",
    ]


def _environment(folder: Path, root: Path) -> dict[str, str]:
    """Its own folder first: a daemon finds its containerd, shim and runc on PATH only."""
    path = f"{folder}:/usr/sbin:/usr/bin:/sbin:/bin"
    return {
        "PATH": path,
        "HOME": str(root),
        "LC_ALL": "C",
        "DOCKER_HOST": f"unix://{_socket(root)}",
    }


def _socket(root: Path) -> Path:
    return root / "s"


def _log(root: Path) -> Path:
    return root / "log"

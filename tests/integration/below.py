"""What is to be seen below a root, asked of the machine and not of dockswitch."""

from __future__ import annotations

import http.client
import json
import os
import socket
import stat
from pathlib import Path
from typing import Any

from tests.integration.sweep import processes_of

STATE = "var/lib/dockswitch"
SOCKET = "run/docker.sock"


def dockerds(root: Path) -> list[int]:
    """The pids of the dockerds that run with this root."""
    return [
        pid
        for pid, told in processes_of(root).items()
        if Path(told.partition(" ")[0]).name == "dockerd"
    ]


def shims(root: Path) -> int:
    """How many containers are held there, whether an engine knows of them or not."""
    programs = (Path(told.partition(" ")[0]).name for told in processes_of(root).values())
    return sum(name.startswith("containerd-shim") for name in programs)


def asked(socket_path: Path, path: str) -> Any:
    """What an engine answers to a GET; raises `OSError` where none listens."""
    connection = http.client.HTTPConnection("localhost", timeout=20)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(20)
    try:
        connection.sock.connect(str(socket_path))
        connection.request("GET", path)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def answering(root: Path, at: str = SOCKET) -> str:
    """The version that the engine below the root answers."""
    return str(asked(root / at, "/version")["Version"])


def links(root: Path) -> dict[str, Path]:
    """The links in the folder of binaries, and the file that each leads to."""
    folder = root / "usr/local/bin"
    if not folder.exists():
        return {}
    return {entry.name: entry.resolve(strict=True) for entry in folder.iterdir()}


def unfinished(root: Path) -> list[Path]:
    """What has a temporary name in the state folder, or lies in its trash."""
    state = root / STATE
    temporary = [path for path in state.glob("*") if ".tmp-" in path.name]
    temporary += state.glob("versions/.*")
    temporary += (root / "usr/local/bin").glob("*.tmp-*")
    return [*temporary, *state.glob("trash/*")]


def listing(root: Path) -> dict[str, tuple[int, int, int, str]]:
    """Everything below the root: mode, size, time of change, and where a link leads."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder, name)
            at = path.lstat()
            target = os.readlink(path) if stat.S_ISLNK(at.st_mode) else ""
            found[str(path.relative_to(root))] = (at.st_mode, at.st_size, at.st_mtime_ns, target)
    return found

"""Proves that an engine runs here: its daemon answers, and a container of its own runs.

`python -m tests.integration.proof FOLDER` prints what the daemon answered to `/version`, and exits
with 1 and the reason on standard error if it does not run. It is a process of its own because it
moves itself into namespaces of its own.
"""

from __future__ import annotations

import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.integration.namespace import LeftBehind, isolated, short_root

_CHECKOUT = Path(__file__).resolve().parents[2]

#: seconds
_READY_LIMIT, _STOP_LIMIT, _CLIENT_LIMIT, _PROOF_LIMIT = 60, 30, 60, 240


class DoesNotRun(Exception):
    """The engine does not run on this machine; the message says what it said."""


@dataclass(frozen=True)
class Proven:
    """What a running daemon says of itself."""

    version: str
    api: str
    min_api: str


def prove(folder: Path) -> Proven:
    """Start the engine in `folder` in namespaces of its own; raises `DoesNotRun`."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.integration.proof", folder],
        cwd=_CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_PROOF_LIMIT,
    )
    if ran.returncode != 0:
        raise DoesNotRun(ran.stderr.strip().rpartition("\n")[2] or f"exit {ran.returncode}")
    return Proven(**json.loads(ran.stdout))


def main(words: list[str]) -> int:
    folder = Path(words[0]).resolve()
    isolated()
    try:
        with short_root() as root, _daemon(folder, root) as answer:
            _run_a_container(folder, root)
    except (DoesNotRun, LeftBehind, OSError, subprocess.SubprocessError) as error:
        print(str(error).replace("\n", " "), file=sys.stderr)
        return 1
    said = {"version": "Version", "api": "ApiVersion", "min_api": "MinAPIVersion"}
    print(json.dumps({name: answer[field] for name, field in said.items()}))
    return 0


@contextmanager
def _daemon(folder: Path, root: Path) -> Iterator[dict[str, str]]:
    log = root / "log"
    with log.open("wb") as output:
        daemon = subprocess.Popen(
            _command(folder, root),
            env=_environment(folder, root),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield _wait_for_version(daemon, root / "s", log)
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(_STOP_LIMIT)
    if daemon.returncode != 0:
        raise DoesNotRun(f"dockerd stopped with {daemon.returncode}: {_last_words(log)}")


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
        f"--host=unix://{root / 's'}",
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
    return {"PATH": path, "HOME": str(root), "LC_ALL": "C", "DOCKER_HOST": f"unix://{root / 's'}"}


def _wait_for_version(daemon: subprocess.Popen[bytes], address: Path, log: Path) -> dict[str, str]:
    deadline = time.monotonic() + _READY_LIMIT
    while time.monotonic() < deadline:
        if daemon.poll() is not None:
            raise DoesNotRun(f"dockerd ended with {daemon.returncode}: {_last_words(log)}")
        try:
            return _ask_version(address)
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
    raise DoesNotRun(f"dockerd did not answer within {_READY_LIMIT} s: {_last_words(log)}")


def _ask_version(address: Path) -> dict[str, str]:
    connection = http.client.HTTPConnection("localhost", timeout=10)
    connection.sock = socket.socket(socket.AF_UNIX)
    try:
        connection.sock.connect(str(address))
        # A path that names no API version is answered by every engine.
        connection.request("GET", "/version")
        answer: dict[str, str] = json.loads(connection.getresponse().read())
        return answer
    finally:
        connection.close()


def _run_a_container(folder: Path, root: Path) -> None:
    """With a broken runc the daemon starts and answers all the same; only this finds it out."""
    image = io.BytesIO()
    with tarfile.open(fileobj=image, mode="w") as tar:
        tar.add(folder / "docker-init", "docker-init")
    _client(folder, root, ["import", "-", "probe"], image.getvalue())
    payload = ["probe", "/docker-init", "--version"]
    said = _client(folder, root, ["run", "--rm", "--init", "--network", "none", *payload], b"")
    if "tini" not in said:
        raise DoesNotRun(f"a container of docker-init said {said!r}")


def _client(folder: Path, root: Path, words: list[str], given: bytes) -> str:
    ran = subprocess.run(
        [folder / "docker", *words],
        env=_environment(folder, root),
        input=given,
        capture_output=True,
        check=False,
        timeout=_CLIENT_LIMIT,
    )
    if ran.returncode != 0:
        said = ran.stderr.decode(errors="replace").strip()
        raise DoesNotRun(f"docker {words[0]} failed with {ran.returncode}: {said}")
    return ran.stdout.decode(errors="replace")


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main(sys.argv[1:]))

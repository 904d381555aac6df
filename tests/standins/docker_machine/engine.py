"""A machine as a process: its engine answers over TLS, once it was given certificates.

    python -m tests.standins.docker_machine.engine SETTINGS

It prints its address and port, and ends with its owner or when its record names it no more.
"""

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType

from tests.standins.docker_machine import guest

_GRACE = 10.0  # seconds in which whoever boots it notes its pid


@dataclass(frozen=True, slots=True)
class Settings:
    record: str
    folder: str
    name: str
    version: str
    address: str
    port: int
    taken: list[str]
    pids: str
    owner: int
    engines: str


@dataclass(frozen=True, slots=True)
class Place:
    """`held` keeps the address from others of this network: the name is free when we end."""

    address: str
    port: int
    held: socket.socket
    bound: socket.socket


def main(settings: Settings) -> None:
    Path(settings.pids).mkdir(parents=True, exist_ok=True)
    Path(f"{settings.pids}/{os.getpid()}").touch()
    signal.signal(signal.SIGTERM, _ends)
    place = _place(settings)
    print(place.address, place.port, flush=True)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    since, noted, listening = time.monotonic(), False, False
    while _lives(settings.owner):
        record = _record(settings)
        noted = noted or record.get("pid") == os.getpid()
        if noted and record.get("pid") != os.getpid():
            return
        if not noted and time.monotonic() > since + _GRACE:
            return
        if record.get("provisioned") is True and noted and not listening:
            listening = True
            _listen(settings, place)
        time.sleep(0.2 if listening else 0.02)


def _ends(number: int, frame: FrameType | None) -> None:
    raise SystemExit


def _place(settings: Settings) -> Place:
    """Its own from before, or the first that is free; another port where there is none.

    Each process that owns machines has a network of its own: one at rest would find its address
    taken by another's machine when it is started, and its certificate is for that address.
    """
    ours = [settings.address] if settings.address else []
    network = f"127.77.{settings.owner % 254 + 1}"
    others = [f"{network}.{at}" for at in range(2, 255)]
    free = [each for each in others if each not in settings.taken]
    wanted = [(each, 2376) for each in (*ours, *free)] + [(f"{network}.2", 0)]
    for address, port in wanted:
        held = socket.socket(socket.AF_UNIX)
        bound = socket.socket()
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            held.bind(f"\0dockswitch-standin-{address}-{port or os.getpid()}")
            bound.bind((address, port))
        except OSError:
            held.close()
            bound.close()
            continue
        return Place(address, bound.getsockname()[1], held, bound)
    raise OSError(f"no address of {network}.0/24 is free")


def _record(settings: Settings) -> dict[str, object]:
    try:
        told = json.loads(Path(settings.record).read_bytes())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _lives(pid: int) -> bool:
    return os.path.exists(f"/proc/{pid}")


def _listen(settings: Settings, place: Place) -> None:
    starts: Callable[[Settings, Place], None] = _dockerd if settings.engines else _answers
    threading.Thread(target=starts, args=(settings, place), daemon=True).start()


def _answers(settings: Settings, place: Place) -> None:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            said = guest.answer(settings.version, settings.name, self.path)
            self.send_response(said.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said.body)

        do_HEAD = do_POST = do_GET  # noqa: N815 -- the names that http.server calls

        def log_message(self, format: str, *args: object) -> None: ...

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(f"{settings.folder}/ca.pem")
    folder = settings.folder
    context.load_cert_chain(f"{folder}/server.pem", f"{folder}/server-key.pem")
    server = ThreadingHTTPServer((place.address, place.port), Handler, bind_and_activate=False)
    server.socket.close()
    place.bound.listen(64)
    server.socket = context.wrap_socket(
        place.bound, server_side=True, do_handshake_on_connect=False
    )
    server.server_name, server.server_port = place.address, place.port
    server.serve_forever()


def _dockerd(settings: Settings, place: Place) -> None:
    """The real engine of that version; it ends before we do."""
    place.bound.close()
    programs, folder = f"{settings.engines}/{settings.version}", settings.folder
    run = tempfile.mkdtemp(prefix="vm-")  # its sockets' paths have to be short
    # without a file of its own it would read the machine's; an empty one is refused by 20.10
    Path(f"{run}/daemon.json").write_text("{}")
    engine = subprocess.Popen(
        [
            f"{programs}/dockerd",
            *("--host", f"tcp://{place.address}:{place.port}", "--tlsverify"),
            *("--tlscacert", f"{folder}/ca.pem", "--tlscert", f"{folder}/server.pem"),
            *("--tlskey", f"{folder}/server-key.pem", "--bridge", "none", "--iptables=false"),
            # without it 28 leaves rules behind even so
            *("--ip6tables=false", "--config-file", f"{run}/daemon.json"),
            *("--init-path", f"{programs}/docker-init"),
            *("--data-root", settings.record.removesuffix(".json") + ".data"),
            *("--exec-root", f"{run}/e", "--pidfile", f"{run}/pid"),
        ],
        env={**os.environ, "PATH": f"{programs}:/usr/sbin:/usr/bin:/sbin:/bin"},
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        stderr=sys.stderr,
    )
    _ENGINES.append((engine, run))
    engine.wait()


_ENGINES: list[tuple[subprocess.Popen[bytes], str]] = []


def _end_engines() -> None:
    for engine, run in _ENGINES:
        engine.terminate()
        try:
            engine.wait(10)
        except subprocess.TimeoutExpired:
            engine.kill()
            engine.wait()
        shutil.rmtree(run, ignore_errors=True)


if __name__ == "__main__":
    settings = Settings(**json.loads(sys.argv[1]))
    try:
        main(settings)
    finally:
        _end_engines()
        Path(f"{settings.pids}/{os.getpid()}").unlink(missing_ok=True)

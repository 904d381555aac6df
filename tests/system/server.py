"""An HTTP server on loopback that serves what it is given, and fails as it is told to."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast


@dataclass
class Reply:
    """What one request is answered.

    Of the body `cut` bytes are sent before the connection closes; `length` is what Content-Length
    says instead of the truth (-1: nothing); `wait` (before all), `trickle` (after each byte of a
    head that never ends), `drip` (after each 64 KiB) and `stall` (before the connection closes) are
    in seconds; an `endless` body is repeated for ever; `ranges` says whether Range and If-Range are
    understood.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    length: int | None = None
    wait: float = 0.0
    drip: float = 0.0
    trickle: float = 0.0
    stall: float = 0.0
    endless: bool = False
    ranges: bool = False


Answers = Callable[["Asked"], Reply]


@dataclass(frozen=True)
class Asked:
    """A request: `count` is how often its path was asked for before."""

    path: str
    headers: Mapping[str, str]
    count: int


class Server(ThreadingHTTPServer):
    """`asked` are all requests so far, in order."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, answers: Answers) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = answers
        self.asked: list[Asked] = []
        self.lock = threading.Lock()
        self.connections: list[socket.socket] = []

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        self.connections.append(connection)
        return connection, address

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: object) -> None:
        """A client that went away is what many tests are about."""


@contextmanager
def serving(answers: Answers) -> Iterator[Server]:
    server = Server(answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        for connection in server.connections:
            with suppress(OSError):  # it was closed long ago
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = cast("Server", self.server)
        with server.lock:
            count = sum(asked.path == self.path for asked in server.asked)
            asked = Asked(self.path, dict(self.headers.items()), count)
            server.asked.append(asked)
        reply = server.answers(asked)
        time.sleep(reply.wait)
        self._send(reply, *_ranged(reply, asked))

    def _send(self, reply: Reply, status: int, body: bytes, span: str) -> None:
        if reply.trickle:
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000:
                self.wfile.write(bytes([byte]))
                time.sleep(reply.trickle)
        self.send_response(status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if span:
            self.send_header("Content-Range", span)
        if reply.length != -1 and status != 304:
            self.send_header(
                "Content-Length", str(len(body) if reply.length is None else reply.length)
            )
        if reply.length is not None or reply.cut is not None or reply.endless:
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()
        while True:
            sent = body if reply.cut is None else body[: reply.cut]
            for at in range(0, len(sent), 1 << 16):
                self.wfile.write(sent[at : at + (1 << 16)])
                time.sleep(reply.drip)
            if not reply.endless:
                break
        time.sleep(reply.stall)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def _ranged(reply: Reply, asked: Asked) -> tuple[int, bytes, str]:
    """Status, body and Content-Range of an answer."""
    found = re.fullmatch(r"bytes=(\d+)-", asked.headers.get("Range", ""))
    proof = asked.headers.get("If-Range", "")
    told = (reply.headers.get("ETag", ""), reply.headers.get("Last-Modified", ""))
    if not (reply.ranges and found and proof in told):
        return reply.status, reply.body, ""
    begin, size = int(found[1]), len(reply.body)
    return 206, reply.body[begin:], f"bytes {begin}-{size - 1}/{size}"

"""Talk to an engine where it answers, in just as much HTTP as its API needs.

`http.client` would do it too, and costs 27 ms to import.
"""

import contextlib
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator, Sequence

from dockswitch.model.ports import Answer, Tls

_LONGEST_PATH = 107  # bytes: unix(7), sun_path without its closing NUL
_AT_ONCE = 64  # requests: each is a thread of ours and some of the engine's
_LONGEST_ANSWER = 64 << 20  # bytes; an engine lists thousands of containers in less


def call(
    at: str | Tls,
    method: str,
    path: str,
    *,
    body: bytes = b"",
    content: str = "application/json",
    timeout: float = 5.0,
) -> Answer | None:
    """What a server answers to one request; None where none does within `timeout` seconds."""
    deadline = time.monotonic() + timeout
    try:
        with _connected(at, deadline) as link:
            link.sendall(_request(method, path, body, content))
            return answered(received(link, deadline - time.monotonic()))
    except (OSError, ValueError):
        return None


def calls(
    socket_path: str, method: str, paths: Sequence[str], *, timeout: float
) -> tuple[Answer | None, ...]:
    """What it answers to several requests at once, each answer in its place."""
    answers: list[Answer | None] = [None] * len(paths)

    def ask(at: int, path: str) -> None:
        answers[at] = call(socket_path, method, path, timeout=timeout)

    # as daemons: a ^C does not wait for them
    asking = [threading.Thread(target=ask, args=each, daemon=True) for each in enumerate(paths)]
    for at in range(0, len(asking), _AT_ONCE):
        for thread in asking[at : at + _AT_ONCE]:
            thread.start()
        for thread in asking[at : at + _AT_ONCE]:
            thread.join()
    return tuple(answers)


def listener(socket_path: str) -> int | None:
    """The process that began to listen on a socket, None where nobody does (unix(7), SO_PEERCRED).

    For a socket that systemd holds that is 1, and 0 for a process that we cannot see.
    """
    try:
        with connected_locally(socket_path, 1.0) as link:
            size = struct.calcsize("3i")
            if not hasattr(socket, "SO_PEERCRED"):
                return 0
            peer = link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    except OSError:
        return None
    return int(struct.unpack("3i", peer)[0])


@contextlib.contextmanager
def _connected(at: str | Tls, deadline: float) -> Iterator[socket.socket]:
    if isinstance(at, Tls):
        from dockswitch.system import tls  # 15 ms that only a virtual machine's engine needs

        with tls.connected(at, deadline) as secured:
            yield secured
        return
    with connected_locally(at, deadline - time.monotonic()) as link:
        yield link


@contextlib.contextmanager
def connected_locally(path: str, timeout: float) -> Iterator[socket.socket]:
    """A connection to a unix socket, each call on which takes up to `timeout` seconds."""
    if not hasattr(socket, "AF_UNIX"):
        raise OSError("unix sockets cannot be reached from here")  # by Python on Windows
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(timeout)
        if sys.platform != "linux" or len(os.fsencode(path)) <= _LONGEST_PATH:
            link.connect(path)
        else:
            folder = os.open(os.path.dirname(path), os.O_PATH | os.O_DIRECTORY)
            try:
                link.connect(f"/proc/self/fd/{folder}/{os.path.basename(path)}")
            finally:
                os.close(folder)
        yield link


def _request(method: str, path: str, body: bytes, content: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: docker", "Connection: close"]
    if body or method == "POST":
        lines += [f"Content-Type: {content}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def received(link: socket.socket, timeout: float) -> bytes:
    """All that comes until the server closes: we asked it to. Raises TimeoutError, ValueError."""
    deadline = time.monotonic() + timeout
    parts: list[bytes] = []
    size = 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        link.settimeout(left)
        part = link.recv(1 << 16)
        if not part:
            return b"".join(parts)
        parts.append(part)
        size += len(part)
        if size > _LONGEST_ANSWER:
            raise ValueError("endless answer")


def answered(received: bytes) -> Answer:
    """What it was. Raises ValueError for what is no whole answer."""
    head, blank, body = received.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    protocol, code, *_ = [*status.split(b" "), b""]
    if not blank or not protocol.startswith(b"HTTP/1."):
        raise ValueError("no answer in HTTP")
    fields = {name.lower(): value.strip() for name, _, value in (x.partition(b":") for x in lines)}
    if fields.get(b"transfer-encoding", b"").lower() == b"chunked":
        return Answer(int(code), _joined(body))
    length = int(fields.get(b"content-length", len(body)))
    if len(body) < length:
        raise ValueError("cut short")
    return Answer(int(code), body[:length])


def _joined(chunks: bytes) -> bytes:
    """RFC 9112, 7.1: each chunk after its size in hex, the last one empty."""
    parts: list[bytes] = []
    at = 0
    while True:
        ends = chunks.index(b"\r\n", at)
        size = int(chunks[at:ends].partition(b";")[0], 16)
        if size == 0:
            return b"".join(parts)
        part = chunks[ends + 2 : ends + 2 + size]
        if len(part) < size:
            raise ValueError("cut short")
        parts.append(part)
        at = ends + 2 + size + 2

"""Pour what one engine answers into another, of which no more than a piece is held at a time."""

import contextlib
from collections.abc import Callable, Iterator

from dockswitch.model.ports import Answer
from dockswitch.system.sockets import answered, connected_locally, received

_PIECE = 256 << 10  # bytes
_PATIENCE = 600.0  # seconds: an engine packs an image before it sends the first byte of it
_LONGEST_HEAD = 64 << 10  # bytes


def pour(from_: str, path: str, into: str, to: str, add: Callable[[int], None]) -> Answer | None:
    """GETs `path` at one socket and POSTs what comes to `to` at another; how that one answers.

    Where the first refuses it is that answer, and the other is not asked. `add` is told the bytes
    of each piece. None where one of them does not answer, or goes away.
    """
    try:
        with connected_locally(from_, _PATIENCE) as source:
            head = f"GET {path} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n"
            source.sendall(head.encode())
            with source.makefile("rb") as stream:
                lines = list(_head(stream.readline))
                if lines[0].split(b" ")[1:2] != [b"200"]:
                    return answered(b"".join([*lines, b"\r\n", stream.read()]))
                chunked = any(b"chunked" in line.lower() for line in lines[1:])
                pieces = _chunks(stream.readline, stream.read) if chunked else _rest(stream.read)
                return _sent(into, to, pieces, add)
    except (OSError, ValueError):
        return None


def _sent(
    into: str, path: str, pieces: Iterator[bytes], add: Callable[[int], None]
) -> Answer | None:
    with connected_locally(into, _PATIENCE) as link:
        lines = (f"POST {path} HTTP/1.1", "Host: docker", "Connection: close")
        kind = ("Content-Type: application/x-tar", "Transfer-Encoding: chunked", "", "")
        link.sendall("\r\n".join([*lines, *kind]).encode())
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may say why
            for piece in pieces:
                link.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
                add(len(piece))
            link.sendall(b"0\r\n\r\n")
        return answered(received(link, _PATIENCE))


def _head(line: Callable[[int], bytes]) -> Iterator[bytes]:
    left = _LONGEST_HEAD
    while (found := line(left)) not in (b"\r\n", b""):
        left -= len(found)
        yield found
    if not found:
        raise ValueError("cut short")


def _chunks(line: Callable[[int], bytes], read: Callable[[int], bytes]) -> Iterator[bytes]:
    """RFC 9112, 7.1: each chunk after its size in hex, the last one empty."""
    while size := int(line(_LONGEST_HEAD).partition(b";")[0], 16):
        while size:
            piece = read(min(size, _PIECE))
            if not piece:
                raise ValueError("cut short")
            size -= len(piece)
            yield piece
        line(_LONGEST_HEAD)


def _rest(read: Callable[[int], bytes]) -> Iterator[bytes]:
    return iter(lambda: read(_PIECE), b"")

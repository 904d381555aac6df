"""What one engine answers is poured into another, piece by piece."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockswitch.system.pour import pour

BIG = bytes(range(256)) * 4000


@contextlib.contextmanager
def answering(path: Path, answer: bytes, *, early: bool = False) -> Iterator[list[bytes]]:
    """A server for one request: what it was asked; `early` answers before it has read it all."""
    asked: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen(1)

        def serve() -> None:
            link, _ = listening.accept()
            with link:
                link.settimeout(10)
                read = b""
                while not early and not _whole(read):
                    read += link.recv(1 << 16)
                asked.append(read)
                with contextlib.suppress(OSError):
                    link.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield asked
        thread.join(10)


def _whole(read: bytes) -> bool:
    head, blank, _ = read.partition(b"\r\n\r\n")
    return bool(blank) and (b"chunked" not in head or read.endswith(b"\r\n0\r\n\r\n"))


def chunked(*pieces: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x;x=y\r\n%b\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


def unchunked(request: bytes) -> bytes:
    body, parts = request.partition(b"\r\n\r\n")[2], []
    while size := int(body.partition(b"\r\n")[0], 16):
        body = body.partition(b"\r\n")[2]
        parts.append(body[:size])
        body = body[size + 2 :]
    return b"".join(parts)


PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-tar\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize(
    ("answer", "whole"),
    [(chunked(b"abc", BIG), b"abc" + BIG), (PLAIN + BIG, BIG), (chunked(), b"")],
)
def test_all_of_it_arrives_and_each_piece_is_told(
    tmp_path: Path, answer: bytes, whole: bytes
) -> None:
    told: list[int] = []
    here, there = tmp_path / "a", tmp_path / "b"
    with answering(here, answer) as asked, answering(there, OK) as given:
        said = pour(str(here), "/images/app:1/get", str(there), "/images/load", told.append)
    assert said is not None
    assert (said.status, said.body) == (200, b"{}")
    assert asked[0].startswith(b"GET /images/app:1/get HTTP/1.1\r\n")
    assert given[0].startswith(b"POST /images/load HTTP/1.1\r\n")
    assert unchunked(given[0]) == whole
    assert sum(told) == len(whole)


def test_what_the_first_refuses_with_is_the_answer(tmp_path: Path) -> None:
    here = tmp_path / "a"
    refusal = b'HTTP/1.1 404 Not Found\r\nContent-Length: 8\r\n\r\n{"a": 1}'
    with answering(here, refusal):
        said = pour(str(here), "/x", str(tmp_path / "nobody"), "/y", lambda _: None)
    assert said is not None
    assert (said.status, said.body) == (404, b'{"a": 1}')


def test_what_the_other_refuses_with_early_is_heard(tmp_path: Path) -> None:
    here, there = tmp_path / "a", tmp_path / "b"
    full = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\nfull"
    with answering(here, chunked(BIG)), answering(there, full, early=True):
        said = pour(str(here), "/x", str(there), "/y", lambda _: None)
    assert said is None or (said.status, said.body) == (500, b"full")


@pytest.mark.parametrize("answer", [chunked(b"abc")[:-8], b"", b"nonsense\r\n\r\n"])
def test_one_that_goes_away_is_no_answer(tmp_path: Path, answer: bytes) -> None:
    here, there = tmp_path / "a", tmp_path / "b"
    with answering(here, answer):
        assert pour(str(here), "/x", str(there), "/y", lambda _: None) is None
    assert pour(str(tmp_path / "c"), "/x", str(there), "/y", lambda _: None) is None

"""Real unix sockets, with servers that answer well and badly."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockswitch.model.ports import Answer
from dockswitch.system.sockets import answered, call, listener

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@contextmanager
def server(path: str, answer: bytes, *, after: float = 0) -> Iterator[list[bytes]]:
    """Answers one request with these very bytes, and keeps what was asked."""
    asked: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as listening:
        folder, name = os.path.split(path)
        opened = os.open(folder, os.O_PATH)
        listening.bind(f"/proc/self/fd/{opened}/{name}")
        os.close(opened)
        listening.listen()

        def serve() -> None:
            link, _ = listening.accept()
            with link:
                asked.append(link.recv(1 << 16))
                time.sleep(after)
                with suppress(BrokenPipeError):  # nobody waits any longer
                    link.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield asked
        thread.join(5)


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "docker.sock")


def test_a_request_names_what_it_sends_and_asks_to_be_closed(path: str) -> None:
    with server(path, b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}") as asked:
        assert call(path, "POST", "/containers/create", body=b"{}") == Answer(201, b"{}")
    (request,) = asked
    assert request.split(b"\r\n") == [
        b"POST /containers/create HTTP/1.1",
        b"Host: docker",
        b"Connection: close",
        b"Content-Type: application/json",
        b"Content-Length: 2",
        b"",
        b"{}",
    ]


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK", Answer(200, b"OK")),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil closed", Answer(200, b"until closed")),
        (b"HTTP/1.1 204 No Content\r\n\r\n", Answer(204, b"")),
        (b"HTTP/1.1 404\r\ncontent-length: 1\r\n\r\nx", Answer(404, b"x")),
        (CHUNKED + b"2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n", Answer(200, b"abc")),
    ],
)
def test_an_answer_is_read_whatever_way_it_ends(path: str, raw: bytes, answer: Answer) -> None:
    with server(path, raw):
        assert call(path, "GET", "/_ping") == answer


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\ncut",
        CHUNKED + b"2\r\nab\r\n",
        CHUNKED + b"fff\r\nab\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1\r\n\r\n",
    ],
)
def test_half_an_answer_is_none(path: str, raw: bytes) -> None:
    with server(path, raw):
        assert call(path, "GET", "/_ping") is None


@given(st.lists(st.binary(min_size=1), max_size=5))
def test_chunks_of_any_content_are_joined(chunks: list[bytes]) -> None:
    sent = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    assert answered(CHUNKED + sent) == Answer(200, b"".join(chunks))


def test_a_slow_server_is_none_at_the_limit(path: str) -> None:
    with server(path, b"", after=1):
        began = time.monotonic()
        assert call(path, "GET", "/_ping", timeout=0.2) is None
        assert time.monotonic() - began < 0.9


def test_where_nobody_listens_there_is_no_answer_and_no_listener(path: str) -> None:
    assert call(path, "GET", "/_ping") is None
    assert listener(path) is None
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(path)  # as a killed engine leaves it
    assert call(path, "GET", "/_ping") is None
    assert listener(path) is None


def test_a_path_longer_than_a_socket_s_address_is_reached(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    with server(f"{folder}/docker.sock", b"HTTP/1.1 200 OK\r\n\r\nOK"):
        assert call(f"{folder}/docker.sock", "GET", "/_ping") == Answer(200, b"OK")


def test_the_listener_is_the_process_that_listens(path: str) -> None:
    program = (
        f"import socket, time; s = socket.socket(socket.AF_UNIX); s.bind({path!r}); s.listen();"
        "print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as other:
        assert other.stdout
        other.stdout.readline()
        assert listener(path) == other.pid
        other.kill()
    assert listener(path) is None

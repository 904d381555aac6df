"""One file over HTTP on loopback: what a program of this machine gets, and nobody else does."""

import http.client
import os
import socket
import urllib.request
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

import pytest

from dockswitch.system.served import served


def test_the_file_is_served_as_it_is_until_the_block_ends(tmp_path: Path) -> None:
    image = tmp_path / "boot2docker #1 ü.iso"
    image.write_bytes(os.urandom(3 << 20))
    with served(str(image)) as url:
        for _ in range(2):
            with urllib.request.urlopen(url) as answer:
                assert answer.headers["Content-Length"] == str(3 << 20)
                assert answer.read() == image.read_bytes()
    with pytest.raises(URLError):
        urllib.request.urlopen(url)


def test_nothing_else_is_served(tmp_path: Path) -> None:
    (tmp_path / "b.iso").write_bytes(b"x")
    (tmp_path / "secret").write_bytes(b"y")
    with served(str(tmp_path / "b.iso")) as url, served(str(tmp_path / "b.iso")) as other:
        parts = urlsplit(url)
        link = http.client.HTTPConnection(parts.netloc)
        folder = parts.path.rpartition("/")[0]
        for path in (
            "/",
            folder,
            f"{folder}/",
            f"{folder}/../b.iso",
            f"{folder}/secret",
            f"{parts.path}/",
            f"{parts.path}?x",
            "/b.iso",
            urlsplit(other).path,
        ):
            link.request("GET", path)
            answer = link.getresponse()
            answer.read()
            assert answer.status == 404, path
        with pytest.raises(HTTPError, match="501"):
            urllib.request.urlopen(urllib.request.Request(url, method="PUT", data=b"z"))


def test_a_reader_that_goes_to_sleep_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "b.iso").write_bytes(bytes(16 << 20))
    with served(str(tmp_path / "b.iso")) as url:
        parts = urlsplit(url)
        link = socket.create_connection(("127.0.0.1", parts.port or 0))
        link.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert link.recv(1000)
    link.close()

"""Engines over TLS: real servers with real certificates, right ones and wrong ones."""

import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from dockswitch.model.ports import Answer, Tls
from dockswitch.system import tls
from dockswitch.system.sockets import call
from tests.standins import certificates

PONG = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"


@pytest.fixture(scope="module")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What docker-machine keeps of a machine at 127.0.0.1."""
    folder = certificates.authority(tmp_path_factory.mktemp("certs"))
    certificates.of_engine(folder, "127.0.0.1")
    certificates.of_client(folder)
    return folder


@contextmanager
def listening(handle: Callable[[socket.socket], None], host: str = "127.0.0.1") -> Iterator[int]:
    """A port whose every connection is handled so."""
    with socket.create_server((host, 0)) as server:

        def serve() -> None:
            while True:
                try:
                    link, _ = server.accept()
                except OSError:
                    return
                with link, suppress(OSError):
                    handle(link)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


@contextmanager
def engine(
    certs: Path,
    answer: bytes = PONG,
    *,
    host: str = "127.0.0.1",
    at_most: ssl.TLSVersion | None = None,
) -> Iterator[int]:
    """The port of a server that wants a client's certificate of its own CA, as dockerd does."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certs / "server.pem", certs / "server-key.pem")
    context.load_verify_locations(certs / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    if at_most is not None:
        context.maximum_version = at_most

    def handle(link: socket.socket) -> None:
        link.settimeout(5)
        with context.wrap_socket(link, server_side=True) as secured:
            secured.recv(1 << 16)
            secured.sendall(answer)

    with listening(handle, host) as port:
        yield port


def ping(port: int, certs: Path, *, host: str = "127.0.0.1", timeout: float = 5.0) -> Answer | None:
    return call(Tls(host, port, str(certs)), "GET", "/_ping", timeout=timeout)


def why(port: int, certs: Path, *, host: str = "127.0.0.1") -> str | None:
    return tls.distrusted(Tls(host, port, str(certs)), timeout=5.0)


@pytest.mark.parametrize("version", [None, ssl.TLSVersion.TLSv1_2], ids=["1.3", "1.2"])
def test_an_engine_answers_who_has_its_certificates(
    certs: Path, version: ssl.TLSVersion | None
) -> None:
    with engine(certs, at_most=version) as port:
        assert ping(port, certs) == Answer(200, b"OK")
        assert why(port, certs) is None


def test_a_long_answer_comes_whole(certs: Path) -> None:
    body = bytes(range(256)) * 20_000
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    with engine(certs, head + body) as port:
        assert ping(port, certs) == Answer(200, body)
    with engine(certs, head + body[:-1]) as port:
        assert ping(port, certs) is None


def test_another_ca_is_not_trusted_on_either_side(certs: Path, tmp_path: Path) -> None:
    other = certificates.authority(tmp_path / "other", "another")
    certificates.of_client(other)
    with engine(certs) as port:
        assert ping(port, other) is None
        assert "certificate is not trusted: " in (why(port, other) or "")
    stranger = tmp_path / "stranger"
    shutil.copytree(other, stranger)
    shutil.copy(certs / "ca.pem", stranger)  # knows the engine, and is not known to it
    with engine(certs) as port:
        assert ping(port, stranger) is None
        assert why(port, stranger) == "it does not trust our certificate: unknown ca"


def test_an_expired_certificate_is_told_on_either_side(certs: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(certs, old)
    certificates.of_engine(old, "127.0.0.1", days=-1)
    with engine(old) as port:
        assert ping(port, certs) is None
        assert why(port, certs) == "its certificate is not trusted: certificate has expired"
    certificates.of_client(old, days=-1)
    with engine(certs) as port:
        assert ping(port, old) is None
        assert why(port, old) == "it does not trust our certificate: certificate expired"


def test_a_certificate_for_another_address_is_not_believed(certs: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(certs, moved)
    certificates.of_engine(moved, "192.168.99.100")  # the machine had it before it was restarted
    with engine(moved) as port:
        assert ping(port, certs) is None
        assert "127.0.0.1" in (why(port, certs) or "")
    certificates.of_engine(moved, "localhost")
    with engine(moved) as port:
        assert ping(port, certs) is None
        assert ping(port, certs, host="localhost") == Answer(200, b"OK")


def test_what_the_machine_trusts_does_not_count(
    certs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = certificates.authority(tmp_path / "other", "another")
    certificates.of_client(other)
    monkeypatch.setenv("SSL_CERT_FILE", str(certs / "ca.pem"))
    with engine(certs) as port:
        assert ping(port, other) is None


def is_silent(_: socket.socket) -> None:
    time.sleep(0.6)


def speaks_plainly(link: socket.socket) -> None:
    link.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    link.recv(1 << 16)


def goes_away(link: socket.socket) -> None:
    link.close()


def drips(link: socket.socket) -> None:
    for byte in b"\x16\x03\x03\x40\x00" + bytes(7):
        link.sendall(bytes([byte]))
        time.sleep(0.05)


@pytest.mark.parametrize("handle", [is_silent, speaks_plainly, goes_away, drips])
def test_who_shakes_no_hands_is_none_at_the_limit(
    handle: Callable[[socket.socket], None], certs: Path
) -> None:
    with listening(handle) as port:
        began = time.monotonic()
        assert ping(port, certs, timeout=0.3) is None
        assert time.monotonic() - began < 0.6 + 1
    assert ping(port, certs, timeout=0.3) is None  # nobody listens there any more


def test_an_answer_that_drips_is_none_at_the_limit(certs: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certs / "server.pem", certs / "server-key.pem")

    def handle(link: socket.socket) -> None:
        with context.wrap_socket(link, server_side=True) as secured:
            for byte in PONG[:-1]:
                secured.sendall(bytes([byte]))
                time.sleep(0.1)

    with listening(handle) as port:
        began = time.monotonic()
        assert ping(port, certs, timeout=0.3) is None
        assert time.monotonic() - began < 2


@pytest.mark.parametrize("name", ["ca.pem", "cert.pem", "key.pem"])
@pytest.mark.parametrize("content", [None, b"-----BEGIN CERTIFICATE-----\nx"])
def test_without_its_files_there_is_no_answer(
    name: str, content: bytes | None, certs: Path, tmp_path: Path
) -> None:
    spoiled = tmp_path / "spoiled"
    shutil.copytree(certs, spoiled)
    (spoiled / name).unlink() if content is None else (spoiled / name).write_bytes(content)
    with engine(certs) as port:
        assert ping(port, spoiled) is None


def test_a_key_with_a_password_asks_nobody(certs: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    shutil.copytree(certs, locked)
    words = ("pkey", "-aes256", "-passout", "pass:x", "-in", str(certs / "key.pem"))
    argv = ["openssl", *words, "-out", str(locked / "key.pem")]
    subprocess.run(argv, check=True, capture_output=True)
    with engine(certs) as port:
        assert ping(port, locked) is None


def test_a_unix_socket_needs_no_tls() -> None:
    code = (
        "import sys; from dockswitch.system import sockets;"
        "sockets.call('/nowhere', 'GET', '/'); print('ssl' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"

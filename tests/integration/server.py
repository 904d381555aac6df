"""An HTTP server of a folder that looks like Docker's host, and misbehaves when told to."""

from __future__ import annotations

import html
import os
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote, urlsplit


@dataclass(frozen=True)
class Fault:
    """One way to misbehave; the fields can be combined.

    `wait` comes before the answer and `stall` before the connection is cut, both in seconds. `page`
    is sent as HTML in place of the file. `cut_after` and `length` are in bytes: of the body, how
    much is sent before the connection closes, and what Content-Length claims. An `endless` body
    repeats the file until the client leaves.
    """

    status: int | None = None
    redirect: str | None = None
    page: str | None = None
    wait: float = 0.0
    length: int | None = None
    cut_after: int | None = None
    stall: float = 0.0
    endless: bool = False


#: Which fault the request of a path meets, if any.
Faults = Callable[[str], Fault | None]


class MirrorServer(ThreadingHTTPServer):
    """Serves a folder on loopback, from a thread of its own, until it is left as a context.

    `requests` holds the path of every request so far, in order; `faults` may be set at any time.
    """

    daemon_threads = True
    # A client that was cut off leaves its thread behind; closing does not wait for those.
    block_on_close = False

    def __init__(
        self, folder: Path, delay: float, log: Callable[[str], None] | None, port: int
    ) -> None:
        super().__init__(("127.0.0.1", port), _Answer)
        self.folder, self.delay, self.log = folder.resolve(), delay, log
        self.requests: list[str] = []
        self.faults: Faults = lambda path: None
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        """The address of the folder, without a slash at its end."""
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> MirrorServer:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Quiet: a client that hangs up is what many tests are about."""


def serve(
    folder: Path, *, delay: float = 0.0, log: Callable[[str], None] | None = None, port: int = 0
) -> MirrorServer:
    """A server of that folder, to be used in a `with`; `delay` in seconds before each answer.

    Without a `port` it is a free one.
    """
    return MirrorServer(folder, delay, log, port)


class _Answer(BaseHTTPRequestHandler):
    server: MirrorServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.requests.append(path)
        fault = self.server.faults(path) or Fault()
        self.server.closing.wait(self.server.delay + fault.wait)
        if fault.redirect is not None:
            self._redirect(fault.redirect)
            return
        if fault.status is not None or fault.page is not None:
            self._send_page(fault.status or HTTPStatus.OK, fault.page or _error_page(fault.status))
            return
        self._send_path(path, fault)

    do_HEAD = do_GET  # noqa: N815 - http.server looks it up by this name

    def _send_path(self, path: str, fault: Fault) -> None:
        place = (self.server.folder / path.lstrip("/")).resolve()
        if not place.is_relative_to(self.server.folder) or not place.exists():
            self._send_page(HTTPStatus.NOT_FOUND, _error_page(HTTPStatus.NOT_FOUND))
            return
        if place.is_file():
            with place.open("rb") as file:
                self._send_file(file, fault)
            return
        if not path.endswith("/"):
            self._redirect(quote(path) + "/")
            return
        self._send_page(HTTPStatus.OK, listing(place, path))

    def _send_file(self, file: BinaryIO, fault: Fault) -> None:
        stat = os.fstat(file.fileno())
        etag = f'"{stat.st_mtime_ns // 1_000_000_000:x}-{stat.st_size:x}"'
        if self.headers.get("If-None-Match") == etag:
            self._begin(HTTPStatus.NOT_MODIFIED, {"ETag": etag})
            return
        headers = {
            "Content-Type": "application/octet-stream",
            "Last-Modified": formatdate(stat.st_mtime, usegmt=True),
            "ETag": etag,
            "Accept-Ranges": "bytes",
        }
        wanted = self._range(stat.st_size, etag)
        if wanted is None:
            self._send_body(HTTPStatus.OK, headers, file, range(stat.st_size), fault)
            return
        if not wanted:
            outside = {"Content-Range": f"bytes */{stat.st_size}", "Content-Length": "0"}
            self._begin(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, outside)
            return
        headers["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{stat.st_size}"
        self._send_body(HTTPStatus.PARTIAL_CONTENT, headers, file, wanted, fault)

    def _range(self, size: int, etag: str) -> range | None:
        """The bytes asked for: None for all, an empty range when there are none such."""
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if asked is None or asked.groups() == ("", ""):
            return None
        if self.headers.get("If-Range", etag) != etag:
            return None
        first, last = asked.groups()
        if not first:
            return range(max(0, size - int(last)), size)
        return range(int(first), min(int(last) + 1 if last else size, size))

    def _send_body(
        self,
        status: HTTPStatus,
        headers: dict[str, str],
        file: BinaryIO,
        wanted: range,
        fault: Fault,
    ) -> None:
        if fault.endless:
            headers["Connection"] = "close"
        if not fault.endless:
            headers["Content-Length"] = str(
                fault.length if fault.length is not None else len(wanted)
            )
        self._begin(status, headers)
        if self.command == "HEAD":
            return
        while fault.endless and not self.server.closing.is_set():
            self.connection.sendfile(file, wanted.start, len(wanted))
        sent = wanted if fault.cut_after is None else wanted[: fault.cut_after]
        if sent:
            self.connection.sendfile(file, sent.start, len(sent))
        if fault.cut_after is not None or fault.length is not None:
            # The client still waits for what was promised, so the connection can serve no more.
            self.close_connection = True
            self.server.closing.wait(fault.stall)

    def _send_page(self, status: int, page: str) -> None:
        body = page.encode()
        self._begin(status, {"Content-Type": "text/html", "Content-Length": str(len(body))})
        if self.command != "HEAD":
            self.wfile.write(body)

    def _redirect(self, location: str) -> None:
        self._begin(HTTPStatus.MOVED_PERMANENTLY, {"Location": location, "Content-Length": "0"})

    def _begin(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        if self.server.log is not None:
            self.server.log(format % args)


def listing(folder: Path, path: str) -> str:
    """The HTML page of a folder, `../` first and then by name, like the one of Docker's host."""
    title = html.escape(f"Index of {path}")
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    lines = ['<a href="../">../</a>', *(_line(entry) for entry in entries)]
    return (
        f"<html>\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n<hr><pre>"
        + "\n".join(lines)
        + "\n</pre><hr></body>\n</html>\n"
    )


def _line(entry: Path) -> str:
    name = entry.name + ("/" if entry.is_dir() else "")
    stat = entry.stat()
    when = time.strftime("%Y-%m-%d %H:%M", time.gmtime(stat.st_mtime))
    size = "-" if entry.is_dir() else _spoken_size(stat.st_size)
    # A plus stands for itself in a path, and Docker's host never quotes one.
    link = f'<a href="{quote(name, safe="/+~")}">{html.escape(name)}</a>'
    return f"{link}{' ' * max(1, 51 - len(name))}{when} {size:>5}"


def _spoken_size(size: int) -> str:
    if size < 1024:
        return str(size)
    if size < 1024 * 1024:
        return f"{size / 1024:.0f}K"
    return f"{size / 1024 / 1024:.0f}M"


def _error_page(status: int | None) -> str:
    said = HTTPStatus(status or HTTPStatus.OK)
    return f"<html><head><title>{said.value} {said.phrase}</title></head></html>\n"

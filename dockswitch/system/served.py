"""Serves one file over HTTP to programs of this machine, for as long as somebody needs it."""

import contextlib
import functools
import http.server
import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from urllib.parse import quote


@contextlib.contextmanager
def served(path: str) -> Iterator[str]:
    """The address of a file (a real path) that is served until the block ends.

    On loopback alone, under a path that nobody can guess, and nothing but that file.
    """
    place = f"/{secrets.token_hex(16)}/{quote(os.path.basename(path), safe='')}"
    answering = functools.partial(_Answering, place, path)
    with _Server(("127.0.0.1", 0), answering) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}{place}"
        finally:
            server.shutdown()


class _Server(http.server.ThreadingHTTPServer):
    block_on_close = False  # nobody waits for a reader that went to sleep


class _Answering(http.server.BaseHTTPRequestHandler):
    """Answers one request for `path` under the address's `place`, and 404 to all others."""

    timeout = 60  # seconds of silence

    def __init__(self, place: str, path: str, *request: object) -> None:
        self._place = place
        self._file = path
        super().__init__(*request)  # type: ignore[arg-type]  # as the server hands them on

    def do_GET(self) -> None:
        if self.path != self._place:
            self.send_error(404)
            return
        with open(self._file, "rb") as file:
            self.send_response(200)
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Content-Length", str(os.fstat(file.fileno()).st_size))
            self.end_headers()
            with contextlib.suppress(OSError):  # whoever asked went away
                shutil.copyfileobj(file, self.wfile, 1 << 20)

    def log_message(self, *_: object) -> None:
        """Says nothing."""

"""A server of a folder that sends no faster than it is told to, whoever asks for how much at once.

python -m tests.bench.throttled FOLDER RATE    RATE in bytes a second
"""

from __future__ import annotations

import functools
import sys
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_PIECE = 64 * 1024


class Pace:
    """When the next bytes may go, for all connections together."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._free = time.monotonic()
        self._lock = threading.Lock()

    def wait(self, count: int) -> None:
        with self._lock:
            self._free = max(self._free, time.monotonic()) + count / self._rate
            until = self._free
        time.sleep(max(0.0, until - time.monotonic()))


class _Answer(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, pace: Pace, *words: Any, **named: Any) -> None:
        self._pace = pace
        super().__init__(*words, **named)

    def copyfile(self, source: Any, outputfile: Any) -> None:
        while piece := source.read(_PIECE):
            self._pace.wait(len(piece))
            outputfile.write(piece)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def main(folder: str, rate: str) -> None:
    answer = functools.partial(_Answer, Pace(float(rate)), directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), answer) as server:
        print(f"serving http://127.0.0.1:{server.server_port}, until interrupted", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main(*sys.argv[1:])

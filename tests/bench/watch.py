"""Whoever watches an engine's socket, and sees how long nobody answers."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import TracebackType

from tests.bench.by_hand import answers

_EVERY = 0.003  # seconds between two questions


class Watch:
    """Asks from beginning to end of the block; `silence` then has the seconds of the longest gap.

    A gap begins with the last answer, so it is longer than the silence by up to one question.
    """

    def __init__(self, socket: Path) -> None:
        self.silence = 0.0
        self._socket = socket
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        last = time.monotonic()
        while not self._over.wait(_EVERY):
            if answers(self._socket):
                now = time.monotonic()
                self.silence = max(self.silence, now - last)
                last = now

"""The mirror of real engines, served by a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.child import Broke
from tests.integration.holdings import Engine, Mirror
from tests.integration.mirror import build
from tests.integration.namespace import machine_network

_CHECKOUT = Path(__file__).resolve().parents[2]


def mirror() -> Mirror:
    """The mirror in DOCKSWITCH_TEST_MIRROR or `.cache/mirror`, built if it is not there.

    Raises `ArchiveMissing` or `MirrorFailed`.
    """
    root = Path(os.environ.get("DOCKSWITCH_TEST_MIRROR") or _CHECKOUT / ".cache/mirror")
    with machine_network():
        return build(root)


@contextmanager
def served(held: Mirror) -> Iterator[str]:
    """The address of a server of the mirror, which ends with the block."""
    words = [sys.executable, "-m", "tests.integration.mirror", "--serve", str(held.root)]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=_CHECKOUT)
    assert server.stdout is not None
    try:
        yield address(server.stdout.readline() + server.stdout.readline())
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate()


def address(said: str) -> str:
    """From `serving http://127.0.0.1:PORT, until interrupted`."""
    _, serving, rest = said.partition("serving ")
    if not serving:
        raise Broke(f"the mirror's server says {said!r}")
    return rest.partition(",")[0]


def url(base: str, engine: Engine, arch: str) -> str:
    """Where the mirror has a stable engine."""
    return f"{base}/linux/static/stable/{arch}/{engine.name}"

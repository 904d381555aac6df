"""The channels of a slow server asked for at once, beside one request."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.bench.child import Took, run
from tests.bench.environment import dockswitch
from tests.bench.figures import Figure, Ratio, pairs
from tests.integration.holdings import CHANNELS, Mirror
from tests.integration.server import serve

_MOST = 1.3
_DELAY = 1.0  # seconds before each answer


def asking(held: Mirror, folder: Path, count: int) -> Iterator[Figure]:
    with serve(held.root, delay=_DELAY) as server:
        page = f"{server.url}/linux/static/stable/{held.arch}/"
        made = pairs(
            count,
            lambda: _ours(server.url, folder / "asking"),
            lambda: run(["curl", "-sSf", "-o", "/dev/null", page]).took,
        )
    yield Ratio("list-remote of 3 channels, less --offline : 1 request with curl", made, _MOST)


def _ours(mirror: str, root: Path) -> Took:
    """What the network adds to the command; with nothing in its cache before."""
    shutil.rmtree(root, ignore_errors=True)
    words = ("list-remote", *CHANNELS, "--mirror", mirror)
    live, offline = dockswitch(root, *words), dockswitch(root, *words, "--offline")
    # Other processor seconds than curl's are spent in Python, and are no measure of waiting.
    return Took(live.took.wall - offline.took.wall)

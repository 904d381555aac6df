"""A mirror from a server that is slow, beside the bare transfer of the same files."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.child import Took, run
from tests.bench.environment import dockswitch
from tests.bench.figures import Bound, Figure, Ratio, pairs, peak
from tests.bench.served import address
from tests.integration.holdings import Mirror

_RATE = 20_000_000  # bytes a second
_MOST, _MOST_MEMORY = 1.2, 96.0  # times, MiB
_CHECKOUT = Path(__file__).resolve().parents[2]


def mirroring(held: Mirror, folder: Path, count: int) -> Iterator[Figure]:
    """Both fetch the newest of stable and of test by static, into a folder that is not there."""
    with _throttled(held) as base:
        asked = ("mirror", str(folder / "ours"), "stable", "test", "--backend", "static")
        words = (*asked, "--mirror", base, "--json")
        told = json.loads(dockswitch(folder / "root", *words, "--dry-run").out)
        urls = [str(each["url"]) for each in told["fetched"]]
        made = pairs(
            count,
            lambda: _ours(folder, words),
            lambda: _theirs(urls, folder / "theirs"),
        )
    what = f"mirror of {told['bytes'] / 1e6:.0f} MB from {_RATE / 1e6:.0f} MB/s"
    yield Ratio(f"{what} : curl", made, _MOST)
    yield Bound(f"{what}, memory at its peak", peak(made), _MOST_MEMORY)


def _ours(folder: Path, words: Sequence[str]) -> Took:
    _clean(folder / "ours")
    return dockswitch(folder / "root", *words).took


def _theirs(urls: Sequence[str], folder: Path) -> Took:
    _clean(folder)
    folder.mkdir()
    into = [word for at, url in enumerate(urls) for word in ("-o", str(folder / str(at)), url)]
    return run(["curl", "-sSf", *into]).took


def _clean(folder: Path) -> None:
    """Nothing is there, and nothing that is still to be written disturbs what comes."""
    shutil.rmtree(folder, ignore_errors=True)
    os.sync()


@contextmanager
def _throttled(held: Mirror) -> Iterator[str]:
    words = [sys.executable, "-m", "tests.bench.throttled", str(held.root), str(_RATE)]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=_CHECKOUT)
    assert server.stdout is not None
    try:
        yield address(server.stdout.readline())
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate()

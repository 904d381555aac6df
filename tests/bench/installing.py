"""An install over HTTP, beside the shell's own pipe."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.bench.child import Took, run
from tests.bench.environment import dockswitch
from tests.bench.figures import Bound, Figure, Ratio, pairs, peak
from tests.bench.served import url
from tests.integration.holdings import Engine, Mirror

_MOST, _MOST_MEMORY = 0.45, 64.0  # times, MiB
_PIPE = 'curl -sSf "$1" | tee >(sha256sum > "$2/sum") | tar -xz -C "$2"; sync'


def installing(held: Mirror, base: str, folder: Path, count: int) -> Iterator[Figure]:
    """Both write to the same disk, into a folder that is not there, with nothing to write yet."""
    stable = [each for each in held.engines if "stable" in each.channels]
    engine = min(stable, key=lambda each: abs(each.bytes - 70_000_000))
    made = pairs(
        count,
        lambda: _ours(base, engine, folder / "ours"),
        lambda: _theirs(url(base, engine, held.arch), folder / "theirs"),
    )
    what = f"install of {engine.bytes / 1e6:.0f} MB"
    yield Ratio(f"{what} : curl | tee >(sha256sum) | tar; sync", made, _MOST)
    yield Bound(f"{what}, memory at its peak", peak(made), _MOST_MEMORY)


def _ours(base: str, engine: Engine, root: Path) -> Took:
    _clean(root)
    return dockswitch(root, "install", engine.version, "--mirror", base).took


def _theirs(address: str, folder: Path) -> Took:
    _clean(folder)
    folder.mkdir()
    return run(["bash", "-o", "pipefail", "-ec", _PIPE, "bash", address, folder]).took


def _clean(folder: Path) -> None:
    """Nothing is there, and nothing that is still to be written disturbs what comes."""
    shutil.rmtree(folder, ignore_errors=True)
    os.sync()

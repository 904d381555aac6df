"""`python -m tests.bench`: every figure from one run, as a table.

It judges and never fails a figure: the exit code is 0 unless something broke.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.bench.asking import asking
from tests.bench.by_apt import by_apt
from tests.bench.by_machine import by_machine
from tests.bench.downtime import downtime
from tests.bench.environment import bare_python, dockswitch
from tests.bench.figures import Figure, NotMeasured, Ratio, pairs
from tests.bench.installing import installing
from tests.bench.locking import locking
from tests.bench.mirroring import mirroring
from tests.bench.quiet import Rests
from tests.bench.served import mirror, served
from tests.bench.startup import startup
from tests.bench.table import table
from tests.bench.trying import trying
from tests.integration.archive import ArchiveMissing
from tests.integration.holdings import Mirror
from tests.integration.mirror import MirrorFailed
from tests.integration.namespace import isolated, short_root
from tests.integration.needs import why_no_namespaces

_PARTS = (
    "startup",
    "install",
    "list-remote",
    "lock",
    "mirror",
    "machine",
    "downtime",
    "apt",
    "try",
)
_LEAST, _OF_SHORT_ONES = 9, 4  # pairs, and how many times as many of what takes no time
_OF_LONG_ONES = 3  # how many times less of what takes half a minute


def main(words: Sequence[str]) -> int:
    asked = _asked(words)
    rests = Rests()
    rests.rest()
    itself = Ratio(
        "python -I -c pass : itself",
        pairs(asked.pairs * _OF_SHORT_ONES, bare_python, bare_python),
        None,
    )
    figures: list[Figure] = [itself]
    for figure in _measured(asked.only, asked.pairs):
        rests.rest()
        figures.append(figure)
        print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(table(figures))
    print(f"\n{rests.verdict(itself.spread)}")
    return 0


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--pairs", type=int, default=_LEAST, help="of what takes long")
    parser.add_argument("--only", choices=_PARTS, nargs="+", default=_PARTS)
    return parser.parse_args(words)


def _measured(only: Sequence[str], count: int) -> Iterator[Figure]:
    """The figures of the parts that are asked for; one figure says why there are none."""
    reason = why_no_namespaces()
    if reason is not None:
        yield NotMeasured("all but this", reason)
        return
    isolated()
    try:
        held = mirror()
    except (ArchiveMissing, MirrorFailed) as error:
        yield NotMeasured("all but this", f"no mirror of real engines: {error}")
        return
    with short_root() as folder, served(held) as base:
        for part in only:
            yield from _part(part, held, base, folder, count)()


def _part(
    part: str, held: Mirror, base: str, folder: Path, count: int
) -> Callable[[], Iterator[Figure]]:
    """What measures a part, in a root of its own below `folder` that stays short."""
    short, few = count * _OF_SHORT_ONES, max(count // _OF_LONG_ONES, 2)
    # The two oldest are alike in what they need to start, so a switch is as long as a restart.
    every = [engine.version for engine in held.engines]
    here, there = every[:2]
    parts: dict[str, Callable[[], Iterator[Figure]]] = {
        "startup": lambda: startup(_with(folder / "s", base, here, there), (here, there), short),
        "install": lambda: installing(held, base, folder, count),
        "list-remote": lambda: asking(held, folder, count),
        "lock": lambda: locking(folder, count),
        "machine": lambda: by_machine(folder, count),
        "downtime": lambda: downtime(_with(folder / "d", base, here, there), (here, there), count),
        "apt": lambda: by_apt(held, few),
        "mirror": lambda: mirroring(held, folder, few),
        "try": lambda: trying(_with(folder / "t", base, *every), every, count, few),
    }
    return parts[part]


def _with(root: Path, base: str, *versions: str) -> Path:
    """A root in which the versions are installed."""
    for version in versions:
        dockswitch(root, "install", version, "--mirror", base)
    return root


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How long the engine is away in a switch, beside a restart by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tests.bench.by_hand import ByHand
from tests.bench.child import Broke, Took
from tests.bench.environment import dockswitch
from tests.bench.figures import Figure, Pair, Ratio
from tests.bench.watch import Watch

_MOST = 1.2


def downtime(root: Path, versions: tuple[str, str], count: int) -> Iterator[Figure]:
    """In a root where both versions are installed, and in namespaces of its own.

    A pair is a switch there and back beside a restart of each, so that both sides stop and start
    either engine once.
    """
    here, there = versions
    dockswitch(root, "use", here)
    hand = ByHand(root / "run/dockswitch/docker.pid", root / "run/docker.sock")
    told, seen = list[Pair](), list[Pair]()
    for _ in range(count + 1):
        first, silence = _switch(root, there, hand)
        by_hand = hand.restart()
        second, more_silence = _switch(root, here, hand)
        by_hand += hand.restart()
        told.append(Pair(Took(first + second), Took(by_hand)))
        seen.append(Pair(Took(silence + more_silence), Took(by_hand)))
    dockswitch(root, "daemon", "stop")
    what = "downtime of 2 switches"
    yield Ratio(f"{what}, as `use` tells it : 2 restarts by hand", tuple(told[1:]), _MOST)
    yield Ratio(f"{what}, as its socket shows it : 2 restarts by hand", tuple(seen[1:]), None)


def _switch(root: Path, version: str, hand: ByHand) -> tuple[float, float]:
    """The seconds that the command tells, and those that its socket shows."""
    with Watch(hand.socket) as watch:
        said = json.loads(dockswitch(root, "use", version, "--json").out)
    told = said.get("downtime_seconds")
    if not isinstance(told, float):
        raise Broke(f"`use {version} --json` tells no downtime: {said}")
    return told, watch.silence

"""Random moments of a run, the same again when the seed that was printed is given."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator


def fractions(count: int) -> Iterator[float]:
    """One random moment in each of so many equal parts of a run, in random order."""
    seed = int(os.environ.get("DOCKSWITCH_TEST_SEED") or time.time_ns() % 1_000_000)
    print(f"DOCKSWITCH_TEST_SEED={seed}")
    dice = random.Random(seed)
    moments = [(part + dice.random()) / count for part in range(count)]
    dice.shuffle(moments)
    for moment in moments:
        print(f"at {moment:.3f} of a run")
        yield moment

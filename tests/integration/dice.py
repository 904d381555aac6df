"""Which of many cases a run of the tests tries: few and others each time, or all if asked."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Sequence
from typing import TypeVar

Case = TypeVar("Case")


def chosen(cases: Sequence[Case], few: int) -> list[Case]:
    """So many of them in random order; DOCKSWITCH_KILLS asks for that many instead.

    The seed is printed, and taken from DOCKSWITCH_TEST_SEED.
    """
    count = int(os.environ.get("DOCKSWITCH_KILLS") or few)
    found = dice().sample(list(cases), min(count, len(cases)))
    for case in found:
        print("chosen:", case)
    return found


def dice() -> random.Random:
    seed = int(os.environ.get("DOCKSWITCH_TEST_SEED") or time.time_ns() % 1_000_000)
    print(f"DOCKSWITCH_TEST_SEED={seed}")
    return random.Random(seed)

"""One child process, with what it took."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class Broke(Exception):
    """A child failed, so there is nothing to measure; the message is what it said."""


@dataclass(frozen=True)
class Took:
    """What one run took: seconds of the clock, seconds of the processors, bytes at its peak.

    The kernel counts the bench's own memory at the fork into the child's peak (setrusage at exec),
    so the peak is an upper bound. `cpu` is 0 where nobody could count it.
    """

    wall: float
    cpu: float = 0.0
    peak: int = 0

    def __add__(self, other: Took) -> Took:
        return Took(self.wall + other.wall, self.cpu + other.cpu, max(self.peak, other.peak))


@dataclass(frozen=True)
class Ran:
    """A child that ended well, and what it printed."""

    took: Took
    out: str


def run(argv: Sequence[str | Path], env: Mapping[str, str] | None = None) -> Ran:
    """Run a child to its end; raises `Broke` where it fails. `env` is added to the bench's own."""
    began = time.perf_counter()
    process = subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**_usual(), **(env or {})},
    )
    assert process.stdout is not None
    with process.stdout:
        out = process.stdout.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Broke(f"{' '.join(map(str, argv))} failed with {process.returncode}: {out.strip()}")
    return Ran(Took(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024), out)


def _usual() -> dict[str, str]:
    """The environment without Python's own settings: one forbids bytecode to be kept, and each
    run of a checkout would then compile everything anew.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

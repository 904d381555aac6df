"""Whether others worked on this machine while the bench ran."""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import dataclass, field

#: the share of one processor that others may use, and the spread of bare Python's own time
_BUSY, _SPREAD = 0.10, 0.15
_REST = 0.5  # seconds


@dataclass
class Rests:
    """Pauses between the measurements, in which nothing of the bench works but others may."""

    shares: list[float] = field(default_factory=list)

    def rest(self) -> None:
        """Pause, and see which share of one processor others use meanwhile."""
        before, began = _busy(), time.monotonic()
        time.sleep(_REST)
        self.shares.append((_busy() - before) / (time.monotonic() - began))

    def verdict(self, spread: float) -> str:
        """One line; `spread` is how far apart the middle half of bare Python's runs lay."""
        busy = statistics.mean(self.shares)
        quiet = busy <= _BUSY and spread <= _SPREAD
        return (
            f"{'quiet' if quiet else 'NOT QUIET: read the ratios with care'} "
            f"(others used {busy:.0%} of a processor in {len(self.shares)} rests, at most "
            f"{max(self.shares):.0%}; bare Python spread {spread:.0%}; "
            f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors)"
        )


def _busy() -> float:
    """Seconds that the processors have worked since the machine began: proc(5), /proc/stat."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _idle, _iowait, irq, softirq, steal = map(
            int, file.readline().split()[1:9]
        )
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")

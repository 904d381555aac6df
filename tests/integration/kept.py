"""Where what the tests build once is kept, for all of them and for the next run."""

from __future__ import annotations

import os
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[2]


def beside_mirror(name: str) -> Path:
    """In the folder that the mirror is in, which DOCKSWITCH_TEST_MIRROR names."""
    mirror = Path(os.environ.get("DOCKSWITCH_TEST_MIRROR") or _CHECKOUT / ".cache/mirror")
    return mirror.absolute() if name == "mirror" else mirror.absolute().with_name(name)

"""The environment that is measured: the one that the bench itself runs in."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from tests.bench.child import Ran, Took, run


def bare_python() -> Took:
    """The least that any Python program costs here."""
    return run([sys.executable, "-I", "-c", "pass"]).took


def dockswitch(root: Path, *words: str, env: Mapping[str, str] | None = None) -> Ran:
    """The console script as people start it, acting below a root of its own."""
    script = Path(sysconfig.get_path("scripts")) / "dockswitch"
    return run([script, *words], {"DOCKSWITCH_ROOT": str(root), **(env or {})})

"""The program as one file, built from this checkout as a release is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[2]
_LIMIT = 180  # seconds


def built(folder: Path) -> Path:
    """It is built in the folder; call it in the machine's network, since libraries are fetched."""
    wheel = ["-m", "build", "--quiet", "--wheel", "--no-isolation", "--outdir", str(folder)]
    for words in (
        [*wheel, str(_CHECKOUT)],
        [str(_CHECKOUT / ".build/single_file.py"), str(folder)],
    ):
        subprocess.run([sys.executable, *words], check=True, capture_output=True, timeout=_LIMIT)
    return folder / "dockswitch.pyz"

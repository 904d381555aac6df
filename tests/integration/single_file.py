"""The program as one file, built from this checkout as a release is, and kept while that stays."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[2]
_KEPT = _CHECKOUT / ".cache/single_file"
_LIMIT = 180  # seconds


def built() -> Path:
    """The file; call it in the machine's network, since libraries are fetched."""
    _KEPT.mkdir(parents=True, exist_ok=True)
    # its name is what it is known by
    whole = _KEPT / _digest() / "dockswitch.pyz"
    with (_KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            with tempfile.TemporaryDirectory(dir=_KEPT) as folder:
                _build(Path(folder))
                whole.parent.mkdir(exist_ok=True)
                Path(folder, whole.name).rename(whole)
    return whole


def _build(folder: Path) -> None:
    wheel = ["-m", "build", "--quiet", "--wheel", "--no-isolation", "--outdir", str(folder)]
    for words in (
        [*wheel, str(_CHECKOUT)],
        [str(_CHECKOUT / ".build/single_file.py"), str(folder)],
    ):
        subprocess.run([sys.executable, *words], check=True, capture_output=True, timeout=_LIMIT)


def _digest() -> str:
    """Of all that it is made of in this checkout."""
    sums = hashlib.sha256()
    for path in sorted(_sources()):
        sums.update(f"{path.relative_to(_CHECKOUT)}\n".encode() + path.read_bytes())
    return sums.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    yield _CHECKOUT / "pyproject.toml"
    yield from (_CHECKOUT / ".build").glob("*.py")
    for path in (_CHECKOUT / "dockswitch").rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            yield path

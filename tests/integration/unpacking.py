"""Unpacking of tarballs that the tests themselves made."""

from __future__ import annotations

import tarfile
from pathlib import Path


def unpack(tarball: Path, into: Path) -> None:
    """With `tarfile`'s filter where this Python has one: Debian 12's has none."""
    with tarfile.open(tarball) as tar:
        if hasattr(tarfile, "data_filter"):
            tar.extractall(into, filter="data")
        else:
            tar.extractall(into)

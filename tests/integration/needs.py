"""What the integration tests need of a machine, and what happens where it is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

_PROGRAMS = ("apt-get", "apt-cache", "dpkg-deb", "ldd", "mount", "umount", "unshare")


def demand(reason: str | None) -> None:
    """Skip the test with the reason; fail it where DOCKSWITCH_REQUIRE_ENGINES=1."""
    if reason is None:
        return
    if os.environ.get("DOCKSWITCH_REQUIRE_ENGINES") == "1":
        pytest.fail(f"DOCKSWITCH_REQUIRE_ENGINES=1, but {reason}", pytrace=False)
    pytest.skip(reason)


def why_no_namespaces() -> str | None:
    """Why engines cannot be kept apart from this machine, or None."""
    if sys.platform != "linux":
        return "engines run on Linux only"
    if os.geteuid() != 0:
        return "starting engines needs root"
    missing = [name for name in _PROGRAMS if shutil.which(name) is None]
    if missing:
        return f"this machine has no {', '.join(missing)}"
    tried = subprocess.run(
        ["unshare", "--net", "--mount", "true"], capture_output=True, text=True, check=False
    )
    if tried.returncode != 0:
        return f"root may not make namespaces here: {tried.stderr.strip()}"
    return None

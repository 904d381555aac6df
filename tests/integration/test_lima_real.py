"""The same with a real limactl, real virtual machines and Docker's own host, where that is wanted.

    DOCKSWITCH_LIMACTL=/path/to/limactl pytest tests/integration/test_lima_real.py

It downloads some gigabytes, and Lima does not run as root.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.lima import Lima
from tests.integration.program import Dockswitch

_MIRROR = "https://download.docker.com"
_LIMACTL = os.environ.get("DOCKSWITCH_LIMACTL", "")

#: seconds: an image is downloaded, and a machine boots for the first time
_LIMIT = 3600

#: One whose guest has cgroup v2 and packages, and one from before there was any of both.
_NEW, _OLD = "28.5.2", "18.09.9"


@pytest.fixture
def lima() -> Iterator[Lima]:
    if not _LIMACTL:
        pytest.skip("DOCKSWITCH_LIMACTL names no limactl")
    if os.geteuid() == 0:
        pytest.skip("Lima does not run as root")
    root = Path(tempfile.mkdtemp(prefix="dk-", dir="/tmp"))
    path = f"{Path(_LIMACTL).absolute().parent}:{os.environ['PATH']}"
    # Lima's own cache of images stays where it is, and so does the home that guests see.
    settings = {"PATH": path, "HOME": str(Path.home()), "LIMA_HOME": "/l", "XDG_DATA_HOME": "/s"}
    made = Lima(Dockswitch(root, _MIRROR, settings), root / "l")
    try:
        yield made
    finally:
        for name in made.names():
            made.limactl("delete", "--force", name)
        shutil.rmtree(root, ignore_errors=True)


def test_real_machines_have_exactly_the_engines_that_were_asked_for(lima: Lima) -> None:
    version = ("version", "--format", "{{.Server.Version}}")
    use = ("use", "--backend", "lima")
    said = lima.program.run(*use, _NEW, limit=_LIMIT).ended(0).plain
    assert (said["to"], said["trust"]) == (_NEW, "signed")
    assert lima.docker(f"dockswitch-{_NEW}", *version) == _NEW
    lima.program.run(*use, _OLD, limit=_LIMIT).ended(0)
    assert lima.docker(f"dockswitch-{_OLD}", *version) == _OLD
    lima.program.run("rollback", "--user", limit=_LIMIT).ended(0)
    assert lima.docker(f"dockswitch-{_NEW}", *version) == _NEW
    again = ("--in-place", "--machine", f"dockswitch-{_NEW}", "28.5.1")
    lima.program.run(*use, *again, limit=_LIMIT).ended(0)
    assert lima.docker(f"dockswitch-{_NEW}", *version) == "28.5.1"
    lima.program.run("rollback", "--user", limit=_LIMIT).ended(0)
    assert lima.docker(f"dockswitch-{_NEW}", *version) == _NEW

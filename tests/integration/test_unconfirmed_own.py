"""Switches that undo themselves where no systemd is at work: by a process of dockswitch's own."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration import whole
from tests.integration.holdings import Mirror
from tests.integration.program import Dockswitch
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine

#: seconds; an engine may take 20 to start
_LIMIT = 120


def test_the_old_engine_is_back_by_itself_and_what_is_confirmed_stays(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, old, new)
    program.run("use", old.version).ended(0)
    # due by the time that the switch is done, or soon
    used = program.run("use", new.version, "--revert-after", "1s").ended(0).plain
    assert used["revert_at"]
    _until(lambda: program.run("status").ended(0).plain["unconfirmed"] is None)
    whole.is_whole(program, old.version)
    _until(lambda: not _waiting(program.root))

    program.run("use", new.version, "--revert-after", "1h").ended(0)
    (pid,) = _waiting(program.root)
    assert os.getsid(pid) == pid  # tied to no shell
    os.kill(pid, signal.SIGKILL)  # as a reboot would
    _until(lambda: not _waiting(program.root))
    assert "nobody waits for that" in program.told("doctor").out
    assert program.run("recover").ended(0).plain["changed"] is False
    (again,) = _waiting(program.root)
    assert again != pid
    assert program.told("confirm").ended(0).out == "generation 4 stays\n"
    _until(lambda: not _waiting(program.root))
    assert program.run("confirm").ended(0).plain["changed"] is False
    whole.is_whole(program, new.version)
    assert not (program.root / "etc/systemd").exists()


def _waiting(root: Path) -> list[int]:
    """The processes that wait for a switch below that root to be confirmed."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                words = Path(f"/proc/{entry}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"--unconfirmed" in words and os.fsencode(root) in words:
                found.append(int(entry))
    return found


def _until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _LIMIT
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.1)

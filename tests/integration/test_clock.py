"""A clock that was set back: what was written by then lies in the future, and nothing minds."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from tests.integration import below, whole
from tests.integration.holdings import Mirror
from tests.integration.program import Dockswitch
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine

_YEARS = 30 * 365 * 86400  # seconds


def test_what_was_written_before_the_clock_was_set_back_counts_as_ever(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, new = mirror.engines[:2]
    stock.hand_out(program.root, old, new)
    program.run("list-remote").ended(0)
    program.run("use", new.version).ended(0)
    program.run("use", old.version).ended(0)
    running = below.dockerds(program.root)
    _into_the_future(program.root)
    told = program.run("history").ended(0).plain["generations"]
    assert [each["generation"] for each in told] == [1, 2]
    assert program.run("recover").ended(0).plain["changed"] is False
    program.run("list-remote").ended(0)
    program.run("list-remote", "--offline").ended(0)
    assert program.run("use", old.version).ended(0).plain["changed"] is False
    assert below.dockerds(program.root) == running
    assert program.run("use", "previous").ended(0).plain["to"] == new.version
    whole.is_whole(program, new.version)
    told = program.run("history").ended(0).plain["generations"]
    assert [each["generation"] for each in told] == [1, 2, 3]
    program.run("prune").ended(0)
    whole.is_whole(program, new.version)


def _into_the_future(root: Path) -> None:
    """All that dockswitch has written was written years from now."""
    for journal in (root / below.STATE / "journal").iterdir():
        journal.write_text(re.sub(r'"20\d\d-', '"2099-', journal.read_text()))
    then = time.time() + _YEARS
    for folder in (root / below.STATE, root / "var/cache/dockswitch"):
        for path in (folder, *folder.rglob("*")):
            os.utime(path, (then, then), follow_symlinks=False)

"""Real locks of fcntl(2), held by real processes."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dockswitch.system import locks
from dockswitch.system.locks import holder

_HOLD = """\
import fcntl, sys
file = open(sys.argv[1], "r+")
fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def test_the_process_that_holds_a_lock_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.touch()
    assert holder(str(path)) is None
    with _held(path) as pid:
        assert holder(str(path)) == pid
        # whoever only looks does not take it from anybody, and does not give it up either
        assert holder(str(path)) == pid
    assert holder(str(path)) is None


def test_a_lock_that_nobody_ever_held_has_no_holder(tmp_path: Path) -> None:
    assert holder(str(tmp_path / "lock")) is None


def test_a_flock_is_no_such_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    opened = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        assert holder(str(path)) is None
    finally:
        os.close(opened)


def test_one_has_it_and_others_see_that_until_it_lets_go(tmp_path: Path) -> None:
    path = str(tmp_path / "run/lock")
    with locks.holding(path) as first:
        assert first
        assert holder(path) is not None
        with locks.holding(path) as second:
            assert not second
        assert holder(path) is not None
    assert holder(path) is None
    with locks.holding(path) as again:
        assert again


@contextmanager
def _held(path: Path) -> Iterator[int]:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process.pid
        process.kill()

"""Real locks of fcntl(2), held by real processes."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dockswitch.system.locks import claimed, holder

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


def test_a_claim_is_seen_by_others_and_gone_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "shelf" / "t1.lock"
    with claimed(str(path)) as ours:
        assert ours
        assert holder(str(path)) is not None
        with claimed(str(path)) as theirs:
            assert not theirs
        assert holder(str(path)) is not None  # that look took nothing away
    assert not path.exists()
    with claimed(str(path)) as ours:
        assert ours


def test_a_claim_goes_with_its_owner_and_leaves_a_file_that_nobody_has(tmp_path: Path) -> None:
    path = tmp_path / "t1.lock"
    owner = (
        "import sys, time; from dockswitch.system.locks import claimed\n"
        f"with claimed({str(path)!r}) as ours: print(ours, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", owner], stdout=subprocess.PIPE, text=True) as made:
        assert made.stdout is not None
        assert made.stdout.readline() == "True\n"
        assert holder(str(path)) is not None
        made.kill()
    assert path.exists()
    assert holder(str(path)) is None
    with claimed(str(path)) as ours:
        assert ours
    assert not path.exists()


@contextmanager
def _held(path: Path) -> Iterator[int]:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process.pid
        process.kill()

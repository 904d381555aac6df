"""A process of ours that keeps what it entered: when it leaves, and what it could not enter."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from dockswitch.model.errors import Busy, DockswitchError
from dockswitch.system import keeping, proc

Held = Callable[[], AbstractContextManager[int]]


def holding(place: Path) -> Held:
    """What is held is a file, and a child that sleeps."""

    @contextlib.contextmanager
    def held() -> Iterator[int]:
        with subprocess.Popen(["sleep", "60"]) as child:
            place.write_text(f"{os.getpid()} {child.pid}")
            try:
                yield child.pid
            finally:
                child.kill()
                place.unlink()

    return held


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_it_stays_until_it_is_told_to_leave(tmp_path: Path) -> None:
    place = tmp_path / "held"
    pid = keeping.keep(holding(place), log=str(tmp_path / "log"), seconds=None)
    owner, child = map(int, place.read_text().split())
    assert (pid, os.getsid(pid)) == (owner, owner)
    os.kill(pid, signal.SIGHUP)  # the terminal that closes is not its own
    assert not proc.is_gone(pid)
    os.kill(pid, signal.SIGTERM)
    assert os.waitpid(pid, 0) == (pid, 0)
    assert not place.exists()
    assert proc.is_gone(child)


def test_it_leaves_when_its_child_ends(tmp_path: Path) -> None:
    place = tmp_path / "held"
    pid = keeping.keep(holding(place), log=str(tmp_path / "log"), seconds=None)
    os.kill(int(place.read_text().split()[1]), signal.SIGKILL)
    assert os.waitpid(pid, 0) == (pid, 0)
    assert not place.exists()


def test_it_leaves_when_its_time_is_up(tmp_path: Path) -> None:
    place = tmp_path / "held"
    pid = keeping.keep(holding(place), log=str(tmp_path / "log"), seconds=0.3)
    assert os.waitpid(pid, 0) == (pid, 0)
    assert not place.exists()


def test_what_it_could_not_enter_is_raised_here_with_its_code(tmp_path: Path) -> None:
    def held() -> AbstractContextManager[int]:
        raise Busy("it is taken", details="by somebody", hint="wait")

    with pytest.raises(DockswitchError) as failure:
        keeping.keep(held, log=str(tmp_path / "log"), seconds=None)
    error = failure.value
    assert (error.code, error.exit) == ("busy", 14)
    assert (error.message, error.details, error.hint) == ("it is taken", "by somebody", "wait")


def test_a_defect_in_it_is_told_too(tmp_path: Path) -> None:
    with pytest.raises(DockswitchError, match="ZeroDivisionError"):
        keeping.keep(lambda: contextlib.nullcontext(1 // 0), log=str(tmp_path / "l"), seconds=None)


def test_one_that_is_killed_while_it_enters_is_told(tmp_path: Path) -> None:
    @contextlib.contextmanager
    def held() -> Iterator[int]:
        os.kill(os.getpid(), signal.SIGKILL)
        yield 0

    with pytest.raises(DockswitchError, match="whoever was to keep it was killed"):
        keeping.keep(held, log=str(tmp_path / "log"), seconds=None)

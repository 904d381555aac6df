"""Work in processes of its own: what they tell, how many at once, and how they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dockswitch.model.ports import Teller, Work
from dockswitch.system.beside import beside
from tests.cli.program import REPOSITORY

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="engines run on Linux only")


@dataclass
class Heard:
    """An audience that writes it all down, and wants no more once `enough` have ended."""

    enough: int = 1000
    told: list[tuple[int, str]] = field(default_factory=list)
    codes: dict[int, int] = field(default_factory=dict)
    running: set[int] = field(default_factory=set)
    most: int = 0
    waited: int = 0

    def began(self, place: int) -> None:
        self.running.add(place)
        self.most = max(self.most, len(self.running))

    def heard(self, place: int, line: str) -> None:
        self.told.append((place, line))

    def ended(self, place: int, code: int) -> bool:
        self.running.remove(place)
        self.codes[place] = code
        return len(self.codes) < self.enough

    def waits(self) -> None:
        self.waited += 1


def done(folder: Path, *works: Work, jobs: int = 2, enough: int = 1000) -> Heard:
    heard = Heard(enough)
    logs = [str(folder / str(place)) for place in range(len(works))]
    beside(list(zip(works, logs, strict=True)), jobs=jobs, audience=heard)
    return heard


def says(word: str) -> Work:
    def work(teller: Teller) -> None:
        print(f"printed {word}")
        teller.tell(word)

    return work


def sleeps(teller: Teller) -> None:
    teller.tell("sleeps")
    time.sleep(60)
    teller.tell("slept")


def test_each_tells_and_what_it_prints_is_in_its_file(tmp_path: Path) -> None:
    heard = done(tmp_path, says("one"), says("two"), says("three"))
    assert sorted(heard.told) == [(0, "one"), (1, "two"), (2, "three")]
    assert heard.codes == {0: 0, 1: 0, 2: 0}
    assert [(tmp_path / str(n)).read_text() for n in range(2)] == ["printed one\n", "printed two\n"]
    assert heard.waited > 0


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_no_more_run_at_once_than_asked_for(tmp_path: Path, jobs: int) -> None:
    works = [says(str(number)) for number in range(5)]
    assert done(tmp_path, *works, jobs=jobs).most <= jobs


def test_one_that_breaks_says_why_in_its_file_and_hurts_nobody(tmp_path: Path) -> None:
    def breaks(_: Teller) -> None:
        raise ValueError("broken")

    heard = done(tmp_path, breaks, says("well"))
    assert heard.codes == {0: 1, 1: 0}
    assert "ValueError: broken" in (tmp_path / "0").read_text()


def test_one_that_is_killed_is_told_by_its_signal(tmp_path: Path) -> None:
    def dies(_: Teller) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    assert done(tmp_path, dies).codes == {0: -signal.SIGKILL}


def test_once_it_is_enough_those_that_run_are_interrupted_and_no_more_begin(tmp_path: Path) -> None:
    heard = done(tmp_path, sleeps, says("two"), says("three"), jobs=2, enough=1)
    assert heard.codes == {0: 130, 1: 0}
    assert (0, "slept") not in heard.told


def test_where_nobody_listens_any_more_those_that_run_are_interrupted(tmp_path: Path) -> None:
    class Leaves(Heard):
        def heard(self, place: int, line: str) -> None:
            raise BrokenPipeError

    def clears_up(teller: Teller) -> None:
        try:
            sleeps(teller)
        finally:
            (tmp_path / "cleared").touch()

    with pytest.raises(BrokenPipeError):
        beside([(clears_up, str(tmp_path / "log"))], jobs=1, audience=Leaves())
    assert (tmp_path / "cleared").exists()


def test_what_settles_is_not_interrupted_any_more(tmp_path: Path) -> None:
    def settles(teller: Teller) -> None:
        teller.settle()
        teller.tell("settled")
        while not (tmp_path / "enough").exists():
            time.sleep(0.01)
        time.sleep(0.2)
        teller.tell("cleared up")

    def ends(teller: Teller) -> None:
        time.sleep(0.2)
        (tmp_path / "enough").touch()
        teller.tell("ends")

    heard = done(tmp_path, settles, ends, enough=1)
    assert heard.codes == {0: 0, 1: 0}
    assert (0, "cleared up") in heard.told


# A program of its own with two that clear up: each writes a file as it is interrupted.
PROGRAM = """
import sys, time
from pathlib import Path
from dockswitch.cli.app import _interrupt
from dockswitch.system.beside import beside
from tests.system.test_beside import Heard
import signal
signal.signal(signal.SIGTERM, _interrupt)
folder = Path(sys.argv[1])
def work(name):
    def works(teller):
        (folder / f"{name}.begun").touch()
        try:
            time.sleep(60)
        finally:
            (folder / f"{name}.cleared").touch()
    return works
beside([(work("a"), f"{folder}/a"), (work("b"), f"{folder}/b")], jobs=2, audience=Heard())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_they_clear_up_and_end_where_their_maker_is_ended(
    tmp_path: Path, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        cwd=REPOSITORY,
        stderr=subprocess.DEVNULL,
    )
    appear(tmp_path / "a.begun", tmp_path / "b.begun")
    process.send_signal(number)
    process.wait(30)
    appear(tmp_path / "a.cleared", tmp_path / "b.cleared")


def appear(*paths: Path) -> None:
    deadline = time.monotonic() + 30
    while not all(path.exists() for path in paths):
        assert time.monotonic() < deadline
        time.sleep(0.01)

"""Real programs, run to be heard."""

import time
from pathlib import Path

import pytest

from dockswitch.system.commands import run
from tests.system.test_processes import gone, soon


def test_a_program_says_both_its_outputs_and_its_code() -> None:
    done = run(["sh", "-c", "echo out; echo err >&2; exit 3"], timeout=10)
    assert (done.code, done.out, done.err) == (3, "out\n", "err\n")


def test_a_program_has_no_input() -> None:
    assert run(["cat"], timeout=10).code == 0


def test_a_program_reads_what_it_is_given() -> None:
    assert run(["cat"], timeout=10, given="docker-ce hold\n").out == "docker-ce hold\n"


def test_one_that_reads_nothing_of_what_it_is_given_is_no_trouble() -> None:
    assert run(["true"], timeout=10, given="x" * (1 << 20)).code == 0


def test_a_program_speaks_english_and_gets_what_is_added_to_our_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LANGUAGE", "de")
    script = "echo $LC_ALL $ADDED ${PATH:+path} ${LANGUAGE:-none}"
    said = run(["sh", "-c", script], timeout=10, env={"ADDED": "yes"})
    assert said.out == "C.UTF-8 yes path none\n"


def test_output_that_is_no_text_is_read_all_the_same() -> None:
    assert run(["printf", r"\377x"], timeout=10).out == "\ufffdx"


def test_a_program_that_is_not_there_is_a_code_and_a_reason() -> None:
    done = run(["/nowhere/dockerd"], timeout=10)
    assert (done.code, done.err) == (127, "/nowhere/dockerd: not found")


def test_a_file_that_cannot_be_executed_is_a_code_and_a_reason(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("no program")
    done = run([str(tmp_path / "x")], timeout=10)
    assert (done.code, done.err) == (126, f"{tmp_path}/x: Permission denied")


def test_at_the_limit_the_whole_group_is_ended(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    began = time.monotonic()
    done = run(["sh", "-c", f"sleep 60 & echo $! > {pids}; sleep 60"], timeout=0.5)
    assert done.code == 124
    assert done.err == "sh: not done after 0.5 s, ended"
    assert time.monotonic() - began < 5
    assert soon(lambda: gone(int(pids.read_text())))

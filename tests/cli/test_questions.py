"""Questions are asked on a terminal only; elsewhere the option that decides is named."""

import pytest

from tests.cli.program import Program
from tests.cli.test_pins import pinned

QUESTION = "wants 98.0.1; switch this machine to it? [y/N]:"
ANSWERS = {"y\n": 0, "n\n": 2, "\n": 2, "\x04": 130}


@pytest.mark.parametrize(("typed", "code"), ANSWERS.items())
def test_a_terminal_is_asked(typed: str, code: int, program: Program) -> None:
    pinned(program.home, docker_version="98.0.1\n")
    said = program.terminal(typed, "use", "--no-start")
    assert QUESTION in said.err
    assert "Traceback" not in said.err
    assert said.code == code
    assert ("98.0.1 is in use" in said.out) is (code == 0)
    assert program("current").code == (0 if code == 0 else 1)


def test_the_object_is_alone_on_stdout_where_a_question_was_asked(program: Program) -> None:
    pinned(program.home, docker_version="98.0.1\n")
    said = program.terminal("y\n", "use", "--no-start", "--json")
    assert said.json["to"] == "98.0.1"


@pytest.mark.parametrize("options", [["--yes"], ["--from-file"]])
def test_what_is_decided_is_not_asked(options: list[str], program: Program) -> None:
    pinned(program.home, docker_version="98.0.1\n")
    said = program.terminal("", "use", "--no-start", "--progress", "never", *options)
    assert (said.code, said.err) == (0, "")


def test_without_a_terminal_nothing_is_asked(program: Program) -> None:
    pinned(program.home, docker_version="98.0.1\n")
    said = program.process("use", "--no-start")
    assert (said.code, said.out) == (2, "")
    assert "?" not in said.err
    assert "`dockswitch use --from-file` says that it may" in said.err


def test_a_switch_that_stops_nothing_asks_nothing(program: Program) -> None:
    said = program.terminal("", "use", "98.0.1", "--no-start", "--progress", "never")
    assert (said.code, said.err) == (0, "")

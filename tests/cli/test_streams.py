"""Data on stdout, everything else on stderr; colour and progress on a terminal only."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli import mirror as mirrors
from tests.cli.program import Program
from tests.system.server import Asked, Reply, serving

ESCAPE = "\033["


def test_errors_leave_stdout_empty(program: Program) -> None:
    said = program("use", "98.0.10")
    assert said.out == ""
    assert said.err.startswith("error: there is no release")


def test_that_there_is_nothing_is_not_data(program: Program) -> None:
    for name in ("list", "history", "pin"):
        said = program(name)
        assert (said.code, said.out) == (0, "")
        assert len(said.err.splitlines()) == 1


def test_notes_and_warnings_are_not_data(program: Program) -> None:
    said = program("list-remote", "--for", "mac/x86_64", "--offline")
    assert said.err.splitlines() == [
        "test: test has no static archives for mac",
        "edge: edge has no static archives for mac",
    ]
    assert all(" stable " in line for line in said.lines)


def test_quiet_keeps_data_and_errors(program: Program) -> None:
    loud = program("list-remote", "--for", "mac/x86_64", "--offline")
    quiet = program("list-remote", "--for", "mac/x86_64", "--offline", "-q")
    assert (quiet.out, quiet.err) == (loud.out, "")
    assert program("list", "-q").err == ""
    assert program("use", "98.0.10", "--quiet").err == program("use", "98.0.10").err


def test_verbose_says_each_step(program: Program) -> None:
    said = program("use", "98.0.1", "--no-start", "-v")
    steps = said.err.splitlines()
    assert all(line.startswith("· ") for line in steps)
    assert any(line == "· fetching docker-98.0.1.tgz" for line in steps)
    assert any(line.startswith("· link /var/lib/dockswitch/current to ") for line in steps)
    assert program("use", "98.0.2", "--no-start").err == ""


PLACES = {
    "before the name": ["--json", "list"],
    "after the name": ["list", "--json"],
    "between": ["--quiet", "list", "--json", "--color", "never"],
    "before and after, the last counts": ["--color", "always", "list", "--json"],
}


@pytest.mark.parametrize("words", PLACES.values(), ids=PLACES)
def test_global_options_stand_anywhere(words: list[str], program: Program) -> None:
    assert program(*words).json == {
        "schema": 1,
        "command": "list",
        "installed": [],
        "machines": [],
        "neighbour": None,
    }


def test_the_last_word_counts(program: Program, tmp_path: Path) -> None:
    for words in (
        ["--root", "/nowhere", "settings", "--root", str(tmp_path)],
        ["settings", "--root", "/nowhere", f"--root={tmp_path}"],
    ):
        assert program(*words, "--json").json["root"] == str(tmp_path)
    assert program("--user", "settings", "--system", "--json").json["scope"] == "system"
    assert program("--system", "settings", "--user", "--json").json["scope"] == "user"


def test_behind_two_dashes_no_word_is_an_option(program: Program) -> None:
    said = program("which", "--", "--json")
    assert said.code == 1
    assert said.err.startswith("error: ")
    assert program("where", "--", "-1").err.startswith("error: '-1' is not a version")


COLOURS = {
    "not a terminal": ([], {}, False),
    "--color always": (["--color", "always"], {}, True),
    "--color always beats NO_COLOR": (["--color", "always"], {"NO_COLOR": "1"}, True),
    "--color never": (["--color", "never"], {}, False),
}


@pytest.mark.parametrize(("words", "env", "painted"), COLOURS.values(), ids=COLOURS)
def test_colour(words: list[str], env: dict[str, str], program: Program, *, painted: bool) -> None:
    said = program("use", "tset", *words, **env)
    assert (ESCAPE in said.err) is painted
    assert re.sub(r"\033\[[0-9;]*m", "", said.err) == program("use", "tset").err


ON_A_TERMINAL = {
    "by itself": ([], {}, True),
    "with NO_COLOR": ([], {"NO_COLOR": "1"}, False),
    "with --color never": (["--color", "never"], {}, False),
}


@pytest.mark.parametrize(("words", "env", "painted"), ON_A_TERMINAL.values(), ids=ON_A_TERMINAL)
def test_colour_on_a_terminal(
    words: list[str], env: dict[str, str], program: Program, *, painted: bool
) -> None:
    said = program.terminal("", "use", "tset", *words, **env)
    assert (said.code, said.out) == (2, "")
    assert ("\033[31;1merror:\033[0m" in said.err) is painted


def test_progress_moves_on_a_terminal_only(program: Program, mirror: Path) -> None:
    index = mirrors.answers(mirror)

    def slow(asked: Asked) -> Reply:
        if not asked.path.endswith(".tgz"):
            return index(asked)
        return Reply(index(asked).body, wait=0.3)

    with serving(slow) as server:
        env = {"DOCKSWITCH_MIRROR": server.url}
        shown = program.terminal("", "install", "98.0.1", **env)
        hidden = program.terminal("", "install", "98.0.2", "--progress", "never", **env)
        forced = program.process("install", "98.1.0", "--progress", "always", **env)
        silent = program.process("install", "99.0.0-rc.1", **env)
    assert [said.code for said in (shown, hidden, forced, silent)] == [0, 0, 0, 0]
    assert "docker-98.0.1.tgz: " in shown.err
    assert "docker-98.1.0.tgz: " in forced.err
    assert (hidden.err, silent.err) == ("", "")


@pytest.mark.parametrize("line", ["list-remote --offline", "settings", "help", "where 17.05.0-ce"])
def test_a_reader_that_leaves_is_no_error(line: str, bare: Program) -> None:
    command = " ".join(f"'{word}'" for word in bare.argv(*line.split()))
    done = subprocess.run(
        ["bash", "-c", f"{command} | head -1"],
        env=bare.environ(),
        cwd=bare.home,
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_a_closed_stdout_is_no_traceback(using: Callable[..., Program]) -> None:
    program = using("98.0.1")
    for line in ("current", "list", "list --json"):
        command = " ".join(f"'{word}'" for word in program.argv(*line.split()))
        done = subprocess.run(
            ["bash", "-c", f"{command} | true"],
            env=program.environ(),
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stderr == ""

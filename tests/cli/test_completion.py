"""Completion: the scripts that are printed work in their shells."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dockswitch.cli.table import GROUPS
from tests.cli.program import Program

BASH = """
eval "$(dockswitch completion bash)"
COMP_WORDS=({words})
COMP_CWORD=$(({count} - 1))
_dockswitch_completion dockswitch
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def installed(program: Program) -> dict[str, str]:
    """An environment in which `dockswitch` is on PATH."""
    folder = program.home / "bin"
    folder.mkdir(exist_ok=True)
    script = folder / "dockswitch"
    words = " ".join(f"'{word}'" for word in program.argv())
    script.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    script.chmod(0o755)
    env = program.environ()
    return {**env, "PATH": f"{folder}:{env['PATH']}"}


def offered(program: Program, *words: str) -> list[str]:
    """What bash offers for the last word; an empty one is a word too."""
    typed = ["dockswitch", *words]
    quoted = " ".join(f"'{word}'" for word in typed)
    done = subprocess.run(
        ["bash", "--norc", "-c", BASH.format(words=quoted, count=len(typed))],
        env=installed(program),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_completes_commands(program: Program) -> None:
    assert offered(program, "un") == ["uninstall", "unhold"]
    assert offered(program, "hold", "--re") == ["--reason"]
    assert set(offered(program, "re")) == {"recover", "resolve"}
    assert offered(program, "daemon", "st") == ["start", "stop", "status"]
    assert set(offered(program, "")) >= {name for group in GROUPS.values() for name in group}


def test_bash_completes_options_before_and_after_the_name(program: Program) -> None:
    assert offered(program, "--off") == ["--offline"]
    assert offered(program, "use", "--off") == ["--offline"]
    assert offered(program, "--offline", "use", "--dry") == ["--dry-run"]
    assert offered(program, "use", "stable", "--no-s") == ["--no-start"]


def test_bash_completes_specs(using: Callable[..., Program]) -> None:
    program = using("98.0.1", "test latest-pre")
    assert offered(program, "use", "st") == ["stable"]
    assert offered(program, "use", "lat") == ["latest", "latest-pre"]
    assert set(offered(program, "use", "9")) >= {"98.0.1", "99.0.0-rc.1"}
    assert offered(program, "use", "17.06.0-ce-rc")[0].startswith("17.06.0-ce-rc")
    assert "28.5.2" in offered(program, "install", "28.5")
    assert offered(program, "uninstall", "") == ["98.0.1", "99.0.0-rc.1"]
    assert offered(program, "list-remote", "") == ["stable", "test", "edge", "nightly", "distro"]


def test_what_is_kept_below_another_root_is_offered_for_it(
    using: Callable[..., Program], tmp_path: Path
) -> None:
    program = using("98.0.1")
    elsewhere = program.given(DOCKSWITCH_ROOT=str(tmp_path))
    assert offered(elsewhere, "uninstall", "9") == []
    assert offered(elsewhere, "--root", str(program.root), "uninstall", "9") == ["98.0.1"]


def test_nothing_is_offered_where_there_is_nothing(program: Program) -> None:
    assert offered(program, "use", "nonsense") == []
    assert offered(program, "where", "x") == []


def scripted(program: Program, shell: str) -> str:
    said = program("completion", shell)
    assert (said.code, said.err) == (0, "")
    assert program("completion", shell, "--json").json["script"] == said.out.rstrip("\n")
    return said.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_each_script_asks_in_the_way_that_is_answered(shell: str, program: Program) -> None:
    assert f"complete_{shell}" in scripted(program, shell)
    asked = {
        "_DOCKSWITCH_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": "dockswitch uninst",
        "COMP_CWORD": "1",
        "_TYPER_COMPLETE_ARGS": "dockswitch uninst",
        "_TYPER_COMPLETE_WORD_TO_COMPLETE": "uninst",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    said = program(**asked)
    assert (said.code, said.err) == (0, "")
    assert "uninstall" in said.out


CHECKS = {"bash": ["-n"], "zsh": ["-n"], "fish": ["--no-execute"]}


@pytest.mark.parametrize("shell", CHECKS)
def test_the_shell_itself_accepts_its_script(shell: str, program: Program, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "script"
    script.write_text(scripted(program, shell))
    subprocess.run([shell, *CHECKS[shell], str(script)], check=True)


def test_fish_completes(program: Program, tmp_path: Path) -> None:
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    script = tmp_path / "script"
    script.write_text(scripted(program, "fish"))
    done = subprocess.run(
        ["fish", "-c", f"source {script}; complete -C 'dockswitch unin'"],
        env=installed(program),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("uninstall")


def test_zsh_completes(program: Program, tmp_path: Path) -> None:
    if shutil.which("zsh") is None:
        pytest.skip("zsh is not installed")
    script = tmp_path / "script"
    script.write_text(scripted(program, "zsh"))
    code = (
        f"compdef() {{ :; }}; source {script}; words=(dockswitch unin); CURRENT=2; "
        "_arguments() { print -r -- $@; }; _dockswitch_completion"
    )
    done = subprocess.run(
        ["zsh", "-f", "-c", code],
        env=installed(program),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "uninstall" in done.stdout

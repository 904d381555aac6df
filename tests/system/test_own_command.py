"""The program's own command runs from any folder, without our environment, and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dockswitch import __version__

REPOSITORY = Path(__file__).parents[2]
WAYS: dict[str, dict[str, str]] = {
    "on PYTHONPATH": {"PYTHONPATH": str(REPOSITORY)},
    "installed": {},
}
_ASK = "from dockswitch.system.own_command import own_command; print(*own_command(), sep='\\n')"


def own(env: dict[str, str], folder: Path) -> list[str]:
    """What the program says of itself there."""
    asked = subprocess.run(
        [sys.executable, "-c", _ASK],
        env=env,
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return asked.stdout.splitlines()


@pytest.mark.parametrize("way", WAYS)
def test_it_runs_from_any_folder_without_our_environment(way: str, tmp_path: Path) -> None:
    said = own(WAYS[way], tmp_path)
    assert os.path.isabs(said[0])
    assert (said[1:2] == ["-c"]) is (way == "on PYTHONPATH")
    ran = subprocess.run(
        [*said, "--version"], env={}, cwd="/", capture_output=True, text=True, check=True
    )
    assert ran.stdout == f"dockswitch {__version__}\n"


@pytest.mark.parametrize("way", WAYS)
def test_it_runs_nothing_that_lies_in_the_working_folder(way: str, tmp_path: Path) -> None:
    said = own(WAYS[way], Path("/"))
    for name in ("typing", "dockswitch", "typer", "dataclasses"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('hostile')")
    ran = subprocess.run(
        [*said, "settings"], env={}, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("name", ["dockswitch", "dockswitch.pyz"])
def test_a_script_that_makes_its_own_path_is_called_again(name: str, tmp_path: Path) -> None:
    script = tmp_path / name
    script.write_text(f"#!{sys.executable}\nimport sys\nsys.path[:0] = ['{REPOSITORY}']\n{_ASK}\n")
    script.chmod(0o755)
    # not a virtual environment's interpreter, beside which another script might stand
    base = Path(sys.base_prefix) / "bin" / Path(sys.executable).resolve().name
    asked = subprocess.run(
        [base, "-S", script], env={}, cwd="/", capture_output=True, text=True, check=True
    )
    assert asked.stdout.splitlines() == [str(script)]

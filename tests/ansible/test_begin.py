"""What a host's Python is given: it begins that very program, or says what is missing."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from dockswitch import ansible

_BEGIN = Path(ansible.__file__).parent / "collection/plugins/plugin_utils/begin.py"
_SAYS = "import os, sys; print(__name__, sys.argv[1:], os.getcwd())"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """As shiv makes one."""
    path = tmp_path / "dockswitch.pyz"
    with path.open("wb") as opened:
        opened.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(opened, "w") as archive:
            archive.writestr("environment.json", json.dumps({"build_id": "1"}))
            archive.writestr("__main__.py", _SAYS)
    return path


def begin(
    files: dict[str, Path], *, asks: bool = True, link: str = "", home: Path
) -> subprocess.CompletedProcess[str]:
    told = {name: (str(path), _digest(path)) for name, path in files.items()}
    asked = json.dumps({"files": told, "link": link, "asks": asks})
    return subprocess.run(
        [sys.executable, "-", asked, "use", "stable"],
        input=_BEGIN.read_text(),
        env={"SHIV_ROOT": str(home)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes() if path.exists() else b"").hexdigest()


def test_the_program_runs_as_if_it_had_been_started_beside_its_lock(
    program: Path, tmp_path: Path
) -> None:
    lock = tmp_path / "there/dockswitch.lock"
    lock.parent.mkdir()
    lock.write_text("")
    ran = begin({"program": program, "lock": lock}, home=tmp_path)
    assert ran.stdout == f"__main__ ['use', 'stable'] {lock.parent}\n", ran.stderr


def test_what_is_not_there_or_is_another_is_told_and_nothing_runs(
    program: Path, tmp_path: Path
) -> None:
    link = str(tmp_path / "link")
    ran = begin({"program": program, "lock": tmp_path / "none"}, link=link, home=tmp_path)
    assert (ran.returncode, json.loads(ran.stdout)) == (97, {"missing": ["link", "lock"]})
    there = begin({"program": program}, link=str(program), home=tmp_path)
    assert (there.returncode, "__main__" in there.stdout) == (0, True)


def test_what_was_unpacked_once_is_started_without_unpacking(program: Path, tmp_path: Path) -> None:
    main = tmp_path / "dockswitch.pyz_1/site-packages/dockswitch/cli/main.py"
    main.parent.mkdir(parents=True)
    for package in (main.parent, main.parents[1]):
        (package / "__init__.py").touch()
    main.write_text("import sys\n\ndef main(): print('unpacked', sys.argv[0])\n")
    ran = begin({"program": program}, home=tmp_path)
    assert ran.stdout == f"unpacked {program}\n", ran.stderr

"""dockswitch.pyz is copied to where there is a Python and nothing else, and started."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.integration import single_file
from tests.integration.holdings import Mirror
from tests.integration.namespace import machine_network, short_root

pytestmark = pytest.mark.engine

PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
_OLD = ("3.9", "3.6")
_NOBODY = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")
_LIMIT = 120  # seconds


@dataclass(frozen=True)
class OneFile:
    """The file in a folder where everything of that run is, below a root of its own."""

    file: Path
    python: str
    env: Mapping[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """It has no library but Python's own, no network, and nobody's environment."""
        argv = ["unshare", "--net", *self.before, self.python, "-I", "-S", str(self.file), *words]
        variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **self.env}
        return subprocess.run(
            argv,
            env=variables,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_LIMIT,
        )

    def plain(self, *words: str) -> dict[str, Any]:
        ran = self.run(*words, "--json")
        assert ran.returncode == 0, f"{words}: {ran.stdout}{ran.stderr}"
        found: dict[str, Any] = json.loads(ran.stdout)
        return found


@pytest.fixture(scope="module")
def pyz(isolation: None) -> Path:
    with machine_network():
        return single_file.built()


@pytest.fixture
def folder(pyz: Path) -> Iterator[Path]:
    """With the file in it, and places for all else, where anybody may look."""
    with short_root() as root:
        root.chmod(0o755)
        shutil.copy(pyz, root)
        (root / "home").mkdir()
        (root / "tmp").mkdir()
        (root / "tmp").chmod(0o1777)
        yield root


def _python(version: str) -> str:
    """The interpreter of that version, be it the system's or one of pyenv's."""
    kept = Path.home() / ".pyenv/versions"
    found = [*kept.glob(f"{version}.*/bin/python"), *Path("/usr/bin").glob(f"python{version}")]
    if not found:
        pytest.skip(f"this machine has no Python {version}")
    return os.path.realpath(found[0])


def _everybodys_python() -> str:
    asked = ["/usr/bin/python3", "-c", "import sys; sys.exit(sys.version_info < (3, 10))"]
    if subprocess.run(asked, check=False).returncode != 0:
        pytest.skip("this system's own Python is older than 3.10")
    return asked[0]


def test_it_holds_pure_python_only(pyz: Path) -> None:
    names = zipfile.ZipFile(pyz).namelist()
    assert [name for name in names if name.endswith((".so", ".pyd", ".dylib", ".pyc"))] == []
    assert [name for name in names if "/isal" in name] == []


@pytest.mark.parametrize("version", PYTHONS)
def test_a_python_and_nothing_else_starts_it(version: str, folder: Path, mirror: Mirror) -> None:
    program = _program(folder, version, mirror)
    assert program.run("--version").stdout.startswith("dockswitch ")
    assert program.run("doctor").returncode == 0
    listed = program.plain("list-remote", "stable")["releases"]
    assert {each["version"] for each in listed} <= {each.version for each in mirror.engines}


def test_it_locks_mirrors_and_installs_without_any_library(folder: Path, mirror: Mirror) -> None:
    wanted = next(each for each in mirror.engines if "stable" in each.channels)
    home = folder / "home"
    program = replace(_program(folder, PYTHONS[0], mirror), before=("env", f"--chdir={home}"))
    host = ("--for", f"linux/{mirror.arch}")
    assert program.plain("lock", "stable", wanted.version, *host)["changed"]
    assert program.plain("mirror", str(folder / "mirror"), "--locked")["trust"] == "locked"
    used = program.plain("use", "--locked", "--no-start", "--mirror", f"file://{folder}/mirror")
    assert (used["to"], used["trust"]) == (wanted.version, "locked")


def _program(folder: Path, version: str, mirror: Mirror) -> OneFile:
    env = {
        "HOME": str(folder / "home"),
        "SHIV_ROOT": str(folder / "unpacked"),
        "DOCKSWITCH_ROOT": str(folder / "root"),
        "DOCKSWITCH_MIRROR": f"file://{mirror.root}",
    }
    return OneFile(folder / "dockswitch.pyz", _python(version), env)


@pytest.mark.parametrize("home", ["/nonexistent", None])
def test_whoever_has_no_home_unpacks_it_elsewhere(home: str | None, folder: Path) -> None:
    env = {"TMPDIR": str(folder / "tmp"), **({} if home is None else {"HOME": home})}
    program = OneFile(folder / "dockswitch.pyz", _everybodys_python(), env, _NOBODY)
    assert program.run("channels").returncode == 0
    [unpacked] = (folder / "tmp").iterdir()
    assert (unpacked.name, unpacked.stat().st_mode & 0o777) == ("dockswitch.pyz-65534", 0o700)


def test_it_never_runs_what_somebody_else_may_have_unpacked(folder: Path) -> None:
    theirs = folder / "tmp/dockswitch.pyz-65534"
    theirs.mkdir()
    theirs.chmod(0o777)
    env = {"TMPDIR": str(folder / "tmp"), "HOME": "/nonexistent"}
    ran = OneFile(folder / "dockswitch.pyz", _everybodys_python(), env, _NOBODY).run("channels")
    assert (ran.returncode, "SHIV_ROOT=DIR" in ran.stderr) == (1, True)
    assert list(theirs.iterdir()) == []


def test_root_does_not_unpack_it_in_the_home_of_whoever_called_sudo(folder: Path) -> None:
    env = {"HOME": str(folder / "home")}
    hide = 'mount -t tmpfs tmpfs /var/cache && exec "$@"'
    private = ("unshare", "--mount", "sh", "-c", hide, "sh")
    program = OneFile(folder / "dockswitch.pyz", _everybodys_python(), env, private)
    assert program.run("channels").returncode == 0
    assert list((folder / "home").iterdir()) == []


@pytest.mark.parametrize("version", _OLD)
def test_an_older_python_is_told_what_it_takes(version: str, folder: Path) -> None:
    ran = OneFile(folder / "dockswitch.pyz", _python(version)).run("list")
    said = f"error: dockswitch needs Python 3.10 or newer, and this is Python {version}\n"
    assert (ran.returncode, ran.stderr.startswith(said)) == (18, True)
